import Postgres
import Sandbox
import Testing

@Suite struct `a session` {
    @Test func `knows its backend and its server`() async throws {
        let session = try await connected()
        let rows = try await session.query(
            """
            SELECT pg_backend_pid() AS pid, current_setting('server_version_num') AS version,
                   current_setting('application_name') AS application, current_setting('client_encoding') AS encoding,
                   NULL AS nothing
            """)
        #expect(
            rows
                == Rows(
                    columns: ["pid", "version", "application", "encoding", "nothing"],
                    fields: ["\(session.processID)", "\(session.serverVersion)", "polarity", "UTF8", nil],
                    commandTag: "SELECT 1"))
        await session.close()
    }

    @Test func `answers every statement of a text in order`() async throws {
        let session = try await connected()
        let results = try await session.run(
            "CREATE TEMP TABLE t (a int, b text); INSERT INTO t VALUES (1, ''), (2, NULL); TABLE t; SELECT FROM t; ;")
        #expect(results.map(\.commandTag) == ["CREATE TABLE", "INSERT 0 2", "SELECT 2", "SELECT 2"])
        #expect(results.map(\.count) == [0, 0, 2, 2])
        #expect(results[2].values == [["1", ""], ["2", nil]])
        #expect(results[2][1, "a"] == "2")
        #expect(try await session.run("").isEmpty)
        await session.close()
    }

    @Test func `passes parameters, NULL and hostile names through unharmed`() async throws {
        let session = try await connected()
        for name in ["a\"b", "Order Line", "it's", #"back\slash"#, "x\"; DROP TABLE t; --", "ünï", "\"\u{301}"] {
            let rows = try await session.run("SELECT \(literal(name)) AS \(quoted(name))")
            #expect(rows.first == Rows(columns: [name], fields: [name], commandTag: "SELECT 1"))
            let row = try await session.query("SELECT $1::text, $2::text", [name, nil])
            #expect(row.values == [[name, nil]])
        }
        _ = try await session.run("SET standard_conforming_strings = off; SET escape_string_warning = off")
        let rows = try await session.run("SELECT \(literal(#"\'a"#))")
        #expect(rows.first?[0, 0] == #"\'a"#)
        await session.close()
    }

    @Test func `refuses a text that C would cut short`() async throws {
        let session = try await connected()
        let error = PostgresError(sqlState: "22021", message: "a NUL character, so nothing was sent")
        await #expect(throws: error) { try await session.run("SELECT 1\0; SELECT 2") }
        await #expect(throws: error) { try await session.query("SELECT $1", ["a\0b"]) }
        await session.close()
    }

    @Test func `reports a server's SQLSTATE, its message and its hint`() async throws {
        let session = try await connected()
        await #expect(throws: PostgresError(sqlState: "25006", message: "no", hint: "h")) {
            try await session.run("DO $$BEGIN RAISE 'no' USING ERRCODE = '25006', DETAIL = 'd', HINT = 'h'; END$$")
        }
        await session.close()
    }

    @Test func `says how many statements of a message completed`() async throws {
        let session = try await connected()
        let answer = try await session.message(
            "BEGIN; SELECT 1; COMMIT; BEGIN; SELECT 2; SELECT 1/0; COMMIT; SELECT 3")
        #expect(answer.results.map(\.commandTag) == ["BEGIN", "SELECT 1", "COMMIT", "BEGIN", "SELECT 1"])
        #expect(answer.error == PostgresError(sqlState: "22012", message: "division by zero"))
        #expect(try await session.run("ROLLBACK; SELECT 4").last?[0, 0] == "4")
        await session.close()
    }

    @Test func `hands on what COPY sends in whole rows, each told by the COPY it belongs to`() async throws {
        let session = try await connected()
        let statements = """
            COPY (SELECT g FROM generate_series(1, 100000) g) TO STDOUT;
            SELECT 1;
            COPY (SELECT WHERE false) TO STDOUT;
            COPY (VALUES ('e' || chr(9) || 'nd', NULL)) TO STDOUT
            """
        let pieces = try await session.copyOut(statements, into: [] as [Piece]) { pieces, copy, rows in
            pieces.append(Piece(copy: copy, rows: rows))
        }
        #expect(pieces.count { $0.copy == 0 } > 1)
        #expect(pieces.allSatisfy { $0.rows.last == UInt8(ascii: "\n") })
        let first = pieces.filter { $0.copy == 0 }.flatMap(\.rows)
        #expect(first == (1...100000).flatMap { Array("\($0)\n".utf8) })
        #expect(pieces.last == Piece(copy: 2, rows: Array("e\\tnd\t\\N\n".utf8)))
        #expect(!pieces.contains { $0.copy == 1 })
        await #expect(throws: PostgresError(sqlState: "22012", message: "division by zero")) {
            try await session.copyOut("COPY (SELECT 1 / (g - 5000) FROM generate_series(1, 9000) g) TO STDOUT", into: 0)
            {
                rows, _, _ in rows += 1
            }
        }
        #expect(try await session.run("COPY (SELECT 1) TO STDOUT; SELECT 5").map { $0[0, 0] } == ["5"])
        await session.close()
    }

    private struct Piece: Equatable {
        let copy: Int
        let rows: [UInt8]
    }

    @Test func `refuses to send data for COPY FROM STDIN, and goes on`() async throws {
        let session = try await connected()
        let answer = try await session.message("CREATE TEMP TABLE t (a int); COPY t FROM STDIN")
        #expect(answer.error?.message == "COPY from stdin failed: COPY FROM STDIN is not supported")
        #expect(try await session.run("SELECT 1").count == 1)
        await session.close()
    }

    @Test func `sends texts and reads rows larger than any buffer`() async throws {
        let session = try await connected()
        let long = String(repeating: "x", count: 3_000_000)
        let statement = "SELECT \(literal(long)) AS a; "
        let results = try await session.run(statement + statement + statement)
        #expect(results.map { $0[0, 0] == long } == [true, true, true])
        await session.close()
    }

    @Test func `collects notices until they are taken`() async throws {
        let session = try await connected()
        _ = try await session.run("DROP TABLE IF EXISTS nothing; DO $$BEGIN RAISE WARNING 'careful'; END$$")
        let notices = await session.takeNotices()
        #expect(
            notices == [
                Notice(severity: "NOTICE", sqlState: "00000", message: #"table "nothing" does not exist, skipping"#),
                Notice(severity: "WARNING", sqlState: "01000", message: "careful"),
            ])
        #expect(await session.takeNotices().isEmpty)
        await session.close()
    }

    @Test func `is of no use after it was closed, and says so`() async throws {
        let session = try await connected()
        await session.close()
        await session.close()
        let error = PostgresError(sqlState: "08006", message: "the session is closed")
        #expect(error.isConnectionLost)
        await #expect(throws: error) { try await session.run("SELECT 1") }
    }

    @Test func `says who ended it`() async throws {
        let (session, other) = try await (connected(), connected())
        _ = try await other.query("SELECT pg_terminate_backend($1::int, 5000)", ["\(session.processID)"])
        let error = PostgresError(sqlState: "57P01", message: "terminating connection due to administrator command")
        await #expect(throws: error) { try await session.message("SELECT 1") }
        await #expect(throws: PostgresError.self) { try await session.message("SELECT 1") }
        await other.close()
    }
}

/// A session on the first shared server; its temporary tables go with it.
func connected() async throws -> Session {
    let server = try await SharedServers.three().servers[0]
    return try await Session.connect(to: ConnectionString(server.connectionString()), timeout: .seconds(10))
}
