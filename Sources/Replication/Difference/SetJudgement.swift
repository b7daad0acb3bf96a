/// What may happen to one set in this run, judged from nodes, authority and findings before any change is weighed.
struct SetJudgement: Hashable {
    /// How much is held back.
    enum Hold: Hashable {
        /// Nothing.
        case nothing
        /// All but changes that only close doors.
        case allButClosing
        /// Everything: the engine is at work on the set.
        case everything
    }

    let set: ReplicationSet
    let authority: Authority
    /// Declared and recorded members, the node named by `--failover` left out.
    let members: Set<NodeName>
    /// Nodes that no change of this set may touch.
    let untouchable: Set<NodeName>
    /// Nodes whose doors are not known: nothing opens beside them.
    let unread: Set<NodeName>
    private(set) var hold: Hold = .nothing
    private(set) var findings: [Finding] = []

    init(
        _ set: ReplicationSet, _ declared: DeclaredCluster, _ observed: ObservedState, _ audit: NodeAudit,
        failover: NodeName?
    ) {
        self.set = set
        authority = Authority(set, declared, observed)
        members = Set(set.members).union(authority.members).subtracting(failover.map { [$0] } ?? [])
        var untouchable = audit.unread.union(audit.unchangeable)
        let unnamed = members.filter { declared.node($0) == nil }
        unread = audit.unread.intersection(members).union(unnamed)
        if declared.engine.catalog == .slony {
            let catalog = SlonyJudgement(set, authority, declared, observed, failover: failover)
            findings += catalog.findings
            untouchable.formUnion(catalog.notToClose)
            if catalog.isBusy { hold = .everything }
        }
        self.untouchable = untouchable
        for name in unnamed.sorted() {
            findings.append(
                Finding(
                    .memberUnnamed, set: set.name,
                    "'\(name)' is recorded as a member of set '\(set.name)' and the file no longer names it",
                    because: set.because))
        }
        if hold == .nothing, !unread.isEmpty || !audit.unchangeable.isDisjoint(with: members) || blocks {
            hold = .allButClosing
        }
    }

    private var blocks: Bool { findings.contains(where: \.blocking) }

    /// Takes in the findings made while tables were compared.
    mutating func holdBack(for others: [Finding], everything: Bool = false) {
        if everything { hold = .everything }
        if hold == .nothing, others.contains(where: { $0.blocking && ($0.set == set.name) }) { hold = .allButClosing }
    }
}

/// What Slony's own catalogs say against a set.
struct SlonyJudgement {
    private(set) var findings: [Finding] = []
    /// Nodes that the catalog has as origin and that are not to be closed behind Slony's back.
    private(set) var notToClose: Set<NodeName> = []
    private(set) var isBusy = false

    init(
        _ set: ReplicationSet, _ authority: Authority, _ declared: DeclaredCluster, _ observed: ObservedState,
        failover: NodeName?
    ) {
        guard let id = slonySetID(set, declared, observed) else { return }
        for node in set.members {
            guard let slony = observed.node(node)?.slony, let seen = slony.sets[id] else { continue }
            if seen.isLocked || slony.moveInFlight {
                isBusy = true
                let what = seen.isLocked ? "LOCK SET" : "MOVE SET or FAILOVER"
                findings.append(
                    Finding(
                        .setBusy, set: set.name, node: node, "\(what) is under way for set \(id) on node '\(node)'",
                        because: set.because))
            }
        }
        guard let origin = set.origin, !isBusy else { return }
        let others = authority.views.filter { $0.value != origin.text }
        guard !others.isEmpty else { return }
        let views = authority.views.sorted { $0.key < $1.key }.map { "\($0.key) says \($0.value)" }
        findings.append(
            Finding(
                .originDisagrees, set: set.name,
                "the file has origin '\(origin)'; in Slony's catalog " + views.joined(separator: ", "),
                next: moveSteps(id, to: origin, declared, observed), because: set.originPosition))
        keepOpen(id, origin, authority, declared, observed, failover: failover)
    }

    /// A catalog's origin is closed only where it is certain that Slony moved on without it: it is fenced then.
    private mutating func keepOpen(
        _ id: Int, _ origin: NodeName, _ authority: Authority, _ declared: DeclaredCluster, _ observed: ObservedState,
        failover: NodeName?
    ) {
        for (node, view) in authority.views where view == node.text && node != origin {
            let survivors = authority.views.filter { $0.key != node }
            let agree = !survivors.isEmpty && survivors.allSatisfy { $0.value == origin.text }
            let number = observed.node(node)?.slony?.localNode
            let failed = survivors.keys.contains { survivor in
                number.flatMap { observed.node(survivor)?.slony?.nodes[$0] } ?? false
            }
            if !agree || !(failed || failover == node) { notToClose.insert(node) }
        }
        for (node, view) in authority.views where view != node.text && view != origin.text {
            if authority.views[NodeName(view)] == nil { notToClose.insert(node) }
        }
    }

    private func moveSteps(_ id: Int, to origin: NodeName, _ declared: DeclaredCluster, _ observed: ObservedState)
        -> String
    {
        let names = slonyNames(declared, observed)
        guard let new = names.first(where: { $0.value == origin })?.key,
            let old = set(id, observed)?.origin
        else { return FindingCode.originDisagrees.next }
        return "move it with slonik: lock set (id = \(id), origin = \(old)); "
            + "move set (id = \(id), old origin = \(old), new origin = \(new)); or correct the file"
    }

    private func set(_ id: Int, _ observed: ObservedState) -> SlonySet? {
        for name in observed.nodes.keys.sorted() {
            if let seen = observed.node(name)?.slony?.sets[id] { return seen }
        }
        return nil
    }
}
