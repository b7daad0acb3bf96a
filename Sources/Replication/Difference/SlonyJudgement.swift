/// What Slony's own catalogs say against a set.
struct SlonyJudgement {
    private(set) var findings: [Finding] = []
    /// Nodes that are not to be changed behind Slony's back: it has them as origin, or as a member where the file has none.
    private(set) var untouchable: Set<NodeName> = []
    private(set) var isBusy = false

    init(
        _ set: ReplicationSet, _ id: Int, _ authority: Authority, _ declared: DeclaredCluster,
        _ observed: ObservedState, failover: NodeName?
    ) {
        for node in authority.members.sorted() where declared.node(node) != nil && set.role(of: node) == .bystander {
            untouchable.insert(node)
            findings.append(
                Finding(
                    .memberUnnamed, set: set.name, node: node,
                    "Slony has '\(node)' as a member of set \(id), and the file gives it no part in set '\(set.name)'",
                    next: "name it as a subscriber, or take it out with slonik: UNSUBSCRIBE SET", because: set.because))
        }
        let says = authority.views.sorted { $0.key < $1.key }.map { "\($0.key) says \($0.value)" }
        let views = "in Slony's catalog " + says.joined(separator: ", ")
        for node in set.members {
            guard let slony = observed.node(node)?.slony, let seen = slony.sets[id] else { continue }
            if seen.isLocked || slony.movesInFlight.contains(id) {
                isBusy = true
                let what = seen.isLocked ? "LOCK SET" : "MOVE SET or FAILOVER"
                let differ = Set(authority.views.values).count > 1 ? "; " + views : ""
                findings.append(
                    Finding(
                        .setBusy, set: set.name, node: node,
                        "\(what) is under way for set \(id) on node '\(node)'\(differ)",
                        next: seen.isLocked
                            ? "wait for it to end, then run again; if no slonik is at work any more: unlock set "
                                + "(id = \(id), origin = \(seen.origin))" : nil,
                        because: set.because))
            }
        }
        if !isBusy { findDropped(from: set, id, authority, observed) }
        guard let origin = set.origin, !isBusy else { return }
        let others = authority.views.filter { $0.value != origin.text }
        guard !others.isEmpty else { return }
        findings.append(
            Finding(
                .originDisagrees, set: set.name,
                "the file has origin '\(origin)'; \(views)", because: set.originPosition))
        keepOpen(id, origin, authority, declared, observed, failover: failover)
    }

    /// A subscriber's own catalog knows nothing of DROP NODE, nor of an UNSUBSCRIBE SET that did not reach it, and a clone
    /// (CLONE PREPARE) lists tables that nobody subscribed it to: what reaches it the set's origin decides.
    private mutating func findDropped(
        from set: ReplicationSet, _ id: Int, _ authority: Authority, _ observed: ObservedState
    ) {
        let origins = authority.views.filter { $0.key.text == $0.value }
        guard let origin = origins.first?.key, origins.count == 1, let catalog = observed.node(origin)?.slony else {
            return
        }
        for node in set.subscribers where node != origin && authority.views[node] == origin.text {
            guard let own = observed.node(node)?.slony, let number = own.localNode,
                catalog.subscribers[id]?.contains(number) != true,
                own.subscribers[id]?.contains(number) ?? false || own.tables.values.contains(where: { $0.set == id })
            else { continue }
            findings.append(
                Finding(
                    .tableNotRegistered, set: set.name, node: node,
                    "Slony has no subscription of '\(node)' to set \(id) on the set's origin '\(origin)': no row reaches it, "
                        + "whatever its own catalog says",
                    next: [catalog].haveDropped(number)
                        ? droppedNode(number, called: node.text)
                        : "subscribe it with slonik: SUBSCRIBE SET; or take it out of the set in the file",
                    because: set.because))
        }
    }

    /// A catalog's origin is closed only where it is certain that Slony moved on without it: it is fenced then.
    private mutating func keepOpen(
        _ id: Int, _ origin: NodeName, _ authority: Authority, _ declared: DeclaredCluster, _ observed: ObservedState,
        failover: NodeName?
    ) {
        for (node, view) in authority.views where view == node.text && node != origin {
            let survivors = authority.views.filter { $0.key != node }
            let agree = !survivors.isEmpty && survivors.allSatisfy { $0.value == origin.text }
            let catalogs = survivors.keys.sorted().compactMap { observed.node($0)?.slony }
            let failed = observed.node(node)?.slony?.localNode.map { number in
                catalogs.contains { $0.nodes[number] == true } || catalogs.haveDropped(number)
            }
            let givenUp = failed ?? false
            if !agree || !(givenUp || failover == node) { untouchable.insert(node) }
        }
        for (node, view) in authority.views where view != node.text && view != origin.text {
            if authority.views[NodeName(view)] == nil { untouchable.insert(node) }
        }
    }
}

extension Collection<SlonyRegistrations> {
    /// Whether DROP NODE took a node out of all of these catalogs, each of which knows its own.
    func haveDropped(_ node: Int) -> Bool {
        !isEmpty && allSatisfy { $0.nodes[node] == nil && $0.knowsItself }
    }
}

extension SlonyRegistrations {
    fileprivate var knowsItself: Bool { localNode.map { nodes[$0] != nil } ?? false }
}
