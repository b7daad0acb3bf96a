/// The statements that install the schema `polarity` and record a set in it.
extension Installation {
    /// In order; each is idempotent.
    var statements: [String] {
        (preparation == .schema ? [BuiltinSchema.sql] : []) + (logAbove.map { [beginLog(above: $0)] } ?? [])
            + record.statements
    }

    /// What was applied of the log that was there before must not pass for what the new one holds.
    private func beginLog(above seq: Int64) -> String {
        """
        SELECT pg_catalog.setval(s.oid, \(seq))
          FROM (SELECT pg_catalog.pg_get_serial_sequence('polarity.log', 'seq')::pg_catalog.regclass) AS s (oid)
         WHERE pg_catalog.pg_sequence_last_value(s.oid) IS NULL
        """
    }
}

extension SetRecord {
    /// Makes the record say this: node, origin and members of one set, and its tables, beside which others may stay.
    var statements: [String] {
        let cluster = literal(cluster)
        let key = "\(cluster), \(literal(set.text))"
        let origin = recorded.origin.map { literal($0.text) } ?? "NULL"
        let members = recorded.members.sorted().map { "(\(key), \(literal($0.text)))" }
        let names = tables.map { "(\(literal($0.schema.text)), \(literal($0.name.text)))" }.joined(separator: ", ")
        let ofSet = "(cluster, set_name) = (\(key))"
        var result = [
            "DO \(literal(Self.ownersCheck))",
            "INSERT INTO polarity.node (cluster, node) VALUES (\(cluster), \(literal(node.text))) "
                + "ON CONFLICT (cluster) DO UPDATE SET node = EXCLUDED.node",
            "INSERT INTO polarity.origin (cluster, set_name, origin) VALUES (\(key), \(origin)) "
                + "ON CONFLICT (cluster, set_name) DO UPDATE SET origin = EXCLUDED.origin",
            "DELETE FROM polarity.member WHERE \(ofSet)",
        ]
        if !members.isEmpty {
            result.append(
                "INSERT INTO polarity.member (cluster, set_name, node) VALUES " + members.joined(separator: ", "))
        }
        if !tables.isEmpty {
            // What is on record already is left as it is: a move of many tables would write every row again.
            let gone =
                "gone AS (DELETE FROM polarity.replicated WHERE \(ofSet) AND (schema_name, table_name) "
                + "IN (TABLE found EXCEPT TABLE named))"
            result.append(
                "WITH named (schema_name, table_name) AS (VALUES \(names)), found AS (SELECT schema_name, table_name "
                    + "FROM polarity.replicated WHERE \(ofSet))\(keepsOthers ? "" : ", " + gone) "
                    + "INSERT INTO polarity.replicated (schema_name, table_name, cluster, set_name) "
                    + "SELECT schema_name, table_name, \(key) FROM (TABLE named EXCEPT TABLE found) AS new "
                    + "ON CONFLICT (schema_name, table_name) DO UPDATE SET set_name = EXCLUDED.set_name "
                    + "WHERE replicated.cluster = EXCLUDED.cluster")
            let those = keepsOthers ? " AND (schema_name, table_name) IN (VALUES \(names))" : ""
            result.append("DO \(literal(check(ofSet + those)))")
        } else if !keepsOthers {
            result.append("DELETE FROM polarity.replicated WHERE \(ofSet)")
        }
        return result
    }

    /// Raises where an ordinary role that is not at work here owns something in the schema: its triggers on these tables
    /// would run with the rights of whoever writes.
    private static let ownersCheck = """
        BEGIN
        IF EXISTS (SELECT FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_roles AS owner ON owner.oid = c.relowner
                    WHERE c.relnamespace = 'polarity'::pg_catalog.regnamespace
                      AND owner.rolname <> current_user AND NOT owner.rolsuper) THEN
          RAISE EXCEPTION 'schema polarity holds objects of other owners than %', current_user
            USING ERRCODE = 'insufficient_privilege', HINT = 'Connect or SET ROLE as its owner.';
        END IF;
        END
        """

    /// Raises where another cluster has recorded one of the tables since it was looked.
    private func check(_ condition: String) -> String {
        """
        BEGIN
        IF (SELECT pg_catalog.count(*) FROM polarity.replicated WHERE \(condition)) <> \(tables.count) THEN
          RAISE EXCEPTION 'another cluster has recorded a table of the set as its own' USING ERRCODE = 'POL02';
        END IF;
        END
        """
    }
}
