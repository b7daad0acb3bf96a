/// The way back when nothing was opened: one stuck table must not leave a set writable nowhere.
extension Plan {
    /// The steps that open again what this run closed in sets that it meant to open elsewhere.
    ///
    /// Each puts the modes back that its step changed; a deny trigger that the step made stays, disabled. Only for the
    /// node that wrote last, never for another that this run closed because it should not have been open, and never beside
    /// another that was found open and could not be closed. The executor reads first that the new origin refuses writes.
    public func reopening(after outcomes: Outcomes, from observed: ObservedState) -> [Step] {
        let moving = Set(steps.filter { $0.stage == .open }.map(\.set))
        let opened = Set(steps.filter { $0.stage == .open }.map { Place($0.node, $0.table ?? TableName("", "")) })
        let done = outcomes.steps.filter { $0.outcome.changedSomething }.map(\.step)
        let undone = outcomes.steps.filter { !$0.outcome.changedSomething }.map(\.step)
        let stuck = Dictionary(grouping: undone.filter(\.closesWhatWasOpen), by: \.table)
        var world = done.reduce(into: observed) { $0.apply($1) }
        return done.reversed().compactMap { step in
            guard step.stage == .protect, moving.contains(step.set), let name = step.table,
                lastWriters.contains(Place(step.node, name)),
                !opened.contains(Place(step.node, name)),
                stuck[name]?.allSatisfy({ $0.node == step.node }) ?? true,
                let table = world.node(step.node)?.tables[name],
                let version = observed.node(step.node)?.identity.serverVersion
            else { return nil }
            let back = step.changes.compactMap(\.undone)
            guard !back.isEmpty else { return nil }
            let statements = Statements(back, on: table, serverVersion: version)
            let reverse = Step(
                stage: .open, node: step.node, set: step.set, table: name, tableOID: table.oid, changes: back,
                statements: statements.texts, lock: statements.lock, expectedRows: table.rowsUnderLock, role: step.role)
            world.apply(reverse)
            return reverse
        }
    }
}

extension Step {
    /// Whether it turns a deny trigger on that was there and let writes pass.
    fileprivate var closesWhatWasOpen: Bool {
        changes.contains { change in
            guard case .setMode(_, let from, let to) = change.action, let purpose = change.purpose else { return false }
            return purpose.refuses && to.firesForApplications && !from.firesForApplications
        }
    }
}

extension Change {
    /// The change that takes this one's effect on the doors back; `nil` where it had none.
    fileprivate var undone: Change? {
        switch action {
        case .setMode(let name, let from, let to): with(.setMode(name, from: to, to: from))
        case .create(let trigger), .replace(_, let trigger):
            if let mode = trigger.mode, trigger.purpose.refuses, mode != .disabled {
                with(.setMode(trigger.name, from: mode, to: .disabled))
            } else {
                nil
            }
        case .install, .setRuleMode, .rename, .drop: nil
        }
    }

    private func with(_ action: Action) -> Change {
        Change(node: node, set: set, table: table, purpose: purpose, action: action, because: because)
    }
}
