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
    /// Slony's number of the set, where the engine is Slony and it is known.
    let slonySet: Int?
    /// Declared and recorded members; the node named by `--failover` is left out while it is out of reach.
    let members: Set<NodeName>
    /// The node named by `--failover`, while it is out of reach.
    let lost: NodeName?
    /// Who wrote a table last, where that is not the set's last origin.
    var lastWriters: [TableName: Authority.LastOrigin] = [:]
    /// Nodes that no change of this set may touch.
    private(set) var untouchable: Set<NodeName>
    /// Nodes whose doors are not known: nothing opens beside them.
    let unread: Set<NodeName>
    private(set) var hold: Hold = .nothing
    private(set) var findings: [Finding] = []

    init(
        _ set: ReplicationSet, _ declared: DeclaredCluster, _ observed: ObservedState, _ audit: NodeAudit,
        failover: NodeName?
    ) {
        self.set = set
        slonySet = declared.engine.catalog == .slony ? slonySetID(set, declared, observed) : nil
        authority = Authority(set, declared, observed, slonySet: slonySet, names: audit.slonyNames)
        // One that answers is not lost, even where it refuses or is not what was declared: it may accept writes.
        lost = observed.lost(failover)
        members = Set(set.members).union(authority.members).subtracting(lost.map { [$0] } ?? [])
        var untouchable = audit.unread.union(audit.unchangeable)
        let unnamed = members.filter { declared.node($0) == nil }
        unread = audit.unread.intersection(members).union(unnamed)
        if let slonySet {
            let catalog = SlonyJudgement(
                set, slonySet, authority, declared, observed, failover: failover)
            findings += catalog.findings
            untouchable.formUnion(catalog.untouchable)
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

    /// Takes in which rights are missing.
    mutating func holdBack(for missing: MissingRights) {
        untouchable.formUnion(missing.nodes)
        holdBack(for: missing.findings)
    }
}
