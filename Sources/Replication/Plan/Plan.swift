/// Changes in a safe order.
public struct Plan: Hashable, Sendable {
    /// The stages that hold anything, in order.
    public let stages: [Stage]
    /// What has to be proven between `protect` and `open`, one for each set that opens.
    public let drains: [Drain]
    /// The sequences that are put ahead in the stage `drain`, or checked there, by where they stand once all is closed.
    public let sequences: [SequenceHandover]
    /// The words that `--allow` must hold for this plan to run, sorted.
    public let required: [Gate]
    /// Changes that wait for a blocking finding to be mended.
    public let heldBack: [Change]
    /// Where the plan closes what was written last: to be opened again if the new origin never opens.
    let lastWriters: Set<Place>
    /// Where the plan closes what any of the engine's triggers stands on, and writes passed.
    let foundOpen: Set<Place>

    /// Gathers stages; those without steps are left out.
    public init(stages: [Stage], drains: [Drain], required: [Gate], heldBack: [Change] = []) {
        self.init(
            stages: stages, drains: drains, sequences: [], required: required, heldBack: heldBack, lastWriters: [],
            foundOpen: [])
    }

    init(
        stages: [Stage], drains: [Drain], sequences: [SequenceHandover], required: [Gate], heldBack: [Change],
        lastWriters: Set<Place>, foundOpen: Set<Place>
    ) {
        self.stages = stages.filter { !$0.steps.isEmpty }
        self.drains = drains
        self.sequences = sequences
        self.required = required
        self.heldBack = heldBack
        self.lastWriters = lastWriters
        self.foundOpen = foundOpen
    }

    /// Every step in order.
    public var steps: [Step] { stages.flatMap(\.steps) }

    /// Whether there is nothing to do.
    public var isEmpty: Bool { stages.isEmpty && drains.isEmpty }
}

/// A barrier across nodes: the next stage begins only when this one succeeded on every node it touches.
public struct Stage: Hashable, Sendable {
    /// Its place in the order.
    public let name: StageName
    /// Its steps, sorted by node, set and table, roots of partitioned tables after (closing) or before (opening) their leaves.
    public let steps: [Step]

    /// Gathers steps.
    public init(name: StageName, steps: [Step]) {
        self.name = name
        self.steps = steps
    }
}

/// The stages in order. Doors close before they open.
public enum StageName: String, Hashable, Sendable, CaseIterable, Comparable {
    /// Lets no writes in where they were refused: installations, deny up, log up where already open, creations.
    case protect
    /// Proves that every reachable subscriber has everything the closed origin held; advances or checks sequences.
    case drain
    /// Lets writes in where they were refused.
    case open
    /// Surplus drops, renames, rules: stronger locks, no hurry.
    case tidy

    /// In the order of execution.
    public static func < (left: StageName, right: StageName) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .protect: 0
        case .drain: 1
        case .open: 2
        case .tidy: 3
        }
    }
}

/// What happens to one table on one node in one transaction.
public struct Step: Hashable, Sendable {
    /// The stage it stands in.
    public let stage: StageName
    /// Where.
    public let node: NodeName
    /// For which set.
    public let set: SetName
    /// On which table; `nil` for the engine's own schema.
    public let table: TableName?
    /// The table's OID as observed; 0 without a table.
    public let tableOID: UInt32
    /// The changes it makes.
    public let changes: [Change]
    /// The statements, in order, without BEGIN, lock, check and COMMIT, which are the executor's.
    public let statements: [String]
    /// The strongest lock it takes on the table, taken first.
    public let lock: LockMode
    /// The table's trigger and rule rows as they must be found under the lock, in the form of ``ObservedTable/rowsUnderLock``.
    public let expectedRows: String
    /// What the engine's catalog must say of the table under the engine's lock, in the form of
    /// ``SlonyRegistrations/underLock(_:)``; `nil` where the engine has no catalog of its own.
    public let expectedRegistration: String?
    /// The role to become before the statements; `nil` to stay.
    public let role: Identifier?

    /// Describes a step.
    public init(
        stage: StageName, node: NodeName, set: SetName, table: TableName?, tableOID: UInt32, changes: [Change],
        statements: [String], lock: LockMode, expectedRows: String, expectedRegistration: String? = nil,
        role: Identifier?
    ) {
        self.stage = stage
        self.node = node
        self.set = set
        self.table = table
        self.tableOID = tableOID
        self.changes = changes
        self.statements = statements
        self.lock = lock
        self.expectedRows = expectedRows
        self.expectedRegistration = expectedRegistration
        self.role = role
    }
}

/// The table locks that statements take (PostgreSQL manual, "Explicit Locking").
public enum LockMode: String, Hashable, Sendable, CaseIterable {
    /// None on a user's table.
    case none = "NONE"
    /// Readers go on, writers wait.
    case shareRowExclusive = "SHARE ROW EXCLUSIVE"
    /// Readers and writers wait.
    case accessExclusive = "ACCESS EXCLUSIVE"
}

/// What has to be proven before a set is opened on a node.
public struct Drain: Hashable, Sendable {
    /// The set.
    public let set: SetName
    /// The node that will be opened.
    public let newOrigin: NodeName
    /// The other members whose logs may hold what others lack: every one of them, not only those this run closed.
    public let sources: [NodeName]
    /// The tables that go from closed to open, sorted.
    public let tables: [TableName]
    /// How it is proven.
    public let evidence: DrainEvidence
    /// What in the cluster file asked for the move.
    public let because: Position

    /// Describes a drain.
    public init(
        set: SetName, newOrigin: NodeName, sources: [NodeName], tables: [TableName], evidence: DrainEvidence,
        because: Position
    ) {
        self.set = set
        self.newOrigin = newOrigin
        self.sources = sources
        self.tables = tables
        self.evidence = evidence
        self.because = because
    }
}

/// How a drain is proven.
public enum DrainEvidence: Hashable, Sendable {
    /// `polarity.log` against `polarity.applied`.
    case polarityApplied
    /// The custom engine's own queries.
    case query(DrainQuery)
    /// Nothing can: `--allow UNPROVEN_HANDOVER` stands in for it.
    case nothing
}

/// The words that `--allow` takes.
public enum Gate: String, Hashable, Sendable, CaseIterable, Comparable {
    /// An origin moves, is closed, or a set that is closed everywhere is opened.
    case originChange = "ORIGIN_CHANGE"
    /// An impostor is replaced.
    case replaceTrigger = "REPLACE_TRIGGER"
    /// A surplus trigger goes.
    case dropTrigger = "DROP_TRIGGER"
    /// More than `policy.max_changes`.
    case massChange = "MASS_CHANGE"
    /// Nothing can prove that every reachable subscriber has everything.
    case unprovenHandover = "UNPROVEN_HANDOVER"
    /// A node that leaves a set becomes writable.
    case openBystander = "OPEN_BYSTANDER"
    /// Under bruce: a missing `_deny` on a table that may hold rows, since its presence is the subscription.
    case subscribeTable = "SUBSCRIBE_TABLE"

    /// By word.
    public static func < (left: Gate, right: Gate) -> Bool { left.rawValue < right.rawValue }
}
