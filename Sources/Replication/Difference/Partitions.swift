/// The partitioned tables of one node, each with what lies below it at any depth.
struct PartitionFamilies {
    /// The topmost partitioned table that was read, by partition.
    private var roots: [TableName: TableName] = [:]
    /// Below each root: the triggers that are no clones, each with the first partition that has it.
    private var own: [TableName: [TriggerName: TableName]] = [:]

    init(_ node: ObservedNode) {
        for table in node.tables.values where table.partitionOf != nil {
            var root = table
            while let parent = root.partitionOf.flatMap({ node.tables[$0] }) { root = parent }
            guard root.name != table.name else { continue }
            roots[table.name] = root.name
            for trigger in table.triggers where !trigger.isClone {
                let first = own[root.name]?[trigger.name] ?? table.name
                own[root.name, default: [:]][trigger.name] = min(first, table.name)
            }
        }
    }

    /// The topmost partitioned table above one; `nil` where it is none's partition, or none above it was read.
    func root(of table: TableName) -> TableName? { roots[table] }

    /// The first partition below a root that has a trigger of its own under a name.
    func owner(of trigger: TriggerName, below root: TableName) -> TableName? { own[root]?[trigger] }
}

/// How a partitioned table's triggers and its partitions' hang together on one node.
///
/// From 13 a row trigger of the root is cloned to every partition, those to come among them, so it is made there. Where
/// the server is older, or a partition has a trigger of its own under that name, every partition has its own.
struct Partitions {
    /// Row triggers that the root gives this partition.
    private(set) var cloned: Set<TriggerName> = []
    /// Row triggers that this root cannot have.
    private(set) var skipped: Set<TriggerName> = []
    /// Whether a clone here goes with its root's trigger, which the plan looks after too.
    let hasRoot: Bool
    private(set) var findings: [Finding] = []

    init(of table: ObservedTable, in families: PartitionFamilies, on node: ObservedNode, _ desired: DesiredTable) {
        let root = families.root(of: table.name)
        hasRoot = root != nil
        guard root != nil || (table.kind == .partitionedTable && table.partitionOf == nil) else { return }
        for trigger in desired.triggers ?? [] where TriggerType(bits: trigger.type).level == .row {
            let first = families.owner(of: trigger.name, below: root ?? table.name)
            let mayClone = node.identity.serverVersion >= 130_000 && first == nil
            if root != nil {
                if mayClone { cloned.insert(trigger.name) }
            } else if !mayClone, table.trigger(trigger.name) == nil {
                skipped.insert(trigger.name)
                guard let first, trigger.purpose == .deny else { continue }
                findings.append(
                    Finding(
                        .partitionOwnTrigger, set: desired.set, node: desired.node, table: table.name,
                        trigger: trigger.name, "\(first) has its own \(trigger.name.shown)", because: desired.because))
            }
        }
    }
}

extension ObservedTable {
    /// Whether the table lies below a partitioned one, at any depth.
    func isPartition(of root: TableName, in node: ObservedNode) -> Bool {
        var parent = partitionOf
        while let name = parent {
            if name == root { return true }
            parent = node.tables[name]?.partitionOf
        }
        return false
    }
}
