// A set has one last origin, and a table may have another: one that was taken over from another set, that was out of the
// file for a while, or that was moved by hand. Judged by the set's it would be opened, or closed, as a repair.

extension SetJudgement {
    /// Takes in the tables that were last written elsewhere than their set, among those that its origin refuses writes for,
    /// or does not log where nothing could refuse them, or that are written at all where it is to have no origin.
    mutating func attribute(_ judged: [TableJudgement], _ declared: DeclaredCluster, _ observed: ObservedState) {
        guard !declared.engine.catalog.movesOrigins else { return }
        let isNowhere = set.origin == nil
        let doubtful = judged.indices.lazy.filter { [origin = set.origin] index in
            isNowhere
                ? judged[index].doors?.role == .origin
                : judged[index].desired.node == origin && judged[index].doors?.isYetToOpen ?? false
        }
        let names = Set(doubtful.map { judged[$0].desired.name })
        guard !names.isEmpty else { return }
        var writers: [TableName: Set<NodeName>] = [:]
        for index in judged.indices where judged[index].doors?.role == .origin {
            let desired = judged[index].desired
            if names.contains(desired.name) { writers[desired.name, default: []].insert(desired.node) }
        }
        for name in names {
            let former = formerOrigins(of: name, declared, observed)
            if !isNowhere, let only = writers[name]?.first, writers[name]?.count == 1 {
                lastWriters[name] = .node(only)
            } else if let only = former.first {
                lastWriters[name] = former.count > 1 ? .unknown : only.map { .node($0) } ?? .nowhere
            }
        }
    }

    /// The last origins of other sets to which the nodes have a table on record.
    func formerOrigins(
        of table: TableName, _ declared: DeclaredCluster, _ observed: ObservedState
    ) -> Set<NodeName?> {
        declared.nodes.reduce(into: []) { origins, node in
            guard let builtin = observed.node(node.name)?.builtin, let former = builtin.tables[table],
                former != set.name, let recorded = builtin.recorded.sets[former]
            else { return }
            origins.insert(recorded.origin)
        }
    }

    /// Who wrote a table last.
    func lastOrigin(of table: TableName) -> Authority.LastOrigin { lastWriters[table] ?? authority.lastOrigin }

    /// Whose writes a table may hold: the members, and who wrote it last.
    func members(of table: TableName) -> Set<NodeName> {
        guard case .node(let writer) = lastWriters[table], writer != lost else { return members }
        return members.union([writer])
    }

    /// Whose writes one of these tables may hold.
    func members(ofAny tables: [TableName]) -> Set<NodeName> {
        guard !lastWriters.isEmpty else { return members }
        return tables.reduce(into: members) { all, table in
            guard case .node(let writer) = lastWriters[table], writer != lost else { return }
            all.insert(writer)
        }
    }

    /// Whether the sequences of a table that opens on the origin are looked at, or put ahead: where the origin wrote it last,
    /// it handed their values out itself.
    func handsOverSequences(of table: TableName, by policy: SequencePolicy) -> Bool {
        switch policy {
        case .ignore: false
        case .check: set.origin.map { lastOrigin(of: table) != .node($0) } ?? false
        case .advance: true
        }
    }

    /// Whether that may be so of any table; mostly not, and none is looked for.
    func mayHandOverSequences(by policy: SequencePolicy) -> Bool {
        switch policy {
        case .ignore: false
        case .check: !lastWriters.isEmpty || authority.lastOrigin != set.origin.map { .node($0) }
        case .advance: true
        }
    }

    /// Whether a node took part once, takes no part in the file any more, and is not the one that wrote a table last.
    func hasLeft(_ node: NodeName, _ table: TableName) -> Bool {
        set.role(of: node) == .bystander && lastOrigin(of: table) != .node(node)
    }
}

extension Doors {
    /// Whether a declared origin is none so far.
    fileprivate var isYetToOpen: Bool { rows.isClosed || !rows.canClose && role != .origin }
}
