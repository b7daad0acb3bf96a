import LiveNodes
import Postgres
import Replication
import Sandbox
import Testing

/// Lends a fresh database, made by some SQL, and drops it afterwards.
func withNode(
    _ name: String, _ sql: String = "", _ body: (Session, DeclaredNode) async throws -> Void
) async throws {
    try await SharedServers.three().withDatabases(named: name) { addresses in
        let address = try #require(addresses.first)
        let session = try await Session.connect(to: address, timeout: .seconds(10))
        _ = try await session.run(sql)
        try await body(session, DeclaredNode(name: "berlin", conninfo: address.text, because: .test))
        await session.close()
    }
}

extension Position {
    static let test = Position(file: "test.yaml", line: 1, column: 1)
}

extension DeclaredNode {
    /// The same node, reached in another way.
    func reached(by more: String, role: Identifier? = nil) -> DeclaredNode {
        DeclaredNode(name: name, conninfo: conninfo + " " + more, role: role, because: because)
    }
}

extension TableName: ExpressibleByStringLiteral {
    /// A table of the schema `public`.
    public init(stringLiteral name: String) { self.init("public", Identifier(name)) }
}

/// Declares tables and patterns under an engine, and says what to read of them.
func scope(
    _ tables: [TableName], patterns: [TablePattern] = [], engine: Engine = .bruce(cluster: "shop")
) -> Scope {
    let set = ReplicationSet(
        name: "orders", origin: "berlin", originPosition: .test, subscribers: [],
        tables: tables.map { DeclaredTable(name: $0, because: .test) }, patterns: patterns, because: .test)
    return DeclaredCluster(name: "shop", engine: engine, nodes: [], sets: [set], because: .test).scope
}

/// Reads one node that must answer.
func observed(_ node: DeclaredNode, _ scope: Scope) async throws -> ObservedNode {
    let answers = await observe([node], reading: scope, connectTimeout: .seconds(10))
    switch try #require(answers[node.name]) {
    case .observed(let observed): return observed
    case .failed(let failure): throw failure
    }
}

extension ObservedTrigger {
    /// A trigger of `public.f()`, BEFORE INSERT, FOR EACH ROW unless given.
    static func calling(
        _ function: Identifier = "f", _ name: TriggerName, type: Int16 = 7, mode: FiringMode = .enabled,
        arguments: [String] = [], columns: [Int16] = [], hasCondition: Bool = false, isConstraint: Bool = false,
        isClone: Bool = false
    ) -> ObservedTrigger {
        ObservedTrigger(
            name: name, function: FunctionName("public", function), type: type, mode: mode,
            arguments: TriggerArguments(arguments), columns: columns, hasCondition: hasCondition,
            isConstraint: isConstraint, isClone: isClone)
    }
}

/// A trigger function that does nothing.
let functionF = "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';"
