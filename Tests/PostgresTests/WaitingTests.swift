import Foundation
import Postgres
import Sandbox
import Synchronization
import Testing

@Suite struct waiting {
    @Test func `for a listener that never answers ends with the timeout`() async throws {
        let listener = try Listener()
        let begin = ContinuousClock.now
        let address = try ConnectionString("host=127.0.0.1 port=\(listener.port) user=postgres")
        await #expect(throws: PostgresError(sqlState: "08001", message: "no connection within 0.5 seconds")) {
            try await Session.connect(to: address, timeout: .milliseconds(500))
        }
        #expect(.now - begin >= .milliseconds(500))
    }

    @Test func `for a host that never answers ends in time for the next one to be tried`() async throws {
        let listener = try Listener()
        let server = try await SharedServers.three().servers[0].connectionString(database: "postgres")
        let own = try ConnectionString(server)
        let (host, port) = (own.value(of: "host") ?? "", own.value(of: "port") ?? "")
        let address = try ConnectionString(
            "\(server) host=127.0.0.1,\(host),127.0.0.1 port=\(listener.port),\(port),\(listener.port)")
        let begin = ContinuousClock.now
        let session = try await Session.connect(to: address, timeout: .seconds(3))
        #expect((Duration.seconds(1)..<Duration.seconds(3)).contains(.now - begin))
        #expect(try await session.query("SELECT 1").values == [["1"]])
        await session.close()
    }

    @Test func `for hosts that never answer names those that were given up`() async throws {
        let listener = try Listener()
        let address = try ConnectionString(
            "host=127.0.0.1,localhost hostaddr=127.0.0.1,127.0.0.1 port=\(listener.port) user=postgres")
        let message = "nothing heard from 127.0.0.1\nno connection within 0.6 seconds"
        await #expect(throws: PostgresError(sqlState: "08001", message: message)) {
            try await Session.connect(to: address, timeout: .milliseconds(600))
        }
    }

    @Test func `for a host that never answers keeps what another one said`() async throws {
        let listener = try Listener()
        let server = try await SharedServers.three().servers[0].connectionString(database: "postgres")
        let own = try ConnectionString(server)
        let (host, port) = (own.value(of: "host") ?? "", own.value(of: "port") ?? "")
        let address = try ConnectionString(
            "\(server) host=\(host),127.0.0.1 port=\(port),\(listener.port) target_session_attrs=standby")
        let error = await #expect(throws: PostgresError.self) {
            try await Session.connect(to: address, timeout: .milliseconds(600))
        }
        let lines = error?.message.split(separator: "\n") ?? []
        #expect(lines.first?.contains("server is not in hot standby mode") == true, "\(lines)")
        #expect(lines.last?.hasSuffix("no connection within 0.6 seconds") == true, "\(lines)")
    }

    @Test func `for a host ends when its own connect_timeout says so`() async throws {
        let listener = try Listener()
        let address = try ConnectionString("host=127.0.0.1 port=\(listener.port) user=postgres connect_timeout=1")
        await #expect(throws: PostgresError(sqlState: "08001", message: "no connection within 2.0 seconds")) {
            try await Session.connect(to: address, timeout: .seconds(20))
        }
    }

    @Test func `for a connection ends when the task is cancelled`() async throws {
        let listener = try Listener()
        let address = try ConnectionString("host=127.0.0.1 port=\(listener.port) user=postgres")
        let connecting = Task { try await Session.connect(to: address, timeout: .seconds(60)) }
        connecting.cancel()
        await #expect(throws: PostgresError(sqlState: "57014", message: "connecting was cancelled")) {
            try await connecting.value
        }
    }

    @Test func `for nobody says what libpq says`() async throws {
        let address = try ConnectionString("host=/nonexistent port=1 user=postgres")
        let error = await #expect(throws: PostgresError.self) {
            try await Session.connect(to: address, timeout: .seconds(5))
        }
        #expect(error?.sqlState == "08001")
        #expect(error?.message.contains("No such file or directory") == true)
        #expect(error?.isConnectionLost == true)
    }

    @Test func `for a statement ends with the timeout, and the session goes on`() async throws {
        let session = try await connected()
        let error = PostgresError(
            sqlState: "57014", message: "no answer within 0.1 seconds: canceling statement due to user request")
        for _ in 1...3 {
            await #expect(throws: error) { try await session.run("SELECT pg_sleep(60)", timeout: .milliseconds(100)) }
            #expect(try await session.run("SELECT 1").count == 1)
        }
        await session.close()
    }

    @Test func `for a COPY that never ends stops it, and the session goes on`() async throws {
        let session = try await connected()
        let error = await #expect(throws: PostgresError.self) {
            try await session.run(
                "COPY (SELECT pg_sleep(0.001) FROM generate_series(1, 1000000)) TO STDOUT", timeout: .milliseconds(100))
        }
        #expect(error?.isCancelled == true)
        #expect(try await session.run("SELECT 1").count == 1)
        await session.close()
    }

    @Test func `for a COPY that is handed on hands the rest on as the same COPY's`() async throws {
        let session = try await connected()
        let copies = Copies()
        let statements = """
            COPY (VALUES (1)) TO STDOUT;
            COPY (SELECT repeat('x', 1000), pg_sleep(0.001) FROM generate_series(1, 1000000)) TO STDOUT
            """
        let error = await #expect(throws: PostgresError.self) {
            try await session.copyOut(statements, into: (), timeout: .seconds(2)) { _, copy, _ in
                copies.seen.withLock { _ = $0.insert(copy) }
            }
        }
        #expect(error?.isCancelled == true)
        #expect(copies.seen.withLock { $0 } == [0, 1])
        #expect(try await session.run("SELECT 1").count == 1)
        await session.close()
    }

    @Test func `for a question in a transaction ends with the timeout, and leaves no transaction open`() async throws {
        let session = try await connected()
        let error = PostgresError(
            sqlState: "57014", message: "no answer within 0.1 seconds: canceling statement due to user request")
        await #expect(throws: error) {
            try await session.query("SELECT pg_sleep(60)", in: "BEGIN READ ONLY", timeout: .milliseconds(100))
        }
        let next = try await session.query("SELECT $1::int", ["1"], in: "BEGIN READ ONLY")
        #expect(next.values == [["1"]])
        #expect(await session.takeNotices().isEmpty)
        _ = try await session.run("CREATE TEMP TABLE written (a int)")
        await session.close()
    }

    @Test func `for a frozen server ends a second after the timeout, with the session closed`() async throws {
        let server = try await SharedServers.three().servers[0]
        let session = try await connected()
        // A stopped backend answers neither the statement nor the cancel.
        kill(session.processID, SIGSTOP)
        defer { kill(session.processID, SIGCONT) }
        let error = PostgresError(
            sqlState: "08006", message: "no answer within 0.1 seconds, nor to the cancel: connection closed")
        await #expect(throws: error) { try await session.run("SELECT 1", timeout: .milliseconds(100)) }
        await #expect(throws: PostgresError(sqlState: "08006", message: "the session is closed")) {
            try await session.run("SELECT 1")
        }
        #expect(server.processID != nil)
    }

    @Test func `ends when the task is cancelled, and no query is left behind`() async throws {
        let (session, other) = try await (connected(), connected())
        let sleeping = Task { try await session.run("SELECT pg_sleep(60)", timeout: .seconds(60)) }
        while try await !isActive(session, seenBy: other) {}
        let begin = ContinuousClock.now
        sleeping.cancel()
        await #expect(throws: PostgresError(sqlState: "57014", message: "canceling statement due to user request")) {
            try await sleeping.value
        }
        #expect(.now - begin < .seconds(2))
        #expect(try await !isActive(session, seenBy: other))
        #expect(try await session.run("SELECT 1").count == 1)
        await session.close()
        await other.close()
    }

    @Test func `does not begin for a task that is cancelled already`() async throws {
        let session = try await connected()
        let asking = Task {
            while !Task.isCancelled { await Task.yield() }
            return try await session.run("SELECT 1")
        }
        asking.cancel()
        await #expect(throws: PostgresError(sqlState: "57014", message: "cancelled before it was sent")) {
            try await asking.value
        }
        await session.close()
    }

    @Test func `of fifty sessions is done side by side`() async throws {
        // Each holds its shared lock until it has seen fifty: one after the other, they would wait for ever.
        let all = """
            BEGIN;
            SELECT pg_advisory_xact_lock_shared(4711);
            DO $$BEGIN
                WHILE (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711) < 50 LOOP
                    PERFORM pg_sleep(0.02);
                END LOOP;
                PERFORM pg_sleep(0.2);
            END$$;
            COMMIT
            """
        let tags = try await withThrowingTaskGroup { group in
            for _ in 1...50 {
                group.addTask {
                    let session = try await connected()
                    defer { Task { await session.close() } }
                    return try await session.run(all, timeout: .seconds(30)).last?.commandTag
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(tags == Array(repeating: "COMMIT", count: 50))
    }

    private func isActive(_ session: Session, seenBy other: Session) async throws -> Bool {
        let rows = try await other.query(
            "SELECT FROM pg_stat_activity WHERE pid = $1::int AND state = 'active' AND wait_event = 'PgSleep'",
            ["\(session.processID)"])
        return !rows.isEmpty
    }
}

/// The numbers of the COPYs that something was handed on from.
private final class Copies: Sendable {
    let seen = Mutex<Set<Int>>([])
}

/// Accepts connections into its backlog and never says a word.
private struct Listener: ~Copyable {
    let port: UInt16
    private let descriptor: Int32

    init() throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 && listen(descriptor, 5) == 0 ? getsockname(descriptor, $0, &size) : -1
            }
        }
        try #require(bound == 0)
        self.descriptor = descriptor
        port = UInt16(bigEndian: address.sin_port)
    }

    deinit { close(descriptor) }
}
