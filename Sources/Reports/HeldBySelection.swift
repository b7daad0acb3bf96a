import Replication

extension Report {
    /// Why changes that were selected wait although no finding holds their set back: without those that were not selected
    /// they would leave a set open twice, or written nowhere. A sentence a set, with what to do.
    public var heldBySelection: [String] {
        guard counts.leftOut > 0, let held = plan?.heldBack, !held.isEmpty else { return [] }
        let waiting = Dictionary(grouping: held, by: \.set)
        return cluster.sets.filter { waiting[$0.name] != nil && !isBlocked($0.name) }.map { set in
            "what was selected " + danger(of: waiting[set.name] ?? [], in: set)
                + ": leave out --node and --table, or select every member of the set, and every partition with its root"
        }
    }

    private func isBlocked(_ set: SetName) -> Bool {
        findings.contains { $0.blocking && ($0.set == nil || $0.set == set) }
    }

    private func danger(of changes: [Change], in set: ReplicationSet) -> String {
        let name = "set \(visible(set.name.text))"
        let open = roles.filter { $0.set == set.name && ($0.acceptsWrites == .all || $0.acceptsWrites == .some) }
        guard let origin = set.origin else { return "of \(name) is not safe without the rest" }
        let others = open.map(\.node).filter { $0 != origin }.sorted().map { visible($0.text) }
        if changes.contains(where: { $0.node == origin }), !others.isEmpty {
            let verb = others.count == 1 ? " stays open" : " stay open"
            return "would open \(name) on \(visible(origin.text)) while " + others.joined(separator: ", ") + verb
        }
        if !changes.contains(where: { $0.node == origin }), !open.contains(where: { $0.node == origin }) {
            let nodes = Set(changes.map(\.node)).sorted().map { visible($0.text) }.joined(separator: ", ")
            return "would close \(name) on \(nodes) while its origin \(visible(origin.text)) stays closed"
        }
        return "of \(name) is not safe without the rest"
    }
}
