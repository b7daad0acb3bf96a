/// Who wrote a set last, as the engine's catalog, the nodes' records or the journal have it.
///
/// Opening a node is a repair only where the authority already names it; otherwise it is an origin change.
struct Authority: Hashable {
    /// The last origin.
    enum LastOrigin: Hashable {
        case node(NodeName)
        /// Recorded as closed on every node.
        case nowhere
        /// Nothing is recorded, or the records disagree.
        case unknown
    }

    let lastOrigin: LastOrigin
    /// The last origin where it is on record.
    var recordedOrigin: NodeName? {
        if case .node(let origin) = lastOrigin { origin } else { nil }
    }
    /// Every member on record, whether the file still names it or not.
    let members: Set<NodeName>
    /// What is on record of other sets to which tables of this one belonged: renaming a set forgets nothing. The origin is
    /// nil also where their records disagree.
    let inherited: RecordedSet
    /// What each node that was read says of the set's origin: its name, a Slony node number without a name, or none.
    let views: [NodeName: String]

    /// - Parameters:
    ///   - slonySet: Slony's number of the set, where the engine is Slony and it is known.
    ///   - names: Slony's numbers of the nodes.
    init(
        _ set: ReplicationSet, _ declared: DeclaredCluster, _ observed: ObservedState, slonySet: Int?,
        names: [Int: NodeName]
    ) {
        switch declared.engine.catalog {
        case .none: self.init(journal: set, declared, observed.journal)
        case .polarity: self.init(builtin: set, declared, observed)
        case .slony: self.init(slony: slonySet, declared, observed, names)
        }
    }

    private init(
        recorded own: [RecordedSet], inherited: [RecordedSet], claims: Set<NodeName>, views: [NodeName: String]
    ) {
        let recorded = own.isEmpty ? inherited : own
        members = (own + inherited).reduce(into: []) { $0.formUnion($1.members) }
        let origin = Set(inherited.map(\.origin)).count == 1 ? inherited[0].origin : nil
        self.inherited = RecordedSet(
            origin: own.isEmpty ? origin : nil, members: inherited.reduce(into: []) { $0.formUnion($1.members) })
        self.views = views
        let origins = Set(recorded.map(\.origin))
        if let only = origins.first, origins.count == 1 {
            lastOrigin = only.map { .node($0) } ?? .nowhere
        } else if let claim = claims.first, claims.count == 1 {
            lastOrigin = .node(claim)
        } else {
            lastOrigin = .unknown
        }
    }

    /// The journal knows no tables: a set that is new to it may be any that the file no longer names.
    private init(journal set: ReplicationSet, _ declared: DeclaredCluster, _ journal: RecordedCluster) {
        let own = journal.sets[set.name].map { [$0] } ?? []
        let names = Set(declared.sets.map(\.name))
        let orphans = journal.sets.filter { !names.contains($0.key) }.sorted { $0.key < $1.key }.map(\.value)
        self.init(recorded: own, inherited: own.isEmpty ? orphans : [], claims: [], views: [:])
    }

    /// Records that disagree are settled by a single node that records itself as the origin: it was opened last.
    private init(builtin set: ReplicationSet, _ declared: DeclaredCluster, _ observed: ObservedState) {
        var recorded: [RecordedSet] = []
        var inherited: [RecordedSet] = []
        var claims: Set<NodeName> = []
        var views: [NodeName: String] = [:]
        for node in declared.nodes {
            guard let builtin = observed.node(node.name)?.builtin else { continue }
            inherited += builtin.formerSets(of: set).compactMap { builtin.recorded.sets[$0] }
            guard let seen = builtin.recorded.sets[set.name] else { continue }
            recorded.append(seen)
            views[node.name] = seen.origin?.text ?? "none"
            if seen.origin == node.name { claims.insert(node.name) }
        }
        self.init(recorded: recorded, inherited: inherited, claims: claims, views: views)
    }

    private init(
        slony id: Int?, _ declared: DeclaredCluster, _ observed: ObservedState, _ names: [Int: NodeName]
    ) {
        var views: [NodeName: String] = [:]
        var origins: Set<Int> = []
        var members: Set<NodeName> = []
        for node in declared.nodes {
            guard let slony = observed.node(node.name)?.slony, let id, let seen = slony.sets[id] else { continue }
            views[node.name] = names[seen.origin]?.text ?? "node \(seen.origin)"
            origins.insert(seen.origin)
            for member in (slony.subscribers[id] ?? []).union([seen.origin]) {
                members.insert(names[member] ?? NodeName("node \(member)"))
            }
        }
        self.views = views
        self.members = members
        inherited = RecordedSet(origin: nil, members: [])
        if let only = origins.first, origins.count == 1, let name = names[only] {
            lastOrigin = .node(name)
        } else {
            lastOrigin = .unknown
        }
    }
}

extension BuiltinRegistrations {
    /// Other sets to which tables of this set are recorded to belong, sorted.
    fileprivate func formerSets(of set: ReplicationSet) -> [SetName] {
        guard tables.rows.contains(where: { $0.set != set.name }) else { return [] }
        var names = Set(set.tables.compactMap { tables[$0.name] })
        if !set.patterns.isEmpty {
            for row in tables.rows where row.set != set.name && !names.contains(row.set) {
                if set.patterns.contains(where: { $0.matches(row.table) }) { names.insert(row.set) }
            }
        }
        return names.subtracting([set.name]).sorted()
    }
}
