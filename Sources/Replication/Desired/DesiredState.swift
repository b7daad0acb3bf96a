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
        var owner: [TableName: SetName] = [:]
        for set in declared.sets { for table in set.tables { owner[table.name] = set.name } }
        let partitions = observed.partitions
        for set in declared.sets {
            let expansion = Expansion(set, observed, partitions, claimed: owner)
            for table in expansion.tables { owner[table.name] = set.name }
            findings += expansion.findings
            let filling = Filling(declared.engine, set)
            for table in expansion.tables {
                for node in declared.nodes {
                    guard let seen = observed.node(node.name) else { continue }
                    let role = set.role(of: node.name)
                    let found = seen.tables[table.name]
                    if role == .bystander && found == nil { continue }
                    if !expansion.isOn(node.name, table.name, seen) { continue }
                    tables.append(
                        DesiredTable(
                            node: node.name, set: set.name, name: table.name, role: role,
                            triggers: filling.triggers(table.name, found, on: seen, as: role), declared: table))
                }
            }
            findings += filling.collisions(expansion.tables)
        }
        self.declared = declared
        self.tables = tables
        self.findings = findings
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
    /// The table; a partition stands beside its root.
    public let name: TableName
    /// The node's declared part.
    public let role: Role
    /// The engine's triggers; `nil` where an argument they need is not known on this node.
    public let triggers: [DesiredTrigger]?
    /// The declaration it follows from: its own, its pattern's or its partitioned root's.
    public let declared: DeclaredTable

    /// What in the cluster file asked for it.
    public var because: Position { declared.because }
}
