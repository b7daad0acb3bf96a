import Replication

// What a node said, as far as it decides what a plan says.

extension CanonicalBytes {
    /// - Parameters:
    ///   - named: The tables that the file names, sorted, each once.
    ///   - nodes: The nodes that it names.
    mutating func add(_ answer: NodeAnswer, named: [TableName], among nodes: Set<NodeName>) {
        switch answer {
        case .failed(let failure):
            add("failed")
            add(failure.sort.rawValue)
        case .observed(let node):
            add("observed")
            add(node, named: named, among: nodes)
        }
    }

    private mutating func add(_ node: ObservedNode, named: [TableName], among nodes: Set<NodeName>) {
        let identity = node.identity
        add(identity.systemIdentifier)
        add(identity.timeline)
        add(identity.database.text)
        add(identity.databaseOID)
        add(identity.serverVersion)
        for flag in [identity.inRecovery, identity.readOnly] { add(flag) }
        for right in [node.rights.mayBecomeRole, node.rights.mayCreateSchema] { add(right) }
        addMissing(node.rights)
        let places = node.tables.places(probably: named)
        add(places.count)
        var before: Triggers = ([], [])
        for place in places { add(node.tables.values[place], &before) }
        add(node.stray.sorted { ($0.table, $0.trigger) < ($1.table, $1.trigger) }) { bytes, stray in
            bytes.add(stray.table)
            bytes.add(stray.trigger.text)
            bytes.add(stray.function)
        }
        add(node.functions.sorted()) { $0.add($1) }
        add(node.slony) { $0.add($1) }
        add(node.builtin) { $0.add($1, beside: node.tables, among: nodes) }
        add(node.eventTriggers.sorted()) { $0.add($1.text) }
        add(node.foreignKeys.sorted { ($0.child, $0.name) < ($1.child, $1.name) }) { bytes, key in
            bytes.add(key.name.text)
            bytes.add(key.child)
            bytes.add(key.parent)
            bytes.add(key.cascades)
        }
        // Where there is none, nothing is added.
        let roles = node.sessionRoles.map(\.parts).sorted { $0.lexicographicallyPrecedes($1) }
        if !roles.isEmpty { add(roles) { $0.add($1) { $0.add($1) } } }
        if node.isDaemonModePublic { add("daemon mode") }
    }

    /// What is missing holds changes back. Where nothing is, nothing is added.
    private mutating func addMissing(_ rights: NodeRights) {
        var missing = rights.closedServerFunctions
        if !rights.mayUseLanguage { missing.append("plpgsql") }
        if let schema = rights.engineSchema {
            if !schema.isReadable { missing.append("reading") }
            if !schema.mayBecomeOwner { missing.append("owner") }
            if !schema.mayLock { missing.append("lock") }
            if !schema.ownerMayUseLanguage { missing.append("owner's plpgsql") }
            if !schema.isTrusted { missing.append("trust") }
            missing += schema.foreign + schema.missing.map { "no " + $0.text }
        }
        missing += (rights.closedFunctions + rights.closedEvidence).map(\.name.description)
        if !missing.isEmpty { add(missing) { $0.add($1) } }
    }

    private typealias Triggers = (found: [ObservedTrigger], sorted: [ObservedTrigger])

    /// - Parameter before: The triggers of the table before, which most often are this one's and are not written again.
    private mutating func add(_ table: ObservedTable, _ before: inout Triggers) {
        add(table.oid)
        add(table.name)
        add(table.kind.rawValue)
        add(table.persistence.rawValue)
        add(table.owner.text)
        for flag in [table.mayAlter, table.hasPrimaryKey, table.isLogicalTarget] { add(flag) }
        if !table.lacks.isEmpty { add(table.lacks) { $0.add($1.rawValue) } }
        add(table.partitionOf) { $0.add($1) }
        add(table.inheritanceChildren.sorted()) { $0.add($1) }
        add(table.sequences.sorted { $0.name < $1.name }) { bytes, sequence in
            bytes.add(sequence.name)
            bytes.add(sequence.column.text)
            bytes.add(sequence.increment)
            bytes.add(sequence.minimum)
            bytes.add(sequence.maximum)
        }
        let isSame = table.triggers == before.found
        let sorted = isSame ? before.sorted : table.triggers.sorted { $0.name < $1.name }
        add(isSame || sorted == before.sorted ? nil : sorted) { $0.add($1) { $0.add($1) } }
        before = (table.triggers, sorted)
        add(table.rules.sorted { $0.name < $1.name }) { bytes, rule in
            bytes.add(rule.name.text)
            bytes.add(rule.mode.rawValue)
            bytes.add(rule.isInstead)
        }
    }

    fileprivate mutating func add(_ trigger: ObservedTrigger) {
        add(trigger.name.text)
        add(trigger.function)
        add(trigger.type)
        add(trigger.mode.rawValue)
        add(trigger.arguments.bytes)
        add(trigger.columns) { $0.add($1) }
        for flag in [trigger.hasCondition, trigger.isConstraint, trigger.isClone] { add(flag) }
    }

    private mutating func add(_ slony: SlonyRegistrations) {
        add(slony.localNode) { $0.add($1) }
        add(slony.nodes.sorted { $0.key < $1.key }) { bytes, node in
            bytes.add(node.key)
            bytes.add(node.value)
        }
        add(slony.sets.sorted { $0.key < $1.key }) { bytes, set in
            bytes.add(set.key)
            bytes.add(set.value.origin)
            bytes.add(set.value.isLocked)
        }
        add(slony.tables.sorted { $0.key < $1.key }) { bytes, table in
            bytes.add(table.key)
            bytes.add(table.value.id)
            bytes.add(table.value.set)
            bytes.add(table.value.name)
            bytes.add(table.value.index.text)
            bytes.add(table.value.keyMask) { $0.add($1) }
        }
        add(slony.subscribers.sorted { $0.key < $1.key }) { bytes, set in
            bytes.add(set.key)
            bytes.add(set.value.sorted()) { $0.add($1) }
        }
        // Where there are none, nothing is added.
        for (set, receivers) in slony.noBackups.sorted(by: { $0.key < $1.key }) {
            add("no backup")
            add(set)
            add(receivers.sorted()) { $0.add($1) }
        }
        let moves = slony.movesInFlight.sorted()
        add(moves.isEmpty ? nil : moves) { $0.add($1) { $0.add($1) } }
    }

    private mutating func add(
        _ builtin: BuiltinRegistrations, beside tables: [TableName: ObservedTable], among nodes: Set<NodeName>
    ) {
        add(builtin.version)
        add(builtin.functionsIntact)
        if !builtin.logFaults.isEmpty {
            add(builtin.logFaults) { bytes, fault in
                switch fault {
                case .rule(let name): bytes.add("rule " + name.text)
                case .trigger(let name): bytes.add("trigger " + name.text)
                case .unlogged: bytes.add("unlogged")
                case .noIdentity: bytes.add("no identity")
                case .numbering: bytes.add("numbering")
                case .child(let name): bytes.add("child " + name)
                case .rowSecurity(let table): bytes.add("row security " + table)
                case .column(let table, let definition, let isMissing):
                    bytes.add("column \(table) \(definition) \(isMissing)")
                case .primaryKey(let table, _): bytes.add("primary key " + table)
                case .fields: bytes.add("fields")
                }
            }
        }
        add(builtin.recorded)
        add(builtin.tables.rows) { bytes, row in
            bytes.add(row.table)
            bytes.add(row.set.text)
        }
        // What another cluster does with tables that are not declared here decides nothing.
        let others = builtin.otherClusters.filter { tables[$0.key] != nil }
        add(others.sorted { $0.key < $1.key }) { bytes, table in
            bytes.add(table.key)
            bytes.add(table.value)
        }
        let namesakes = builtin.otherMembers.filter { nodes.contains($0.node) }.sorted()
        guard !namesakes.isEmpty else { return }
        add(namesakes) { bytes, other in
            bytes.add(other.cluster.text)
            bytes.add(other.node.text)
            bytes.add(other.isHere)
            bytes.add(builtin.applied[other.node] != nil)
        }
    }

    mutating func add(_ recorded: RecordedCluster) {
        add(recorded.node) { $0.add($1.text) }
        add(recorded.sets.sorted { $0.key < $1.key }) { bytes, set in
            bytes.add(set.key.text)
            bytes.add(set.value.origin) { $0.add($1.text) }
            bytes.add(set.value.members.sorted()) { $0.add($1.text) }
        }
    }
}

extension [TableName: ObservedTable] {
    /// Where the tables lie, in the order of their names. Nothing is sorted where each is among some names that are.
    ///
    /// - Parameter names: Sorted, each once.
    fileprivate func places(probably names: [TableName]) -> [Index] {
        let found = names.compactMap { index(forKey: $0) }
        return found.count == count ? found : keys.sorted().compactMap { index(forKey: $0) }
    }
}

extension SessionRoleSetting {
    /// What sets it apart, whatever it is called in words.
    fileprivate var parts: [String] {
        switch place {
        case .sessions(let whose, let isHere):
            [role.rawValue, isHere ? "here" : "everywhere"] + (whose.map { [$0.text] } ?? [])
        case .server: [role.rawValue, "server"]
        }
    }
}
