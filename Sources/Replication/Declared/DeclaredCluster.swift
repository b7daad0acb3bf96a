/// Everything one cluster file declares, checked: every name it uses is one it declares.
public struct DeclaredCluster: Hashable, Sendable {
    /// The cluster's name.
    public let name: String
    /// How the cluster replicates.
    public let engine: Engine
    /// The nodes, sorted by name.
    public let nodes: [DeclaredNode]
    /// The sets, sorted by name.
    public let sets: [ReplicationSet]
    /// Limits and choices.
    public let policy: Policy
    /// Where the file begins to describe the cluster.
    public let because: Position

    /// Declares a cluster; nodes and sets are sorted by name.
    public init(
        name: String, engine: Engine, nodes: [DeclaredNode], sets: [ReplicationSet], policy: Policy = Policy(),
        because: Position
    ) {
        self.name = name
        self.engine = engine
        self.nodes = nodes.sorted { $0.name < $1.name }
        self.sets = sets.sorted { $0.name < $1.name }
        self.policy = policy
        self.because = because
    }

    /// The node of this name.
    public func node(_ name: NodeName) -> DeclaredNode? { nodes.first { $0.name == name } }
}

/// One node: how to reach it, and what it must turn out to be.
public struct DeclaredNode: Hashable, Sendable {
    /// The name in the file.
    public let name: NodeName
    /// A libpq connection string in either form; it holds no password.
    public let conninfo: String
    /// The node's number in the engine's catalog, where declared.
    public let id: Int?
    /// The role to become before anything is changed, where declared: `ALTER TABLE` needs the owner.
    public let role: Identifier?
    /// The database that must be found, where declared.
    public let expectedDatabase: Identifier?
    /// The system identifier that must be found, where declared.
    public let expectedSystemIdentifier: String?
    /// Where the file declares the node.
    public let because: Position

    /// Declares a node.
    public init(
        name: NodeName, conninfo: String, id: Int? = nil, role: Identifier? = nil, expectedDatabase: Identifier? = nil,
        expectedSystemIdentifier: String? = nil, because: Position
    ) {
        self.name = name
        self.conninfo = conninfo
        self.id = id
        self.role = role
        self.expectedDatabase = expectedDatabase
        self.expectedSystemIdentifier = expectedSystemIdentifier
        self.because = because
    }
}
