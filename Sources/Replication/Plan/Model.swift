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
    public mutating func apply(_ step: Step) {
        guard node(step.node) != nil else { return }
        // Taken out of the dictionary, so that the node's tables are changed in place.
        guard case .observed(var node)? = nodes.removeValue(forKey: step.node) else { return }
        for change in step.changes { node.apply(change) }
        nodes[step.node] = .observed(node)
    }

    /// Commits what a table's staged changes make, those of some stages alone.
    mutating func apply(_ planned: PlannedTable, in stages: Set<StageName>) {
        guard case .observed(var node)? = nodes.removeValue(forKey: planned.node) else { return }
        for stage in StageName.allCases where stages.contains(stage) {
            for change in planned.staging.parts[stage] ?? [] { node.apply(change) }
        }
        nodes[planned.node] = .observed(node)
    }
}

extension ObservedNode {
    mutating func apply(_ change: Change) {
        if case .install(let installation) = change.action {
            apply(installation)
            return
        }
        guard let name = change.table, var table = tables[name] else { return }
        switch change.action {
        case .install: break
        case .create(let trigger):
            table.put(ObservedTrigger(trigger, isClone: false))
            if table.kind == .partitionedTable, TriggerType(bits: trigger.type).level == .row {
                for partition in tables.values where partition.isPartition(of: name, in: self) {
                    tables[partition.name]?.put(ObservedTrigger(trigger, isClone: true))
                }
            }
        case .replace(let observed, let trigger):
            table.triggers.removeAll { $0.name == observed.name }
            table.put(ObservedTrigger(trigger, isClone: false))
        case .setMode(let name, _, let mode):
            for index in table.triggers.indices where table.triggers[index].name == name {
                table.triggers[index].mode = mode
            }
        case .setRuleMode(let name, _, let mode):
            for index in table.rules.indices where table.rules[index].name == name { table.rules[index].mode = mode }
        case .rename(let name, let new):
            guard var trigger = table.trigger(name) else { return }
            table.triggers.removeAll { $0.name == name }
            trigger.name = new
            table.put(trigger)
        case .drop(let observed):
            table.triggers.removeAll { $0.name == observed.name }
            if table.kind == .partitionedTable {
                for partition in tables.values where partition.isPartition(of: name, in: self) {
                    tables[partition.name]?.triggers.removeAll { $0.name == observed.name && $0.isClone }
                }
            }
        }
        tables[name] = table
    }

    private mutating func apply(_ installation: Installation) {
        var found = builtin ?? BuiltinRegistrations(version: installation.to)
        if installation.preparation == .schema {
            found.version = installation.to
            found.functionsIntact = true
        }
        let record = installation.record
        found.recorded.node = record.node
        found.recorded.sets[record.set] = record.recorded
        found.tables = found.tables.filter { $0.value != record.set }
        for table in record.tables { found.tables[table] = record.set }
        builtin = found
    }
}

extension ObservedTable {
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
