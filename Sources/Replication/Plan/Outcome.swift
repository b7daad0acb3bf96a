/// How the steps of a plan ended.
public struct Outcomes: Hashable, Sendable {
    /// Every step that the plan held, in its order, with its end.
    public var steps: [StepOutcome]
    /// How each drain ended.
    public var drains: [DrainOutcome]
    /// Steps that opened the old origin again after a failure before `open`.
    public var reopened: [StepOutcome]
    /// What stopped the run before its end; `nil` where nothing did.
    public var stopped: StopReason?

    /// Gathers outcomes.
    public init(
        steps: [StepOutcome] = [], drains: [DrainOutcome] = [], reopened: [StepOutcome] = [],
        stopped: StopReason? = nil
    ) {
        self.steps = steps
        self.drains = drains
        self.reopened = reopened
        self.stopped = stopped
    }

    /// Whether any step changed a node.
    public var changedAnything: Bool { (steps + reopened).contains { $0.outcome.changedSomething } }
}

/// One step and how it ended.
public struct StepOutcome: Hashable, Sendable {
    /// The step.
    public let step: Step
    /// Its end.
    public let outcome: Outcome

    /// Pairs a step with its end.
    public init(step: Step, outcome: Outcome) {
        self.step = step
        self.outcome = outcome
    }
}

/// How one step ended.
public enum Outcome: Hashable, Sendable {
    /// Committed, at this try, after this time from its first try.
    case done(tries: Int, took: Duration)
    /// The lock was not obtained in any try; who held it, as last sampled.
    case busy(tries: Int, blockers: [Blocker])
    /// The rows under the lock were not those of the plan, or the table was another.
    case stale(message: String)
    /// The server refused; SQLSTATE and its words.
    case failed(sqlState: String, message: String)
    /// Never begun.
    case notBegun
    /// Sent, and the connection was lost before the answer, or committed and the node lost before the flush: it may be
    /// committed.
    case unknown(message: String)
    /// Committed, but a new connection did not read what should be there, or could not read.
    case unverified(message: String)

    /// Whether the node is changed, or may be.
    public var changedSomething: Bool {
        switch self {
        case .done, .unknown, .unverified: true
        case .busy, .stale, .failed, .notBegun: false
        }
    }
}

/// A backend that holds what a step waits for, as sampled while waiting.
public struct Blocker: Hashable, Sendable {
    /// Its process id; 0 for a prepared transaction.
    public let pid: Int32
    /// Its role.
    public let user: String
    /// Its `application_name`, or the prepared transaction's identifier.
    public let application: String
    /// Its state: `active`, `idle in transaction`, `prepared transaction`, `autovacuum worker`,
    /// `autovacuum worker (to prevent wraparound)`.
    public let state: String
    /// How long its transaction has been open.
    public let age: Duration
    /// Whether it is an autovacuum worker that gives way after `deadlock_timeout`: one that prevents wraparound does not.
    public let isAutovacuum: Bool
    /// Whether it holds the engine's lock on its configuration, which every step waits for, and not the step's table.
    public let holdsEngineLock: Bool

    /// Describes a blocker.
    public init(
        pid: Int32, user: String, application: String, state: String, age: Duration, isAutovacuum: Bool,
        holdsEngineLock: Bool = false
    ) {
        self.pid = pid
        self.user = user
        self.application = application
        self.state = state
        self.age = age
        self.isAutovacuum = isAutovacuum
        self.holdsEngineLock = holdsEngineLock
    }
}

/// How one drain ended.
public struct DrainOutcome: Hashable, Sendable {
    /// What the evidence said.
    public enum Verdict: Hashable, Sendable {
        /// Every reachable subscriber has everything.
        case proven
        /// Not within the time allowed: which node lacks what.
        case pending(String)
        /// Nothing could prove it: why.
        case unknowable(String)
        /// A node did not let itself be asked: a right is missing. No word stands in for that.
        case forbidden(String)
        /// Allowed by name without proof.
        case allowedUnproven
    }

    /// The drain.
    public let drain: Drain
    /// What the evidence said.
    public let verdict: Verdict

    /// Pairs a drain with its verdict.
    public init(drain: Drain, verdict: Verdict) {
        self.drain = drain
        self.verdict = verdict
    }
}

/// What stopped a run.
public enum StopReason: Hashable, Sendable {
    /// SIGINT or SIGTERM.
    case interrupted
    /// The apply's own time was up.
    case timedOut
    /// The run's advisory lock was lost on a node.
    case lockLost(NodeName)
    /// A connection was lost.
    case nodeLost(NodeName, message: String)
    /// A stage did not succeed on every node it touches.
    case stageFailed(StageName)
    /// A drain was not proven.
    case notDrained(SetName)
    /// Before a table was opened, somebody changed its triggers on another node.
    case disturbed(NodeName, TableName)
    /// A sequence was behind another member's once that was closed.
    case sequenceBehind(SequenceLag)
}
