import Replication
import Reports

// How an apply ended and what its report's error says are one verdict: the exit code is the first that holds in the
// contract's order, and the error is the first cause that ends an apply with this very code.

/// How an apply ended that had something to do.
struct Verdict {
    let result: Report.Result
    let code: Reports.ExitCode
    /// What ended it early; `nil` where everything was done.
    let error: Report.Failure?

    /// - Parameters:
    ///   - before: What was read before anything was done.
    ///   - after: What was read back.
    ///   - journalFailure: Why the journal could not be written, if it could not.
    init(_ outcomes: Outcomes, before: Walk, after: Walk, journalFailure: String?) {
        result = Report.Result(of: outcomes, after)
        let causes = outcomes.causes
        if let journalFailure {
            code = result == .incomplete ? .incomplete : .unexpected
            error = .init(code: .journalFailed, message: "the journal could not be written: \(journalFailure)")
        } else if outcomes.stopped == .interrupted {
            code = .interrupted
            error = .init(code: .interrupted, message: StopReason.interrupted.words)
        } else if result == .applied {
            code = .done
            error = nil
        } else if result == .incomplete {
            code = .incomplete
            error = causes.first?.failure ?? after.lost(since: before) ?? after.blocker?.failure ?? after.reasonToWait
        } else {
            // A finding explains no failure that nobody expected.
            let isExpected = causes.contains { $0.code != nil }
            let all = isExpected ? causes + after.holding : causes
            code = all.deciding?.code ?? .unexpected
            error = (all.deciding ?? all.first)?.failure ?? .heldBack
        }
    }
}

extension Report.Result {
    /// In one word how an apply ended, by what was done and what was read back.
    init(of outcomes: Outcomes, _ after: Walk) {
        self = after.difference.isInSync ? .applied : outcomes.changedAnything ? .incomplete : .refused
    }
}

extension Report.Failure {
    fileprivate static let heldBack = Self(code: .heldBack, message: "some changes are held back by findings")
}

extension Walk {
    /// What keeps the cluster from what was declared where everything was done that was planned: what waits for something
    /// does, or the nodes changed meanwhile.
    fileprivate var reasonToWait: Report.Failure {
        let waits = plan.isEmpty || difference.findings.contains(where: \.blocking)
        let words = "the nodes changed while the run was under way, and no longer are as declared: run it again"
        return waits ? .heldBack : .init(code: .stalePlan, message: words)
    }
}

extension Walk {
    /// A node that was read before and is not any more.
    fileprivate func lost(since before: Walk) -> Report.Failure? {
        let finding = difference.findings.first { finding in
            guard finding.code == .nodeUnreachable, let node = finding.node else { return false }
            return before.observed.node(node) != nil
        }
        return finding.map { Cause($0).failure }
    }
}

extension Walk {
    /// What holds back every change of its set.
    var holding: [Cause] { difference.findings.filter(\.blocking).map(Cause.init) }

    /// What alone keeps the nodes from what was declared: there is no change that could be made or is held back.
    var blocker: Cause? { difference.changes.isEmpty ? holding.deciding : nil }
}

extension [Cause] {
    /// The first that holds of 77, 69, 4 and 75; `nil` where nobody expected any.
    var deciding: Cause? {
        let order: [Reports.ExitCode] = [.noPermission, .unavailable, .refused, .busy]
        return order.lazy.compactMap { code in first { $0.code == code } }.first
    }
}

/// One thing that kept an apply from what it was to do.
struct Cause {
    /// How an apply ends that this alone kept from changing anything; `nil` where nobody expected it.
    let code: Reports.ExitCode?
    let failure: Report.Failure

    fileprivate init(_ code: Reports.ExitCode?, _ error: ErrorCode, _ message: String) {
        self.code = code
        failure = .init(code: error, message: message)
    }

    fileprivate init(_ finding: Finding) {
        let code = finding.code.exitCode
        self.init(code, code.word, finding.message)
    }

    /// `nil` where a step went well, or was never begun.
    fileprivate init?(_ end: StepOutcome) {
        let words = "\(end.step.table?.description ?? "schema polarity") on \(end.step.node): \(end.outcome.words)"
        switch end.outcome {
        case .done, .notBegun: return nil
        case .busy: self.init(.busy, .busy, words)
        case .stale: self.init(.refused, .stalePlan, words)
        case .failed(let state, _) where state == "42501": self.init(.noPermission, .noPermission, words)
        case .failed(let state, _) where state.hasPrefix("08") || state.hasPrefix("57P"):
            self.init(.unavailable, .nodeLost, words)
        case .failed: self.init(nil, .statementFailed, words)
        case .unknown: self.init(nil, .nodeLost, words)
        case .unverified: self.init(nil, .unverified, words)
        }
    }

    fileprivate init(_ reason: StopReason) {
        switch reason {
        case .interrupted: self.init(.interrupted, .interrupted, reason.words)
        case .timedOut: self.init(.busy, .timedOut, reason.words)
        case .lockLost: self.init(.busy, .lockLost, reason.words)
        case .nodeLost: self.init(.unavailable, .nodeLost, reason.words)
        case .notDrained: self.init(.refused, .drainUnproven, reason.words)
        case .disturbed: self.init(.refused, .stalePlan, reason.words)
        case .sequenceBehind: self.init(.refused, .sequenceBehind, reason.words)
        case .stageFailed: self.init(nil, .stageFailed, reason.words)
        }
    }
}

extension Outcomes {
    /// What went wrong, in its order. A lost lock is found by a step, too, whose failure it is not.
    fileprivate var causes: [Cause] {
        let ends = steps.compactMap { Cause($0) } + drains.compactMap(\.forbidden)
        let stop = stopped.map { [Cause($0)] } ?? []
        if case .lockLost = stopped { return stop + ends }
        return ends + stop
    }
}

extension DrainOutcome {
    fileprivate var forbidden: Cause? {
        guard case .forbidden(let why) = verdict else { return nil }
        return Cause(.noPermission, .noPermission, "set \(drain.set): \(why)")
    }
}
