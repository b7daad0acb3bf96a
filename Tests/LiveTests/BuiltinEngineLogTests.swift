import Postgres
import Testing

@Suite struct `The builtin log` {
    @Test func `holds every committed change with the key before it, and nothing that was rolled back`() async throws {
        try await withBuiltinNodes("log_changes") { sessions, _ in
            let node = sessions[0]
            _ = try await node.run("CREATE TABLE t (a int, v text, b text, PRIMARY KEY (b, a))")
            try await node.attachLog("t")
            _ = try await node.run("INSERT INTO t VALUES (1, NULL, 'x'), (2, '', 'y')")
            _ = try await node.run("UPDATE t SET a = a + 10 WHERE a = 1; DELETE FROM t WHERE a = 2")
            _ = try await node.run("BEGIN; UPDATE t SET v = 'lost'; TRUNCATE t; ROLLBACK")
            _ = try await node.run("BEGIN; SAVEPOINT s; DELETE FROM t; ROLLBACK TO s; UPDATE t SET v = 'kept'; COMMIT")
            _ = try await node.run("TRUNCATE t")
            let log = try await node.log()
            #expect(
                log == [
                    #"I public.t/public.t {"a": "1", "b": "x"} {"a": "1", "b": "x", "v": null}"#,
                    #"I public.t/public.t {"a": "2", "b": "y"} {"a": "2", "b": "y", "v": ""}"#,
                    #"U public.t/public.t {"a": "1", "b": "x"} {"a": "11", "b": "x", "v": null}"#,
                    #"D public.t/public.t {"a": "2", "b": "y"} -"#,
                    #"U public.t/public.t {"a": "11", "b": "x"} {"a": "11", "b": "x", "v": "kept"}"#,
                    "T public.t/public.t - -",
                ])
            let transactions = try await node.texts("SELECT count(DISTINCT xid) FROM polarity.log")
            #expect(transactions == ["4"])
        }
    }

    @Test func `holds the whole old row where there is no primary key, and follows ALTER TABLE at once`() async throws {
        try await withBuiltinNodes("log_keyless") { sessions, _ in
            let node = sessions[0]
            _ = try await node.run("CREATE TABLE t (gone int, a int, v text)")
            try await node.attachLog("t")
            _ = try await node.run(
                """
                INSERT INTO t VALUES (0, 1, 'x'); ALTER TABLE t DROP COLUMN gone; UPDATE t SET v = NULL;
                ALTER TABLE t ADD PRIMARY KEY (a); ALTER TABLE t ADD w int DEFAULT 7; UPDATE t SET a = 2;
                ALTER TABLE t DROP CONSTRAINT t_pkey; ALTER TABLE t RENAME v TO u; DELETE FROM t
                """)
            let log = try await node.log()
            #expect(
                log == [
                    #"I public.t/public.t - {"a": "1", "v": "x", "gone": "0"}"#,
                    #"U public.t/public.t {"a": "1", "v": "x"} {"a": "1", "v": null}"#,
                    #"U public.t/public.t {"a": "1"} {"a": "2", "v": null, "w": "7"}"#,
                    #"D public.t/public.t {"a": "2", "u": null, "w": "7"} -"#,
                ])
        }
    }

    @Test func `names leaf and root of a partition, and every table that a TRUNCATE reaches`() async throws {
        try await withBuiltinNodes("log_partitions") { sessions, _ in
            let node = sessions[0]
            _ = try await node.run(
                """
                CREATE SCHEMA far;
                CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id);
                CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);
                CREATE TABLE far.p2 PARTITION OF p FOR VALUES FROM (10) TO (30) PARTITION BY RANGE (id);
                CREATE TABLE far."P 2a" PARTITION OF far.p2 FOR VALUES FROM (10) TO (20);
                CREATE TABLE parent (id int PRIMARY KEY); CREATE TABLE child (PRIMARY KEY (id)) INHERITS (parent)
                """)
            try await node.attachLog("p1", "far.\"P 2a\"", "child")
            _ = try await node.run(
                """
                CREATE TRIGGER t AFTER TRUNCATE ON p FOR EACH STATEMENT EXECUTE PROCEDURE polarity.log_truncate();
                CREATE TRIGGER t AFTER TRUNCATE ON far.p2 FOR EACH STATEMENT EXECUTE PROCEDURE polarity.log_truncate();
                INSERT INTO p VALUES (1); UPDATE p SET id = 11; TRUNCATE p; TRUNCATE far."P 2a"; INSERT INTO child VALUES (1)
                """)
            let log = try await node.log()
            #expect(
                log == [
                    #"I public.p1/public.p {"id": "1"} {"id": "1"}"#, #"D public.p1/public.p {"id": "1"} -"#,
                    #"I far.P 2a/public.p {"id": "11"} {"id": "11"}"#, "T public.p/public.p - -",
                    "T public.p1/public.p - -", "T far.p2/public.p - -", "T far.P 2a/public.p - -",
                    "T far.P 2a/public.p - -", #"I public.child/public.child {"id": "1"} {"id": "1"}"#,
                ])
        }
    }

    @Test func `puts a change before what other triggers make of it, and TRUNCATE between BEFORE and AFTER triggers`()
        async throws
    {
        try await withBuiltinNodes("log_order") { sessions, _ in
            let node = sessions[0]
            _ = try await node.run(
                """
                CREATE TABLE t (id int PRIMARY KEY, v text);
                CREATE FUNCTION more() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                    IF TG_OP = 'TRUNCATE' THEN INSERT INTO t VALUES (9, TG_WHEN);
                    ELSE UPDATE t SET v = 'stamped' WHERE id = NEW.id; END IF;
                    RETURN NULL; END $$;
                CREATE TRIGGER a AFTER INSERT ON t FOR EACH ROW EXECUTE PROCEDURE more();
                CREATE TRIGGER a_before BEFORE TRUNCATE ON t FOR EACH STATEMENT EXECUTE PROCEDURE more();
                CREATE TRIGGER a_after AFTER TRUNCATE ON t FOR EACH STATEMENT EXECUTE PROCEDURE more()
                """)
            try await node.attachLog("t")
            _ = try await node.run("INSERT INTO t VALUES (1, 'new'); TRUNCATE t")
            let log = try await node.texts(
                "SELECT concat_ws(' ', operation, row ->> 'id', row ->> 'v') FROM polarity.log ORDER BY seq")
            #expect(
                log == [
                    "I 1 new", "U 1 stamped", "I 9 BEFORE", "U 9 stamped", "T", "I 9 AFTER", "U 9 stamped",
                ])
        }
    }

    @Test(arguments: ["REPEATABLE READ", "SERIALIZABLE"])
    func `refuses a row that was altered after the snapshot rather than log half of it`(level: String) async throws {
        try await withBuiltinNodes("log_snapshot") { sessions, addresses in
            let node = sessions[0]
            let other = try await Session.connect(to: addresses[0], timeout: .seconds(10))
            _ = try await node.run("CREATE TABLE t (id int PRIMARY KEY, v int)")
            try await node.attachLog("t")
            let alterations = [
                "ADD w int", "RENAME v TO u", "DROP CONSTRAINT t_pkey, ADD PRIMARY KEY (id)", "DROP w, ADD v int",
            ]
            for alteration in alterations {
                _ = try await node.run("BEGIN ISOLATION LEVEL \(level); SELECT 1")
                _ = try await other.run("ALTER TABLE t \(alteration)")
                #expect(try await node.refusal("INSERT INTO t (id) VALUES (1)")?.sqlState == "40001", "\(alteration)")
            }
            _ = try await node.run("BEGIN ISOLATION LEVEL \(level); INSERT INTO t (id) VALUES (1); COMMIT")
            let log = try await node.log()
            #expect(log == [#"I public.t/public.t {"id": "1"} {"u": null, "v": null, "id": "1"}"#])
            await other.close()
        }
    }

    @Test(arguments: ["REPEATABLE READ", "SERIALIZABLE"])
    func `loses no value of a table, a partition or a key that is newer than the snapshot`(level: String) async throws {
        try await withBuiltinNodes("log_newer") { sessions, addresses in
            let node = sessions[0]
            let other = try await Session.connect(to: addresses[0], timeout: .seconds(10))
            _ = try await node.run("SET statement_timeout = '5s'")
            try await node.preparePartitions()
            try await node.attachLog("p", "keyless")
            let newer = [
                ("CREATE TABLE one (id int PRIMARY KEY)", "one", "INSERT INTO one VALUES (1)"),
                ("CREATE TABLE two (id int PRIMARY KEY, v text)", "two", "INSERT INTO two VALUES (1, 'a')"),
                ("CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (10) TO (20)", nil, "INSERT INTO p VALUES (11, 'a')"),
                ("ALTER TABLE keyless ADD PRIMARY KEY (id)", nil, "UPDATE keyless SET v = 'b'"),
                (
                    "ALTER TABLE p ATTACH PARTITION joined FOR VALUES FROM (20) TO (30)", nil,
                    "INSERT INTO p VALUES (21)"
                ),
            ]
            for (definition, table, write) in newer {
                _ = try await node.run("BEGIN ISOLATION LEVEL \(level); SELECT 1")
                _ = try await other.run(definition)
                if let table { try await other.attachLog(table) }
                #expect(try await node.refusal(write)?.sqlState == "40001", "\(definition)")
                _ = try await node.run("BEGIN ISOLATION LEVEL \(level); \(write); COMMIT")
            }
            let log = try await node.log()
            #expect(
                log == [
                    #"I public.one/public.one {"id": "1"} {"id": "1"}"#,
                    #"I public.two/public.two {"id": "1"} {"v": "a", "id": "1"}"#,
                    #"I public.p1/public.p {"id": "11"} {"v": "a", "id": "11"}"#,
                    #"U public.keyless/public.keyless {"id": "1"} {"v": "b", "id": "1"}"#,
                    #"I public.joined/public.p {"id": "21"} {"v": null, "id": "21"}"#,
                ])
            await other.close()
        }
    }

    @Test func `names a partition's root as it is, however old the snapshot`() async throws {
        try await withBuiltinNodes("log_roots") { sessions, addresses in
            let node = sessions[0]
            let other = try await Session.connect(to: addresses[0], timeout: .seconds(10))
            _ = try await node.run("SET statement_timeout = '5s'")
            try await node.preparePartitions()
            try await node.attachLog("p0")
            let alterations = [
                ("ALTER TABLE p RENAME TO q", "INSERT INTO q VALUES (1)"),
                ("CREATE SCHEMA far; ALTER TABLE q SET SCHEMA far", "UPDATE p0 SET v = 'b'"),
                (
                    """
                    CREATE TABLE far.p1 PARTITION OF far.q FOR VALUES FROM (10) TO (20);
                    CREATE TRIGGER t AFTER TRUNCATE ON far.p1
                        FOR EACH STATEMENT EXECUTE PROCEDURE polarity.log_truncate()
                    """, "TRUNCATE far.q"
                ),
                ("ALTER TABLE far.q DETACH PARTITION p0", "INSERT INTO p0 VALUES (2)"),
            ]
            for (alteration, write) in alterations {
                _ = try await node.run("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1")
                _ = try await other.run(alteration)
                _ = try await node.run("\(write); COMMIT")
            }
            let log = try await node.log()
            #expect(
                log == [
                    #"I public.p0/public.q {"id": "1"} {"v": null, "id": "1"}"#,
                    #"U public.p0/far.q {"id": "1"} {"v": "b", "id": "1"}"#,
                    "T public.p0/far.q - -", "T far.p1/far.q - -",
                    #"I public.p0/public.p0 {"id": "2"} {"v": null, "id": "2"}"#,
                ])
            await other.close()
        }
    }
}

extension Session {
    /// A table `p` with a partition `p0`, and two without a primary key: `keyless` with a row, `joined` to be attached.
    fileprivate func preparePartitions() async throws {
        _ = try await run(
            """
            CREATE TABLE p (id int PRIMARY KEY, v text) PARTITION BY RANGE (id);
            CREATE TABLE keyless (id int NOT NULL, v text); CREATE TABLE joined (id int NOT NULL, v text);
            CREATE TABLE p0 PARTITION OF p FOR VALUES FROM (0) TO (10); INSERT INTO keyless VALUES (1)
            """)
    }
}
