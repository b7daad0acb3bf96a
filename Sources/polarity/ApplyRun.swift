import LiveNodes
import Replication
import Reports

/// One apply that may change something: lock, then look, then ask, then act, then look again.
struct ApplyRun {
    let declared: DeclaredCluster
    /// The run that is taken back, if any.
    let reverted: JournaledRun?
    let choices: Choices
    let showing: Showing
    let allowed: Set<Gate>
    let expect: String?
    let isApproved: Bool
    private let run = String(UInt64.random(in: .min ... .max), radix: 36)

    func walk() async throws(Stop) -> Reports.ExitCode {
        let signals = Signals()
        let locks: RunLocks
        do throws(RunLocksRefused) {
            locks = try await RunLocks.take(
                on: declared.nodes, required: [], cluster: declared.name, connectTimeout: choices.connectTimeout)
        } catch {
            throw Stop(.busy, error.words(declared.name))
        }
        do throws(Stop) {
            let code = try await act(holding: locks, signals)
            await locks.release()
            return code
        } catch {
            await locks.release()
            throw error
        }
    }

    private func act(holding locks: RunLocks, _ signals: Signals) async throws(Stop) -> Reports.ExitCode {
        let walk = try await look(at: declared, choices, holding: locks).selected(by: choices.selection)
        if let reverted { try walk.refuse(afterChangesSince: reverted) }
        if let first = walk.difference.missingRights.first {
            let words =
                "a right is missing, so nothing was changed; --node, --set and --table leave out what needs it. "
                + "\(first.message); \(first.next)"
            return refuse(walk, .noPermission, .init(code: .noPermission, message: words))
        }
        if let stale = walk.staleness(beside: expect) {
            return refuse(walk, walk.missed.isEmpty ? .refused : .unavailable, stale)
        }
        if walk.plan.isEmpty {
            try await remember(walk)
            return nothingToDo(walk)
        }
        let missing = walk.plan.required.filter { !allowed.contains($0) }
        if !missing.isEmpty {
            return refuse(walk, walk.refusal, walk.needsAllow)
        }
        try approve(walk)
        return try await execute(walk, holding: locks, signals)
    }

    /// What is as declared is on record from then on, though nothing was done: of an engine without a catalog it is all
    /// that says later whose doors were left out of the file.
    private func remember(_ walk: Walk) async throws(Stop) {
        let records = RecordKeeping(walk)
        guard walk.difference.isInSync, walk.difference.leftOut.isEmpty, records.areDue else { return }
        let journal = try await journal(of: walk)
        await records.after(journal)
        await journal.end(Report.Result.inSync.rawValue)
        if let failure = await journal.failure { throw Self.unwritten(failure) }
    }

    private func journal(of walk: Walk) async throws(Stop) -> JournalFile {
        do throws(Files.Failure) {
            return try await choices.journal.begin(run, walk)
        } catch {
            throw Self.unwritten(error.message)
        }
    }

    private static func unwritten(_ message: String) -> Stop {
        Stop(.unexpected, "could not write the journal, nothing was changed: \(visible(message))", code: .journalFailed)
    }

    private func nothingToDo(_ walk: Walk) -> Reports.ExitCode {
        if walk.difference.isInSync {
            return showing.show(Report(.apply, walk, result: .inSync), .done)
        }
        let code = walk.holding.deciding?.code ?? .refused
        if let blocker = walk.blocker { return refuse(walk, code, blocker.failure) }
        let waits = Report(.apply, walk, result: .refused).heldBySelection
        let why = waits.isEmpty ? "every change is held back by a finding" : waits.joined(separator: "; ")
        let words = "nothing could be changed: " + why
        return refuse(walk, code, .init(code: .heldBack, message: words))
    }

    private func refuse(_ walk: Walk, _ code: Reports.ExitCode, _ error: Report.Failure) -> Reports.ExitCode {
        showing.show(Report(.apply, walk, result: .refused, error: error), code)
    }

    /// Asks on a terminal: `yes`, or the cluster's name where an origin moves.
    private func approve(_ walk: Walk) throws(Stop) {
        if isApproved { return }
        guard Terminal.inputIsTerminal else {
            throw notApproved(
                "not approved: without a terminal apply needs --yes, --expect FINGERPRINT or a saved plan", walk)
        }
        try showing.preview(Report(.plan, walk, result: .planned))
        let word = walk.plan.required.contains(.originChange) ? declared.name : "yes"
        Terminal.err("\nType \(visible(word)) to apply this: ")
        guard readLine() == word else { throw notApproved("not approved; nothing was changed", walk) }
    }

    /// Machines are told what was to be approved.
    private func notApproved(_ words: String, _ walk: Walk) -> Stop {
        var stop = Stop(walk.refusal, words + walk.besides, code: .notApproved)
        stop.report = Report(.apply, walk, result: .refused, error: stop.failure)
        return stop
    }

    private func execute(_ walk: Walk, holding locks: RunLocks, _ signals: Signals) async throws(Stop)
        -> Reports.ExitCode
    {
        let journal = try await journal(of: walk)
        signals.act()
        let progress = Progress(
            isTerminal: Terminal.errorIsTerminal, isQuiet: showing.options.quiet, total: walk.plan.steps.count)
        let records = RecordKeeping(walk)
        await records.before(journal)
        let outcomes = await carryOut(walk, holding: locks, choices, run: run, allowed: allowed, signals: signals) {
            event in
            switch event {
            case .stageBegan(.open, _): await records.opening(journal)
            case .reopening: await records.before(journal)
            default: break
            }
            await journal.note(event)
            if await journal.failure != nil { signals.interrupt() }
            await progress.show(event)
        }
        await progress.finish()
        let after = await look(at: declared, choices)
        if after.difference.isInSync && after.difference.leftOut.isEmpty { await records.after(journal) }
        await journal.end(Report.Result(of: outcomes, after).rawValue)
        let verdict = await Verdict(outcomes, before: walk, after: after, journalFailure: journal.failure)
        let report = Report(.apply, before: walk, after: after, outcomes: outcomes, verdict)
        let shown = showing.show(report, verdict.code)
        let isMoved = outcomes.changedAnything && outcomes.reopened.isEmpty
        if isMoved, walk.plan.required.contains(.originChange), !showing.options.quiet {
            Terminal.err("run \(run); the way back:  polarity apply \(showing.fileArgument)--revert \(run)\n")
        }
        return shown
    }
}

extension Walk {
    /// The nodes that could not be read, but for the one that was given up.
    var missed: [NodeName] {
        declared.nodes.map(\.name).filter { observed.node($0) == nil && $0 != difference.lost }
    }

    private var missedWords: String { missed.map { visible($0.text) }.joined(separator: ", ") + " could not be read" }

    /// What the plan needs, and why the exit code is another than that of a missing word.
    var needsAllow: Report.Failure {
        let words = Report.Failure.needsAllow(Set(plan.required))
        return .init(code: words.code, message: words.message + besides)
    }

    /// How an apply ends that is refused: a node that could not be read, or is not to be used, comes first.
    var refusal: Reports.ExitCode { missed.isEmpty && unusable.isEmpty ? .refused : .unavailable }

    /// Why that is another exit code than the refusal's own.
    fileprivate var besides: String {
        ((missed.isEmpty ? [] : [missedWords]) + unusable).map { ", and " + $0 }.joined()
    }

    /// What is wrong with nodes that answer.
    private var unusable: [String] {
        let findings = difference.findings.filter {
            $0.blocking && $0.code != .nodeUnreachable && $0.code.exitCode == .unavailable
        }
        return findings.map { visible($0.message) }
    }

    /// Why the plan is not the one that was reviewed, if it is another.
    func staleness(beside expect: String?) -> Report.Failure? {
        guard let expect, !fingerprint.hasPrefix(expect.lowercased()) else { return nil }
        return .init(code: .stalePlan, message: words(beside: expect))
    }

    /// A node that cannot be read is enough to make a plan another.
    private func words(beside expect: String) -> String {
        let prints = "its fingerprint is \(fingerprint.prefix(12)), not \(expect.prefix(12))"
        guard !missed.isEmpty else { return "the world has moved since the review: \(prints); read a new --dry-run" }
        return "the world has moved since the review, or only seems to, for \(missedWords): \(prints); "
            + "run again when every node answers, or read a new --dry-run"
    }
}

extension Report {
    /// The plan as it was carried out, and the world as it was read back.
    init(_ kind: Kind, before: Walk, after: Walk, outcomes: Outcomes, _ verdict: Verdict) {
        self.init(kind, after, result: verdict.result, outcomes: outcomes, error: verdict.error)
        plan = before.plan
        changes = before.difference.changes
        fingerprint = before.fingerprint
    }
}

extension LockHolder {
    /// A backend that is on its way out has no role any more.
    fileprivate var words: String {
        if user.isEmpty { return pid == 0 ? "just ended" : "pid \(pid), just ending" }
        return "pid \(pid) \(visible(user)) \"\(visible(application))\", for \(age.clock)"
    }
}

extension RunLocksRefused {
    fileprivate func words(_ cluster: String) -> String {
        let holders = busy.sorted { $0.key < $1.key }.map { node, holder in
            "\(visible(node.text)): \(holder.words)"
        }
        let failures = failed.sorted { $0.key < $1.key }.map { "\(visible($0.key.text)): \(visible($0.value.message))" }
        return "another apply of cluster \(visible(cluster)) is under way, nothing was changed\n"
            + (holders + failures).map { "  " + $0 }.joined(separator: "\n")
    }
}
