import LiveNodes
import Replication
import Reports

// The way back. A run is taken back by walking the ordinary route once more, on the same file, with the origin and the
// members that each of the run's sets had on record before it. What keeps any plan safe keeps this one safe: it is
// reviewed, allowed, locked, drained and read back alike. What the run mended besides stays mended: it was drift.

/// One run as the journal has it.
struct JournaledRun {
    /// One trigger or rule that the run changed.
    struct Spot: Hashable {
        let node: NodeName
        let table: String
        let trigger: String
    }

    let id: String
    let began: String
    /// What was on record before it, and what its file declared.
    let found: [SetName: RecordedSet]
    let declared: [SetName: RecordedSet]
    /// How it ended; nil where it died.
    fileprivate(set) var result: String?
    /// The firing modes in which it may have left what it changed.
    fileprivate(set) var left: [Spot: Set<String>] = [:]

    /// The sets whose origin or members it changed, as they were.
    var moved: [SetName: RecordedSet] { found.filter { declared[$0.key] != nil && declared[$0.key] != $0.value } }
}

extension JournaledRun {
    /// A run's first line; nil for any other.
    fileprivate init?(_ entry: JournalEntry) {
        guard entry.event == "run_began", let found = entry.found, let declared = entry.declared else { return nil }
        let sets = { (records: [String: JournalEntry.Record]) in
            records.reduce(into: [:]) { $0[SetName($1.key)] = $1.value.set }
        }
        self.init(id: entry.run, began: entry.at, found: sets(found), declared: sets(declared))
    }

    private init(id: String, began: String, found: [SetName: RecordedSet], declared: [SetName: RecordedSet]) {
        (self.id, self.began, self.found, self.declared) = (id, began, found, declared)
    }

    /// Takes in a line of the run; between sending a step and its end, either mode may be there.
    fileprivate mutating func follow(_ entry: JournalEntry) {
        if entry.event == "run_ended" { result = entry.outcome }
        guard let node = entry.node, let table = entry.table, let modes = entry.modes else { return }
        for (trigger, change) in modes where change.count == 2 {
            let spot = Spot(node: NodeName(node), table: table, trigger: trigger)
            switch (entry.event, entry.outcome) {
            case ("sending", _), ("reopening", _): left[spot] = Set(change)
            case ("ended", "done"): left[spot] = [change[1]]
            case ("ended", "busy"), ("ended", "stale"), ("ended", "failed"), ("ended", "not_begun"):
                left[spot] = [change[0]]
            default: break
            }
        }
    }
}

extension Journal {
    /// The one run of a cluster whose id begins so.
    func run(_ id: String, of declared: DeclaredCluster) throws(Stop) -> JournaledRun {
        let runs = runs(of: declared)
        if let run = runs.first(where: { $0.id == id }) { return run }
        let alike = runs.filter { $0.id.hasPrefix(id) }
        if alike.count == 1, !id.isEmpty { return alike[0] }
        let what = alike.count > 1 && !id.isEmpty ? "begins the ids of \(alike.count) runs" : "is no run"
        let known = runs.suffix(10).reversed().map { "\n  \($0.id)  \($0.began)  \($0.words)" }.joined()
        throw Stop(
            .usage,
            "--revert '\(visible(id))' \(what) of cluster '\(visible(declared.name))' in the journal"
                + (runs.isEmpty ? ", which holds none" : "; the last ones are" + known))
    }

    private func runs(of declared: DeclaredCluster) -> [JournaledRun] {
        var runs: [JournaledRun] = []
        var places: [String: Int] = [:]
        for entry in entries(of: declared) {
            if let run = JournaledRun(entry) {
                places[run.id] = runs.count
                runs.append(run)
            } else if let place = places[entry.run] {
                runs[place].follow(entry)
            }
        }
        return runs
    }
}

extension JournaledRun {
    /// What it did, in a few words.
    fileprivate var words: String {
        let moves = moved.sorted { $0.key < $1.key }.map { set, was in
            let now = declared[set]?.origin
            return was.origin == now
                ? "members of set '\(visible(set.text))'"
                : "set '\(visible(set.text))' from \(visible(was.origin?.text ?? "none")) to "
                    + visible(now?.text ?? "none")
        }
        return (moves.isEmpty ? "no move" : moves.joined(separator: ", ")) + ", " + (result ?? "never ended")
    }
}

extension Choices {
    /// What is declared when a run is to be taken back; the file as it is when none is.
    mutating func goBack(from written: DeclaredCluster) throws(Stop) -> (DeclaredCluster, JournaledRun?) {
        guard let id = reverts else { return (written, nil) }
        let run = try journal.run(id, of: written)
        reverts = run.id
        return (try written.reverting(run), run)
    }
}

extension DeclaredCluster {
    /// The same file, with the origins and members from before a run.
    func reverting(_ run: JournaledRun) throws(Stop) -> DeclaredCluster {
        guard !run.moved.isEmpty else {
            throw Stop(
                .refused,
                "run \(run.id) changed no origin and no member that was on record: there is nothing to go back to; "
                    + "what it mended or installed stays")
        }
        var sets = Dictionary(sets.map { ($0.name, $0) }) { first, _ in first }
        for (name, was) in run.moved.sorted(by: { $0.key < $1.key }) {
            guard let set = sets[name] else {
                throw Stop(.refused, "set '\(visible(name.text))', which run \(run.id) moved, is not in the file")
            }
            if let gone = was.members.filter({ node($0) == nil }).min() {
                throw Stop(
                    .refused,
                    "node '\(visible(gone.text))', a member of set '\(visible(name.text))' before run \(run.id), is not "
                        + "in the file")
            }
            sets[name] = ReplicationSet(
                name: name, id: set.id, origin: was.origin, originPosition: set.originPosition,
                subscribers: was.members.filter { $0 != was.origin }.sorted(), tables: set.tables,
                patterns: set.patterns, because: set.because)
        }
        return DeclaredCluster(
            name: self.name, engine: engine, nodes: nodes, sets: Array(sets.values), policy: policy, because: because)
    }

    /// What is to be changed in the file, or the next apply moves forth again.
    func note(besides reverted: DeclaredCluster, file: String) -> String {
        let lines = zip(sets, reverted.sets).filter { $0 != $1 }.map { set, was in
            "note: \(visible(file)) still has origin '\(visible(set.origin?.text ?? "none"))' for set "
                + "'\(visible(set.name.text))'; it was '\(visible(was.origin?.text ?? "none"))' with members "
                + was.members.map { visible($0.text) }.joined(separator: ", ") + ": change the file, too\n"
        }
        return lines.joined()
    }
}

extension Walk {
    /// Refuses where what a run changed is no longer as the run left it, table by table.
    func refuse(afterChangesSince run: JournaledRun) throws(Stop) {
        guard !difference.isInSync else { return }
        var lines: Set<String> = []
        let tables = Set(run.left.keys.map(\.node)).reduce(into: [:]) { tables, name in
            tables[name] = observed.node(name).map { node in
                Dictionary(node.tables.map { ($0.key.description, $0.value) }) { first, _ in first }
            }
        }
        for (spot, modes) in run.left {
            guard let node = tables[spot.node] else { continue }
            let table = node[spot.table]
            let trigger = TriggerName(spot.trigger)
            let mode =
                table.flatMap { table in
                    table.trigger(trigger)?.mode ?? table.rules.first { $0.name == trigger }?.mode
                }?.rawValue ?? "absent"
            guard !modes.contains(mode) else { continue }
            lines.insert(
                "\n  \(visible(spot.node.text))  \(visible(spot.table))  \(visible(spot.trigger)) is \(mode), run "
                    + "\(run.id) left it \(modes.sorted().joined(separator: " or "))")
        }
        guard !lines.isEmpty else { return }
        throw Stop(
            .refused,
            "the world has moved since run \(run.id), nothing was changed" + lines.sorted().joined()
                + "\nnote: revert the later run first, or declare the origin in the file")
    }
}
