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
        var findings: [Finding] = []
        var owner: [TableName: SetName] = [:]
        for set in declared.sets { for table in set.tables { owner[table.name] = set.name } }
        for set in declared.sets {
            let expansion = Expansion(set, observed, claimed: owner)
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

/// The tables of one set: named, matched by a pattern, or partitions of either.
struct Expansion {
    private(set) var tables: [DeclaredTable] = []
    private(set) var findings: [Finding] = []
    private var partitions: Set<TableName> = []

    init(_ set: ReplicationSet, _ observed: ObservedState, claimed: [TableName: SetName]) {
        var found: [TableName: DeclaredTable] = [:]
        for table in set.tables { found[table.name] = table }
        let members = set.members.compactMap { name in observed.node(name).map { (name, $0) } }
        for pattern in set.patterns {
            let matches = members.map { name, node in (name, pattern.tables(on: node)) }
            let union = Set(matches.flatMap(\.1))
            if union.isEmpty, !matches.isEmpty {
                findings.append(
                    Finding(
                        .patternEmpty, set: set.name,
                        "pattern '\(pattern.schema.text).\(pattern.match)' matches no table on any reachable member",
                        because: pattern.because))
            }
            for table in union.sorted() {
                let lacking = matches.filter { !$0.1.contains(table) }.map(\.0.text)
                if !lacking.isEmpty {
                    findings.append(
                        Finding(
                            .patternDiffers, set: set.name, table: table,
                            "\(table) matches the pattern on some members and does not exist on "
                                + lacking.joined(separator: ", "),
                            because: pattern.because))
                }
                if let other = claimed[table], other != set.name {
                    findings.append(
                        Finding(
                            .patternDiffers, set: set.name, table: table,
                            "\(table) matches a pattern of set '\(set.name)' and belongs to set '\(other)'",
                            next: "exclude it from the pattern", because: pattern.because))
                } else if found[table] == nil {
                    found[table] = DeclaredTable(name: table, because: pattern.because)
                }
            }
        }
        addPartitions(of: &found, members.map(\.1))
        tables = found.values.sorted { $0.name < $1.name }
    }

    /// Whether a table is to be looked at on a node: a partition only where the node has it.
    func isOn(_ node: NodeName, _ table: TableName, _ seen: ObservedNode) -> Bool {
        !partitions.contains(table) || seen.tables[table] != nil
    }

    private mutating func addPartitions(of found: inout [TableName: DeclaredTable], _ nodes: [ObservedNode]) {
        for node in nodes {
            guard node.tables.values.contains(where: { $0.partitionOf != nil }) else { continue }
            for table in node.tables.values.sorted(by: { $0.name < $1.name }) where found[table.name] == nil {
                var parent = table.partitionOf
                while let name = parent {
                    if let root = found[name] {
                        found[table.name] = DeclaredTable(name: table.name, because: root.because)
                        partitions.insert(table.name)
                        break
                    }
                    parent = node.tables[name]?.partitionOf
                }
            }
        }
    }
}

extension TablePattern {
    /// The tables on a node that the pattern means: ordinary and partitioned ones; partitions come with their root.
    fileprivate func tables(on node: ObservedNode) -> Set<TableName> {
        Set(
            node.tables.values.filter { table in
                switch table.kind {
                case .table, .partitionedTable: table.persistence != .temporary && matches(table.name)
                case .view, .materializedView, .foreignTable, .sequence, .other: false
                }
            }.map(\.name))
    }
}
