import Postgres

/// The shipper of the article "The builtin engine", with the statements of that page.
struct BuiltinShipper: Sendable {
    let origin: Session
    let subscriber: Session
    /// The mark that has not settled: seq and xid.
    private var waiting: [String?]?

    init(origin: Session, subscriber: Session) {
        self.origin = origin
        self.subscriber = subscriber
    }

    struct Pass: Sendable {
        /// What was recorded as `polarity.applied.seq`.
        let seq: Int
        let shipped: Int
        /// How many rows of the log had that seq or a lower one.
        let rowsUpToSeq: Int
    }

    static let statements = [mark, position, changes, progress]

    private static let mark = """
        SELECT coalesce(max(seq), 0) AS seq, txid_current() AS xid FROM polarity.log;
        """

    private static let position = """
        SELECT txid_current_snapshot() AS snapshot, txid_snapshot_xmin(txid_current_snapshot()) > $1 AS settled;
        """

    private static let changes = """
        SELECT l.seq, l.xid, l.operation,
               CASE l.operation
               WHEN 'I' THEN
                   (SELECT format('INSERT INTO %I.%I (%s) OVERRIDING SYSTEM VALUE VALUES (%s)', l.root_schema, l.root_table,
                                  string_agg(quote_ident(c.key), ', '), string_agg(quote_nullable(c.value), ', '))
                      FROM jsonb_each_text(l.row) AS c)
               WHEN 'U' THEN
                   (SELECT 'UPDATE ' || r.target || ' SET ' || string_agg(format('%I = %L', c.key, c.value), ', ')
                           || ' WHERE ' || w.condition
                      FROM jsonb_each_text(l.row) AS c
                     WHERE CASE WHEN l.key ? c.key THEN c.value IS DISTINCT FROM l.key ->> c.key
                                ELSE NOT EXISTS (SELECT FROM pg_catalog.pg_attribute AS a
                                                  WHERE a.attrelid = r.oid AND a.attname = c.key AND a.attidentity = 'a') END)
               WHEN 'D' THEN format('DELETE FROM %s WHERE %s', r.target, w.condition)
               WHEN 'T' THEN format('%s%I.%I', CASE WHEN t.relkind = 'p' THEN '' ELSE 'ONLY ' END, l.schema_name, l.table_name)
               END AS statement
          FROM polarity.log AS l
          LEFT JOIN pg_catalog.pg_class AS t ON t.oid = to_regclass(format('%I.%I', l.schema_name, l.table_name))
         CROSS JOIN LATERAL
               (SELECT to_regclass(format('%I.%I', l.root_schema, l.root_table)) AS oid,
                       format(CASE WHEN (l.root_schema, l.root_table) = (l.schema_name, l.table_name) THEN 'ONLY %I.%I'
                                   ELSE '%I.%I' END, l.root_schema, l.root_table) AS target,
                       t.oid IS NOT NULL AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint AS p
                                                          WHERE p.conrelid = t.oid AND p.contype = 'p') AS keyless) AS r
         CROSS JOIN LATERAL
               (SELECT format(CASE WHEN r.keyless
                                   THEN '(tableoid, ctid) = (SELECT tableoid, ctid FROM %2$s WHERE %1$s LIMIT 1)'
                                   ELSE '%1$s' END,
                              string_agg(format(CASE WHEN NOT r.keyless THEN '%1$I = %2$L%3$s'
                                                     WHEN k.value IS NULL THEN 'num_nulls(%1$I) = 1'
                                                     ELSE 'num_nulls(%1$I) = 0 AND concat(%1$I) = concat(%2$L%3$s)' END,
                                                k.key, k.value, '::' || format_type(a.atttypid, a.atttypmod)), ' AND '),
                              r.target) AS condition
                  FROM jsonb_each_text(l.key) AS k
                  LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid = r.oid AND a.attname = k.key) AS w
         WHERE l.seq > $1 AND NOT txid_visible_in_snapshot(l.xid, $2)
           AND coalesce(
               (SELECT bool_or(m.node IS NOT NULL)
                  FROM polarity.replicated AS r
                  LEFT JOIN polarity.member AS m ON m.cluster = r.cluster AND m.set_name = r.set_name AND m.node = $3
                 WHERE (r.schema_name, r.table_name) IN ((l.schema_name, l.table_name), (l.root_schema, l.root_table))),
               true)
         ORDER BY l.seq;
        """

    private static let progress = """
        UPDATE polarity.applied SET seq = $2, snapshot = $3, at = clock_timestamp() WHERE origin = $1;
        """

    /// Ships whole transactions from berlin to paris: all that became visible on the origin since the last pass.
    ///
    /// - Parameter copied: A table of the schema `public` that is copied in this pass, whatever the log says of it.
    mutating func pass(copying copied: String? = nil) async throws -> Pass {
        let before = try await subscriber.query(
            "SELECT seq, snapshot FROM polarity.applied WHERE origin = 'berlin'"
        ).values[0]
        let mark = if let waiting { waiting } else { try await origin.query(Self.mark).values[0] }
        _ = try await origin.run(
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL search_path = pg_catalog, pg_temp")
        let now = try await origin.query(Self.position, [mark[1]])
        let rows = try await origin.query(Self.changes(without: copied), before + ["paris"])
        let copies = if let copied { try await copy(of: copied) } else { [String]() }
        _ = try await origin.run("COMMIT")
        let settled = now[0, "settled"] == "t"
        waiting = settled ? nil : mark
        let seq = settled ? mark[0] : before[0]
        let below = try await origin.query("SELECT count(*) FROM polarity.log WHERE seq <= $1", [seq])

        _ = try await subscriber.run(
            """
            BEGIN; SET LOCAL session_replication_role = replica; SET LOCAL DateStyle = 'ISO, YMD';
            SET LOCAL TimeZone = 'UTC'; SET LOCAL lc_monetary = 'C'
            """)
        for statement in Self.statements(rows) { try await change(statement) }
        for statement in copies { _ = try await subscriber.run(statement) }
        _ = try await subscriber.query(Self.progress, ["berlin", seq, now[0, "snapshot"]])
        _ = try await subscriber.run("COMMIT")
        return Pass(seq: number(seq), shipped: rows.count, rowsUpToSeq: number(below[0, 0]))
    }

    private static func changes(without copied: String?) -> String {
        guard let copied else { return changes }
        return changes.replacing(
            "\n ORDER BY", with: "\n   AND (l.root_schema, l.root_table) <> ('public', '\(copied)')\n ORDER BY")
    }

    /// Statements that make the subscriber's table hold what the origin's holds.
    private func copy(of table: String) async throws -> [String] {
        let rows = try await origin.query("SELECT quote_literal(t) AS row FROM public.\(table) AS t").values
        return ["DELETE FROM public.\(table)"]
            + rows.map { "INSERT INTO public.\(table) SELECT (\($0[0] ?? "NULL")::public.\(table)).*" }
    }

    /// One statement a row, but one TRUNCATE, at the place of the last, for all that a transaction truncated with
    /// nothing else of its own in between. Rows of other transactions may stand there.
    private static func statements(_ rows: Rows) -> [String] {
        var statements: [String?] = []
        var truncating: [String?: Int] = [:]
        for row in 0..<rows.count {
            guard let statement = rows[row, "statement"] else { continue }
            let earlier = truncating.removeValue(forKey: rows[row, "xid"])
            guard rows[row, "operation"] == "T" else {
                statements.append(statement)
                continue
            }
            let begun = earlier.flatMap { statements[$0].take() }
            truncating[rows[row, "xid"]] = statements.count
            statements.append(begun.map { "\($0), \(statement)" } ?? "TRUNCATE \(statement)")
        }
        return statements.compactMap(\.self)
    }

    /// A log that is in order never changes a row that is not there.
    private func change(_ statement: String) async throws {
        let tag = try await subscriber.run(statement).last?.commandTag ?? ""
        guard tag.hasSuffix(" 1") || tag.hasPrefix("TRUNCATE") else { throw OutOfOrder(statement: statement, tag: tag) }
    }

    private func number(_ text: String?) -> Int { text.flatMap { Int($0) } ?? -1 }

    struct OutOfOrder: Error {
        let statement: String
        let tag: String
    }
}
