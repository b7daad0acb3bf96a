/// A way of replicating, described as trigger templates.
///
/// Everything that differs between engines is in the table; what is behaviour hangs on ``EngineCatalog``.
/// An engine written as `type: custom` in a cluster file is this same struct.
public struct Engine: Hashable, Sendable {
    /// The word after `engine:` in the cluster file, for display only.
    public let name: String
    /// What fills `{cluster}`: the cluster's name unless `engine.cluster` says otherwise.
    public let cluster: String
    /// Where the engine itself records who is what.
    public let catalog: EngineCatalog
    /// The triggers of one table, in the order of their purposes.
    public let templates: [TriggerTemplate]
    /// How a custom engine proves that a subscriber has everything; `nil` where nothing can prove it.
    public let drained: DrainQuery?
    /// The function that makes a session the daemon's, which deny triggers let pass: Bruce's, whose daemon goes by tables of
    /// its own, changed by hand when an origin moves. `nil` for an engine without such a daemon.
    public let daemonMode: FunctionName?

    /// Describes an engine.
    public init(
        name: String, cluster: String, catalog: EngineCatalog, templates: [TriggerTemplate], drained: DrainQuery? = nil,
        daemonMode: FunctionName? = nil
    ) {
        self.name = name
        self.cluster = cluster
        self.catalog = catalog
        self.templates = templates
        self.drained = drained
        self.daemonMode = daemonMode
    }
}

/// Where an engine records sets and origins: decides its registration query, authority, handover and installation.
public enum EngineCatalog: String, Hashable, Sendable, CaseIterable {
    /// Nowhere; the file is the authority and the triggers themselves are the record.
    case none
    /// In Slony's schema `_<cluster>`; Slony is the authority over origins.
    case slony
    /// In the schema `polarity`, which `apply` installs.
    case polarity
}

/// What follows for tables and sets from where the engine keeps its records.
extension EngineCatalog {
    /// Whether every node has the log and what it applied of the others' where Polarity can read both.
    var keepsLog: Bool { self == .polarity }
    /// Whether the engine moves origins itself and proves that its subscribers have everything.
    var movesOrigins: Bool { self == .slony }
    /// Whether a table takes part only where the catalog lists it by OID, with a number that its triggers are given.
    var listsTables: Bool { self == .slony }
    /// Whether it puts triggers on tables beyond its templates: Slony's `lockedset`, while a set is locked.
    var addsTriggers: Bool { self == .slony }
    /// Whether a partitioned table can be replicated as one.
    var takesPartitionedTables: Bool { self != .slony }
    /// Whether rows may be told apart by any unique index, and not by the primary key alone.
    var takesAnyUniqueIndex: Bool { self == .slony }
    /// Whether subscribers run TRUNCATE themselves, in session role `replica`, so that nothing may refuse it there.
    var replaysTruncate: Bool { self == .slony }
}

/// One trigger that an engine puts on a table, before names are filled in.
public struct TriggerTemplate: Hashable, Sendable {
    /// What the trigger is for.
    public let purpose: Purpose
    /// The trigger's name; the result is cut at 63 bytes as the server does.
    public let name: Pattern
    /// The function's schema.
    public let functionSchema: Pattern
    /// The function's name.
    public let functionName: Pattern
    /// Before or after.
    public let timing: TriggerTiming
    /// Row or statement.
    public let level: TriggerLevel
    /// What fires it.
    public let events: TriggerEvents
    /// The arguments, as text.
    public let arguments: [Pattern]
    /// The firing mode on the origin; `nil` is absent.
    public let origin: FiringMode?
    /// The firing mode on a subscriber; `nil` is absent.
    public let subscriber: FiringMode?
    /// The firing mode on a bystander; `nil` is absent.
    public let bystander: FiringMode?
    /// Whether an equal trigger under another name is misnamed or accepted.
    public let match: TriggerMatch

    /// Describes one trigger.
    public init(
        _ purpose: Purpose, _ name: Pattern, function: (schema: Pattern, name: Pattern), _ timing: TriggerTiming,
        _ level: TriggerLevel, _ events: TriggerEvents, arguments: [Pattern] = [], origin: FiringMode?,
        subscriber: FiringMode?, bystander: FiringMode? = nil, match: TriggerMatch = .tuple
    ) {
        self.purpose = purpose
        self.name = name
        functionSchema = function.schema
        functionName = function.name
        self.timing = timing
        self.level = level
        self.events = events
        self.arguments = arguments
        self.origin = origin
        self.subscriber = subscriber
        self.bystander = bystander
        self.match = match
    }

    /// The firing mode for a role; `nil` is absent.
    public func mode(for role: Role) -> FiringMode? {
        switch role {
        case .origin: origin
        case .subscriber: subscriber
        case .bystander: bystander
        }
    }

    /// Whether its door is judged by it: a log that captures what applications write on the origin, a deny that refuses it
    /// on a subscriber. Another, such as one that captures what is replayed, is compared and no more.
    public var isDecisive: Bool { (purpose.refuses ? subscriber : origin)?.firesForApplications ?? false }

    /// `pg_trigger.tgtype` of a trigger made from this template.
    public var type: Int16 { TriggerType(timing: timing, level: level, events: events).bits }
}

/// What a trigger is for.
public enum Purpose: String, Hashable, Sendable, CaseIterable {
    /// Captures row changes.
    case log
    /// Refuses row changes.
    case deny
    /// Captures TRUNCATE.
    case truncateLog = "truncate_log"
    /// Refuses TRUNCATE.
    case truncateDeny = "truncate_deny"

    /// The door that a trigger of this purpose watches.
    public var door: Door {
        switch self {
        case .log, .deny: .rows
        case .truncateLog, .truncateDeny: .truncate
        }
    }

    /// Whether the trigger refuses rather than captures.
    public var refuses: Bool {
        switch self {
        case .deny, .truncateDeny: true
        case .log, .truncateLog: false
        }
    }
}

/// The two ways into a table, judged apart: row changes and TRUNCATE.
public enum Door: String, Hashable, Sendable, CaseIterable {
    /// INSERT, UPDATE and DELETE.
    case rows
    /// TRUNCATE.
    case truncate
}

/// A node's part in one set.
public enum Role: String, Hashable, Sendable, CaseIterable {
    /// Where the set is written.
    case origin
    /// A read-only copy.
    case subscriber
    /// Has the table but takes no part.
    case bystander
}

/// `pg_trigger.tgenabled` or `pg_rewrite.ev_enabled`.
public enum FiringMode: String, Hashable, Sendable, CaseIterable {
    /// `D`: fires nowhere.
    case disabled
    /// `O`: fires in session roles origin and local.
    case enabled
    /// `R`: fires in session role replica.
    case replica
    /// `A`: fires in every session role.
    case always

    /// Whether it fires for an application, whose session role is `origin`.
    public var firesForApplications: Bool {
        switch self {
        case .enabled, .always: true
        case .disabled, .replica: false
        }
    }

    /// The letter in the catalog.
    public var letter: Character {
        switch self {
        case .disabled: "D"
        case .enabled: "O"
        case .replica: "R"
        case .always: "A"
        }
    }

    /// Reads the catalog's letter; `nil` for any other.
    public init?(letter: Character) {
        guard let mode = FiringMode.allCases.first(where: { $0.letter == letter }) else { return nil }
        self = mode
    }
}

/// How a trigger is recognised.
public enum TriggerMatch: String, Hashable, Sendable, CaseIterable {
    /// By its whole tuple; under another name it is misnamed and will be renamed.
    case tuple
    /// By its function; any name is accepted and never renamed.
    case function
}

/// How a custom engine proves that a subscriber has everything the closed origin held.
public struct DrainQuery: Hashable, Sendable {
    /// Run on every subscriber with the origin's position as `$1`; true is proven, false is pending, NULL is not proven.
    public let sql: String
    /// Run once on the closed origin, after the last close.
    public let originPosition: String
    /// How long a pending drain is waited for.
    public let timeout: Duration

    /// Describes the evidence.
    public init(sql: String, originPosition: String, timeout: Duration) {
        self.sql = sql
        self.originPosition = originPosition
        self.timeout = timeout
    }
}

extension Engine {
    /// Whether something refuses row changes once for a statement, and nothing refuses them row by row: a statement fires
    /// such triggers of the table that it names, and not those of the partitions that its rows go to.
    var isPassedThroughRoots: Bool {
        let denies = templates.filter { $0.purpose == .deny }
        let byRow = denies.filter { $0.level == .row }.reduce(into: TriggerEvents()) { $0.formUnion($1.events) }
        return denies.contains { $0.level == .statement && !byRow.isSuperset(of: $0.events) }
    }

    /// The names of the engine's triggers on a table, as the server stores them.
    public func triggerNames(on table: TableName) -> Set<TriggerName> {
        Set(templates.compactMap { name(of: $0, on: table) })
    }

    func name(of template: TriggerTemplate, on table: TableName) -> TriggerName? {
        let name = template.name.filled { word in
            switch word {
            case .cluster: cluster
            case .schema: table.schema.text
            case .table: table.name.text
            case .tableID, .keyMask: ""
            }
        }
        return (name?.cutAsIdentifier).map { TriggerName($0) }
    }
}
