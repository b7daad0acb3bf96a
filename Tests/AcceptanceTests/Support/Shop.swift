import Foundation
import Postgres
import Sandbox
import TestSupport

/// Three databases with the example schema, berlin, paris and tokyo, and a directory with a cluster file for them.
struct Shop: Sendable {
    let directory: String
    let addresses: [String: ConnectionString]

    static let nodes = ["berlin", "paris", "tokyo"]

    /// Lends a shop under the builtin engine, written on berlin, and takes it away again.
    ///
    /// - Parameters:
    ///   - isApplied: Whether it is in sync when it is lent; else there are no triggers at all.
    ///   - encoding: Of its databases.
    static func lend(
        _ name: String, isApplied: Bool = true, encoding: String = "UTF8", _ body: (Shop) async throws -> Void
    ) async throws {
        let directory = try temporaryDirectory()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try await SharedServers.three().withDatabases(named: name, encoding: encoding) { addresses in
            let shop = Shop(
                directory: directory, addresses: Dictionary(uniqueKeysWithValues: zip(nodes, addresses)))
            for node in nodes { try await shop.ask(node, Sandbox.exampleSchema) }
            try shop.declare()
            if isApplied {
                let answer = try await shop.polarity("apply", "--yes", "--quiet")
                guard answer.status == 0 else { throw SandboxError(message: answer.output + answer.errorOutput) }
            }
            try await body(shop)
        }
    }

    // MARK: - The file

    /// Writes `polarity.yaml`.
    ///
    /// - Parameters:
    ///   - conninfos: In place of the shop's own, by node.
    ///   - more: Further lines, such as a policy.
    func declare(origin: String = "berlin", conninfos: [String: String] = [:], more: String = "") throws {
        try write(file(origin: origin, conninfos: conninfos, more: more), to: "polarity.yaml")
    }

    /// The text of such a file.
    func file(origin: String = "berlin", conninfos: [String: String] = [:], more: String = "") -> String {
        let lines = Self.nodes.map { node in
            "  \(node): \"\(conninfos[node] ?? addresses[node]?.text ?? "")\"\n"
        }
        return """
            version: 1
            cluster: shop
            nodes:
            \(lines.joined())origin: \(origin)
            tables:
              - public.orders
              - public.order_items
              - sales."Order Line"
            \(more)
            """
    }

    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(filePath: directory + "/" + name))
    }

    func read(_ name: String) throws -> String {
        try String(contentsOfFile: directory + "/" + name, encoding: .utf8)
    }

    // MARK: - The binary

    /// Runs polarity in the shop's directory, to its end.
    func polarity(
        _ arguments: String..., environment: [String: String] = [:], input: String = ""
    ) async throws -> CommandResult {
        try await start(arguments, environment: environment, input: input).wait()
    }

    /// Starts polarity; whoever does so waits for it.
    func start(_ arguments: [String], environment: [String: String] = [:], input: String = "") throws -> Child {
        try Child(
            Binary.path, arguments, environment: Binary.environment(home: directory, environment),
            workingDirectory: directory, input: input)
    }

    /// Has psql run a script in the shop's directory, as from a pipe or a timer.
    ///
    /// - Parameter input: What it is answered where it asks.
    func psql(_ script: String, input: String = "") async throws -> CommandResult {
        try write(script, to: "script.sql")
        return try await run(
            "psql", ["--no-psqlrc", "--quiet", "--file", "script.sql", addresses["tokyo"]?.text ?? ""],
            environment: Binary.environment(home: directory, [:]), workingDirectory: directory, input: input)
    }

    // MARK: - The nodes

    /// Runs SQL on a node; the first field of the last answer.
    @discardableResult
    func ask(_ node: String, _ sql: String) async throws -> String? {
        try await address(node).ask(sql, as: "etl").value
    }

    /// Holds a lock, taken by this statement, in a transaction of its own until the body ends.
    ///
    /// - Returns: what the body returns; it is told the process id of the backend that holds the lock.
    func holding(_ statement: String, on node: String, _ body: (Int32) async throws -> Void) async throws {
        let session = try await connect(node)
        do {
            _ = try await session.run("BEGIN; \(statement)")
            try await body(session.processID)
        } catch {
            await session.close()
            throw error
        }
        await session.close()
    }

    /// A session of its own; whoever asks for it closes it.
    func connect(_ node: String, as application: String = "etl") async throws -> Session {
        try await Session.connect(to: address(node), timeout: .seconds(10), applicationName: application)
    }

    private func address(_ node: String) throws -> ConnectionString {
        guard let address = addresses[node] else { throw SandboxError(message: "no node \(node)") }
        return address
    }

    /// Every firing mode of polarity's triggers on a node, as `table trigger=mode`.
    func modes(_ node: String) async throws -> String {
        try await ask(
            node,
            """
            SELECT coalesce(string_agg(line, E'\\n' ORDER BY line), '')
              FROM (SELECT format('%s %s=%s', tgrelid::regclass, tgname, tgenabled) AS line
                      FROM pg_trigger WHERE NOT tgisinternal) AS t
            """) ?? ""
    }

    /// Every node's modes: the same before and after means that nothing was changed.
    func modes() async throws -> [String] {
        var all: [String] = []
        for node in Self.nodes { all.append(try await modes(node)) }
        return all
    }
}
