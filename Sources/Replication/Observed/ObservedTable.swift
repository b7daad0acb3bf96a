/// One relation that a declared name or pattern led to, with its triggers and rules.
public struct ObservedTable: Hashable, Sendable {
    /// `pg_class.oid`.
    public var oid: UInt32
    /// Schema and name.
    public var name: TableName
    /// What sort of relation it is.
    public var kind: RelationKind
    /// Whether it survives a crash.
    public var persistence: Persistence
    /// The owner's role name.
    public var owner: Identifier
    /// Whether the acting role may ALTER it: owns it, is a member of its owner, or is a superuser.
    public var mayAlter: Bool
    /// What the owner is to the acting role.
    public var ownerTie = OwnerTie()
    /// Whether it has a primary key.
    public var hasPrimaryKey: Bool
    /// Whether it may hold rows: `false` only where it has no pages.
    public var mayHoldRows: Bool
    /// Whether a native logical subscription writes into it.
    public var isLogicalTarget: Bool
    /// Sequences owned by its columns, sorted by name.
    public var sequences: [ObservedSequence]
    /// All its triggers but internal ones (foreign keys), sorted by name.
    public var triggers: [ObservedTrigger]
    /// One, or none where it would say nothing.
    private var rare: [Rare] = []

    /// Describes a table.
    public init(
        oid: UInt32, name: TableName, kind: RelationKind = .table, persistence: Persistence = .permanent,
        owner: Identifier = "postgres", mayAlter: Bool = true, partitionOf: TableName? = nil,
        inheritanceChildren: [TableName] = [], hasPrimaryKey: Bool = true, mayHoldRows: Bool = true,
        isLogicalTarget: Bool = false, sequences: [ObservedSequence] = [], triggers: [ObservedTrigger] = [],
        rules: [ObservedRule] = []
    ) {
        self.oid = oid
        self.name = name
        self.kind = kind
        self.persistence = persistence
        self.owner = owner
        self.mayAlter = mayAlter
        self.hasPrimaryKey = hasPrimaryKey
        self.mayHoldRows = mayHoldRows
        self.isLogicalTarget = isLogicalTarget
        self.sequences = sequences
        self.triggers = triggers
        guard partitionOf != nil || !inheritanceChildren.isEmpty || !rules.isEmpty else { return }
        rare = [Rare(partitionOf: partitionOf, inheritanceChildren: inheritanceChildren, rules: rules)]
    }

    /// The trigger of this name.
    public func trigger(_ name: TriggerName) -> ObservedTrigger? { triggers.first { $0.name == name } }
}

// MARK: - What few tables have

extension ObservedTable {
    /// Lies apart from the table, so that ten thousand tables without any of it are quick to copy.
    private struct Rare: Hashable {
        var lacks: [TableRight] = []
        var partitionOf: TableName?
        var inheritanceChildren: [TableName] = []
        var rules: [ObservedRule] = []
    }

    private mutating func change(_ body: (inout Rare) -> Void) {
        var changed = rare.first ?? Rare()
        body(&changed)
        rare = changed == Rare() ? [] : [changed]
    }

    /// What the acting role may not do although the table is its own, in the order of ``TableRight``.
    public var lacks: [TableRight] {
        get { rare.first?.lacks ?? [] }
        set { change { $0.lacks = newValue } }
    }

    /// The partitioned table that this is a partition of; `nil` otherwise.
    public var partitionOf: TableName? {
        get { rare.first?.partitionOf }
        set { change { $0.partitionOf = newValue } }
    }

    /// Tables that inherit from this one in the classic way.
    public var inheritanceChildren: [TableName] {
        get { rare.first?.inheritanceChildren ?? [] }
        set { change { $0.inheritanceChildren = newValue } }
    }

    /// All its rules but `_RETURN`, sorted by name.
    public var rules: [ObservedRule] {
        get { rare.first?.rules ?? [] }
        set { change { $0.rules = newValue } }
    }
}

/// `pg_class.relkind`.
public enum RelationKind: String, Hashable, Sendable, CaseIterable {
    /// An ordinary table, partitions among them.
    case table = "r"
    /// A partitioned table.
    case partitionedTable = "p"
    /// A view.
    case view = "v"
    /// A materialized view.
    case materializedView = "m"
    /// A foreign table.
    case foreignTable = "f"
    /// A sequence.
    case sequence = "S"
    /// Any other letter.
    case other = "?"
}

/// `pg_class.relpersistence`.
public enum Persistence: String, Hashable, Sendable, CaseIterable {
    /// Survives a crash.
    case permanent = "p"
    /// Empty after a crash.
    case unlogged = "u"
    /// Gone with its session.
    case temporary = "t"
}

/// A sequence owned by a column.
public struct ObservedSequence: Hashable, Sendable {
    /// Schema and name.
    public var name: QualifiedName
    /// The column of its table; what is one sequence to the table's rows may be named otherwise on each node.
    public var column: Identifier
    /// `pg_sequence_last_value`; `nil` where it was never used or may not be read.
    public var lastValue: Int64?
    /// The step; negative for a descending sequence.
    public var increment: Int64
    /// Its `MINVALUE`, where a descending one ends.
    public var minimum: Int64
    /// Its `MAXVALUE`, where any other ends.
    public var maximum: Int64
    /// Whether the acting role may read where it stands.
    public var mayRead: Bool
    /// Whether the acting role may set it.
    public var mayAdvance: Bool

    /// Describes a sequence.
    public init(
        name: QualifiedName, column: Identifier, lastValue: Int64?, increment: Int64 = 1,
        minimum: Int64 = .min, maximum: Int64 = .max, mayRead: Bool = true, mayAdvance: Bool = true
    ) {
        self.name = name
        self.column = column
        self.lastValue = lastValue
        self.increment = increment
        self.minimum = minimum
        self.maximum = maximum
        self.mayRead = mayRead
        self.mayAdvance = mayAdvance
    }
}

/// One row of `pg_trigger` as a whole tuple: its identity is all of it, never the name alone.
public struct ObservedTrigger: Hashable, Sendable {
    /// `tgname`.
    public var name: TriggerName
    /// The function `tgfoid`, by schema and name.
    public var function: FunctionName
    /// `tgtype`.
    public var type: Int16
    /// `tgenabled`.
    public var mode: FiringMode
    /// `tgargs`.
    public var arguments: TriggerArguments
    /// `tgattr`: the columns of UPDATE OF, usually none.
    public var columns: [Int16]
    /// Whether there is a WHEN condition (`tgqual`).
    public var hasCondition: Bool
    /// Whether it is a constraint trigger (`tgconstraint`), which may be deferrable.
    public var isConstraint: Bool
    /// Whether it is a clone of a partitioned parent's trigger (`tgparentid`, `pg_depend` before 13).
    public var isClone: Bool

    /// Describes a trigger.
    public init(
        name: TriggerName, function: FunctionName, type: Int16, mode: FiringMode,
        arguments: TriggerArguments = TriggerArguments(), columns: [Int16] = [], hasCondition: Bool = false,
        isConstraint: Bool = false, isClone: Bool = false
    ) {
        self.name = name
        self.function = function
        self.type = type
        self.mode = mode
        self.arguments = arguments
        self.columns = columns
        self.hasCondition = hasCondition
        self.isConstraint = isConstraint
        self.isClone = isClone
    }
}

/// `pg_trigger.tgargs`: each argument's bytes with a zero byte behind it.
public struct TriggerArguments: Hashable, Sendable {
    /// The bytes as the catalog holds them.
    public let bytes: [UInt8]

    /// Takes the catalog's bytes; none unless given.
    public init(bytes: [UInt8] = []) { self.bytes = bytes }

    /// Encodes texts as the catalog would.
    public init(_ texts: [String]) { bytes = texts.flatMap { Array($0.utf8) + [0] } }

    /// The arguments as texts.
    public var texts: [String] {
        bytes.split(separator: 0, omittingEmptySubsequences: false).dropLast()
            .map { String(decoding: $0, as: UTF8.self) }
    }
}

/// One row of `pg_rewrite`.
public struct ObservedRule: Hashable, Sendable {
    /// `rulename`.
    public var name: TriggerName
    /// `ev_enabled`.
    public var mode: FiringMode
    /// Whether it replaces INSERT, UPDATE or DELETE on the table (`is_instead`), so that triggers may never fire.
    public var isInstead: Bool

    /// Describes a rule.
    public init(name: TriggerName, mode: FiringMode, isInstead: Bool) {
        self.name = name
        self.mode = mode
        self.isInstead = isInstead
    }
}
