// Partitions that one node has taken out of their family and others have not.

extension SetAudit {
    /// A table that takes part in the set by itself where other members have it in a partitioned table: its triggers are
    /// right, and the rows that the others find through the partitioned table are not found there.
    mutating func findDetachedPartitions(_ judged: [TableJudgement], _ observed: ObservedState) {
        findLeftOpen(judged, observed)
        guard judged.contains(where: { $0.kind == .partitionedTable }) else { return }
        let members = judged.filter { $0.desired.role != .bystander && $0.kind != nil }
        var attached: [TableName: (node: NodeName, root: TableName)] = [:]
        for table in members where attached[table.desired.name] == nil {
            attached[table.desired.name] = table.observed?.partitionOf.map { (table.desired.node, $0) }
        }
        for table in members where table.observed?.partitionOf == nil {
            let (name, node) = (table.desired.name, table.desired.node)
            guard let other = attached[name], observed.node(node)?.tables[other.root]?.kind == .partitionedTable
            else { continue }
            find(
                .tableMissing, table, blocking: false,
                "\(name) is a partition of \(other.root) on '\(other.node)', and a table by itself on '\(node)'",
                next: "attach it on '\(node)' again, or detach it on every member")
        }
    }

    /// A partition that is to open on the origin and that another member has outside the family: nothing there is asked to
    /// refuse its writes, and all that a look sees of it is what was left on it.
    private mutating func findLeftOpen(_ judged: [TableJudgement], _ observed: ObservedState) {
        guard let origin = set.origin else { return }
        let left = judgement.members.subtracting([origin]).reduce(into: [TableName: NodeName]()) { left, member in
            for stray in observed.node(member)?.stray ?? [] {
                left[stray.table] = min(left[stray.table] ?? member, member)
            }
        }
        guard !left.isEmpty else { return }
        for table in judged where table.desired.node == origin && table.doors?.rows.isClosed ?? false {
            guard let root = table.observed?.partitionOf, let member = left[table.desired.name] else { continue }
            find(
                .tableMissing, table,
                "\(table.desired.name) is a partition of \(root) on '\(origin)', and a table by itself on '\(member)', where "
                    + "nothing refuses its writes",
                next: "attach it on '\(member)' again, or drop it there, before it opens on '\(origin)'")
        }
    }
}

extension ObservedState {
    /// Where a table is a partition, by the names of the nodes: the first that has it so, and what it belongs to there.
    func home(ofPartition table: TableName, among nodes: [DeclaredNode]) -> (node: NodeName, root: TableName)? {
        for node in nodes {
            if let root = self.node(node.name)?.tables[table]?.partitionOf { return (node.name, root) }
        }
        return nil
    }
}
