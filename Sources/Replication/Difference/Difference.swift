/// Desired minus observed: what apply can mend, what it must not or cannot, and how every node stands.
public struct Difference: Hashable, Sendable {
    /// What was desired.
    public let desired: DesiredState
    /// What was observed.
    public let observed: ObservedState
    /// Every change that would make them equal, held back or not, sorted by set, table and node.
    public private(set) var changes: [Change]
    /// The changes that a selection left out, in the same order.
    public private(set) var leftOut: [Change] = []
    /// Every finding, worst first.
    public let findings: [Finding]
    /// The part of every node in every set, sorted by set and node.
    public let roles: [SetRole]
    /// The lost origin named by `--failover`.
    public let failover: NodeName?
    /// The declared origins that were found open, of the sets of which nothing is held back.
    let openOrigins: [SetName: NodeName]
    /// What may happen to each set.
    let judgements: [SetName: SetJudgement]

    /// Whether nothing differs and nothing blocks.
    public var isInSync: Bool { changes.isEmpty && !findings.contains(where: \.blocking) }

    /// The node named by `--failover`, while it is out of reach; one that answers is not given up.
    public var lost: NodeName? { observed.lost(failover) }

    /// Whether a name is a node of the file, or on record as a member of one of its sets.
    public func knows(_ node: NodeName) -> Bool {
        desired.declared.node(node) != nil || judgements.values.contains { $0.authority.members.contains(node) }
    }

    /// Compares every table on every node; `failover` is the lost origin that the operator has given up, if any.
    public init(from observed: ObservedState, to desired: DesiredState, failover: NodeName? = nil) {
        let declared = desired.declared
        let audit = NodeAudit(declared, observed, failover: failover)
        var findings = desired.findings + audit.findings
        var changes: [Change] = []
        let places = desired.placesBySet
        let readable = declared.nodes.map(\.name).filter { !audit.unread.contains($0) }
        let nodes = readable.reduce(into: [:]) { $0[$1] = observed.node($1) }
        var judgements: [SetName: SetJudgement] = [:]
        var openOrigins: [SetName: NodeName] = [:]
        var roles: [SetRole] = []
        for set in declared.sets {
            var judgement = SetJudgement(set, declared, observed, audit, failover: failover)
            let (judged, onNodes) = judge(
                desired.tables, places[set.name] ?? 0..<0, on: nodes, desired.families, declared, judgement.slonySet)
            judgement.attribute(judged, declared, observed)
            let audits = SetAudit(judgement, judged, declared, observed, failover: failover)
            let found = judged.gathered(\.findings).filter { !audits.explains($0) } + audits.findings
            judgement.holdBack(for: found + desired.findings, everything: audits.holdsEverything)
            var installs = Installations(judgement, onNodes, declared, nodes)
            let touching = judged.gathered(\.changes)
            let missing = MissingRights(judgement, judged, installs.changes + touching, declared, nodes)
            if !missing.findings.isEmpty {
                judgement.holdBack(for: missing)
                installs = Installations(judgement, onNodes, declared, nodes)
            }
            let move = SlonyMove(judgement, declared, observed, audit.slonyNames)
            findings += judgement.findings.map { $0.moving(by: move, beside: found) } + found + missing.findings
            changes += installs.changes + touching
            openOrigins[set.name] = installs.origin
            roles += declared.nodes.map { node in
                SetRole(set, node.name, onNodes[node.name] ?? [], isUnread: audit.unread.contains(node.name))
            }
            judgements[set.name] = judgement
        }
        findings += ClusterAudit(desired, observed, changes, judgements).findings
        self.desired = desired
        self.observed = observed
        self.changes = changes
        self.findings = findings.sorted { $0.order(before: $1) }
        self.roles = roles
        self.failover = failover
        self.openOrigins = openOrigins
        self.judgements = judgements
    }
}

/// Judges the tables of one set, each on a node beside the one before it there.
///
/// - Parameter places: Where those of the set stand among all.
/// - Returns: All in their order, and those of each node by themselves.
private func judge(
    _ tables: [DesiredTable], _ places: Range<Int>, on nodes: [NodeName: ObservedNode],
    _ families: [NodeName: PartitionFamilies], _ declared: DeclaredCluster, _ slonySet: Int?
) -> (all: [TableJudgement], onNodes: [NodeName: [TableJudgement]]) {
    var all: [TableJudgement?] = places.map { _ in nil }
    var onNodes: [NodeName: [TableJudgement]] = [:]
    for (name, node) in nodes {
        guard let families = families[name] else { continue }
        var precedent: Precedent?
        var listed: [TableName: UInt32]?
        var here: [TableJudgement] = []
        for place in places where tables[place].node == name {
            let judgement = TableJudgement(
                tables, place, node, declared, families, slonySet: slonySet, &precedent, &listed)
            all[place - places.lowerBound] = judgement
            here.append(judgement)
        }
        onNodes[name] = here
    }
    return (all.compactMap { $0 }, onNodes)
}

extension [TableJudgement] {
    /// What some of them hold, in their order. Most hold nothing and are not copied for it.
    func gathered<Held>(_ held: KeyPath<TableJudgement, [Held]>) -> [Held] {
        var result: [Held] = []
        for index in indices where !self[index].isQuiet { result += self[index][keyPath: held] }
        return result
    }
}

extension Difference {
    /// The same difference with other changes.
    func with(changes: [Change], leftOut: [Change] = []) -> Difference {
        var result = self
        result.changes = changes
        result.leftOut = leftOut
        return result
    }
}

extension Finding {
    /// Worst first, then by place.
    func order(before other: Finding) -> Bool {
        if severity != other.severity { return severity < other.severity }
        if code != other.code { return code < other.code }
        if set != other.set { return (set ?? "") < (other.set ?? "") }
        if table != other.table { return optionalLess(table, other.table) }
        if node != other.node { return (node ?? "") < (other.node ?? "") }
        if trigger != other.trigger { return (trigger ?? "") < (other.trigger ?? "") }
        return message < other.message
    }

    private func optionalLess(_ left: TableName?, _ right: TableName?) -> Bool {
        guard let left, let right else { return left == nil && right != nil }
        return left < right
    }
}
