import Replication

/// Members and last origins of an engine without a catalog, written to the journal as they become true.
struct RecordKeeping: Sendable {
    private let keeps: Bool
    private let found: [SetName: RecordedSet]
    private let declared: [ReplicationSet]
    private let difference: Difference
    private let opening: Set<SetName>
    /// The sets of which a door of the old or the new origin stays as it is.
    private let partial: Set<SetName>

    init(_ walk: Walk) {
        switch walk.declared.engine.catalog {
        case .none: keeps = true
        case .slony, .polarity: keeps = false
        }
        found = walk.observed.journal.sets
        declared = walk.declared.sets
        difference = walk.difference
        let origins = Dictionary(declared.map { ($0.name, $0.origin) }) { first, _ in first }
        opening = Set(walk.plan.steps.filter { $0.stage == .open && origins[$0.set] == $0.node }.map(\.set))
        let left = walk.difference.leftOut + walk.plan.heldBack
        partial = Set(
            left.filter { [found] change in
                let moves = [origins[change.set] ?? nil, found[change.set]?.origin].contains(change.node)
                return change.purpose != nil && moves
            }.map(\.set))
    }

    /// Whether the record is another than what is declared.
    var areDue: Bool { keeps && declared.contains { found[$0.name] != RecordedSet($0) } }

    /// Before anything is changed, and when nothing was opened: new members are added, origins stay as they were.
    func before(_ journal: JournalFile) async {
        await write(journal) { difference.record(of: $0, opening: false) }
    }

    /// When sets begin to open, their new origins are the last ones. One that moves in part has none until the rest has
    /// followed: it was written last on two nodes, and neither is opened without a word.
    func opening(_ journal: JournalFile) async {
        await write(journal) { set in
            let opens = opening.contains(set.name)
            var record = difference.record(of: set, opening: opens)
            if opens, partial.contains(set.name), record?.origin != found[set.name]?.origin { record?.origin = nil }
            return record
        }
    }

    /// When everything is as declared.
    func after(_ journal: JournalFile) async { await write(journal) { RecordedSet($0) } }

    private func write(_ journal: JournalFile, _ record: (ReplicationSet) -> RecordedSet?) async {
        guard keeps else { return }
        await journal.record(declared.reduce(into: found) { $0[$1.name] = record($1) ?? $0[$1.name] })
    }
}
