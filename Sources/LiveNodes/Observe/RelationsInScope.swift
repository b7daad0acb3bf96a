import Replication

/// Tells the relations that a scope means from others: the named, the matching, and all partitions below them.
struct RelationsInScope {
    let scope: Scope
    private var partitioned: [UInt32: (name: TableName, parent: UInt32?)] = [:]
    /// Partitions wait until every partitioned table is known.
    private var waiting: [Relation] = []

    init(_ scope: Scope) { self.scope = scope }

    /// Takes note of the next relation, and holds it where it is a partition: whether that is meant is known when every
    /// partitioned table is.
    ///
    /// - Returns: Whether it is held.
    mutating func hold(_ relation: Relation) -> Bool {
        if relation.table.kind == .partitionedTable {
            partitioned[relation.table.oid] = (relation.table.name, relation.parent)
        }
        guard relation.parent != nil else { return false }
        waiting.append(relation)
        return true
    }

    /// The partitions, each once, when every row was taken.
    mutating func partitions() -> [(relation: Relation, isMeant: Bool)] {
        defer { waiting = [] }
        return waiting.map { relation in
            var relation = relation
            relation.table.partitionOf = relation.parent.flatMap { partitioned[$0]?.name }
            return (relation, scope.asksFor(relation.table.name) || isBelowMeant(relation.parent))
        }
    }

    private func isBelowMeant(_ parent: UInt32?) -> Bool {
        guard let above = parent.flatMap({ partitioned[$0] }) else { return false }
        return scope.asksFor(above.name) || isBelowMeant(above.parent)
    }
}
