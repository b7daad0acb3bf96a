/// What the nodes said, and what an earlier run recorded.
public struct ObservedState: Hashable, Sendable {
    /// Each declared node's answer.
    public var nodes: [NodeName: NodeAnswer]
    /// Members and last origins that earlier runs recorded outside the nodes (the journal), for engines without a catalog.
    public var journal: RecordedCluster
    /// Groups of node names that turned out to be one and the same database, found by probe.
    public var sameDatabase: [[NodeName]]
    /// How many changes of each table some nodes logged beyond what ``unapplied(by:)`` asks for.
    public var unapplied: [NodeName: [TableName: Int]] = [:]

    /// Gathers answers.
    public init(
        nodes: [NodeName: NodeAnswer], journal: RecordedCluster = RecordedCluster(), sameDatabase: [[NodeName]] = []
    ) {
        self.nodes = nodes
        self.journal = journal
        self.sameDatabase = sameDatabase
    }

    /// The node as it was read; `nil` where it could not be.
    public func node(_ name: NodeName) -> ObservedNode? {
        switch nodes[name] {
        case .observed(let node): node
        case .failed, nil: nil
        }
    }

    /// The node named by `--failover`, while it is out of reach; one that answers is not given up.
    func lost(_ failover: NodeName?) -> NodeName? { failover.flatMap { isOutOfReach($0) ? $0 : nil } }

    /// Whether a node gave no answer at all. One that answers and refuses, or that fails while it is read, is up: it may
    /// accept the writes of others.
    public func isOutOfReach(_ name: NodeName) -> Bool {
        switch nodes[name] {
        case .observed: false
        case .failed(let failure): failure.isOutOfReach
        case nil: true
        }
    }
}

/// One node's answer.
public enum NodeAnswer: Hashable, Sendable {
    /// It was read.
    case observed(ObservedNode)
    /// It could not be read.
    case failed(NodeFailure)
}

/// Why a node could not be read.
public struct NodeFailure: Hashable, Sendable, Error {
    /// The sort of failure.
    public enum Sort: String, Hashable, Sendable {
        /// No connection, or it was lost, or the node said nothing in time.
        case unreachable
        /// It answered and refused, or what it was asked then did not work or took too long: it is up.
        case unusable
    }

    /// The sort of failure.
    public let sort: Sort
    /// SQLSTATE, empty where the failure has none.
    public let sqlState: String
    /// The server's or libpq's own words, without a password.
    public let message: String

    /// Describes a failure.
    public init(sort: Sort, sqlState: String, message: String) {
        self.sort = sort
        self.sqlState = sqlState
        self.message = message
    }

    /// Whether nothing shows that the node is up.
    var isOutOfReach: Bool {
        switch sort {
        case .unreachable: true
        case .unusable: false
        }
    }
}

/// One node, read in one REPEATABLE READ READ ONLY transaction.
public struct ObservedNode: Hashable, Sendable {
    /// What the node is.
    public var identity: NodeIdentity
    /// What the acting role may do.
    public var rights: NodeRights
    /// The tables that the scope asks for (and the leaves of partitioned ones) that exist, by name.
    public var tables: [TableName: ObservedTable]
    /// Triggers that call one of the engine's functions on tables outside the scope.
    public var stray: [StrayTrigger]
    /// The engine's functions that exist, among those its templates name.
    public var functions: Set<FunctionName>
    /// Slony's own catalog; `nil` where the engine is another or its schema is not there or may not be read.
    public var slony: SlonyRegistrations?
    /// What the schema `polarity` holds; `nil` where it is not installed or the engine is another.
    public var builtin: BuiltinRegistrations?
    /// Enabled event triggers that fire for DDL, by name.
    public var eventTriggers: [Identifier]
    /// Foreign keys that touch a table of the scope.
    public var foreignKeys: [ForeignKey]
    /// Whose sessions begin in another session role than `origin`.
    public var sessionRoles: [SessionRoleSetting]
    /// Whether PUBLIC may execute ``Engine/daemonMode``.
    public var isDaemonModePublic: Bool

    /// Describes a node.
    public init(
        identity: NodeIdentity, rights: NodeRights = NodeRights(), tables: [TableName: ObservedTable] = [:],
        stray: [StrayTrigger] = [], functions: Set<FunctionName> = [], slony: SlonyRegistrations? = nil,
        builtin: BuiltinRegistrations? = nil, eventTriggers: [Identifier] = [], foreignKeys: [ForeignKey] = [],
        sessionRoles: [SessionRoleSetting] = [], isDaemonModePublic: Bool = false
    ) {
        self.identity = identity
        self.rights = rights
        self.tables = tables
        self.stray = stray
        self.functions = functions
        self.slony = slony
        self.builtin = builtin
        self.eventTriggers = eventTriggers
        self.foreignKeys = foreignKeys
        self.sessionRoles = sessionRoles
        self.isDaemonModePublic = isDaemonModePublic
    }
}

/// What a node is: never changed by apply, part of the fingerprint.
public struct NodeIdentity: Hashable, Sendable {
    /// `pg_control_system().system_identifier`.
    public var systemIdentifier: String
    /// The timeline that is written; on a standby, that of its last restart point.
    public var timeline: Int
    /// The database's name.
    public var database: Identifier
    /// The database's OID.
    public var databaseOID: UInt32
    /// `server_version_num`, such as 150020.
    public var serverVersion: Int
    /// `pg_is_in_recovery()`: a standby.
    public var inRecovery: Bool
    /// `default_transaction_read_only` of a new session.
    public var readOnly: Bool

    /// Whether the server gives a partitioned table's row triggers to its partitions, as it does from 13.
    var clonesRowTriggers: Bool { serverVersion >= 130_000 }

    /// Describes a node.
    public init(
        systemIdentifier: String, timeline: Int = 1, database: Identifier, databaseOID: UInt32 = 5,
        serverVersion: Int = 150_000, inRecovery: Bool = false, readOnly: Bool = false
    ) {
        self.systemIdentifier = systemIdentifier
        self.timeline = timeline
        self.database = database
        self.databaseOID = databaseOID
        self.serverVersion = serverVersion
        self.inRecovery = inRecovery
        self.readOnly = readOnly
    }
}

/// A trigger of the engine on a table that the file does not declare.
public struct StrayTrigger: Hashable, Sendable {
    /// The table.
    public let table: TableName
    /// The trigger.
    public let trigger: TriggerName
    /// The engine's function it calls.
    public let function: FunctionName

    /// Describes a stray trigger.
    public init(table: TableName, trigger: TriggerName, function: FunctionName) {
        self.table = table
        self.trigger = trigger
        self.function = function
    }
}

/// A `session_replication_role` other than `origin` that sessions begin with.
///
/// Source: PostgreSQL manual, `pg_db_role_setting` and `session_replication_role`.
public struct SessionRoleSetting: Hashable, Sendable {
    /// Whose sessions.
    public enum Place: Hashable, Sendable {
        /// Those of a role, or of all where there is none: `ALTER ROLE`, `ALTER ROLE ALL`; in this database alone where it is
        /// set there: `… IN DATABASE`, `ALTER DATABASE`.
        case sessions(of: Identifier?, isHere: Bool)
        /// The server's own configuration, or the client's `PGOPTIONS`.
        case server
    }

    /// Whose sessions.
    public let place: Place
    /// What they begin in.
    public let role: SessionRole

    /// Describes a setting.
    public init(_ place: Place, _ role: SessionRole) {
        self.place = place
        self.role = role
    }

    /// Whose it is, and the statement that takes it back.
    func words(in database: Identifier) -> (whose: String, reset: String) {
        let end = "RESET session_replication_role"
        return switch place {
        case .sessions(let role?, isHere: false): ("role \(role.shown)", "ALTER ROLE \(role.quoted) \(end)")
        case .sessions(let role?, isHere: true):
            ("role \(role.shown) in this database", "ALTER ROLE \(role.quoted) IN DATABASE \(database.quoted) \(end)")
        case .sessions(nil, isHere: false): ("every role", "ALTER ROLE ALL \(end)")
        case .sessions(nil, isHere: true):
            ("every session in this database", "ALTER DATABASE \(database.quoted) \(end)")
        case .server:
            (
                "the server's configuration, or PGOPTIONS,",
                "ALTER SYSTEM \(end), or take it out of postgresql.conf or PGOPTIONS, and reload"
            )
        }
    }
}

/// One foreign key with both its ends.
public struct ForeignKey: Hashable, Sendable {
    /// The constraint's name.
    public let name: Identifier
    /// The referencing table.
    public let child: TableName
    /// The referenced table.
    public let parent: TableName
    /// Whether a delete or update of the parent changes the child (CASCADE, SET NULL, SET DEFAULT).
    public let cascades: Bool

    /// Describes a foreign key.
    public init(name: Identifier, child: TableName, parent: TableName, cascades: Bool) {
        self.name = name
        self.child = child
        self.parent = parent
        self.cascades = cascades
    }
}
