/// A node's part in one set, declared and as its triggers speak.
public struct SetRole: Hashable, Sendable {
    /// The set.
    public let set: SetName
    /// The node.
    public let node: NodeName
    /// What the file says.
    public let declared: Role
    /// What the triggers say, over all tables of the set.
    public let observed: ObservedRole
    /// How many of the tables accept row changes.
    public let acceptsWrites: Share
    /// How many of the tables log row changes.
    public let logsWrites: Share
    /// How many of the tables accept TRUNCATE.
    public let acceptsTruncate: Share
    /// How many tables speak which role.
    public let tables: [ObservedRole: Int]

    /// Describes a role.
    public init(
        set: SetName, node: NodeName, declared: Role, observed: ObservedRole, acceptsWrites: Share, logsWrites: Share,
        acceptsTruncate: Share, tables: [ObservedRole: Int]
    ) {
        self.set = set
        self.node = node
        self.declared = declared
        self.observed = observed
        self.acceptsWrites = acceptsWrites
        self.logsWrites = logsWrites
        self.acceptsTruncate = acceptsTruncate
        self.tables = tables
    }
}

/// A role read from the triggers alone.
public enum ObservedRole: String, Hashable, Sendable, CaseIterable {
    /// Accepts and logs.
    case origin
    /// Denies and does not log.
    case subscriber
    /// Denies and logs.
    case fenced
    /// Accepts and does not log: changes are being lost.
    case unlogged
    /// Takes no part and carries none of the engine's triggers.
    case bystander
    /// Its tables differ.
    case mixed
    /// Has none of the engine's triggers, or not the table.
    case missing
    /// Could not be read.
    case unknown
}

/// How many of several tables something is true of.
public enum Share: String, Hashable, Sendable, CaseIterable {
    /// Every one.
    case all
    /// Some, not all.
    case some
    /// None.
    case none
    /// The node could not be read.
    case unknown
}
