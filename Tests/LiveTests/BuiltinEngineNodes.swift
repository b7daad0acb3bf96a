import Postgres
import Replication
import Sandbox

/// Lends sessions on fresh databases with the schema `polarity` installed, one on each of so many servers.
func withBuiltinNodes(
    _ name: String, count: Int = 1, _ body: ([Session], [ConnectionString]) async throws -> Void
) async throws {
    try await SharedServers.three().withDatabases(named: name) { addresses in
        var sessions: [Session] = []
        for address in addresses.prefix(count) {
            let session = try await Session.connect(to: address, timeout: .seconds(10))
            try await session.installBuiltinSchema()
            sessions.append(session)
        }
        try await body(sessions, addresses)
        for session in sessions { await session.close() }
    }
}

extension Session {
    /// Runs the embedded schema as `apply` does: one message in a transaction.
    func installBuiltinSchema() async throws {
        _ = try await run("BEGIN; \(BuiltinSchema.sql); COMMIT")
    }

    /// Creates the engine's log triggers on tables named as SQL names them.
    func attachLog(_ tables: String...) async throws {
        for table in tables {
            _ = try await run(
                """
                CREATE TRIGGER "00_polarity_log" AFTER INSERT OR UPDATE OR DELETE ON \(table)
                    FOR EACH ROW EXECUTE PROCEDURE polarity.log_change();
                CREATE TRIGGER "00_polarity_truncate_log" AFTER TRUNCATE ON \(table)
                    FOR EACH STATEMENT EXECUTE PROCEDURE polarity.log_truncate()
                """)
        }
    }

    /// Creates the engine's deny triggers on tables named as SQL names them.
    func attachDeny(_ tables: String...) async throws {
        for table in tables {
            _ = try await run(
                """
                CREATE TRIGGER "00_polarity_deny" BEFORE INSERT OR UPDATE OR DELETE ON \(table)
                    FOR EACH ROW EXECUTE PROCEDURE polarity.deny_change();
                CREATE TRIGGER "00_polarity_truncate_deny" BEFORE TRUNCATE ON \(table)
                    FOR EACH STATEMENT EXECUTE PROCEDURE polarity.deny_truncate()
                """)
        }
    }

    /// The log as `operation table/root key row`, in the order of seq.
    func log() async throws -> [String] {
        try await texts(
            """
            SELECT concat_ws(' ', operation, schema_name || '.' || table_name || '/' || root_schema || '.' || root_table,
                             coalesce(key::text, '-'), coalesce(row::text, '-'))
              FROM polarity.log ORDER BY seq
            """)
    }

    /// The first column of what a query answers.
    func texts(_ sql: String) async throws -> [String] {
        try await run(sql).last?.values.map { $0[0] ?? "NULL" } ?? []
    }

    /// The error that the statements end with, after which an open transaction is rolled back; nil where they succeed.
    func refusal(_ sql: String) async throws -> PostgresError? {
        let error = try await message(sql).error
        if error != nil { _ = try await run("ROLLBACK") }
        return error
    }
}
