/// Changes in a safe order: doors close before they open.
///
/// Every change that lets no writes in stands in `protect`. What opens a node stands in `open`, and only where every
/// other member was read and, once `protect` is done in the model, refuses writes. What is held back is not planned.
extension Plan {
    /// Orders what may be done of a difference.
    public init(_ difference: Difference) {
        var planning = Planning(difference)
        planning.stageTables()
        planning.keepSafe()
        planning.stageInstallations()
        let (stages, sequences) = planning.stages()
        self.init(
            stages: stages, drains: planning.drains(), sequences: sequences, required: planning.gates(),
            heldBack: planning.heldBack, lastWriters: planning.lastWriters(), foundOpen: planning.foundOpen)
    }
}

/// The changes of one table on one node, staged.
struct PlannedTable {
    let staging: Staging
    /// The stages that go ahead.
    var stages: Set<StageName>

    var judgement: SetJudgement { staging.judgement }
    var node: NodeName { staging.desired.node }
    var table: TableName { staging.desired.name }
    var opens: Bool { stages.contains(.open) && staging.opensAny }
    var closes: Bool { stages.contains(.protect) && staging.closesAny }
    /// Whether its log goes off and nothing refuses what it logged.
    var stopsLog: Bool { stages.contains(.tidy) && staging.stopsLog }
}

struct Planning {
    let difference: Difference
    var tables: [PlannedTable] = []
    var installations: [StageName: [Change]] = [:]
    var heldBack: [Change] = []
    /// What is not done now: held back, or left out by a selection.
    var undone: [Change] { heldBack + difference.leftOut }

    init(_ difference: Difference) { self.difference = difference }

    private var declared: DeclaredCluster { difference.desired.declared }

    mutating func stageTables() {
        var changes: [Place: [Change]] = [:]
        for change in difference.changes {
            if let table = change.table { changes[Place(change.node, table), default: []].append(change) }
        }
        guard !changes.isEmpty else { return }
        let blocked = blockedTables()
        for desired in difference.desired.tables {
            let place = Place(desired.node, desired.name)
            guard var here = changes[place]?.filter({ $0.set == desired.set }), !here.isEmpty,
                let observed = difference.observed.node(desired.node)?.tables[desired.name],
                let judgement = difference.judgements[desired.set]
            else { continue }
            if blocked.functions.contains(place) { here = doable(of: here) }
            let staging = Staging(here, desired, observed, judgement)
            let isBlocked = blocked.here.contains(place) || blocked.everywhere.contains(desired.name)
            var stages = isBlocked ? [] : allowedStages(staging)
            if blocked.logs.contains(place) || blocked.functions.contains(place) {
                stages = staging.closesAny ? stages.intersection([.protect]) : []
            }
            tables.append(PlannedTable(staging: staging, stages: stages))
            holdBack(Set(StageName.allCases).subtracting(stages), of: tables.count - 1)
        }
        tables.removeAll { $0.stages.isEmpty }
    }

    /// What can be done where a function is missing: the modes of the door that needs none. A log that goes off behind a door
    /// that does not close would lose what passes, and where one trigger takes another's name all hangs together.
    private mutating func doable(of changes: [Change]) -> [Change] {
        let modes = changes.filter { if case .setMode = $0.action { $0.purpose != nil } else { false } }
        let others = changes.filter { $0.purpose != nil && !modes.contains($0) }
        let doors = Set(others.map { $0.purpose?.door })
        let areCreated = others.allSatisfy { if case .create = $0.action { true } else { false } }
        let result = areCreated ? modes.filter { !doors.contains($0.purpose?.door) } : []
        heldBack += changes.filter { !result.contains($0) }
        return result
    }

    /// Tables with a blocking finding of their own: on one node, or wherever they are; and those that may still be closed:
    /// their log alone is what is found wrong, or some function is missing.
    private func blockedTables() -> (
        here: Set<Place>, everywhere: Set<TableName>, logs: Set<Place>, functions: Set<Place>
    ) {
        var (here, everywhere, logs): (Set<Place>, Set<TableName>, Set<Place>) = ([], [], [])
        var functions: Set<Place> = []
        for finding in difference.findings where finding.blocking {
            guard let table = finding.table else { continue }
            switch (finding.node, finding.code) {
            case (let node?, .noPrimaryKey), (let node?, .duplicateLog): logs.insert(Place(node, table))
            case (let node?, .functionMissing): functions.insert(Place(node, table))
            case (_, .drainUnproven): everywhere.insert(table)
            case (let node?, _): here.insert(Place(node, table))
            case (nil, _): everywhere.insert(table)
            }
        }
        return (here, everywhere, logs, functions)
    }

    /// Leaves out stages of a table.
    mutating func holdBack(_ stages: Set<StageName>, of index: Int) {
        for stage in StageName.allCases where stages.contains(stage) {
            heldBack += tables[index].staging.parts[stage] ?? []
        }
        tables[index].stages.subtract(stages)
    }

    private func allowedStages(_ staging: Staging) -> Set<StageName> {
        guard !staging.judgement.untouchable.contains(staging.desired.node) else { return [] }
        switch staging.judgement.hold {
        case .nothing: return Set(staging.parts.keys)
        case .allButClosing: return staging.closesAny ? Set(staging.parts.keys).intersection([.protect]) : []
        case .everything: return []
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
