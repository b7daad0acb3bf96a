/// One thing that apply can mend.
public struct Change: Hashable, Sendable {
    /// Where.
    public let node: NodeName
    /// For which set.
    public let set: SetName
    /// On which table; `nil` for ``Action/install(_:)``.
    public let table: TableName?
    /// What the trigger is for; `nil` for the user's own triggers and rules, and for ``Action/install(_:)``.
    public let purpose: Purpose?
    /// What is to be done.
    public let action: Action
    /// What in the cluster file asked for it.
    public let because: Position

    /// Describes a change.
    public init(
        node: NodeName, set: SetName, table: TableName?, purpose: Purpose?, action: Action, because: Position
    ) {
        self.node = node
        self.set = set
        self.table = table
        self.purpose = purpose
        self.action = action
        self.because = because
    }
}

/// What can be done to a trigger, a rule, or the engine's own schema.
public enum Action: Hashable, Sendable {
    /// Install or upgrade the engine's schema, or record the members and tables of a set in it.
    case install(Installation)
    /// Create a missing trigger in its mode.
    case create(DesiredTrigger)
    /// Set a trigger's firing mode.
    case setMode(TriggerName, from: FiringMode, to: FiringMode)
    /// Set a rule's firing mode.
    case setRuleMode(TriggerName, from: FiringMode, to: FiringMode)
    /// Put the engine's trigger in the place of an impostor.
    case replace(ObservedTrigger, DesiredTrigger)
    /// Rename a misnamed trigger.
    case rename(TriggerName, to: TriggerName)
    /// Drop a surplus trigger.
    case drop(ObservedTrigger)

    /// The word in reports and JSON.
    public var word: String {
        switch self {
        case .install: "install"
        case .create: "create"
        case .setMode, .setRuleMode: "set_mode"
        case .replace: "replace"
        case .rename: "rename"
        case .drop: "drop"
        }
    }

    /// The trigger or rule as it is named now, or will be where it does not exist yet.
    public var trigger: TriggerName? {
        switch self {
        case .install: nil
        case .create(let desired): desired.name
        case .setMode(let name, _, _), .setRuleMode(let name, _, _), .rename(let name, _): name
        case .replace(let observed, _), .drop(let observed): observed.name
        }
    }

    /// What is installed or recorded in the engine's own schema; `nil` for what is done to a trigger or a rule.
    var installation: Installation? {
        switch self {
        case .install(let installation): installation
        case .create, .setMode, .setRuleMode, .replace, .rename, .drop: nil
        }
    }
}

/// What the engine's own schema on a node must hold.
public struct Installation: Hashable, Sendable {
    /// What an installation is for.
    public enum Preparation: Hashable, Sendable {
        /// The schema itself is installed or upgraded, and the set recorded in it.
        case schema
        /// The set is recorded before its tables change: what is new is added.
        case record
        /// The record is made to say what has become true, after its tables changed.
        case conclusion
    }

    /// What the installation is for.
    public let preparation: Preparation
    /// The version found; `nil` where nothing is installed.
    public let from: Int?
    /// The version to stand.
    public let to: Int
    /// What has to be recorded there for the set.
    public let record: SetRecord
    /// The greatest number that other nodes have applied of the node's log, where its log is made: a new one begins above.
    public let logAbove: Int64?

    /// Describes an installation.
    public init(_ preparation: Preparation, from: Int?, to: Int, record: SetRecord, logAbove: Int64? = nil) {
        self.preparation = preparation
        self.from = from
        self.to = to
        self.record = record
        self.logAbove = logAbove
    }
}

extension Change {
    /// The change that an installation is, of the set that it records and on the node where it does.
    init(_ installation: Installation, because: Position) {
        self.init(
            node: installation.record.node, set: installation.record.set, table: nil, purpose: nil,
            action: .install(installation), because: because)
    }
}

/// A set as it is recorded on a node.
public struct SetRecord: Hashable, Sendable {
    /// The cluster.
    public let cluster: String
    /// The node on which it is recorded.
    public let node: NodeName
    /// The set.
    public let set: SetName
    /// Origin and members.
    public let recorded: RecordedSet
    /// The set's tables on this node, sorted.
    public let tables: [TableName]
    /// Whether other tables that are recorded for the set stay so, unless another set takes them over meanwhile.
    public let keepsOthers: Bool

    /// Describes what to record.
    public init(
        cluster: String, node: NodeName, set: SetName, recorded: RecordedSet, tables: [TableName],
        keepsOthers: Bool = false
    ) {
        self.cluster = cluster
        self.node = node
        self.set = set
        self.recorded = recorded
        self.tables = tables
        self.keepsOthers = keepsOthers
    }
}
