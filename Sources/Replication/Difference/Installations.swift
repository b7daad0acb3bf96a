/// What the schema `polarity` on each node must hold for one set, where the engine records itself there.
///
/// Before anything else a node gets the schema and whatever widens its record: tables and members that are new. What
/// narrows a record, or names another origin, comes last, when it has become true.
struct Installations {
    private(set) var changes: [Change] = []

    init(_ judgement: SetJudgement, _ desired: DesiredState, _ observed: ObservedState, _ audit: NodeAudit) {
        let declared = desired.declared
        guard declared.engine.catalog == .polarity else { return }
        var tables: [NodeName: [TableName]] = [:]
        for table in desired.tables where table.set == judgement.set.name && table.role != .bystander {
            guard observed.node(table.node)?.tables[table.name] != nil else { continue }
            tables[table.node, default: []].append(table.name)
        }
        for node in declared.nodes where !audit.unread.contains(node.name) {
            guard let seen = observed.node(node.name) else { continue }
            let isFirst = declared.sets.first { $0.members.contains(node.name) }?.name == judgement.set.name
            install(judgement.set, on: node.name, seen.builtin, (tables[node.name] ?? []).sorted(), declared, isFirst)
        }
    }

    private mutating func install(
        _ set: ReplicationSet, on node: NodeName, _ builtin: BuiltinRegistrations?, _ tables: [TableName],
        _ declared: DeclaredCluster, _ isFirst: Bool
    ) {
        let found = builtin?.recorded.sets[set.name]
        guard found != nil || set.role(of: node) != .bystander else { return }
        let recorded = (builtin?.tables ?? [:]).filter { $0.value == set.name }.map(\.key).sorted()
        let final = RecordedSet(origin: set.origin, members: Set(set.members))
        let wide = RecordedSet(
            origin: found.map(\.origin) ?? set.origin, members: final.members.union(found?.members ?? []))
        let all = Set(tables + recorded).sorted()
        let isCurrent = builtin.map { $0.version == BuiltinSchema.version && $0.functionsIntact } ?? false
        let installsSchema = isFirst && !isCurrent
        let widens = found != wide || all != recorded || builtin?.recorded.node == nil
        let change = { (preparation: Installation.Preparation, recorded: RecordedSet, tables: [TableName]) in
            let record = SetRecord(
                cluster: declared.name, node: node, set: set.name, recorded: recorded, tables: tables)
            let installation = Installation(
                preparation, from: builtin?.version, to: BuiltinSchema.version, record: record)
            return Change(
                node: node, set: set.name, table: nil, purpose: nil, action: .install(installation),
                because: set.because)
        }
        if installsSchema || widens { changes.append(change(installsSchema ? .schema : .record, wide, all)) }
        if wide != final || all != tables { changes.append(change(.conclusion, final, tables)) }
    }
}
