/// Changes in a safe order: doors close before they open.
///
/// Every change that lets no writes in stands in `protect`. What opens a node stands in `open`, and only where every
/// other member was read and, once `protect` is done in the model, refuses writes. What is held back is not planned.
extension Plan {
    /// Orders what may be done of a difference.
    public init(_ difference: Difference) {
        var planning = Planning(difference)
        planning.stageTables()
        planning.keepSafeOpenings()
        planning.stageInstallations()
        self.init(
            stages: planning.stages(), drains: planning.drains(), required: planning.gates(),
            heldBack: planning.heldBack)
    }
}

/// The changes of one table on one node, staged.
struct PlannedTable {
    let staging: Staging
    /// The stages that go ahead.
    var stages: Set<StageName>
    let judgement: SetJudgement

    var node: NodeName { staging.desired.node }
    var table: TableName { staging.desired.name }
    var opens: Bool { stages.contains(.open) && staging.opensAny }
    var closes: Bool { stages.contains(.protect) && staging.closesAny }
}

struct Planning {
    let difference: Difference
    private(set) var tables: [PlannedTable] = []
    private(set) var installations: [StageName: [Change]] = [:]
    private(set) var heldBack: [Change] = []

    init(_ difference: Difference) { self.difference = difference }

    private var declared: DeclaredCluster { difference.desired.declared }

    mutating func stageTables() {
        var changes: [Place: [Change]] = [:]
        for change in difference.changes {
            if let table = change.table { changes[Place(change.node, table), default: []].append(change) }
        }
        guard !changes.isEmpty else { return }
        let blocked = Set(
            difference.findings.compactMap { finding -> Place? in
                guard finding.blocking, let node = finding.node, let table = finding.table else { return nil }
                return Place(node, table)
            })
        for desired in difference.desired.tables {
            let place = Place(desired.node, desired.name)
            guard let here = changes[place], here.first?.set == desired.set,
                let observed = difference.observed.node(desired.node)?.tables[desired.name],
                let judgement = difference.judgements[desired.set]
            else { continue }
            let staging = Staging(here, desired, observed)
            let stages = allowedStages(staging, judgement, isBlocked: blocked.contains(place))
            for (stage, held) in staging.parts where !stages.contains(stage) { heldBack += held }
            if !stages.isEmpty { tables.append(PlannedTable(staging: staging, stages: stages, judgement: judgement)) }
        }
    }

    private func allowedStages(_ staging: Staging, _ judgement: SetJudgement, isBlocked: Bool) -> Set<StageName> {
        guard !isBlocked, !judgement.untouchable.contains(staging.desired.node) else { return [] }
        switch judgement.hold {
        case .nothing: return Set(staging.parts.keys)
        case .allButClosing: return staging.closesAny ? Set(staging.parts.keys).intersection([.protect]) : []
        case .everything: return []
        }
    }

    /// Takes back every opening beside which another member would, or may, accept writes.
    mutating func keepSafeOpenings() {
        let openings = tables.indices.filter { tables[$0].opens && tables[$0].staging.desired.role != .bystander }
        guard !openings.isEmpty else { return }
        var closing: [Place: PlannedTable] = [:]
        for table in tables where table.closes { closing[Place(table.node, table.table)] = table }
        for index in openings where !isSafe(tables[index], closing) {
            heldBack += tables[index].staging.parts[.open] ?? []
            tables[index].stages.subtract([.open, .tidy])
        }
        tables.removeAll { $0.stages.isEmpty }
    }

    private func isSafe(_ opening: PlannedTable, _ closing: [Place: PlannedTable]) -> Bool {
        let others = opening.judgement.members.subtracting([opening.node])
        guard others.isDisjoint(with: opening.judgement.unread) else { return false }
        return others.allSatisfy { other in
            guard let found = difference.observed.node(other)?.tables[opening.table] else {
                return difference.observed.node(other) != nil
            }
            if closing[Place(other, opening.table)] != nil || found.kind == .partitionedTable { return true }
            let doors = Doors(found, opening.staging.desired.triggers ?? [])
            return Door.allCases.allSatisfy { !opening.staging.opens($0) || doors[$0].isClosed }
        }
    }

    /// A record that names a new origin is written when its set begins to open, elsewhere when all is done.
    mutating func stageInstallations() {
        let opening = Set(tables.filter(\.opens).map(\.staging.desired.set))
        let stuck = Set(heldBack.map(\.set))
        for change in difference.changes {
            guard case .install(let installation) = change.action, let judgement = difference.judgements[change.set]
            else { continue }
            let mayTouch = judgement.hold == .nothing && !judgement.untouchable.contains(change.node)
            switch installation.preparation {
            case .schema, .record:
                if mayTouch { installations[.protect, default: []].append(change) } else { heldBack.append(change) }
            case .conclusion:
                if !mayTouch || stuck.contains(change.set) {
                    heldBack.append(change)
                } else {
                    installations[opening.contains(change.set) ? .open : .tidy, default: []].append(change)
                }
            }
        }
    }
}

/// A table on a node.
struct Place: Hashable {
    let node: NodeName
    let table: TableName

    init(_ node: NodeName, _ table: TableName) {
        self.node = node
        self.table = table
    }
}
