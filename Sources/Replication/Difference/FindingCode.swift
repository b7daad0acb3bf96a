/// Every finding by its code, as `polarity explain CODE` knows it.
public enum FindingCode: String, Hashable, Sendable, CaseIterable, Comparable {
    // Critical.
    /// Two members accept writes for one table.
    case splitBrain = "SPLIT_BRAIN"
    /// A subscriber accepts writes of its own.
    case subscriberOpen = "SUBSCRIBER_OPEN"
    /// The origin accepts writes that nothing captures.
    case originUnlogged = "ORIGIN_UNLOGGED"
    /// The origin refuses its own application's writes.
    case originClosed = "ORIGIN_CLOSED"
    /// A deny trigger in mode replica fires for the replication daemon and not for applications.
    case denyModeReplica = "DENY_MODE_REPLICA"
    /// A truncate deny trigger in mode always refuses the TRUNCATE that Slony replays.
    case truncateDenyAlways = "TRUNCATE_DENY_ALWAYS"
    /// The log trigger's key mask does not match the table's columns.
    case staleKeyMask = "STALE_KEY_MASK"
    /// A trigger has the engine's name and another definition.
    case impostor = "IMPOSTOR"
    /// Two log triggers capture every change twice.
    case duplicateLog = "DUPLICATE_LOG"
    /// A node that is not the origin logged changes that the origin never applied.
    case leftBehind = "LEFT_BEHIND"
    /// More was applied of an origin's log than that log has ever held.
    case logReplaced = "LOG_REPLACED"
    /// What was done to the builtin engine's log makes it lose or refuse what is logged.
    case logAltered = "LOG_ALTERED"
    /// A function of the engine is not as it was installed.
    case functionAltered = "FUNCTION_ALTERED"
    /// Sessions of a role or a database begin where the engine's triggers do not fire.
    case sessionRoleSet = "SESSION_ROLE_SET"
    /// Anybody may make a session of his the daemon's, which deny triggers let pass.
    case daemonModePublic = "DAEMON_MODE_PUBLIC"
    // Error.
    /// A node that cannot be read may accept writes unseen.
    case nodeUnreachable = "NODE_UNREACHABLE"
    /// The connection leads to another database than the one declared.
    case wrongNode = "WRONG_NODE"
    /// Two nodes of the file are one database.
    case sameDatabase = "SAME_DATABASE"
    /// The node is a standby.
    case standby = "STANDBY"
    /// The node's transactions are read-only by default.
    case readOnly = "READ_ONLY"
    /// A member of the set does not have the table, or not as a partition.
    case tableMissing = "TABLE_MISSING"
    /// The relation cannot carry the engine's triggers.
    case wrongRelationKind = "WRONG_RELATION_KIND"
    /// A function that the engine's triggers call does not exist on the node.
    case functionMissing = "FUNCTION_MISSING"
    /// The engine's own schema does not exist on the node, or is not whole.
    case engineMissing = "ENGINE_MISSING"
    /// A newer program has installed the builtin engine's schema.
    case engineNewer = "ENGINE_NEWER"
    /// Slony's catalog does not list the table in this set.
    case tableNotRegistered = "TABLE_NOT_REGISTERED"
    /// The table has no usable key.
    case noPrimaryKey = "NO_PRIMARY_KEY"
    /// The acting role does not own the table, and so may not enable, disable or replace its triggers.
    case notOwner = "NOT_OWNER"
    /// A right that apply needs, or a look at the engine's own schema, is missing.
    case privilegeMissing = "PRIVILEGE_MISSING"
    /// Two triggers of the engine would get the same name once filled in and cut at 63 bytes.
    case nameCollision = "NAME_COLLISION"
    /// The engine goes by name and will not find the trigger, or the table.
    case misnamed = "MISNAMED"
    /// The engine's own catalog names another origin than the file.
    case originDisagrees = "ORIGIN_DISAGREES"
    /// The engine is in the middle of LOCK SET or MOVE SET.
    case setBusy = "SET_BUSY"
    /// What LOCK SET left behind stands on a table of a set that is not locked.
    case lockAbandoned = "LOCK_ABANDONED"
    /// Under this engine an origin moves by the engine's own commands.
    case engineMoves = "ENGINE_MOVES"
    /// A pattern finds different tables on different members.
    case patternDiffers = "PATTERN_DIFFERS"
    /// A pattern matches no table on any reachable member.
    case patternEmpty = "PATTERN_EMPTY"
    /// A recorded member of the set is no longer in the file.
    case memberUnnamed = "MEMBER_UNNAMED"
    /// A sequence on the new origin is behind the old one's.
    case sequenceBehind = "SEQUENCE_BEHIND"
    /// Nothing can prove that the new origin has everything the old one captured.
    case drainUnproven = "DRAIN_UNPROVEN"
    /// The new origin does not have everything yet.
    case drainPending = "DRAIN_PENDING"
    /// An enabled event trigger fires for DDL and may refuse what apply does.
    case eventTrigger = "EVENT_TRIGGER"
    /// A trigger of the engine is missing.
    case triggerMissing = "TRIGGER_MISSING"
    /// A declared trigger or rule of the user's own does not exist.
    case ownTriggerMissing = "OWN_TRIGGER_MISSING"
    /// A partition's copy of its parent's trigger cannot be changed by itself.
    case cloneDiffers = "CLONE_DIFFERS"
    /// The node named by --failover is reachable and open, or answers and may be.
    case failoverRefused = "FAILOVER_REFUSED"
    /// A survivor of a lost origin lacks what another survivor has.
    case failoverBehind = "FAILOVER_BEHIND"
    /// The schema `polarity` records the table as another cluster's.
    case tableOfOtherCluster = "TABLE_OF_OTHER_CLUSTER"
    /// Two clusters that share a node call two other databases by one name.
    case nodeNameShared = "NODE_NAME_SHARED"
    // Warning.
    /// Changes of this set wait for what is reported beside them.
    case heldBack = "HELD_BACK"
    /// Another AFTER trigger sorts before the log trigger.
    case logOrder = "LOG_ORDER"
    /// A foreign key joins tables of sets with different origins.
    case foreignKeyCrossesSets = "FOREIGN_KEY_CROSSES_SETS"
    /// A foreign key exists only on a subscriber.
    case foreignKeyOnlyOnSubscriber = "FOREIGN_KEY_ONLY_ON_SUBSCRIBER"
    /// A trigger of the engine stands where neither the file nor the engine has a place for it.
    case strayTrigger = "STRAY_TRIGGER"
    /// A node that takes no part in the set has the table and accepts writes to it.
    case unprotectedBystander = "UNPROTECTED_BYSTANDER"
    /// Row triggers do not fire for tables that inherit from this one.
    case inheritanceChild = "INHERITANCE_CHILD"
    /// The engine has no truncate triggers.
    case truncateUnguarded = "TRUNCATE_UNGUARDED"
    /// An unlogged table is empty after a crash.
    case unloggedTable = "UNLOGGED_TABLE"
    /// A rule replaces writes on the table.
    case insteadRule = "INSTEAD_RULE"
    /// Another BEFORE ROW trigger sorts before the deny trigger.
    case triggerBeforeDeny = "TRIGGER_BEFORE_DENY"
    /// A native subscription writes into the table in session role replica.
    case logicalTarget = "LOGICAL_TARGET"
    /// A partition has a trigger of its own where the root's would be cloned.
    case partitionOwnTrigger = "PARTITION_OWN_TRIGGER"
    /// The trigger's mode works by accident and is not the engine's own.
    case inappropriateMode = "INAPPROPRIATE_MODE"
    /// lock_timeout is below the server's deadlock_timeout.
    case lockTimeoutShort = "LOCK_TIMEOUT_SHORT"
    /// Another replication cluster has triggers on the table.
    case otherCluster = "OTHER_CLUSTER"

    /// By code, as text.
    public static func < (left: FindingCode, right: FindingCode) -> Bool { left.rawValue < right.rawValue }
}

/// What is known of a code before any finding of it.
struct FindingEntry {
    let severity: Severity
    let blocks: Bool
    let why: String
    let next: String

    init(_ severity: Severity, blocks: Bool, _ why: String, _ next: String) {
        self.severity = severity
        self.blocks = blocks
        self.why = why
        self.next = next
    }
}
