import LiveNodes
import Postgres
import Replication
import Reports

/// What happens during a run, on standard error: one line that moves on a terminal, one line a finished step elsewhere.
actor Progress {
    private let lane = Lane("polarity.progress")
    nonisolated var unownedExecutor: UnownedSerialExecutor { lane.asUnownedSerialExecutor() }

    private let isTerminal: Bool
    private let isQuiet: Bool
    private let total: Int
    private var ended = 0

    init(isTerminal: Bool, isQuiet: Bool, total: Int) {
        self.isTerminal = isTerminal && !Terminal.isDumb
        self.isQuiet = isQuiet
        self.total = total
    }

    func show(_ event: Event) {
        guard !isQuiet else { return }
        switch event {
        case .waiting(let attempt, let blockers):
            let who = blockers.isEmpty ? "" : ": " + blockers.map(\.words).joined(separator: "; ")
            say(
                "\(place(attempt.step))   waiting for its lock, try \(attempt.number) of \(attempt.limit)\(who)",
                passing: true)
        case .ended(_, let outcomes):
            for end in outcomes {
                ended += 1
                say(
                    "\(place(end.step))   \(end.step.stage.rawValue): \(end.outcome.words)", passing: end.outcome.isDone
                )
            }
        case .drainWaiting(let drain, let lack):
            say("  set \(visible(drain.set.text))   waiting for the drain: \(visible(lack))", passing: true)
        case .stopping(let reason): say("  stopping: \(reason.words)", passing: false)
        case .reopening(let steps):
            let tables = steps.count { $0.table != nil }
            say("  opening the old origin again: \(counted(tables, "table"))", passing: false)
        case .runBegan, .stageBegan, .sending, .flushed, .verified, .stageEnded, .drainEnded: break
        }
    }

    /// Takes the moving line away.
    func finish() {
        if isTerminal && !isQuiet { Terminal.err("\r\u{1b}[K") }
    }

    private func place(_ step: Step) -> String {
        "  \(visible(step.node.text))  \(visible(step.table?.description ?? "schema polarity"))"
    }

    /// On a terminal, passing lines replace each other.
    private func say(_ line: String, passing: Bool) {
        guard isTerminal else { return Terminal.err(line + "\n") }
        let counted = passing ? "\(line)   \(ended) of \(total)" : line
        Terminal.err("\r\u{1b}[K" + (passing ? String(counted.prefix(max(20, Terminal.width - 1))) : counted + "\n"))
    }
}

extension Outcome {
    fileprivate var isDone: Bool {
        switch self {
        case .done: true
        case .busy, .stale, .failed, .notBegun, .unknown, .unverified: false
        }
    }
}
