/// The tables of one set: named, matched by a pattern, or partitions of either.
struct Expansion {
    private(set) var tables: [DeclaredTable] = []
    private(set) var findings: [Finding] = []
    private var partitions: Set<TableName> = []
    private var taken: Set<TableName> = []

    init(
        _ set: ReplicationSet, _ observed: ObservedState, _ partitions: [NodeName: [ObservedTable]],
        claimed: [TableName: SetName]
    ) {
        let members = set.members.compactMap { name in observed.node(name).map { (name, $0) } }
        guard !set.patterns.isEmpty || members.contains(where: { partitions[$0.0]?.isEmpty == false }) else {
            tables = set.tables
            return
        }
        var found: [TableName: DeclaredTable] = [:]
        for table in set.tables { found[table.name] = table }
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
        for (name, node) in members {
            for table in partitions[name] ?? [] { add(table, on: node, to: &found, set, claimed) }
        }
        for (name, node) in members {
            for table in partitions[name] ?? [] { handDown(to: table.name, on: node, in: &found) }
        }
        tables = found.keys.sorted().compactMap { found[$0] }
    }

    /// Whether a table was added as a partition: it is looked at only where the node has it.
    func isPartition(_ table: TableName) -> Bool { partitions.contains(table) }

    /// Adds a partition of a table that is meant, unless another set has it.
    private mutating func add(
        _ table: ObservedTable, on node: ObservedNode, to found: inout [TableName: DeclaredTable],
        _ set: ReplicationSet, _ claimed: [TableName: SetName]
    ) {
        guard found[table.name] == nil else { return }
        var parent = table.partitionOf
        while let name = parent {
            if let root = found[name] {
                if let other = claimed[table.name], other != set.name {
                    guard taken.insert(table.name).inserted else { return }
                    for held in [set.name, other] {
                        findings.append(
                            Finding(
                                .patternDiffers, set: held, table: table.name,
                                "\(table.name) belongs to set '\(other)' and is a partition of \(name), which belongs to "
                                    + "set '\(set.name)'",
                                next: "put the partition and its root into one set", because: root.because))
                    }
                } else {
                    found[table.name] = DeclaredTable(name: table.name, because: root.because)
                    partitions.insert(table.name)
                }
                return
            }
            parent = node.tables[name]?.partitionOf
        }
    }
    /// Hands the own triggers of the tables above a partition down to it, but for those of a name that it has itself: what
    /// is nearer goes before.
    private func handDown(to name: TableName, on node: ObservedNode, in found: inout [TableName: DeclaredTable]) {
        guard let table = found[name], table.inherited.isEmpty else { return }
        var inherited: [OwnObject] = []
        for above in node.tables(above: name) {
            let names = Set((table.triggers + inherited).map(\.name))
            inherited += (found[above]?.triggers ?? []).filter { !names.contains($0.name) }
        }
        if !inherited.isEmpty { found[name] = table.inheriting(inherited) }
    }
}

extension ObservedState {
    /// The partitions on each node, sorted by name.
    var partitions: [NodeName: [ObservedTable]] {
        nodes.keys.reduce(into: [:]) { result, name in
            result[name] = node(name)?.tables.values.filter { $0.partitionOf != nil }.sorted { $0.name < $1.name }
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
