import Postgres
import Replication
import Testing

@Suite struct `The schema of the builtin engine` {
    /// Everything a second run could have changed, apart from the row versions of functions.
    static let picture = """
        SELECT format('%s %s %s %s', c.relname, c.relkind, c.relacl, c.relfilenode) FROM pg_class AS c
         WHERE c.relnamespace = 'polarity'::regnamespace
        UNION ALL SELECT format('%s %s %s %s %s', p.oid, p.proname, p.proacl, p.proconfig, md5(p.prosrc)) FROM pg_proc AS p
         WHERE p.pronamespace = 'polarity'::regnamespace
        UNION ALL SELECT format('%s %s %s', d.objoid, d.objsubid, d.description) FROM pg_description AS d
         WHERE d.objoid IN (SELECT oid FROM pg_class WHERE relnamespace = 'polarity'::regnamespace)
        UNION ALL SELECT format('%s %s', schema_name, table_name) FROM polarity.replicated
        ORDER BY 1
        """

    @Test func `installing twice changes nothing and says the version`() async throws {
        try await withBuiltinNodes("schema_twice") { sessions, _ in
            let node = sessions[0]
            try await node.record(table: "orders", origin: "paris")
            let before = try await node.texts(Self.picture)
            try await node.installBuiltinSchema()
            #expect(try await node.texts(Self.picture) == before)
            #expect(before.count > 40)
            #expect(try await node.texts("SELECT polarity.version()") == ["\(BuiltinSchema.version)"])
        }
    }

    @Test func `every table and column and function has a comment`() async throws {
        try await withBuiltinNodes("schema_comments") { sessions, _ in
            let silent = try await sessions[0].texts(
                """
                SELECT c.relname || '.' || a.attname FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
                 WHERE c.relnamespace = 'polarity'::regnamespace AND c.relkind = 'r' AND a.attnum > 0
                   AND (col_description(c.oid, a.attnum) IS NULL OR obj_description(c.oid, 'pg_class') IS NULL)
                UNION ALL
                SELECT p.proname FROM pg_proc AS p
                 WHERE p.pronamespace = 'polarity'::regnamespace AND obj_description(p.oid, 'pg_proc') IS NULL
                """)
            #expect(silent == [])
        }
    }

    @Test func `an upgrade waits for no writer of a table or of the log`() async throws {
        try await withBuiltinNodes("schema_locks") { sessions, addresses in
            let writer = sessions[0]
            _ = try await writer.run("CREATE TABLE orders (id int PRIMARY KEY)")
            try await writer.attachLog("orders")
            _ = try await writer.run("BEGIN; INSERT INTO orders VALUES (1); TRUNCATE orders")
            let installer = try await Session.connect(to: addresses[0], timeout: .seconds(10))
            _ = try await installer.run("SET lock_timeout = '50ms'")
            try await installer.installBuiltinSchema()
            _ = try await writer.run("INSERT INTO orders VALUES (2); COMMIT")
            #expect(try await writer.texts("SELECT operation FROM polarity.log ORDER BY seq") == ["I", "T", "I"])
            await installer.close()
        }
    }

    @Test func `an older version gets the functions of this one, and keeps its log and record`() async throws {
        try await withBuiltinNodes("schema_older") { sessions, _ in
            let node = sessions[0]
            try await node.record(table: "orders", origin: "paris")
            let before = try await node.texts(Self.picture)
            _ = try await node.run(
                """
                CREATE OR REPLACE FUNCTION polarity.version() RETURNS integer LANGUAGE sql AS 'SELECT 1';
                CREATE OR REPLACE FUNCTION polarity.log_truncate() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'
                """)
            #expect(try await node.texts(Self.picture) != before)
            try await node.installBuiltinSchema()
            #expect(try await node.texts(Self.picture) == before)
        }
    }

    @Test func `functions that have another result, or other names of arguments, are installed again`() async throws {
        try await withBuiltinNodes("schema_shapes") { sessions, _ in
            let node = sessions[0]
            let shapes = """
                SELECT format('%s(%s) %s %s', p.proname, pg_get_function_arguments(p.oid), pg_get_function_result(p.oid), p.proacl)
                  FROM pg_proc AS p WHERE p.pronamespace = 'polarity'::regnamespace ORDER BY 1
                """
            let before = try await node.texts(shapes)
            _ = try await node.run(
                """
                DROP FUNCTION polarity.version(), polarity.lineage(oid), polarity.refuse(oid, text, text);
                CREATE FUNCTION polarity.version() RETURNS bigint LANGUAGE sql AS 'SELECT 2::bigint';
                CREATE FUNCTION polarity.lineage(r oid) RETURNS TABLE (level integer, schema_name text, table_name text)
                    LANGUAGE sql AS $$ SELECT 0, ''::text, ''::text $$;
                CREATE FUNCTION polarity.refuse(a oid, b text, c text) RETURNS void LANGUAGE sql AS ''
                """)
            try await node.installBuiltinSchema()
            #expect(try await node.texts(shapes) == before)
        }
    }

    @Test func `a newer version is left alone`() async throws {
        try await withBuiltinNodes("schema_newer") { sessions, _ in
            _ = try await sessions[0].run(
                """
                CREATE OR REPLACE FUNCTION polarity.version() RETURNS integer LANGUAGE sql AS 'SELECT 1000'
                """)
            let error = try await sessions[0].refusal("BEGIN; \(BuiltinSchema.sql); COMMIT")
            #expect(error?.sqlState == "0A000")
            #expect(error?.message == "schema polarity is of version 1000, newer than \(BuiltinSchema.version)")
        }
    }

    @Test func `a schema that somebody else laid out is not trusted`() async throws {
        try await withBuiltinNodes("schema_squatter") { sessions, _ in
            let node = sessions[0]
            let role = "\"squatter_\(try await node.texts("SELECT current_database()")[0])\""
            _ = try await node.run("CREATE ROLE \(role); ALTER TABLE polarity.log OWNER TO \(role)")
            let planted = try await node.refusal("BEGIN; \(BuiltinSchema.sql); COMMIT")
            #expect(planted?.sqlState == "42501")
            #expect(planted?.message == "schema polarity holds objects of other owners: log, log_pkey, log_seq_seq")
            _ = try await node.run("ALTER SCHEMA polarity OWNER TO \(role)")
            #expect(try await node.refusal("BEGIN; \(BuiltinSchema.sql); COMMIT")?.sqlState == "42501")
            _ = try await node.run("DROP OWNED BY \(role) CASCADE; DROP ROLE \(role)")
        }
    }

    @Test func `a role without rights can neither write the log nor use the functions`() async throws {
        try await withBuiltinNodes("schema_rights") { sessions, _ in
            let node = sessions[0]
            let role = "\"visitor_\(try await node.texts("SELECT current_database()")[0])\""
            _ = try await node.run(
                """
                CREATE ROLE \(role); CREATE SCHEMA own AUTHORIZATION \(role); CREATE TABLE own.t (id int PRIMARY KEY);
                ALTER TABLE own.t OWNER TO \(role)
                """)
            let create = "CREATE TRIGGER x AFTER INSERT ON own.t FOR EACH ROW EXECUTE PROCEDURE polarity.log_change()"
            let write = "INSERT INTO polarity.log (xid) VALUES (1)"
            func refused(_ statement: String) async throws -> String? {
                try await node.refusal("BEGIN; SET LOCAL ROLE \(role); \(statement); COMMIT")?.message
            }
            #expect(try await refused(create) == "permission denied for schema polarity")
            #expect(try await refused(write) == "permission denied for schema polarity")
            _ = try await node.run("GRANT USAGE ON SCHEMA polarity TO \(role)")
            #expect(try await refused(create) == "permission denied for function polarity.log_change")
            #expect(try await refused(write) == "permission denied for table log")
            #expect(try await refused("DELETE FROM polarity.log") == "permission denied for table log")
            #expect(try await refused("SELECT polarity.version()") == "permission denied for function version")
            _ = try await node.run("GRANT EXECUTE ON FUNCTION polarity.log_change() TO \(role)")
            #expect(try await refused(create) == nil)
            #expect(try await refused("INSERT INTO own.t VALUES (1)") == nil)
            #expect(try await node.log() == [#"I own.t/own.t {"id": "1"} {"id": "1"}"#])
            _ = try await node.run("DROP OWNED BY \(role) CASCADE; DROP ROLE \(role)")
        }
    }

    @Test(arguments: [
        ("BEFORE INSERT", "ROW", "log_change"), ("AFTER INSERT", "STATEMENT", "log_change"),
        ("AFTER INSERT", "ROW", "deny_change"), ("BEFORE TRUNCATE", "STATEMENT", "deny_change"),
        ("BEFORE TRUNCATE", "STATEMENT", "log_truncate"), ("AFTER TRUNCATE", "STATEMENT", "deny_truncate"),
    ])
    func `a function attached as something else refuses to work`(event: String, level: String, function: String)
        async throws
    {
        try await withBuiltinNodes("schema_misuse") { sessions, _ in
            _ = try await sessions[0].run(
                """
                CREATE TABLE t (id int PRIMARY KEY);
                CREATE TRIGGER x \(event) ON t FOR EACH \(level) EXECUTE PROCEDURE polarity.\(function)()
                """)
            let statement = event.hasSuffix("TRUNCATE") ? "TRUNCATE t" : "INSERT INTO t VALUES (1)"
            #expect(try await sessions[0].refusal(statement)?.sqlState == "39P01")
        }
    }
}

extension Session {
    /// Records what `apply` would: this is berlin, and the table belongs to the set "orders", written on `origin`.
    func record(table: String, origin: String?) async throws {
        let origin = origin.map { Postgres.literal($0) } ?? "NULL"
        _ = try await run(
            """
            INSERT INTO polarity.node (cluster, node) VALUES ('shop', 'berlin')
                ON CONFLICT (cluster) DO UPDATE SET node = EXCLUDED.node;
            INSERT INTO polarity.origin (cluster, set_name, origin)
                VALUES ('shop', 'orders', \(origin))
                ON CONFLICT (cluster, set_name) DO UPDATE SET origin = EXCLUDED.origin;
            INSERT INTO polarity.replicated (schema_name, table_name, cluster, set_name)
                VALUES ('public', \(Postgres.literal(table)), 'shop', 'orders')
                ON CONFLICT (schema_name, table_name)
                DO UPDATE SET cluster = EXCLUDED.cluster, set_name = EXCLUDED.set_name
            """)
    }
}
