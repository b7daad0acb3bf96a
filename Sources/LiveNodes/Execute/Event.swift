import Replication

/// What happens during a run, as it happens.
///
/// Whoever listens is awaited: what it has not yet written down has not yet gone on. Nodes run side by side, so events
/// of several nodes may come at the same time; those of one node come in order.
public enum Event: Hashable, Sendable {
    /// The run begins; nothing is sent yet.
    case runBegan(steps: Int)
    /// A stage begins on these nodes, sorted.
    case stageBegan(StageName, on: [NodeName])
    /// These steps are about to be sent in one message; from here on they may be done.
    case sending(NodeName, [StepTry])
    /// A step waits for its lock, or has just failed to get it; the blockers are those last sampled, none where nobody
    /// was caught.
    case waiting(StepTry, blockers: [Blocker])
    /// These steps ended. A step that is named again ended otherwise than was thought: lost with its node before the
    /// flush, or read back with other rows.
    case ended(NodeName, [StepOutcome])
    /// Everything the stage committed on the node is durable.
    case flushed(NodeName, StageName)
    /// Every table that the stage touched on the node was read from a new connection, and is as it should be.
    case verified(NodeName, StageName, tables: Int)
    /// The stage ended on all nodes.
    case stageEnded(StageName, succeeded: Bool)
    /// A drain is not proven yet: which node lacks what. Comes again only when that changes.
    case drainWaiting(Drain, String)
    /// A drain ended.
    case drainEnded(DrainOutcome)
    /// The run will go no further; how it is left follows.
    case stopping(StopReason)
    /// The old origin is opened again by these steps; no stage begins for that.
    case reopening([Step])
}

/// One try of one step.
public struct StepTry: Hashable, Sendable {
    /// The step.
    public let step: Step
    /// Which try it is, from 1.
    public let number: Int
    /// How many there may be.
    public let limit: Int

    /// Names a try.
    public init(step: Step, number: Int, limit: Int) {
        self.step = step
        self.number = number
        self.limit = limit
    }
}

/// What the operator has asked for while a run is under way.
public enum Interruption: Hashable, Sendable {
    /// Nothing.
    case none
    /// Finish what is sent, read it back and report: the first SIGINT or SIGTERM.
    case finish
    /// Drop the connections at once; what was sent may be done: the second.
    case drop
}

/// What every statement of a run carries: `/* polarity run=… plan=… */`.
public struct RunLabel: Hashable, Sendable {
    /// The comment itself.
    public let comment: String

    /// Labels a run; whatever is no letter, digit, `.`, `:`, `_` or `-` is left out.
    public init(run: String, plan: String) {
        comment = "/* polarity run=\(harmless(run)) plan=\(harmless(plan)) */"
    }
}

private func harmless(_ text: String) -> String {
    let kept = text.unicodeScalars.filter { scalar in
        scalar.isASCII && (scalar.properties.isAlphabetic || "0123456789.:_-".unicodeScalars.contains(scalar))
    }
    return String(String.UnicodeScalarView(kept))
}
