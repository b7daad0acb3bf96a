import LiveNodes
import Postgres
import Replication
import Reports

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// One run being written down.
actor JournalFile {
    private let lane = Lane("polarity.journal")
    nonisolated var unownedExecutor: UnownedSerialExecutor { lane.asUnownedSerialExecutor() }

    private let path: String
    private let descriptor: Int32
    private let run: String
    private let cluster: String
    private let encoder: JSONEncoder
    /// Why nothing more can be written; the run is then interrupted.
    private(set) var failure: String?

    init(path: String, descriptor: Int32, run: String, cluster: String) {
        self.path = path
        self.descriptor = descriptor
        self.run = run
        self.cluster = cluster
        encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    }

    /// Writes the run's first line.
    func begin(_ walk: Walk) {
        write("run_began") { entry in
            (entry.plan, entry.message) = (walk.fingerprint, "\(walk.plan.steps.count) steps")
            entry.found = walk.difference.recorded.reduce(into: [:]) { $0[$1.key.text] = .init($1.value) }
            entry.declared = walk.declared.sets.reduce(into: [:]) { $0[$1.name.text] = .init(RecordedSet($1)) }
        }
    }

    /// Writes down members and last origins, where no catalog remembers them.
    func record(_ sets: [SetName: RecordedSet]) {
        write("recorded") { $0.recorded = sets.reduce(into: [:]) { $0[$1.key.text] = .init($1.value) } }
    }

    /// Writes down what happened; a step's line is on disk before it is sent.
    func note(_ event: Event) {
        switch event {
        case .runBegan: break
        case .stageBegan(let stage, _): write("stage_began") { $0.stage = stage.rawValue }
        case .sending(_, let tries):
            write(tries.map { attempt in entry("sending", attempt.step) { $0.tries = attempt.number } })
        case .waiting(let attempt, let blockers):
            write([
                entry("waiting", attempt.step) { ($0.tries, $0.blockers) = (attempt.number, blockers.map(\.words)) }
            ])
        case .ended(_, let outcomes): write(outcomes.map { end in entry("ended", end.step) { $0.add(end.outcome) } })
        case .flushed(let node, let stage), .verified(let node, let stage, _):
            let word = if case .flushed = event { "flushed" } else { "verified" }
            write(word) { ($0.node, $0.stage) = (node.text, stage.rawValue) }
        case .stageEnded(let stage, let succeeded):
            write("stage_ended") { ($0.stage, $0.outcome) = (stage.rawValue, succeeded ? "done" : "failed") }
        case .drainWaiting(let drain, let lack):
            write("drain_waiting") { ($0.set, $0.message) = (drain.set.text, lack) }
        case .drainEnded(let end):
            write("drain_ended") { ($0.set, $0.message) = (end.drain.set.text, end.words) }
        case .stopping(let reason): write("stopping") { $0.message = reason.words }
        case .reopening(let steps): write(steps.map { entry("reopening", $0) { _ in } })
        }
    }

    /// Writes down how the run ended.
    func end(_ result: String) { write("run_ended") { $0.outcome = result } }

    private func entry(_ event: String, _ step: Step, _ fill: (inout JournalEntry) -> Void) -> JournalEntry {
        var entry = JournalEntry(run: run, cluster: cluster, event: event)
        entry.stage = step.stage.rawValue
        entry.node = step.node.text
        entry.set = step.set.text
        entry.table = step.table?.description
        if event != "ended" {
            entry.changes = step.changes.map { "\($0.action.word) \($0.action.trigger?.shown ?? "schema polarity")" }
            entry.statements = step.table == nil ? nil : step.statements
            entry.rowsBefore = step.expectedRows.isEmpty ? nil : step.expectedRows
        }
        let modes = step.changes.compactMap(\.modes)
        entry.modes = modes.isEmpty ? nil : Dictionary(modes) { $1 }
        fill(&entry)
        return entry
    }

    private func write(_ event: String, _ fill: (inout JournalEntry) -> Void) {
        var entry = JournalEntry(run: run, cluster: cluster, event: event)
        fill(&entry)
        write([entry])
    }

    private func write(_ entries: [JournalEntry]) {
        guard failure == nil, !entries.isEmpty else { return }
        let lines = entries.compactMap { try? visibleJSON(String(decoding: encoder.encode($0), as: UTF8.self)) + "\n" }
        do throws(Files.Failure) {
            try Files.append(lines.joined(), to: descriptor, path)
        } catch {
            failure = error.message
        }
    }
}

extension RecordedSet {
    /// A set as it would be recorded.
    init(_ set: ReplicationSet) { self.init(origin: set.origin, members: Set(set.members)) }
}

extension Change {
    fileprivate var modes: (String, [String])? {
        switch action {
        case .setMode(let name, let from, let to), .setRuleMode(let name, let from, let to):
            (name.text, [from.rawValue, to.rawValue])
        case .create(let trigger): (trigger.name.text, ["absent", trigger.mode?.rawValue ?? "absent"])
        case .replace(let observed, let trigger):
            (trigger.name.text, [observed.mode.rawValue, trigger.mode?.rawValue ?? "absent"])
        case .drop(let observed): (observed.name.text, [observed.mode.rawValue, "absent"])
        case .install, .rename: nil
        }
    }
}

extension JournalEntry {
    fileprivate mutating func add(_ outcome: Outcome) {
        switch outcome {
        case .done(let tries, let took):
            (self.outcome, self.tries) = ("done", tries)
            tookMilliseconds = took.components.seconds * 1000 + took.components.attoseconds / 1_000_000_000_000_000
        case .busy(let tries, let blockers):
            (self.outcome, self.tries, self.blockers) = ("busy", tries, blockers.map(\.words))
        case .stale(let message): (self.outcome, self.message) = ("stale", message)
        case .failed(let state, let message): (self.outcome, self.message) = ("failed", "\(message) (\(state))")
        case .notBegun: self.outcome = "not_begun"
        case .unknown(let message): (self.outcome, self.message) = ("unknown", message)
        case .unverified(let message): (self.outcome, self.message) = ("unverified", message)
        }
    }
}
