import Postgres
import Synchronization

/// Three servers that all live tests of one process share; every scenario has databases of its own on them.
public struct SharedServers: Sendable {
    /// The servers, each with a system identifier of its own.
    public let servers: [Server]

    private static let started = Task {
        await Result { () async throws(SandboxError) in
            try await Server.create(names: ["berlin", "paris", "tokyo"], settings: [:])
        }
    }
    private static let databases = Atomic(0)

    /// The servers of this process, started when first asked for; they end with the process, however it ends.
    public static func three() async throws(SandboxError) -> SharedServers {
        try await SharedServers(servers: started.value.get())
    }

    /// Makes a fresh database of one name on every server.
    ///
    /// - Parameters:
    ///   - name: What its name begins with; a number makes it unique in this process.
    ///   - encoding: As PostgreSQL calls it.
    /// - Returns: The database's connection string on each server, in the order of ``servers``.
    public func createDatabases(
        named name: String, encoding: String = "UTF8"
    ) async throws(SandboxError) -> [ConnectionString] {
        let number = Self.databases.add(1, ordering: .relaxed).newValue
        let database = String(decoding: "\(name)".utf8.prefix(50), as: UTF8.self) + "_\(number)"
        try await onEvery(
            "CREATE DATABASE \(quoted(database)) TEMPLATE template0 ENCODING \(literal(encoding))")
        do throws(InvalidConnectionString) {
            return try servers.map { server throws(InvalidConnectionString) in
                try ConnectionString(server.connectionString(database: database))
            }
        } catch {
            throw SandboxError(message: error.message)
        }
    }

    /// Drops databases that ``createDatabases(named:encoding:)`` made, whoever is still connected to them.
    public func dropDatabases(_ addresses: [ConnectionString]) async throws(SandboxError) {
        guard let database = addresses.first?.value(of: "dbname") else { return }
        try await onEvery(
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = \(literal(database))
            """, "DROP DATABASE IF EXISTS \(quoted(database))")
    }

    /// Lends fresh databases, one on every server, and drops them afterwards.
    public func withDatabases<Answer>(
        named name: String, encoding: String = "UTF8", _ body: ([ConnectionString]) async throws -> Answer
    ) async throws -> Answer {
        let addresses = try await createDatabases(named: name, encoding: encoding)
        do {
            let answer = try await body(addresses)
            try await dropDatabases(addresses)
            return answer
        } catch {
            try await dropDatabases(addresses)
            throw error
        }
    }

    private func onEvery(_ statements: String...) async throws(SandboxError) {
        for server in servers {
            do {
                let address = try ConnectionString(server.connectionString())
                let session = try await Session.connect(to: address, timeout: .seconds(10))
                for statement in statements { _ = try await session.run(statement) }
                await session.close()
            } catch {
                throw SandboxError(message: "\(server.name): \(error)")
            }
        }
    }
}
