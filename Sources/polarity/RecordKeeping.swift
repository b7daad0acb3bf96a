import Replication

/// Members and last origins of an engine without a catalog, written to the journal as they become true.
struct RecordKeeping: Sendable {
    private let keeps: Bool
    private let found: [SetName: RecordedSet]
    private let declared: [SetName: RecordedSet]
    private let opening: Set<SetName>

    init(_ walk: Walk) {
        switch walk.declared.engine.catalog {
        case .none: keeps = true
        case .slony, .polarity: keeps = false
        }
        found = walk.observed.journal.sets
        declared = walk.declared.sets.reduce(into: [:]) {
            $0[$1.name] = RecordedSet($1)
        }
        opening = Set(walk.plan.steps.filter { $0.stage == .open }.map(\.set))
    }

    /// Before anything is changed: new members are added, origins stay as they were.
    func before(_ journal: JournalFile) async {
        await write(journal) { set, final in
            guard let old = found[set] else { return final }
            return RecordedSet(origin: old.origin, members: old.members.union(final.members))
        }
    }

    /// When a set begins to open, its new origin is the last one.
    func opening(_ journal: JournalFile) async {
        await write(journal) { set, final in
            guard let old = found[set] else { return final }
            let origin = opening.contains(set) ? final.origin : old.origin
            return RecordedSet(origin: origin, members: old.members.union(final.members))
        }
    }

    /// When everything is as declared.
    func after(_ journal: JournalFile) async { await write(journal) { $1 } }

    private func write(_ journal: JournalFile, _ record: (SetName, RecordedSet) -> RecordedSet) async {
        guard keeps else { return }
        let sets = declared.reduce(into: [:]) { $0[$1.key] = record($1.key, $1.value) }
        await journal.record(found.merging(sets) { $1 })
    }
}
