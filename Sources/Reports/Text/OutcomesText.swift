import Replication

extension Page {
    /// What was done, what was not, who was in the way, and what stopped the run.
    var outcomes: [String] {
        guard let outcomes = report.outcomes else { return [] }
        return titled("Done", doneRows(outcomes.steps))
            + titled("Drained", outcomes.drains.map(drainRow))
            + titled("Not done", notDoneRows(outcomes.steps))
            + titled("Opened again", doneRows(outcomes.reopened))
            + titled("Opened again, but not verified", notDoneRows(outcomes.reopened.filter(\.isUnverified)))
            + titled(
                "Not opened again: refuses its own application's writes",
                notDoneRows(outcomes.reopened.filter { !$0.isUnverified }))
            + (outcomes.stopped.map { [paint("Stopped: " + $0.words, .warning)] } ?? [])
    }

    private func titled(_ title: String, _ rows: [[Cell]]) -> [String] {
        rows.isEmpty ? [] : [paint(title, .strong)] + columns(rows, isColoured: style.isColoured)
    }

    private func doneRows(_ ends: [StepOutcome]) -> [[Cell]] {
        groups(ends.filter(\.isDone)).map { steps in
            var (tries, slowest) = (0, Duration.zero)
            for case .done(let tried, let took) in steps.map(\.outcome) {
                (tries, slowest) = (max(tries, tried), max(slowest, took))
            }
            return [
                Cell("✓ " + steps[0].step.stage.rawValue, .good), Cell(visible(steps[0].step.node.text)),
                Cell(extent(steps)), Cell("slowest \(slowest.words)" + (tries > 1 ? ", up to \(tries) tries" : "")),
            ]
        }
    }

    private func notDoneRows(_ ends: [StepOutcome]) -> [[Cell]] {
        let shown = style.detail == .verbose ? Int.max : 20
        return groups(ends.filter { !$0.isDone }).flatMap { steps -> [[Cell]] in
            let tried = steps.filter { $0.outcome != .notBegun }
            let untouched = steps.filter { $0.outcome == .notBegun }
            let first = steps[0].step
            var rows = tried.prefix(shown).map { end in
                row("✗ ", first, end.step.table.map { visible($0.description) } ?? "schema polarity", end.outcome.words)
            }
            if tried.count > shown {
                let kinds = Dictionary(grouping: tried.dropFirst(shown), by: \.outcome.word).mapValues(\.count)
                let words = kinds.sorted { $0.key < $1.key }.map { grouped($0.value) + " " + $0.key }
                rows.append(
                    row("✗ ", first, "… and \(grouped(tried.count - shown)) more", words.joined(separator: ", ")))
            }
            if !untouched.isEmpty { rows.append(row("  ", first, extent(untouched), "not begun")) }
            return rows
        }
    }

    private func row(_ mark: String, _ step: Step, _ what: String, _ words: String) -> [Cell] {
        [Cell(mark + step.stage.rawValue, .bad), Cell(visible(step.node.text)), Cell(what), Cell(words)]
    }

    private func drainRow(_ end: DrainOutcome) -> [Cell] {
        let (mark, shade): (String, Shade) =
            switch end.verdict {
            case .proven: ("✓ ", .good)
            case .allowedUnproven: ("! ", .warning)
            case .pending, .unknowable, .forbidden: ("✗ ", .bad)
            }
        return [
            Cell(mark + "set " + visible(end.drain.set.text), shade), Cell("→ " + visible(end.drain.newOrigin.text)),
            Cell(end.words),
        ]
    }

    private func extent(_ ends: [StepOutcome]) -> String {
        let tables = Set(ends.compactMap(\.step.table)).count
        return tables == 0 ? "schema polarity" : counted(tables, "table")
    }

    /// By stage and node, in the order of the stages and of the nodes' names.
    private func groups(_ ends: [StepOutcome]) -> [[StepOutcome]] {
        Dictionary(grouping: ends) { [$0.step.stage.order, $0.step.node.text] }
            .sorted { $0.key.precedes($1.key) }.map(\.value)
    }
}

extension StageName {
    /// A text that sorts as the stage does.
    fileprivate var order: String { String(StageName.allCases.firstIndex(of: self) ?? 0) }
}

extension StepOutcome {
    /// Whether it was committed and is known to be.
    var isDone: Bool { outcome.word == "done" }
    /// Whether it was committed, and was not read back as planned.
    var isUnverified: Bool { outcome.word == "unverified" }
}

extension Outcome {
    /// How it ended, with the server's own words and who was in the way.
    public var words: String {
        switch self {
        case .done(let tries, let took): "done in \(took.words), \(tries == 1 ? "1 try" : "\(tries) tries")"
        case .busy(let tries, let blockers):
            (blockers.contains(where: \.holdsEngineLock) ? "kept waiting for " : "busy for ")
                + (tries == 1 ? "1 try" : "\(tries) tries")
                + (blockers.isEmpty ? "" : ": " + blockers.map(\.words).joined(separator: "; "))
        case .stale(let message): "stale: " + visible(message)
        case .failed(let state, let message):
            visible(message) + (state.isEmpty ? "" : " (" + visible(state) + ")")
        case .notBegun: "not begun"
        case .unknown(let message): "may be committed, the connection was lost: " + visible(message)
        case .unverified(let message): "committed, but not verified: " + visible(message)
        }
    }
}

extension Blocker {
    /// `pid 4242 shop_app "etl", idle in transaction for 12:33`; what is unknown is left out. Of the engine's lock it is
    /// said that it is held: no table is busy then.
    public var words: String { (holdsEngineLock ? "Slony's configuration lock is held by " : "") + holder }

    private var holder: String {
        let name = application.isEmpty ? "" : "\"\(visible(application))\""
        let who = [pid == 0 ? "" : "pid \(pid)", visible(user), name]
        return who.filter { !$0.isEmpty }.joined(separator: " ") + ", " + visible(state) + " for " + age.clock
    }
}

extension DrainOutcome {
    /// What the evidence said, in words. A node that was given up is none of the sources: nobody asked it.
    public var words: String {
        let sources = drain.sources.map { visible($0.text) }.joined(separator: ", ")
        return switch verdict {
        case .proven: "every reachable subscriber has everything" + (sources.isEmpty ? "" : " from " + sources)
        case .pending(let lack): "pending: " + visible(lack)
        case .unknowable(let why): "cannot be proven: " + visible(why)
        case .forbidden(let why): "a right is missing: " + visible(why)
        case .allowedUnproven: "not proven, allowed by UNPROVEN_HANDOVER"
        }
    }
}

extension StopReason {
    /// What stopped the run, in words.
    public var words: String {
        switch self {
        case .interrupted: "interrupted; the table in hand was finished or left as it was, the rest not begun"
        case .timedOut: "the time for the whole apply was up"
        case .lockLost(let node): "the run's own lock on \(visible(node.text)) was lost"
        case .nodeLost(let node, let message): "lost \(visible(node.text)): \(visible(message))"
        case .stageFailed(let stage): "\(stage.rawValue) did not succeed on every node"
        case .notDrained(let set): "set \(visible(set.text)) is not drained"
        case .disturbed(let node, let table):
            "the triggers of \(visible(table.description)) on \(visible(node.text)) were changed while the run was under way"
        case .sequenceBehind(let lag): visible(lag.description)
        }
    }
}
