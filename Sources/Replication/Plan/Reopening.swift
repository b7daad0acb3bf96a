/// The way back when nothing was opened: one stuck table must not leave a set writable nowhere.
extension Plan {
    /// The steps that open again what this run closed in sets that it meant to open elsewhere, behind those that take back
    /// what it recorded of their new origin: the old one, open again, would pass for one that is to be closed without a word.
    ///
    /// Each puts the modes back that its step changed; a deny trigger that the step made stays, disabled. Only for the
    /// node that wrote last, never for another that this run closed because it should not have been open, and never beside
    /// another that was found open and could not be closed. The executor reads first that the new origin refuses writes.
    public func reopening(after outcomes: Outcomes, from observed: ObservedState) -> [Step] {
        let moving = Set(steps.filter { $0.stage == .open }.map(\.set))
        let opened = Set(steps.filter { $0.stage == .open }.map { Place($0.node, $0.table ?? TableName("", "")) })
        let done = outcomes.steps.filter { $0.outcome.changedSomething }.map(\.step)
        let undone = outcomes.steps.filter { !$0.outcome.changedSomething }.map(\.step)
        let stuck = Dictionary(
            grouping: undone.filter { step in step.table.map { foundOpen.contains(Place(step.node, $0)) } ?? false },
            by: \.table)
        var world = done.reduce(into: observed) { $0.apply($1) }
        let tables = done.reversed().flatMap { step -> [Step] in
            guard step.stage == .protect, moving.contains(step.set), let name = step.table,
                lastWriters.contains(Place(step.node, name)),
                !opened.contains(Place(step.node, name)),
                let node = world.node(step.node)
            else { return [] }
            // What was made on a partitioned table was cloned, and its modes are set one by one.
            let clones = step.changes.contains { $0.created != nil } ? node.partitions(below: name).sorted() : []
            return ([name] + clones).filter { stuck[$0]?.allSatisfy { $0.node == step.node } ?? true }
                .compactMap { reverse(step, on: $0, in: &world) }
        }
        let sets = Set(tables.map(\.set))
        let before = done.filter { $0.stage < .open }.reduce(into: observed) { $0.apply($1) }
        return done.filter { $0.stage == .open && sets.contains($0.set) }
            .flatMap { $0.recordsTakenBack(to: before, in: world) } + tables
    }

    /// The step that takes back on one table what a step did to its doors.
    private func reverse(_ step: Step, on name: TableName, in world: inout ObservedState) -> Step? {
        guard let node = world.node(step.node), let table = node.tables[name] else { return nil }
        let changes = step.changes.filter { change in
            name == step.table || change.created.flatMap { table.trigger($0.name) }?.isClone ?? false
        }
        let replaced = step.changes.compactMap(\.action.replaced)
        let back = changes.compactMap { $0.undone(on: name, replaced) }
        guard !back.isEmpty else { return nil }
        let statements = Statements(back, on: table, serverVersion: node.identity.serverVersion)
        let reverse = Step(
            stage: .open, node: step.node, set: step.set, table: name, tableOID: table.oid, changes: back,
            statements: statements.texts, lock: statements.lock, expectedRows: table.rowsUnderLock,
            expectedRegistration: node.slony?.underLock(table.oid), role: step.role)
        world.apply(reverse)
        return reverse
    }
}

extension Step {
    /// The steps that record on their node what was on record before this one: the tables that it took from other sets as
    /// theirs, whose other records stay as they are in the world, and then its own set. None where this one records nothing.
    fileprivate func recordsTakenBack(to before: ObservedState, in world: ObservedState) -> [Step] {
        guard let change = changes.first, let installation = change.action.installation,
            let builtin = before.node(node)?.builtin, let recorded = builtin.recorded.sets[set]
        else { return [] }
        let taken = Dictionary(grouping: installation.record.tables) { builtin.tables[$0] ?? set }
        let givers = taken.filter { $0.key != set }.sorted { $0.key < $1.key }
        var records = givers.compactMap { giver, tables in
            world.node(node)?.builtin?.recorded.sets[giver].map {
                SetRecord(
                    cluster: installation.record.cluster, node: node, set: giver, recorded: $0, tables: tables,
                    keepsOthers: true)
            }
        }
        records.append(
            SetRecord(
                cluster: installation.record.cluster, node: node, set: set, recorded: recorded,
                tables: builtin.tables.tables(of: set)))
        return records.map { record in
            let back = Installation(.record, from: installation.to, to: installation.to, record: record)
            return Step(Change(back, because: change.because), in: .open, as: role)
        }
    }
}

extension Change {
    /// The change that takes this one's effect on a table's doors back; `nil` where it had none.
    ///
    /// - Parameter replaced: What the same step put others in place of: a log under another's name fired as that did.
    fileprivate func undone(on table: TableName?, _ replaced: [ObservedTrigger]) -> Change? {
        let back: Action? =
            switch action {
            case .setMode(let name, let from, let to): .setMode(name, from: to, to: from)
            case .create(let trigger), .replace(_, let trigger):
                trigger.mode.flatMap { mode in
                    let before: FiringMode =
                        trigger.purpose.refuses
                        ? .disabled : replaced.first { trigger.isSameDefinition(as: $0) }?.mode ?? mode
                    return mode == before ? nil : .setMode(trigger.name, from: mode, to: before)
                }
            case .install, .setRuleMode, .rename, .drop: nil
            }
        return back.map {
            Change(node: node, set: set, table: table, purpose: purpose, action: $0, because: because)
        }
    }
}

extension Action {
    /// What another trigger is put in the place of.
    fileprivate var replaced: ObservedTrigger? {
        switch self {
        case .replace(let found, _): found
        case .install, .create, .setMode, .setRuleMode, .rename, .drop: nil
        }
    }
}
