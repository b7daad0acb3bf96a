import Foundation
import Postgres
import TestSupport
import Testing

@testable import Sandbox

@Suite struct `a sandbox` {
    @Test func `has servers with identifiers of their own, and leaves nothing behind`() async throws {
        let parent = try temporaryDirectory()
        let directory = parent + "/with a space"
        let sandbox = try await Sandbox.up(in: directory, nodes: 2, settings: ["max_connections": "20"])
        #expect(sandbox.servers.map(\.name) == ["berlin", "paris"])
        let answers = try await ask(
            sandbox.servers,
            "SELECT system_identifier, current_setting('fsync'), current_setting('max_connections') FROM pg_control_system()"
        )
        #expect(Set(answers.map { $0[0, 0] }).count == 2)
        #expect(answers.map { [$0[0, 1], $0[0, 2]] } == [["on", "20"], ["on", "20"]])
        await #expect(throws: SandboxError(message: "there is a sandbox in \(directory) already")) {
            try await Sandbox.up(in: directory)
        }
        let processes = sandbox.servers.compactMap(\.processID)
        #expect(processes.count == 2)
        // Half of it is gone: the server runs, its files do not know it.
        try FileManager.default.removeItem(atPath: sandbox.servers[0].dataDirectory)
        try await sandbox.servers[1].stop()
        #expect(try await Sandbox.down(in: directory) == ["berlin", "paris"])
        #expect(try await Sandbox.down(in: directory) == [])
        for server in sandbox.servers { #expect(!FileManager.default.fileExists(atPath: server.socketDirectory)) }
        for process in processes { #expect(try await isGone(process)) }
        try FileManager.default.removeItem(atPath: parent)
    }

    @Test func `says why a server does not start`() async throws {
        let error = await #expect(throws: SandboxError.self) {
            try await Server.create(name: "oslo", settings: ["max_connections": "none"])
        }
        #expect(error?.message.hasPrefix("oslo: ") == true)
        #expect(error?.message.contains(#"invalid value for parameter "max_connections": "none""#) == true)
    }

    @Test func `deletes what a server had that could not be made`() async throws {
        let programs = try temporaryDirectory()
        defer { try? FileManager.default.removeItem(atPath: programs) }
        // It claims to have made a data directory, and has not.
        try FileManager.default.createSymbolicLink(atPath: "\(programs)/initdb", withDestinationPath: "/bin/true")
        let error = await #expect(throws: SandboxError.self) {
            try await Server.create(name: "oslo", binaries: Binaries(directory: programs, major: 15))
        }
        let words = try #require(error).message.prefixMatch(of: /oslo: could not write (\/[a-z\/]+polarity-\w+)\/data/)
        let directory = try #require(words?.1)
        #expect(!FileManager.default.fileExists(atPath: String(directory)))
    }

    @Test func `server starts again where it was, and ends with its owner`() async throws {
        var server: Server? = try await Server.create(name: "oslo")
        let process = try #require(server?.processID)
        let directory = try #require(server?.socketDirectory)
        let address = try #require(server?.connectionString(database: "a 'b' \\c"))
        try await server?.restart()
        let restarted = try #require(server?.processID)
        #expect(restarted != process)
        let session = try await Session.connect(
            to: ConnectionString(#require(server?.connectionString())), timeout: .seconds(5))
        _ = try await session.run(#"CREATE DATABASE "a 'b' \c""#)
        let other = try await Session.connect(to: ConnectionString(address), timeout: .seconds(5))
        #expect(
            try await other.run("SELECT current_database(), current_setting('fsync')").first?.values == [
                ["a 'b' \\c", "off"]
            ])
        await session.close()
        await other.close()
        server = nil
        #expect(try await isGone(restarted))
        #expect(try await eventually { !FileManager.default.fileExists(atPath: directory) })
    }

    @Test func `has an example schema that fits an empty database`() async throws {
        try await SharedServers.three().withDatabases(named: "example") { addresses in
            let session = try await Session.connect(to: addresses[0], timeout: .seconds(5))
            _ = try await session.run(Sandbox.exampleSchema)
            let tables = try await session.query(
                "SELECT c.oid::regclass FROM pg_class c WHERE relkind = 'r' AND c.oid >= 16384 ORDER BY c.oid")
            #expect(tables.values == [["orders"], ["order_items"], [#"sales."Order Line""#]])
            await session.close()
        }
    }

    @Test func `shared by tests gives every scenario databases of its own`() async throws {
        let shared = try await SharedServers.three()
        let lent = try await shared.withDatabases(named: "shop") { addresses in
            for address in addresses {
                let session = try await Session.connect(to: address, timeout: .seconds(5))
                _ = try await session.run("CREATE TABLE t ()")
            }
            return addresses
        }
        #expect(lent.count == 3)
        #expect(Set(lent.compactMap { $0.value(of: "dbname") }).count == 1)
        let left = try await ask(
            shared.servers, "SELECT FROM pg_database WHERE datname = \(literal(lent[0].value(of: "dbname") ?? ""))")
        #expect(left.map(\.count) == [0, 0, 0])
        let again = try await SharedServers.three()
        #expect(again.servers.map(\.port) == shared.servers.map(\.port))
    }
}

@Suite struct `a command` {
    @Test func `answers with its status, its output and its errors`() async throws {
        let answer = try await run(
            "sh", ["-c", "cat; echo $WORD >&2; pwd; exit 3"], environment: ["WORD": "hello", "PATH": "/usr/bin:/bin"],
            workingDirectory: "/usr", input: String(repeating: "x", count: 200_000))
        #expect(answer.status == 3)
        #expect(answer.output == String(repeating: "x", count: 200_000) + "/usr\n")
        #expect(answer.errorOutput == "hello\n")
    }

    @Test func `can be watched and signalled`() async throws {
        let child = try Child("sh", ["-c", "trap 'echo bye; exit 7' TERM; echo ready; while :; do sleep 0.05; done"])
        #expect(try await eventually { child.output == "ready\n" })
        child.signal(SIGTERM)
        let answer = await child.wait()
        #expect([answer.output, "\(answer.status)"] == ["ready\nbye\n", "7"])
    }

    @Test func `that does not exist is an error`() async {
        await #expect(throws: SandboxError(message: "could not run /no/such: No such file or directory")) {
            try await run("/no/such")
        }
    }
}

private func ask(_ servers: [Server], _ sql: String) async throws -> [Rows] {
    var answers: [Rows] = []
    for server in servers {
        answers += try await ConnectionString(server.connectionString()).ask(sql)
    }
    return answers
}

/// Whether the process is gone in time; a zombie is.
private func isGone(_ process: Int) async throws -> Bool {
    try await eventually {
        try await run("ps", ["-o", "stat=", "-p", "\(process)"]).output.allSatisfy { "Z \n".contains($0) }
    }
}
