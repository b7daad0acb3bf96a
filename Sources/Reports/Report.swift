import Replication

/// What a command found and did: one value that is rendered as text, JSON, SQL and the rest.
public struct Report: Hashable, Sendable {
    /// The command that is reported on.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// The file alone.
        case validate
        /// The nodes as they are.
        case status
        /// `apply --dry-run`.
        case plan
        /// `apply`.
        case apply
    }

    /// How it ended, in one word.
    public enum Result: String, Hashable, Sendable, CaseIterable {
        /// The difference is empty.
        case inSync = "in_sync"
        /// It is not.
        case drift
        /// A dry run finished and holds changes.
        case planned
        /// Everything was done and read back.
        case applied
        /// Some changes were made and the cluster has not converged.
        case incomplete
        /// Nothing was changed, and something else is needed first.
        case refused
    }

    /// What ended the command early.
    public struct Failure: Hashable, Sendable {
        /// Which sort of end it is.
        public let code: ErrorCode
        /// A sentence for people, lower case, without a full stop; all that is wrong with a file, a line each.
        public let message: String
        /// What is wrong with the file, place by place; empty where the file is not to blame.
        public let places: [Place]

        /// One thing that is wrong with the file.
        public struct Place: Hashable, Sendable {
            /// Where.
            public let position: Position
            /// What.
            public let message: String
            /// What helps to mend it.
            public let notes: [String]

            /// Describes what is wrong where.
            public init(_ position: Position, _ message: String, notes: [String]) {
                self.position = position
                self.message = message
                self.notes = notes
            }
        }

        /// Describes what ended the command.
        public init(code: ErrorCode, message: String, places: [Place] = []) {
            self.code = code
            self.message = message
            self.places = places
        }

        /// The plan holds changes that need these words; what is to be typed is written as it is typed.
        public static func needsAllow(_ gates: Set<Gate>) -> Failure {
            Failure(code: .needsAllow, message: "the plan holds changes that need --allow \(gates.sorted().words)")
        }
    }

    /// What only a count is told of.
    public struct Counts: Hashable, Sendable {
        /// The tables of all sets, patterns expanded.
        public let tables: Int
        /// The triggers and rules that are as declared.
        public let triggersRight: Int
        /// The changes that `--node`, `--set` and `--table` left out.
        public let leftOut: Int

        /// Counts.
        public init(tables: Int, triggersRight: Int, leftOut: Int) {
            self.tables = tables
            self.triggersRight = triggersRight
            self.leftOut = leftOut
        }
    }

    /// The command that is reported on.
    public var kind: Kind
    /// What the file declares; without a name where it could not be read.
    public var cluster: DeclaredCluster
    /// What the nodes said; for an apply, when they were read back. `nil` where none was asked.
    public var observed: ObservedState?
    /// The roles of every set and node, as last read.
    public var roles: [SetRole]
    /// What apply can mend.
    public var changes: [Change]
    /// What it cannot or must not.
    public var findings: [Finding]
    /// The changes in a safe order; `nil` where none was made.
    public var plan: Plan?
    /// How the steps ended; `nil` where none was begun.
    public var outcomes: Outcomes?
    /// What ``fingerprint(declared:observed:limits:)`` answered; empty where no node was asked.
    public var fingerprint: String
    /// How it ended.
    public var result: Result
    /// What ended the command early; `nil` where nothing did.
    public var error: Failure?
    /// What only a count is told of.
    public var counts: Counts

    /// Reports where no node was asked.
    public init(_ kind: Kind, _ cluster: DeclaredCluster, result: Result, error: Failure? = nil) {
        self.init(
            kind: kind, cluster: cluster, observed: nil, roles: [], changes: [], findings: [], plan: nil,
            outcomes: nil, fingerprint: "", result: result, error: error,
            counts: Counts(tables: cluster.sets.reduce(0) { $0 + $1.tables.count }, triggersRight: 0, leftOut: 0))
    }

    /// Gathers what a command found and did; changes and findings are sorted when they are shown.
    public init(
        kind: Kind, cluster: DeclaredCluster, observed: ObservedState?, roles: [SetRole], changes: [Change],
        findings: [Finding], plan: Plan?, outcomes: Outcomes?, fingerprint: String, result: Result, error: Failure?,
        counts: Counts
    ) {
        self.kind = kind
        self.cluster = cluster
        self.observed = observed
        self.roles = roles
        self.changes = changes
        self.findings = findings
        self.plan = plan
        self.outcomes = outcomes
        self.fingerprint = fingerprint
        self.result = result
        self.error = error
        self.counts = counts
    }
}
