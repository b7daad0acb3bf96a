/// What the declaration implies, trigger by trigger, for the nodes as they were observed.
public struct DesiredState: Hashable, Sendable {
    /// The declaration it was made from.
    public let declared: DeclaredCluster
    /// Every table of every set on every reachable node, sorted by set, table and node.
    public let tables: [DesiredTable]
    /// What went wrong while patterns were expanded and names were filled in.
    public let findings: [Finding]

    /// Expands patterns over all reachable members, adds the partitions of partitioned tables and fills names in.
    public init(_ declared: DeclaredCluster, _ observed: ObservedState) {
        var tables: [DesiredTable] = []
        tables.reserveCapacity(declared.sets.reduce(0) { $0 + $1.tables.count } * declared.nodes.count)
        var findings: [Finding] = []
        let nodes = declared.nodes.compactMap { node in observed.node(node.name).map { (name: node.name, seen: $0) } }
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
            let members = nodes.map { (name: $0.name, seen: $0.seen, role: set.role(of: $0.name)) }
            for table in expansion.tables {
                for node in members {
                    if node.role == .bystander && node.seen.tables[table.name] == nil { continue }
                    if !expansion.isOn(node.name, table.name, node.seen) { continue }
                    tables.append(
                        DesiredTable(
                            node: node.name, set: set.name, role: node.role,
                            triggers: filling.triggers(
                                table.name, node.seen.tables[table.name], on: node.seen, as: node.role),
                            declared: table))
                }
            }
            findings += filling.collisions(expansion.tables)
        }
        self.declared = declared
        self.tables = tables
        self.findings = findings
    }

    /// The tables' names, each once.
    public var tableNames: Set<TableName> {
        var names: Set<TableName> = []
        // A table stands beside itself on the other nodes.
        for index in tables.indices where index == 0 || tables[index].name != tables[index - 1].name {
            names.insert(tables[index].name)
        }
        return names
    }

    /// How many triggers must exist, over all tables.
    public var triggerCount: Int {
        tables.indices.reduce(0) { count, index in
            guard let triggers = tables[index].triggers else { return count }
            return count + triggers.indices.count { triggers[$0].mode != nil }
        }
    }

    /// The tables of each set, which stand together.
    var tablesBySet: [SetName: ArraySlice<DesiredTable>] {
        var result: [SetName: ArraySlice<DesiredTable>] = [:]
        var rest = tables[...]
        while let set = rest.first?.set {
            let own = rest.prefix { $0.set == set }
            result[set] = own
            rest = rest[own.endIndex...]
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
    /// The engine's triggers; `nil` where an argument they need is not known on this node.
    public let triggers: [DesiredTrigger]?
    /// The declaration it follows from: its own, its pattern's or its partitioned root's.
    public let declared: DeclaredTable

    /// The table; a partition stands beside its root.
    public var name: TableName { declared.name }
    /// What in the cluster file asked for it.
    public var because: Position { declared.because }
}
