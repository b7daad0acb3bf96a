import Replication

/// Tells the relations that a scope means from others: the named, the matching, and all partitions below them.
struct RelationsInScope {
    typealias Told = (relation: Relation, isMeant: Bool)

    private let scope: Scope
    private var partitioned: [UInt32: (name: TableName, parent: UInt32?)] = [:]
    /// Partitions wait until every partitioned table is known.
    private var waiting: [Relation] = []

    init(_ scope: Scope) { self.scope = scope }

    /// Takes the next row, and gives its relation unless it is a partition.
    mutating func read(_ rows: inout CopyRows) -> Told? {
        let relation = Relation(&rows)
        if relation.table.kind == .partitionedTable {
            partitioned[relation.table.oid] = (relation.table.name, relation.parent)
        }
        guard relation.parent == nil else {
            waiting.append(relation)
            return nil
        }
        return (relation, isMeant(relation.table.name))
    }

    /// The partitions, each once, when every row was taken.
    mutating func partitions() -> [Told] {
        defer { waiting = [] }
        return waiting.map { relation in
            var relation = relation
            relation.table.partitionOf = relation.parent.flatMap { partitioned[$0]?.name }
            return (relation, isMeant(relation.table.name) || isBelowMeant(relation.parent))
        }
    }

    private func isMeant(_ name: TableName) -> Bool {
        scope.named.contains(name) || scope.patterns.contains { $0.matches(name) }
    }

    private func isBelowMeant(_ parent: UInt32?) -> Bool {
        guard let above = parent.flatMap({ partitioned[$0] }) else { return false }
        return isMeant(above.name) || isBelowMeant(above.parent)
    }
}
