/// What the declaration implies, trigger by trigger, for the nodes as they were observed.
public struct DesiredState: Hashable, Sendable {
    /// The declaration it was made from.
    public let declared: DeclaredCluster
    /// Every table of every set on every reachable node, sorted by set, table and node.
    public let tables: [DesiredTable]
    /// What went wrong while patterns were expanded and names were filled in.
    public let findings: [Finding]
    /// The partitioned tables of each reachable node.
    let families: [NodeName: PartitionFamilies]

    /// Expands patterns over all reachable members, adds the partitions of partitioned tables and fills names in.
    public init(_ declared: DeclaredCluster, _ observed: ObservedState) {
        var tables: [DesiredTable] = []
        tables.reserveCapacity(declared.sets.reduce(0) { $0 + $1.tables.count } * declared.nodes.count)
        var findings: [Finding] = []
        // Beside each other, not paired: a pair would be copied with its whole node for every name.
        let names = declared.nodes.map(\.name).filter { observed.node($0) != nil }
        let nodes = names.compactMap { observed.node($0) }
        let partitions = observed.partitions
        // Only a pattern or a partition can claim what another set has.
        let mayClaim = declared.sets.contains { !$0.patterns.isEmpty } || partitions.values.contains { !$0.isEmpty }
        var owner: [TableName: SetName] = [:]
        for set in declared.sets where mayClaim { for table in set.tables { owner[table.name] = set.name } }
        for set in declared.sets {
            let expansion = Expansion(set, observed, partitions, claimed: owner)
            for table in expansion.tables where mayClaim { owner[table.name] = set.name }
            findings += expansion.findings
            let filling = Filling(declared.engine, set)
            let roles = names.map { set.role(of: $0) }
            let shared = roles.map(filling.shared(as:))
            for table in expansion.tables {
                for (index, role) in roles.enumerated() {
                    let mustExist = role == .bystander || expansion.isPartition(table.name)
                    if mustExist && nodes[index].tables[table.name] == nil { continue }
                    // What all tables share is not worked out for each.
                    let triggers =
                        shared[index]
                        ?? filling.triggers(table.name, nodes[index].tables[table.name], on: nodes[index], as: role)
                    tables.append(
                        DesiredTable(
                            node: names[index], set: set.name, role: role, triggers: triggers, declared: table))
                }
            }
            findings += filling.collisions(expansion.tables)
        }
        var families: [NodeName: PartitionFamilies] = [:]
        for (index, name) in names.enumerated() {
            families[name] = PartitionFamilies(nodes[index], tables.lazy.filter { $0.node == name })
        }
        let divided = Set(families.filter { !$0.value.isEmpty }.keys)
        for index in tables.indices where divided.contains(tables[index].node) {
            tables[index].triggers = families[tables[index].node]?.triggers(of: tables[index])
        }
        self.declared = declared
        self.tables = tables
        self.findings = findings
        self.families = families
    }

    /// How many tables there are, each counted once: it stands beside itself on the other nodes.
    public var tableCount: Int {
        tables.indices.count { $0 == 0 || tables[$0].name != tables[$0 - 1].name }
    }

    /// Where the tables of each set stand, one after the other.
    var placesBySet: [SetName: Range<Int>] {
        var result: [SetName: Range<Int>] = [:]
        var start = tables.startIndex
        while start < tables.endIndex {
            let set = tables[start].set
            let end = tables.indices[start...].first { tables[$0].set != set } ?? tables.endIndex
            result[set] = start..<end
            start = end
        }
        return result
    }
}

/// One table on one node as the declaration implies it.
public struct DesiredTable: Hashable, Sendable {
    /// The node.
    public let node: NodeName
    /// The set.
    public let set: SetName
    /// The node's declared part.
    public let role: Role
    /// The engine's triggers; `nil` where a name they need is not known on this node. A partition's copy of its
    /// root's trigger is as the root's.
    public fileprivate(set) var triggers: [DesiredTrigger]?
    /// The declaration it follows from: its own, its pattern's or its partitioned root's.
    public let declared: DeclaredTable

    /// The table; a partition stands beside its root.
    public var name: TableName { declared.name }
    /// What in the cluster file asked for it.
    public var because: Position { declared.because }
}
