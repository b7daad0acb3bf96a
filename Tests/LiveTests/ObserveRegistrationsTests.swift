import CustomDump
import LiveNodes
import Postgres
import Replication
import Sandbox
import Testing

@Suite struct `registrations are observed` {
    @Test func `in the schema polarity, and whether its functions are those that were installed`() async throws {
        let tables = "CREATE TABLE a (); CREATE TABLE b (a integer) PARTITION BY LIST (a);"
        try await withNode("builtin", tables + "CREATE TABLE leaf PARTITION OF b DEFAULT; CREATE TABLE c ()") {
            session, node in
            let scope = scope(["a", "b", "c"], engine: .builtin(cluster: "shop"))
            let before = try await observed(node, scope).builtin
            #expect(before == nil)
            _ = try await session.run("BEGIN; \(BuiltinSchema.sql); COMMIT")
            let installed = try await observed(node, scope).builtin
            expectNoDifference(installed, BuiltinRegistrations(version: BuiltinSchema.version, logEnd: 0))
            _ = try await session.run(
                """
                INSERT INTO polarity.node VALUES ('shop', 'berlin'), ('other', 'x');
                INSERT INTO polarity.origin VALUES ('shop', 's', 'paris'), ('shop', 'shut', NULL), ('other', 's', 'x');
                INSERT INTO polarity.member VALUES ('shop', 's', 'paris'), ('shop', 's', 'berlin'),
                                                   ('shop', 'shut', 'berlin'), ('other', 's', 'x'),
                                                   ('other', 's', 'paris');
                INSERT INTO polarity.replicated VALUES ('public', 'a', 'shop', 's'), ('public', 'b', 'shop', 'shut'),
                                                       ('public', 'c', 'shop', 's'), ('public', 'd', 'other', 's');
                INSERT INTO polarity.log (xid, at, operation, schema_name, table_name, root_schema, root_table)
                SELECT 1, now(), 'I', 'public', t, 'public', t FROM unnest('{a,c,leaf,a,d}'::text[]) AS t;
                INSERT INTO polarity.applied (origin, seq) VALUES ('paris', 7);
                """)
            let expected = BuiltinRegistrations(
                version: BuiltinSchema.version,
                recorded: RecordedCluster(
                    sets: [
                        "s": RecordedSet(origin: "paris", members: ["berlin", "paris"]),
                        "shut": RecordedSet(origin: nil, members: ["berlin"]),
                    ], node: "berlin"),
                tables: ["a": "s", "b": "shut", "c": "s"], otherClusters: ["d": "other"],
                otherMembers: [
                    OtherMember(cluster: "other", node: "x", isHere: true),
                    OtherMember(cluster: "other", node: "paris", isHere: false),
                ],
                logged: ["s": 4, "shut": 3], logEnd: 5, applied: ["paris": 7])
            let recorded = try await observed(node, scope)
            expectNoDifference(recorded.builtin, expected)
            #expect(recorded.functions == Set(scope.functions))

            // What no set has on record may be of any set, unless its root is: a table or a partition was renamed.
            _ = try await session.run(
                """
                INSERT INTO polarity.log (xid, at, operation, schema_name, table_name, root_schema, root_table)
                VALUES (1, now(), 'I', 'public', 'was_leaf', 'public', 'b')
                """)
            #expect(try await observed(node, scope).builtin?.logged == ["s": 4, "shut": 6])
            _ = try await session.run(
                """
                INSERT INTO polarity.log (xid, at, operation, schema_name, table_name, root_schema, root_table)
                VALUES (1, now(), 'I', 'public', 'was_a', 'public', 'was_a')
                """)
            #expect(try await observed(node, scope).builtin?.logged == ["s": 7, "shut": 7])

            // Nobody shipped for long: sets that are not among the newest rows get an upper bound.
            _ = try await session.run(
                """
                INSERT INTO polarity.log (xid, at, operation, schema_name, table_name, root_schema, root_table)
                SELECT 1, now(), 'I', 'public', 'a', 'public', 'a' FROM generate_series(1, 100000)
                """)
            let longLog = try await observed(node, scope).builtin
            #expect(longLog?.logged == ["s": 100_007, "shut": 7])
        }
    }

    @Test(arguments: [
        "ALTER FUNCTION polarity.deny_change() SECURITY INVOKER",
        "ALTER FUNCTION polarity.log_change() SET DateStyle = 'German'",
        "ALTER FUNCTION polarity.log_change() SET search_path = public",
        "DROP FUNCTION polarity.deny_truncate()",
        """
        CREATE OR REPLACE FUNCTION polarity.deny_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
            SET search_path = pg_catalog, pg_temp AS 'BEGIN RETURN NEW; END'
        """,
        """
        DROP FUNCTION polarity.version();
        CREATE FUNCTION polarity.version() RETURNS bigint LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
            AS 'SELECT 2'
        """,
        """
        DO $forge$ BEGIN
            EXECUTE replace(pg_get_functiondef('polarity.texts(text, integer)'::regprocedure), 'integer', 'bigint');
        END $forge$;
        CREATE OR REPLACE FUNCTION polarity.texts(record text, width integer) RETURNS text[] LANGUAGE plpgsql STABLE
            AS 'BEGIN RETURN NULL; END'
        """,
        "DROP TYPE polarity.fields",
    ])
    func `in the schema polarity, where a function or its type was changed`(change: String) async throws {
        try await withNode("neutered", "BEGIN; \(BuiltinSchema.sql); \(change); COMMIT") { _, node in
            let scope = scope([], engine: .builtin(cluster: "shop"))
            let builtin = try await observed(node, scope).builtin
            #expect(builtin?.functionsIntact == false)
        }
    }

    @Test func `in the schema polarity, where a function has another one's name`() async throws {
        let overload = "CREATE FUNCTION polarity.texts(record text) RETURNS text LANGUAGE sql AS 'SELECT $1'"
        try await withNode("overloaded", "BEGIN; \(BuiltinSchema.sql); \(overload); COMMIT") { _, node in
            let builtin = try await observed(node, scope([], engine: .builtin(cluster: "shop"))).builtin
            expectNoDifference(builtin, BuiltinRegistrations(version: BuiltinSchema.version, logEnd: 0))
        }
    }

    @Test func `in the schema polarity, and what its tables lack`() async throws {
        let harm = """
            ALTER TABLE polarity.log DROP CONSTRAINT log_pkey, DROP row, ALTER key TYPE text;
            ALTER TABLE polarity.log ALTER seq SET CACHE 100;
            CREATE TABLE public."Kid" () INHERITS (polarity.log);
            ALTER TABLE polarity.applied ENABLE ROW LEVEL SECURITY, DROP snapshot;
            ALTER TYPE polarity.fields DROP ATTRIBUTE f64;
            """
        try await withNode("harmed", "BEGIN; \(BuiltinSchema.sql); \(harm); COMMIT") { _, node in
            let builtin = try await observed(node, scope([], engine: .builtin(cluster: "shop"))).builtin
            expectNoDifference(
                builtin?.logFaults,
                [
                    .column(table: "applied", definition: "snapshot txid_snapshot", isMissing: true),
                    .column(table: "log", definition: "row jsonb", isMissing: true),
                    .fields, .child(#"public."Kid""#), .numbering, .primaryKey(table: "log", columns: "seq"),
                    .rowSecurity(table: "applied"), .column(table: "log", definition: "key jsonb", isMissing: false),
                ])
        }
    }

    @Test(arguments: ["MAXVALUE 2", "AS smallint"])
    func `in the schema polarity, whose log has numbers for a while only`(bounds: String) async throws {
        let harm = "ALTER SEQUENCE polarity.log_seq_seq \(bounds)"
        try await withNode("numbered", "BEGIN; \(BuiltinSchema.sql); \(harm); COMMIT") { session, node in
            let scope = scope([], engine: .builtin(cluster: "shop"))
            let harmed = try await observed(node, scope).builtin?.logFaults
            expectNoDifference(harmed, [.numbering])
            // As the finding advises.
            _ = try await session.run(
                """
                ALTER TABLE polarity.log ALTER seq SET GENERATED ALWAYS;
                ALTER SEQUENCE polarity.log_seq_seq AS bigint CACHE 1 INCREMENT BY 1 NO MAXVALUE NO CYCLE
                """)
            let mended = try await observed(node, scope).builtin?.logFaults
            expectNoDifference(mended, [])
        }
    }

    @Test func `in Slony's catalog, with key masks over live columns`() async throws {
        let weird = TableName("Weird Schema", "Mixed \"Case\" T")
        let sql = """
            CREATE SCHEMA "Weird Schema";
            CREATE TABLE multi (x text, k1 integer, y text, k2 integer, z text, PRIMARY KEY (k2, k1));
            CREATE TABLE \(weird.quoted) (a integer, "Id" integer NOT NULL, b integer);
            CREATE UNIQUE INDEX "By Id" ON \(weird.quoted) ("Id");
            """
        try await withNode("slony", sql) { session, node in
            let scope = scope([weird, "multi"], engine: .slony(cluster: "Shop_Cl"))
            let before = try await observed(node, scope).slony
            #expect(before == nil)
            try await registerWithSlony(node)
            _ = try await session.run(
                "INSERT INTO \"_Shop_Cl\".sl_node (no_id, no_active, no_comment, no_failed) VALUES (2, true, '', false)"
            )
            let oids = try await session.query(
                "SELECT 'multi'::regclass::oid, '\"Weird Schema\".\"Mixed \"\"Case\"\" T\"'::regclass::oid")
            let multi = try #require(oids[0, 0].flatMap { UInt32($0) })
            let other = try #require(oids[0, 1].flatMap { UInt32($0) })
            var expected = SlonyRegistrations(
                localNode: 1, nodes: [1: false, 2: false],
                sets: [7: SlonySet(origin: 1)],
                tables: [
                    multi: SlonyTable(id: 3, set: 7, name: "multi", index: "multi_pkey", keyMask: "vkvk"),
                    other: SlonyTable(id: 4, set: 7, name: weird, index: "By Id", keyMask: "vk"),
                ])
            let first = try await observed(node, scope)
            expectNoDifference(first.slony, expected)
            expectNoDifference(first.functions, Set(scope.functions))
            // What Slony wrote into its triggers is what is computed here.
            let masks = first.tables.values.compactMap { $0.trigger("_Shop_Cl_logtrigger")?.arguments.texts.last }
            #expect(masks.sorted() == ["vk", "vkvk"])

            _ = try await session.run("ALTER TABLE multi DROP COLUMN x")
            expected.tables[multi]?.keyMask = "kvk"
            let dropped = try await observed(node, scope).slony
            expectNoDifference(dropped, expected)
            _ = try await session.run("ALTER INDEX \"Weird Schema\".\"By Id\" RENAME TO renamed")
            expected.tables[other]?.keyMask = nil
            let renamed = try await observed(node, scope).slony
            expectNoDifference(renamed, expected)
            try await expectMoves(session, node, scope)
        }
    }

    private func expectMoves(_ session: Session, _ node: DeclaredNode, _ scope: Scope) async throws {
        _ = try await session.run(
            """
            SET search_path = "_Shop_Cl";
            UPDATE sl_set SET set_locked = 1;
            INSERT INTO sl_path (pa_server, pa_client, pa_conninfo, pa_connretry) VALUES (1, 2, '', 10);
            INSERT INTO sl_subscribe (sub_set, sub_provider, sub_receiver, sub_forward, sub_active)
            VALUES (7, 1, 2, false, true);
            INSERT INTO sl_set (set_id, set_origin) VALUES (8, 1);
            INSERT INTO sl_event (ev_origin, ev_seqno, ev_snapshot, ev_type, ev_data1)
            VALUES (1, 900, '1:1:', 'MOVE_SET', '7');
            """)
        let moving = try await observed(node, scope).slony
        #expect(moving?.movesInFlight == [7] && moving?.sets[7]?.isLocked == true)
        #expect(moving?.subscribers == [7: [2]])
        #expect(moving?.noBackups == [7: [2]])
        _ = try await session.run("INSERT INTO sl_confirm (con_origin, con_received, con_seqno) VALUES (1, 2, 901)")
        let confirmed = try await observed(node, scope).slony
        #expect(confirmed?.movesInFlight == [])
        _ = try await session.run("SELECT setval('sl_local_node_id', -1)")
        let uninitialised = try await observed(node, scope).slony
        #expect(uninitialised != nil && uninitialised?.localNode == nil)
        _ = try await session.run("DROP SEQUENCE sl_local_node_id; DROP TABLE sl_confirm CASCADE")
        let mutilated = try await observed(node, scope)
        #expect(mutilated.slony == nil)
        #expect(mutilated.rights.engineSchema?.missing == ["sl_confirm", "sl_local_node_id"])
    }
}

/// Makes the node a Slony-I node, on its own: one set with a composite key and quoted names.
private func registerWithSlony(_ node: DeclaredNode) async throws {
    let conninfo = node.conninfo.filter { $0 != "'" }
    let script = """
        cluster name = Shop_Cl;
        node 1 admin conninfo = '\(conninfo)';
        init cluster (id = 1, comment = 'berlin');
        create set (id = 7, origin = 1, comment = 'orders');
        set add table (set id = 7, origin = 1, id = 3, fully qualified name = 'public.multi');
        set add table (set id = 7, origin = 1, id = 4, key = 'By Id',
                       fully qualified name = '"Weird Schema"."Mixed ""Case"" T"');
        """
    let result = try await run("slonik", input: script)
    if result.status != 0 { throw SandboxError(message: result.errorOutput) }
}
