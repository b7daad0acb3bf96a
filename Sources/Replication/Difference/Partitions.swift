/// The partitioned tables of one node, each with what lies below it at any depth.
struct PartitionFamilies: Hashable {
    /// The topmost partitioned table that was read, by partition.
    private var roots: [TableName: TableName] = [:]
    /// Below each root: the triggers that are no clones, each with the first partition that has it.
    private var own: [TableName: [Likeness: TableName]] = [:]
    /// The triggers that each root should have.
    private let desired: [TableName: [DesiredTrigger]]
    /// Which of them stand on each root as they should: the server has made the clones.
    private var standing: [TableName: Set<TriggerName>] = [:]
    /// What each partition would have for itself instead of a clone, by the clone's name.
    private var superseded: [TableName: [TriggerName: DesiredTrigger]] = [:]
    /// The names of those that take the place of what stands on each root with another definition.
    private var impostors: [TableName: Set<TriggerName>] = [:]
    /// What lies below each partitioned table, at any depth.
    private var below: [TableName: [TableName]] = [:]
    /// Whether the server gives a root's row triggers to its partitions, as it does from 13.
    private let hasClones: Bool
    /// Whether there are none.
    let isEmpty: Bool

    /// - Parameter desired: Every table of every set on this node.
    init(_ node: ObservedNode, _ desired: some Sequence<DesiredTable>) {
        hasClones = node.identity.clonesRowTriggers
        isEmpty = !node.tables.values.contains { $0.kind == .partitionedTable }
        guard !isEmpty else {
            self.desired = [:]
            return
        }
        self.desired = desired.reduce(into: [:]) { result, table in
            if node.tables[table.name]?.kind == .partitionedTable { result[table.name] = table.triggers }
        }
        for (root, triggers) in self.desired {
            guard let found = node.tables[root] else { continue }
            standing[root] = Set(
                triggers.filter { trigger in found.triggers.contains(where: trigger.isSameDefinition) }.map(\.name))
            let claims = NameClaims(triggers, on: found)
            impostors[root] = Set(
                triggers.filter { trigger in
                    found.trigger(trigger.name).map { $0.isForRows && claims.replaces($0, by: trigger) } ?? false
                }.map(\.name))
        }
        for table in node.tables.values where table.partitionOf != nil {
            let above = node.tables(above: table.name).filter { node.tables[$0] != nil }
            guard let root = above.last else { continue }
            for name in above { below[name, default: []].append(table.name) }
            roots[table.name] = root
            for trigger in table.triggers where !trigger.isClone {
                for likeness in [Likeness.name(trigger.name), .function(trigger.function, trigger.type)] {
                    let first = own[root]?[likeness] ?? table.name
                    own[root, default: [:]][likeness] = min(first, table.name)
                }
            }
        }
    }

    /// The tables below a partitioned one, at any depth.
    func partitions(below root: TableName) -> [TableName] { below[root] ?? [] }

    /// The topmost partitioned table above one; `nil` where it is none's partition, or none above it was read.
    func root(of table: TableName) -> TableName? { roots[table] }

    /// The first partition below a root that keeps a trigger from being cloned, since it has one of its own under that
    /// name or with that function; `nil` where the server clones none.
    func owner(of trigger: DesiredTrigger, below root: TableName) -> TableName? {
        guard hasClones else { return nil }
        return [own[root]?[.name(trigger.name)], own[root]?[.function(trigger.function, trigger.type)]].compactMap {
            $0
        }.min()
    }

    /// Whether a root can have the trigger of one template, and give it to every partition; one that has it did so.
    func clones(_ template: Int, of root: TableName) -> Bool {
        guard hasClones, let triggers = desired[root], triggers.indices.contains(template) else {
            return false
        }
        let trigger = triggers[template]
        return standing[root]?.contains(trigger.name) ?? false || owner(of: trigger, below: root) == nil
    }

    /// Whether a root's trigger of a name is replaced, and so are its clones.
    func hasImpostor(_ name: TriggerName, on root: TableName) -> Bool { impostors[root]?.contains(name) ?? false }

    /// The triggers that a table should have: where the root's are cloned they have the root's names and arguments. Those
    /// that it would have by itself are kept in mind.
    mutating func triggers(of table: DesiredTable) -> [DesiredTrigger]? {
        guard let root = roots[table.name], let above = desired[root] else { return table.triggers }
        return table.triggers?.enumerated().map { template, trigger in
            guard TriggerType(bits: trigger.type).level == .row, clones(template, of: root) else { return trigger }
            superseded[table.name, default: [:]][above[template].name] = trigger
            return above[template]
        }
    }

    /// What a partition would have for itself, by the names of the clones that it has instead.
    func superseded(on table: TableName) -> [TriggerName: DesiredTrigger] { superseded[table] ?? [:] }

    /// What keeps a root's trigger from being cloned: its name is taken, or a partition has the like of it.
    private enum Likeness: Hashable {
        case name(TriggerName)
        case function(FunctionName, Int16)
    }
}

/// How a partitioned table's triggers and its partitions' hang together on one node.
///
/// From 13 a row trigger of the root is cloned to every partition, those to come among them, so it is made there. Where
/// the server is older, or a partition has a trigger of its own like it, every partition has its own.
struct Partitions {
    /// Row triggers that the root gives this partition.
    private(set) var cloned: Set<TriggerName> = []
    /// Those of them that are replaced with their root's, which is another's.
    private(set) var replaced: Set<TriggerName> = []
    /// Row triggers that this partitioned table, the root or one below it, cannot have.
    private(set) var skipped: Set<TriggerName> = []
    /// What this partition would have for itself, by the names of the clones that it has instead.
    let superseded: [TriggerName: DesiredTrigger]
    /// Whether a clone here goes with its root's trigger, which the plan looks after too.
    let hasRoot: Bool
    private(set) var findings: [Finding] = []

    init(of table: ObservedTable, in families: PartitionFamilies, _ desired: DesiredTable) {
        let root = families.root(of: table.name)
        hasRoot = root != nil
        superseded = families.superseded(on: table.name)
        guard root != nil || (table.kind == .partitionedTable && table.partitionOf == nil) else { return }
        for (template, trigger) in (desired.triggers ?? []).enumerated()
        where TriggerType(bits: trigger.type).level == .row {
            if families.clones(template, of: root ?? table.name) {
                guard let root else { continue }
                cloned.insert(trigger.name)
                if families.hasImpostor(trigger.name, on: root) { replaced.insert(trigger.name) }
            } else if table.kind == .partitionedTable, !(table.trigger(trigger.name)?.isForRows ?? false) {
                skipped.insert(trigger.name)
                guard let first = families.owner(of: trigger, below: table.name), trigger.purpose == .deny else {
                    continue
                }
                findings.append(
                    Finding(
                        .partitionOwnTrigger, set: desired.set, node: desired.node, table: table.name,
                        trigger: trigger.name, "\(first) has its own \(trigger.name.shown), or its like",
                        because: desired.because))
            }
        }
    }
}

extension ObservedTrigger {
    /// Whether it fires for each row, and has clones on the partitions of its table.
    var isForRows: Bool { TriggerType(bits: type).level == .row }
}

extension ObservedNode {
    /// The partitioned tables above one, the nearest first.
    public func tables(above name: TableName) -> [TableName] {
        var result: [TableName] = []
        var parent = tables[name]?.partitionOf
        while let above = parent, !result.contains(above) {
            result.append(above)
            parent = tables[above]?.partitionOf
        }
        return result
    }

    /// The tables below a partitioned one, at any depth. All tables are looked at, once for each level.
    public func partitions(below root: TableName) -> [TableName] {
        guard tables[root]?.kind == .partitionedTable else { return [] }
        var result: [TableName] = []
        var parents: Set = [root]
        while !parents.isEmpty {
            let children = tables.values.filter { $0.partitionOf.map(parents.contains) ?? false }
            result += children.map(\.name)
            parents = Set(children.lazy.filter { $0.kind == .partitionedTable }.map(\.name))
        }
        return result
    }
}
