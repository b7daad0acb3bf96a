import Foundation
import Postgres
import TestSupport

@testable import Sandbox

/// A shop on three servers of its own, which a test may stop, restart and copy.
struct OwnServers: Sendable {
    let shop: Shop
    let servers: [String: Server]

    /// Lends one under the builtin engine, written on berlin.
    ///
    /// - Parameters:
    ///   - isApplied: Whether it is in sync when it is lent; else there are no triggers at all.
    ///   - settings: Lines for every server's postgresql.conf.
    static func lend(
        isApplied: Bool = true, settings: [String: String] = [:], _ body: (OwnServers) async throws -> Void
    ) async throws {
        let made = try await Server.create(names: Shop.nodes, settings: settings)
        let directory = try temporaryDirectory()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        var addresses: [String: ConnectionString] = [:]
        for (node, server) in zip(Shop.nodes, made) {
            try await ConnectionString(server.connectionString()).ask("CREATE DATABASE shop")
            addresses[node] = try ConnectionString(server.connectionString(database: "shop"))
        }
        let shop = Shop(directory: directory, addresses: addresses)
        for node in Shop.nodes { try await shop.ask(node, Sandbox.exampleSchema) }
        try shop.declare()
        if isApplied {
            let answer = try await shop.polarity("apply", "--yes", "--quiet")
            guard answer.status == 0 else { throw SandboxError(message: answer.output + answer.errorOutput) }
        }
        try await body(
            OwnServers(shop: shop, servers: Dictionary(uniqueKeysWithValues: zip(Shop.nodes, made))))
        for server in made { try await server.remove() }
    }

    func server(_ node: String) throws -> Server {
        guard let server = servers[node] else { throw SandboxError(message: "no server \(node)") }
        return server
    }

    /// A standby of a node, up to date with it.
    func standby(of node: String, settings: [String: String] = [:]) async throws -> Server {
        let primary = try server(node)
        let standby = try await primary.standby(name: "\(node)'s standby", settings: settings)
        try await catchUp(standby, with: primary)
        return standby
    }

    /// Waits until the standby has replayed everything that its primary has written.
    func catchUp(_ standby: Server, with primary: Server) async throws {
        let end = try await ask(primary, "SELECT pg_current_wal_lsn()") ?? ""
        let replayed = try await eventually {
            try await ask(standby, "SELECT pg_last_wal_replay_lsn() >= '\(end)'") == "t"
        }
        guard replayed else { throw SandboxError(message: "\(standby.name) does not replay \(end)") }
    }

    /// Runs SQL in the shop's database of a server; the first field of the last answer.
    @discardableResult
    func ask(_ server: Server, _ sql: String) async throws -> String? {
        try await ConnectionString(server.connectionString(database: "shop")).ask(sql).value
    }
}
