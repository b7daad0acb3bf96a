import FaultProxy
import Postgres
import Sandbox
import TestSupport
import Testing

@Suite struct `a proxy that produces faults` {
    @Test func `it asks at every boundary, and passes everything on`() async throws {
        let seen = Boundaries()
        try await through { boundary in
            seen.note(boundary)
            return .forward
        } _: { address in
            let session = try await Session.connect(to: address, timeout: .seconds(20))
            #expect(try await session.run("SELECT 1; SELECT 2").last?[0, 0] == "2")
            #expect(try await session.query("SELECT $1::text", ["three"])[0, 0] == "three")
            let long = String(repeating: "x", count: 300_000)
            #expect(try await session.query("SELECT $1::text", [long])[0, 0] == long)
            await session.close()
        }
        #expect(
            seen.words.filter { !$0.hasPrefix("terminate") } == [
                "startup before", "startup sent", "startup answered", "SELECT 1; SELECT 2 before",
                "SELECT 1; SELECT 2 sent", "SELECT 1; SELECT 2 answered", "SELECT $1::text before",
                "SELECT $1::text sent", "SELECT $1::text answered", "SELECT $1::text before", "SELECT $1::text sent",
                "SELECT $1::text answered",
            ])
    }

    @Test func `a cut before a request keeps it from the server, and one after it does not`() async throws {
        try await through { boundary in
            switch (boundary.request.sql, boundary.moment) {
            case ("CREATE TABLE never ()", .before), ("CREATE TABLE done ()", .sent): .cut
            default: .forward
            }
        } _: { address in
            for sql in ["CREATE TABLE never ()", "CREATE TABLE done ()"] {
                let session = try await Session.connect(to: address, timeout: .seconds(20))
                await #expect(throws: PostgresError.self) { try await session.run(sql) }
                await session.close()
            }
            let session = try await Session.connect(to: address, timeout: .seconds(20))
            let sql = "SELECT to_regclass('never') IS NULL AND to_regclass('done') IS NOT NULL"
            // Its own server process hears of nothing before it looks at the connection again.
            #expect(try await eventually { try await session.run(sql).value == "t" })
            await session.close()
        }
    }

    @Test func `a black hole says nothing, and a delay says it later`() async throws {
        try await through { boundary in
            switch (boundary.request.sql, boundary.moment) {
            case ("SELECT 'hole'", .sent): .blackhole
            case ("SELECT 'late'", .before): .delay(.milliseconds(300))
            default: .forward
            }
        } _: { address in
            let session = try await Session.connect(to: address, timeout: .seconds(20))
            let began = ContinuousClock.now
            #expect(try await session.run("SELECT 'late'").last?[0, 0] == "late")
            #expect(.now - began >= .milliseconds(300))
            await #expect(throws: PostgresError.self) {
                try await session.run("SELECT 'hole'", timeout: .milliseconds(300))
            }
            await session.close()
        }
    }

    /// A proxy before a fresh database.
    private func through(
        _ decide: @escaping @Sendable (Boundary) -> Fault, _ body: (ConnectionString) async throws -> Void
    ) async throws {
        try await SharedServers.three().withDatabases(named: "proxy") { addresses in
            let proxy = try FaultProxy(to: addresses[0], as: "berlin", deciding: decide)
            try await body(ConnectionString(proxy.conninfo))
            proxy.stop()
        }
    }
}

private final class Boundaries: Sendable {
    private let seen = Guarded<[Boundary]>([])
    func note(_ boundary: Boundary) { seen.withLock { $0.append(boundary) } }
    var words: [String] {
        seen.withLock { all in
            all.map { boundary in
                let what =
                    switch boundary.request {
                    case .startup: "startup"
                    case .query(let sql), .extended(let sql): sql
                    case .terminate: "terminate"
                    case .cancel: "cancel"
                    }
                return "\(what) \(boundary.moment.rawValue)"
            }
        }
    }
}
