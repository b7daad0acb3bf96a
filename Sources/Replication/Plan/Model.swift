/// The model world: what a step makes of an observed state, without a server.
///
/// The safety laws are tested on it by the thousand; live scenarios compare it with what servers say.
extension ObservedState {
    /// The state after a step's transaction was committed.
    public func applying(_ step: Step) -> ObservedState {
        var result = self
        result.apply(step)
        return result
    }

    /// Commits a step.
    public mutating func apply(_ step: Step) { apply(step, nil) }

    /// - Parameter families: The node's partitioned tables, where they are known: all tables are looked at otherwise.
    mutating func apply(_ step: Step, _ families: PartitionFamilies?) {
        guard node(step.node) != nil else { return }
        // Taken out of the dictionary, so that the node's tables are changed in place.
        guard case .observed(var node)? = nodes.removeValue(forKey: step.node) else { return }
        for change in step.changes { node.apply(change, families) }
        nodes[step.node] = .observed(node)
    }

    /// Commits what a table's staged changes make, those of some stages alone.
    mutating func apply(_ planned: PlannedTable, in stages: Set<StageName>, _ families: PartitionFamilies?) {
        guard case .observed(var node)? = nodes.removeValue(forKey: planned.node) else { return }
        for stage in StageName.allCases where stages.contains(stage) {
            for change in planned.staging.parts[stage] ?? [] { node.apply(change, families) }
        }
        nodes[planned.node] = .observed(node)
    }
}

extension ObservedNode {
    /// Commits a change.
    public mutating func apply(_ change: Change) { apply(change, nil) }

    mutating func apply(_ change: Change, _ families: PartitionFamilies?) {
        if let installation = change.action.installation { apply(installation) }
        guard let name = change.table else { return }
        tables[name]?.apply(change.action)
        switch change.action {
        case .create(let trigger) where TriggerType(bits: trigger.type).level == .row:
            for partition in partitions(below: name, families) {
                tables[partition]?.put(ObservedTrigger(trigger, isClone: true))
            }
        case .replace(let observed, let trigger) where TriggerType(bits: trigger.type).level == .row:
            for partition in partitions(below: name, families) {
                tables[partition]?.triggers.removeAll { $0.name == observed.name && $0.isClone }
                tables[partition]?.put(ObservedTrigger(trigger, isClone: true))
            }
        case .drop(let observed):
            for partition in partitions(below: name, families) {
                tables[partition]?.triggers.removeAll { $0.name == observed.name && $0.isClone }
            }
        case .install, .create, .replace, .setMode, .setRuleMode, .rename: break
        }
    }

    private func partitions(below name: TableName, _ families: PartitionFamilies?) -> [TableName] {
        families?.partitions(below: name) ?? partitions(below: name)
    }

    private mutating func apply(_ installation: Installation) {
        var found = builtin ?? BuiltinRegistrations(version: installation.to)
        if installation.preparation == .schema {
            found.version = installation.to
            found.functionsIntact = true
            found.logEnd = found.logEnd ?? installation.logAbove
        }
        let record = installation.record
        found.recorded.node = record.node
        found.recorded.sets[record.set] = record.recorded
        let others = record.keepsOthers ? found.tables.tables(of: record.set) : []
        found.tables.record(Array(Set(record.tables + others)), of: record.set)
        builtin = found
    }
}

extension ObservedTable {
    fileprivate mutating func apply(_ action: Action) {
        switch action {
        case .install: break
        case .create(let trigger): put(ObservedTrigger(trigger, isClone: false))
        case .replace(let observed, let trigger):
            triggers.removeAll { $0.name == observed.name }
            put(ObservedTrigger(trigger, isClone: false))
        case .setMode(let name, _, let mode):
            for index in triggers.indices where triggers[index].name == name { triggers[index].mode = mode }
        case .setRuleMode(let name, _, let mode):
            for index in rules.indices where rules[index].name == name { rules[index].mode = mode }
        case .rename(let name, let new):
            guard var trigger = trigger(name) else { return }
            triggers.removeAll { $0.name == name }
            trigger.name = new
            put(trigger)
        case .drop(let observed): triggers.removeAll { $0.name == observed.name }
        }
    }

    fileprivate mutating func put(_ trigger: ObservedTrigger) {
        triggers.append(trigger)
        triggers.sort { $0.name < $1.name }
    }
}

extension ObservedTrigger {
    /// The trigger as the server stores it once created.
    fileprivate init(_ desired: DesiredTrigger, isClone: Bool) {
        self.init(
            name: desired.name, function: desired.function, type: desired.type, mode: desired.mode ?? .enabled,
            arguments: desired.arguments, isClone: isClone)
    }
}
