/// What the schema `polarity` on each node must hold for one set, where the engine records itself there.
///
/// Before anything else a node gets the schema, whichever of its sets comes first, and whatever widens its record: tables
/// and members that are new. What narrows a record, names another origin, or takes a table from another set, which is all
/// that says who wrote it last, comes when it has become true.
struct Installations {
    private(set) var changes: [Change] = []
    /// The origin to record at once where none is recorded: none while the declared one has yet to be opened, which would
    /// pass for a repair afterwards.
    let origin: NodeName?

    /// - Parameters:
    ///   - judged: The tables of the set on each node.
    ///   - nodes: The nodes whose state is known.
    init(
        _ judgement: SetJudgement, _ judged: [NodeName: [TableJudgement]], _ declared: DeclaredCluster,
        _ nodes: [NodeName: ObservedNode]
    ) {
        let onOrigin = judgement.set.origin.flatMap { judged[$0] } ?? []
        let mayBeRecorded = judgement.hold == .nothing && !onOrigin.contains { $0.mayRefuse }
        origin = mayBeRecorded ? judgement.set.origin : nil
        guard declared.engine.catalog.keepsLog else { return }
        for node in declared.nodes {
            guard let seen = nodes[node.name], seen.rights.engineSchema?.isReadable ?? true,
                !(seen.builtin?.isNewer ?? false)
            else { continue }
            // In the order of their names, as the set's tables are.
            let tables = (judged[node.name] ?? []).lazy.filter { $0.desired.role != .bystander && $0.kind != nil }
            let isComplete = seen.rights.engineSchema?.isComplete ?? true
            let applied = nodes.values.compactMap { $0.builtin?.applied[node.name] }.max()
            install(
                judgement, on: node.name, seen.builtin, tables.map(\.desired.name), declared, isComplete, applied)
        }
    }

    private mutating func install(
        _ judgement: SetJudgement, on node: NodeName, _ builtin: BuiltinRegistrations?,
        _ names: some Collection<TableName>, _ declared: DeclaredCluster, _ isComplete: Bool, _ applied: Int64?
    ) {
        let (set, inherited) = (judgement.set, judgement.authority.inherited)
        let found = builtin?.recorded.sets[set.name]
        guard found != nil || set.role(of: node) != .bystander else { return }
        let final = RecordedSet(origin: set.origin, members: Set(set.members))
        let wide = RecordedSet(
            origin: found.map(\.origin) ?? judgement.authority.recordedOrigin ?? inherited.origin ?? origin,
            members: final.members.union(found?.members ?? inherited.members))
        let isCurrent = builtin.map { $0.version == BuiltinSchema.version && $0.functionsIntact } ?? false
        let installsSchema = !(isCurrent && isComplete)
        let namesNode = builtin?.recorded.node != nil
        let isSame = builtin?.tables.has(names, of: set.name) ?? false
        if isSame, namesNode, !installsSchema, found == wide, wide == final { return }
        let (tables, recorded) = (Array(names), builtin?.tables.tables(of: set.name) ?? [])
        let free = isSame ? tables : tables.filter { (builtin?.tables[$0] ?? set.name) == set.name }
        let remain = isSame ? tables.count : Set(free).intersection(recorded).count
        let loses = remain < recorded.count
        let widens = found != wide || remain < free.count || !namesNode
        let logAbove = builtin?.logEnd == nil ? applied.flatMap { $0 > 0 ? $0 : nil } : nil
        let change = { (preparation: Installation.Preparation, recorded: RecordedSet) in
            let isLast = preparation == .conclusion
            let record = SetRecord(
                cluster: declared.name, node: node, set: set.name, recorded: recorded, tables: isLast ? tables : free,
                keepsOthers: loses && !isLast)
            let installation = Installation(
                preparation, from: builtin?.version, to: BuiltinSchema.version, record: record,
                logAbove: preparation == .schema ? logAbove : nil)
            return Change(installation, because: set.because)
        }
        if installsSchema || widens { changes.append(change(installsSchema ? .schema : .record, wide)) }
        if wide != final || loses || free.count < tables.count { changes.append(change(.conclusion, final)) }
    }
}

extension TableJudgement {
    /// Whether something refuses writes here.
    fileprivate var mayRefuse: Bool { doors.map { $0.rows.mayRefuse || $0.truncate.mayRefuse } ?? false }
}
