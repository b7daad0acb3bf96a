/// Where the records of the engine's own schema stand in a plan.
extension Planning {
    /// A record that names a new origin is written when its set begins to open, elsewhere when all is done.
    ///
    /// In a set that is held back, a node where doors close gets what they need, and nothing else is recorded.
    mutating func stageInstallations() {
        let opening = Set(tables.filter(\.opens).map(\.staging.desired.set))
        let stuck = Set(heldBack.map(\.set))
        let stuckTables = Set(undone.compactMap(\.table))
        let (going, waiting) = installationChanges()
        let atWork = Set(tables.map(\.node) + going.map(\.change.node))
        let closing = Set(tables.map { SetPlace($0.node, $0.staging.desired.set) })
        for (change, preparation) in going {
            let last: StageName = opening.contains(change.set) ? .open : .tidy
            switch preparation {
            case .schema, .record: installations[.protect, default: []].append(change)
            case .conclusion where stuck.contains(change.set): heldBack.append(change)
            case .conclusion where forgets(stuckTables, change):
                heldBack.append(change)
                if let part = withoutLosses(change) { installations[last, default: []].append(part) }
            case .conclusion: installations[last, default: []].append(change)
            }
        }
        let installed = Set(going.lazy.filter { $0.preparation == .schema }.map(\.change.node))
        for (change, preparation) in waiting {
            let isUntouchable = difference.judgements[change.set]?.untouchable.contains(change.node) ?? true
            let isNeeded =
                switch preparation {
                // What the engine's own triggers call is made whole where a set is held back, too: it may have let writes in.
                case .schema where !installed.contains(change.node):
                    atWork.contains(change.node) || change.repairsSchema
                case .schema, .record: closing.contains(SetPlace(change.node, change.set))
                case .conclusion: false
                }
            if isNeeded && !isUntouchable {
                installations[.protect, default: []].append(change)
            } else {
                heldBack.append(change)
            }
        }
        installations[.protect]?.sort { first, second in first.isSchema && !second.isSchema }
    }

    /// A set's record that takes tables over beside those that it cannot let go of yet; `nil` where it takes none, or where
    /// its origin changes, which would be that of those tables, too.
    private func withoutLosses(_ change: Change) -> Change? {
        let prepared = installations[.protect]?.first { $0.node == change.node && $0.set == change.set }
        guard let installation = change.action.installation,
            let builtin = difference.observed.node(change.node)?.builtin,
            let found = prepared?.action.installation?.record.recorded ?? builtin.recorded.sets[change.set],
            found.origin == installation.record.recorded.origin,
            installation.record.tables.contains(where: { builtin.tables[$0] != change.set })
        else { return nil }
        let record = installation.record
        let kept = SetRecord(
            cluster: record.cluster, node: record.node, set: record.set,
            recorded: RecordedSet(origin: found.origin, members: found.members.union(record.recorded.members)),
            tables: record.tables, keepsOthers: true)
        return Change(
            Installation(.conclusion, from: installation.from, to: installation.to, record: kept),
            because: change.because)
    }

    /// Whether a set's record lets go of a table that another set does not take over now: nothing else says who wrote it.
    private func forgets(_ tables: Set<TableName>, _ change: Change) -> Bool {
        guard !tables.isEmpty, let installation = change.action.installation,
            let recorded = difference.observed.node(change.node)?.builtin?.tables
        else { return false }
        return tables.contains { recorded[$0] == change.set && !installation.record.tables.contains($0) }
    }

    private typealias Staged = (change: Change, preparation: Installation.Preparation)

    /// Installations that nothing holds back, and those that wait.
    private func installationChanges() -> (going: [Staged], waiting: [Staged]) {
        var result: (going: [Staged], waiting: [Staged]) = ([], [])
        for change in difference.changes {
            guard let installation = change.action.installation, let judgement = difference.judgements[change.set]
            else { continue }
            if judgement.hold == .nothing && !judgement.untouchable.contains(change.node) {
                result.going.append((change, installation.preparation))
            } else {
                result.waiting.append((change, installation.preparation))
            }
        }
        return result
    }
}

/// A set on a node.
private struct SetPlace: Hashable {
    let node: NodeName
    let set: SetName

    init(_ node: NodeName, _ set: SetName) {
        self.node = node
        self.set = set
    }
}

extension Change {
    var isSchema: Bool { action.installation?.preparation == .schema }

    /// Whether it makes anew what is there in the same version.
    fileprivate var repairsSchema: Bool { action.installation.map { $0.from == $0.to } ?? false }
}
