import Postgres
import Replication

/// Reads tables as they are to everyone: from a new connection, wherever one is to be had.
struct ReadBack {
    /// A table as it was read.
    struct Table: Hashable {
        let name: TableName
        let rows: String

        init(name: TableName, rows: String) {
            self.name = name
            self.rows = rows
        }

        /// A table as it must be read.
        init(_ table: ObservedTable) { self.init(name: table.name, rows: table.rowsUnderLock) }
    }

    let session: Session

    /// The tables of these OIDs that exist; the time is for each thousand of them.
    func tables(_ oids: [UInt32], within time: Duration) async throws(PostgresError) -> [UInt32: Table] {
        var found: [UInt32: Table] = [:]
        var rest = oids[...]
        while !rest.isEmpty {
            let some = rest.prefix(1000)
            rest = rest.dropFirst(some.count)
            let text = statements(for: some)
            let answers = try await twiceIfNeeded(session, within: time) { () async throws(PostgresError) in
                try await session.run(text, timeout: time)
            }
            for answer in answers {
                for row in answer.values {
                    guard row.count == 4, let oid = row[0].flatMap({ UInt32($0) }) else { continue }
                    let name = TableName(Identifier(row[1] ?? ""), Identifier(row[2] ?? ""))
                    found[oid] = Table(name: name, rows: row[3] ?? "")
                }
            }
        }
        return found
    }

    private func statements(for oids: ArraySlice<UInt32>) -> String {
        let rows = rowsUnderLockSQL(serverVersion: session.serverVersion).replacing(oid: "c.oid")
        let jit = session.serverVersion >= 110_000 ? "SET LOCAL jit = off;" : ""
        return """
            BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED, READ ONLY;
            \(ownSettings(serverVersion: session.serverVersion))
            \(jit)
            SELECT c.oid, n.nspname, c.relname, \(rows)
              FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
             WHERE c.oid = ANY ('{\(oids.map { "\($0)" }.joined(separator: ","))}')
             ORDER BY c.oid;
            COMMIT
            """
    }
}
