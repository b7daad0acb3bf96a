/// What can be told only by looking at several sets, at tables outside all of them, or at what is to be changed.
struct ClusterAudit {
    private(set) var findings: [Finding] = []
    /// What each node's foreign keys join: child and parent.
    private var joined: [NodeName: Set<[TableName]>] = [:]

    init(
        _ desired: DesiredState, _ observed: ObservedState, _ changes: [Change],
        _ judgements: [SetName: SetJudgement]
    ) {
        let declared = desired.declared
        var setOf: [TableName: ReplicationSet] = [:]
        let sets = Dictionary(declared.sets.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let hasForeignKeys = declared.nodes.contains { observed.node($0.name)?.foreignKeys.isEmpty == false }
        if hasForeignKeys {
            for table in desired.tables where setOf[table.name] == nil { setOf[table.name] = sets[table.set] }
            for (name, keys) in declared.nodes.map({ ($0.name, observed.node($0.name)?.foreignKeys) }) {
                joined[name] = keys.map { Set($0.map { [$0.child, $0.parent] }) }
            }
        }
        let changing = Set(changes.map(\.node))
        for node in declared.nodes {
            guard let seen = observed.node(node.name) else { continue }
            for stray in seen.stray where seen.builtin?.otherClusters[stray.table] == nil {
                audit(stray, on: node, observed.home(ofPartition: stray.table, among: declared.nodes))
            }
            if changing.contains(node.name) {
                for name in seen.eventTriggers {
                    findings.append(
                        Finding(
                            .eventTrigger, node: node.name, trigger: TriggerName(name.text),
                            "event trigger \(name.shown) on '\(node.name)' fires for DDL", because: node.because))
                }
            }
            if let builtin = seen.builtin, !builtin.functionsIntact, builtin.version == BuiltinSchema.version {
                findings.append(
                    Finding(
                        .functionAltered, node: node.name,
                        "a function of the schema polarity on '\(node.name)' is not as it was installed",
                        because: node.because))
            }
            audit(bypassesOn: node, seen, declared.engine)
            for key in seen.foreignKeys { audit(key, on: node, setOf) }
        }
        findTruncateGap(desired)
        findReadOnly(declared, observed, changes, judgements)
    }

    /// Looking writes nothing: a node that is read-only by default matters where a change of its sets is held back for it.
    private mutating func findReadOnly(
        _ declared: DeclaredCluster, _ observed: ObservedState, _ changes: [Change],
        _ judgements: [SetName: SetJudgement]
    ) {
        let readOnly = declared.nodes.filter { node in
            observed.node(node.name).map { $0.identity.readOnly && !$0.identity.inRecovery } ?? false
        }
        guard !readOnly.isEmpty else { return }
        let concerned = Set(changes.map(\.set)).reduce(into: Set(changes.map(\.node))) { nodes, set in
            nodes.formUnion(judgements[set]?.members ?? [])
        }
        for node in readOnly where concerned.contains(node.name) {
            findings.append(
                Finding(
                    .readOnly, node: node.name, "node '\(node.name)' has default_transaction_read_only on",
                    because: node.because))
        }
    }

    /// What lets whole sessions write past the engine's triggers.
    private mutating func audit(bypassesOn node: DeclaredNode, _ seen: ObservedNode, _ engine: Engine) {
        for setting in seen.sessionRoles where engine.isPassed(by: setting.role) {
            let (whose, reset) = setting.words(in: seen.identity.database)
            findings.append(
                Finding(
                    .sessionRoleSet, node: node.name,
                    "\(whose) on '\(node.name)' has session_replication_role = \(setting.role.rawValue)",
                    next: reset + ", unless only the replication itself logs in that way", because: node.because))
        }
        if seen.isDaemonModePublic, let function = engine.daemonMode {
            findings.append(
                Finding(
                    .daemonModePublic, node: node.name,
                    "PUBLIC may execute \(function)() on '\(node.name)'",
                    next:
                        "grant EXECUTE to the daemon's role, then REVOKE EXECUTE ON FUNCTION \(function)() FROM PUBLIC",
                    because: node.because))
        }
    }

    /// - Parameter home: Where the table is a partition.
    private mutating func audit(
        _ stray: StrayTrigger, on node: DeclaredNode, _ home: (node: NodeName, root: TableName)?
    ) {
        let its = "\(stray.trigger.shown) on \(stray.table) on '\(node.name)' is the engine's, and the "
        findings.append(
            Finding(
                .strayTrigger, node: node.name, table: stray.table, trigger: stray.trigger,
                home.map {
                    "\(its)table, a partition of \($0.root) on '\($0.node)', is none there: it takes no part in the set"
                } ?? its + "file does not declare the table",
                next: home.map { _ in
                    "attach it on '\(node.name)' again; or drop the trigger, and see to it that nothing writes there"
                }, because: node.because))
    }

    private mutating func audit(_ key: ForeignKey, on node: DeclaredNode, _ setOf: [TableName: ReplicationSet]) {
        switch (setOf[key.parent], setOf[key.child]) {
        case (let parent?, let child?) where parent.origin != child.origin && key.cascades:
            findings.append(
                Finding(
                    .foreignKeyCrossesSets, set: child.name, node: node.name, table: key.child,
                    "foreign key \(key.name.shown) on '\(node.name)' joins \(key.child) of set '\(child.name)' to "
                        + "\(key.parent) of set '\(parent.name)', which has another origin",
                    because: child.because))
        case (let parent?, nil) where parent.role(of: node.name) == .subscriber && isMissing(key, on: parent.origin):
            findings.append(
                Finding(
                    .foreignKeyOnlyOnSubscriber, set: parent.name, node: node.name, table: key.child,
                    "foreign key \(key.name.shown) joins \(key.child), which is not replicated, to \(key.parent) on "
                        + "subscriber '\(node.name)'",
                    because: parent.because))
        case (.some, .some), (.some, nil), (nil, .some), (nil, nil): break
        }
    }

    /// Whether the origin was read and joins no such tables: where it does, TRUNCATE CASCADE empties the child there, too.
    private func isMissing(_ key: ForeignKey, on origin: NodeName?) -> Bool {
        origin.flatMap { joined[$0] }.map { !$0.contains([key.child, key.parent]) } ?? false
    }

    private mutating func findTruncateGap(_ desired: DesiredState) {
        let engine = desired.declared.engine
        guard !engine.templates.contains(where: { $0.purpose == .truncateDeny }), !desired.tables.isEmpty else {
            return
        }
        let lacks =
            engine.templates.contains { $0.purpose == .truncateLog } ? "truncate deny triggers" : "truncate triggers"
        findings.append(
            Finding(
                .truncateUnguarded, "engine \(engine.name) has no \(lacks): TRUNCATE passes everywhere",
                because: desired.declared.because))
    }
}
