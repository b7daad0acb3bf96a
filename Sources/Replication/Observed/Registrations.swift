/// Slony's own catalog on one node, as plain data.
public struct SlonyRegistrations: Hashable, Sendable {
    /// `getLocalNodeId`; `nil` where the node is not initialised (-1).
    public var localNode: Int?
    /// `sl_node`: every node of the cluster, with whether it is marked failed.
    public var nodes: [Int: Bool]
    /// `sl_set` by set id.
    public var sets: [Int: SlonySet]
    /// `sl_table` by table OID (`tab_reloid`).
    public var tables: [UInt32: SlonyTable]
    /// `sl_subscribe`: the receivers of each set.
    public var subscribers: [Int: Set<Int>]
    /// Those of them that no FAILOVER takes: they get the set from another receiver, or pass nothing on (`forward = no`).
    public var noBackups: [Int: Set<Int>] = [:]
    /// The sets that events known here and not confirmed everywhere move (MOVE_SET, ACCEPT_SET, FAILOVER_NODE).
    public var movesInFlight: Set<Int>

    /// Describes the catalog.
    public init(
        localNode: Int?, nodes: [Int: Bool] = [:], sets: [Int: SlonySet] = [:], tables: [UInt32: SlonyTable] = [:],
        subscribers: [Int: Set<Int>] = [:], movesInFlight: Set<Int> = []
    ) {
        self.localNode = localNode
        self.nodes = nodes
        self.sets = sets
        self.tables = tables
        self.subscribers = subscribers
        self.movesInFlight = movesInFlight
    }
}

/// One row of `sl_set`.
public struct SlonySet: Hashable, Sendable {
    /// `set_origin`.
    public var origin: Int
    /// Whether `set_locked` is not null: LOCK SET in progress.
    public var isLocked: Bool

    /// Describes a set.
    public init(origin: Int, isLocked: Bool = false) {
        self.origin = origin
        self.isLocked = isLocked
    }
}

/// One row of `sl_table`, with the key mask as it should be now.
public struct SlonyTable: Hashable, Sendable {
    /// `tab_id`.
    public var id: Int
    /// `tab_set`.
    public var set: Int
    /// `tab_nspname` and `tab_relname`: stale after a rename outside Slony.
    public var name: TableName
    /// `tab_idxname`: the registered unique index.
    public var index: Identifier
    /// `k` for a column of the registered index, `v` for another, over live columns in order, trailing `v` cut;
    /// `nil` where the index is gone or not usable as a key.
    public var keyMask: String?

    /// Describes a registration.
    public init(id: Int, set: Int, name: TableName, index: Identifier, keyMask: String?) {
        self.id = id
        self.set = set
        self.name = name
        self.index = index
        self.keyMask = keyMask
    }
}

/// What the schema `polarity` holds on one node, for one cluster.
public struct BuiltinRegistrations: Hashable, Sendable {
    /// The installed version, compared with the version this program installs.
    public var version: Int
    /// Whether every function is exactly as installed (source, settings, SECURITY DEFINER).
    public var functionsIntact: Bool
    /// What keeps `polarity.log` from taking or keeping what is logged, sorted by sort and name.
    public var logFaults: [LogFault] = []
    /// The members and last origins recorded by the last apply that touched this node.
    public var recorded: RecordedCluster
    /// Tables recorded as replicated, with their set.
    public var tables: RecordedTables
    /// Tables recorded as another cluster's, with its name.
    public var otherClusters: [TableName: String]
    /// The recorded members of other clusters' sets.
    public var otherMembers: Set<OtherMember>
    /// The greatest `polarity.log.seq` of each set's tables: what was captured here; absent where the log holds nothing.
    public var logged: [SetName: Int64]
    /// How far the sequence of `polarity.log` has come, 0 where it was never used; `nil` where there is none or it may not
    /// be read.
    public var logEnd: Int64?
    /// `polarity.applied` by origin name.
    public var applied: [NodeName: Int64]

    /// Describes the schema's contents.
    public init(
        version: Int, functionsIntact: Bool = true, recorded: RecordedCluster = RecordedCluster(),
        tables: RecordedTables = [:], otherClusters: [TableName: String] = [:], otherMembers: Set<OtherMember> = [],
        logged: [SetName: Int64] = [:], logEnd: Int64? = nil, applied: [NodeName: Int64] = [:]
    ) {
        self.version = version
        self.functionsIntact = functionsIntact
        self.recorded = recorded
        self.tables = tables
        self.otherClusters = otherClusters
        self.otherMembers = otherMembers
        self.logged = logged
        self.logEnd = logEnd
        self.applied = applied
    }
}

extension BuiltinRegistrations {
    /// Whether a newer program has installed the schema.
    var isNewer: Bool { version > BuiltinSchema.version }
}

/// What was done to `polarity.log`, or to a table beside it, so that it loses, hides or refuses what is logged.
public enum LogFault: Hashable, Sendable {
    /// A rule on it that is not disabled.
    case rule(TriggerName)
    /// A trigger on it that is not disabled.
    case trigger(TriggerName)
    /// It is UNLOGGED, and empty after a crash.
    case unlogged
    /// Nothing numbers its rows: `seq` is no identity any more.
    case noIdentity
    /// Its sequence does not count up one by one, or is not asked for every row: a later change may get a lower number.
    case numbering
    /// A table inherits from it, with numbers of its own: the text names it, quoted where that is needed.
    case child(String)
    /// Row security on a table of the schema hides its rows from whoever does not own it, or from everyone.
    case rowSecurity(table: String)
    /// A table of the schema lacks a column, or has it with another type.
    case column(table: String, definition: String, isMissing: Bool)
    /// A table of the schema has lost its primary key.
    case primaryKey(table: String, columns: String)
    /// The type that the log function reads rows into is not what it was.
    case fields
}

/// A member of another cluster's sets, as that cluster recorded it on one node.
public struct OtherMember: Hashable, Comparable, Sendable {
    /// The other cluster.
    public let cluster: Identifier
    /// What that cluster calls the member.
    public let node: NodeName
    /// Whether the member is the node that holds the record.
    public let isHere: Bool

    /// Describes a member.
    public init(cluster: Identifier, node: NodeName, isHere: Bool) {
        self.cluster = cluster
        self.node = node
        self.isHere = isHere
    }

    /// By cluster, then by name.
    public static func < (left: OtherMember, right: OtherMember) -> Bool {
        (left.cluster, left.node) < (right.cluster, right.node)
    }
}

/// The members and last origin of every set as an earlier apply recorded them.
public struct RecordedCluster: Hashable, Sendable {
    /// The recorded sets.
    public var sets: [SetName: RecordedSet]
    /// Which node this one is recorded to be, where that is recorded on the node itself.
    public var node: NodeName?

    /// Nothing recorded, unless given.
    public init(sets: [SetName: RecordedSet] = [:], node: NodeName? = nil) {
        self.sets = sets
        self.node = node
    }
}

/// One set as it was recorded.
public struct RecordedSet: Hashable, Sendable {
    /// The last origin; `nil` for `origin: none`.
    public var origin: NodeName?
    /// Every member, the origin among them.
    public var members: Set<NodeName>

    /// Describes a recorded set.
    public init(origin: NodeName?, members: Set<NodeName>) {
        self.origin = origin
        self.members = members
    }
}
