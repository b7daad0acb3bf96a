import Postgres
import Testing

@Suite struct `The shipper's statements` {
    @Test func `touch no row of another partition where a partitioned table has no primary key`() async throws {
        try await withShipped(
            "keyless_partitions",
            tables: """
                CREATE TABLE events (at int, v text) PARTITION BY RANGE (at);
                CREATE TABLE events_low PARTITION OF events FOR VALUES FROM (0) TO (10);
                CREATE TABLE events_high PARTITION OF events FOR VALUES FROM (10) TO (20)
                """, logged: ["events_low", "events_high"]
        ) { nodes in
            _ = try await nodes.origin.run(
                "INSERT INTO events VALUES (1, 'a'), (11, 'b'), (2, 'c'), (12, 'd'), (3, NULL)")
            try await nodes.expectAlike("events")
            _ = try await nodes.origin.run(
                """
                DELETE FROM events WHERE v = 'a'; UPDATE events SET v = 'C' WHERE v = 'c';
                UPDATE events SET at = 13 WHERE v IS NULL; DELETE FROM events WHERE v = 'd'
                """)
            try await nodes.expectAlike("events")
        }
    }

    @Test func `touch no row of a table that inherits`() async throws {
        try await withShipped(
            "children",
            tables: """
                CREATE TABLE accounts (id int PRIMARY KEY, v text);
                CREATE TABLE accounts_old (PRIMARY KEY (id)) INHERITS (accounts);
                CREATE TABLE notes (v text); CREATE TABLE notes_old () INHERITS (notes)
                """, logged: ["accounts", "accounts_old", "notes", "notes_old"]
        ) { nodes in
            _ = try await nodes.origin.run(
                """
                INSERT INTO accounts_old VALUES (1, 'old'), (2, 'old'); INSERT INTO accounts VALUES (1, 'new');
                INSERT INTO notes_old VALUES ('same'), ('same'); INSERT INTO notes VALUES ('same')
                """)
            try await nodes.expectAlike("accounts", "notes")
            _ = try await nodes.origin.run(
                """
                UPDATE ONLY accounts SET v = 'newer' WHERE id = 1; DELETE FROM ONLY accounts WHERE id = 1;
                UPDATE accounts SET v = 'older' WHERE id = 2; DELETE FROM ONLY notes
                """)
            try await nodes.expectAlike("accounts", "notes")
        }
    }

    @Test func `go on after an UPDATE that changed nothing of a key or of a row without one`() async throws {
        try await withShipped(
            "unchanged",
            tables: "CREATE TABLE likes (a int, b int, PRIMARY KEY (a, b)); CREATE TABLE notes (a int, b text)",
            logged: ["likes", "notes"]
        ) { nodes in
            _ = try await nodes.origin.run(
                """
                INSERT INTO likes VALUES (1, 2) ON CONFLICT (a, b) DO UPDATE SET b = EXCLUDED.b;
                INSERT INTO likes VALUES (1, 2) ON CONFLICT (a, b) DO UPDATE SET b = EXCLUDED.b;
                INSERT INTO notes VALUES (1, NULL); UPDATE notes SET a = a; UPDATE likes SET b = 3; DELETE FROM notes
                """)
            try await nodes.expectAlike("likes", "notes")
        }
    }

    /// A type and two of its values.
    static let keys = [
        ("other.pair", "(1,\"a\\\\b'(\")", "(,)"), ("regclass", "public.seen", "pg_class"),
        ("regnamespace", "other", "public"), ("other.mood", "sad", "happy"), ("int[]", "[0:1]={1,2}", "{1,2}"),
        ("other.tags", "{a}", "{b,NULL}"), ("char(4)", "a", ""), ("\"char\"", "x", ""), ("bit(3)", "101", "111"),
        ("numeric(9,3)", "1.5", "NaN"), ("float8", "-0", "Infinity"),
        ("timestamptz(3)", "2001-02-03 04:05+6", "infinity"),
        ("interval", "1 mon -2 days", "0"), ("jsonb", "null", "\"a\""), ("money", "-1.50", "2"), ("name", "a'b", ""),
    ]

    @Test(arguments: keys)
    func `find a row whose key is of the type`(type: String, first: String, second: String) async throws {
        func literal(_ text: String) -> String { "'\(text.replacing("'", with: "''"))'" }
        try await withShipped(
            "keys",
            tables: """
                CREATE TABLE seen (); CREATE SCHEMA other; CREATE TYPE other.pair AS (a int, b text);
                CREATE TYPE other.mood AS ENUM ('sad', 'happy'); CREATE DOMAIN other.tags AS text[];
                CREATE TABLE keyed (c \(type) PRIMARY KEY, v int); CREATE TABLE keyless (c \(type), v int)
                """, logged: ["keyed", "keyless"]
        ) { nodes in
            for table in ["keyed", "keyless"] {
                _ = try await nodes.origin.run(
                    """
                    INSERT INTO \(table) VALUES (\(literal(first)), 1), (\(literal(second)), 2);
                    UPDATE \(table) SET v = v + 1; DELETE FROM \(table) WHERE v = 2
                    """)
            }
            try await nodes.expectAlike("keyed", "keyless")
        }
    }

    @Test func `stop where a trigger changed rows of a statement before they were logged`() async throws {
        try await withShipped(
            "renumbered", tables: "CREATE TABLE places (id int PRIMARY KEY, v int)", logged: ["places"]
        ) { nodes in
            _ = try await nodes.origin.run(
                """
                CREATE FUNCTION renumber() RETURNS trigger LANGUAGE plpgsql AS
                    'BEGIN UPDATE places SET v = v + 1 WHERE id > NEW.id; RETURN NULL; END';
                CREATE TRIGGER renumber AFTER INSERT ON places FOR EACH ROW EXECUTE PROCEDURE renumber();
                INSERT INTO places VALUES (1, 1), (2, 1), (3, 1)
                """)
            let logged = try await nodes.origin.texts(
                "SELECT concat(operation, coalesce(key, row) ->> 'id') FROM polarity.log ORDER BY seq")
            #expect(logged == ["I1", "U2", "U3", "I2", "U3", "I3"])
            var shipper = BuiltinShipper(origin: nodes.origin, subscriber: nodes.subscriber)
            await #expect(throws: BuiltinShipper.OutOfOrder.self) { try await shipper.pass() }
            _ = try await nodes.subscriber.run("ROLLBACK")
        }
    }

    @Test func `bring a table that holds rows to a subscriber that has others already`() async throws {
        try await withShipped(
            "joining",
            tables: "CREATE TABLE orders (id int PRIMARY KEY); CREATE TABLE parcels (id int PRIMARY KEY, v text)",
            logged: ["orders"]
        ) { nodes in
            var shipper = BuiltinShipper(origin: nodes.origin, subscriber: nodes.subscriber)
            _ = try await nodes.origin.run(
                "INSERT INTO orders VALUES (1); INSERT INTO parcels VALUES (1, 'a'), (2, 'b')")
            #expect(try await shipper.pass().shipped == 1)

            try await nodes.origin.attachLog("parcels")
            let open = try await Session.connect(to: nodes.address, timeout: .seconds(10))
            _ = try await open.run("BEGIN; UPDATE parcels SET v = 'later' WHERE id = 2; INSERT INTO orders VALUES (3)")
            _ = try await nodes.origin.run(
                """
                UPDATE parcels SET v = 'new' WHERE id = 1; INSERT INTO parcels VALUES (3, 'c');
                INSERT INTO orders VALUES (2)
                """
            )
            #expect(try await shipper.pass(copying: "parcels").shipped == 1)
            #expect(
                try await nodes.subscriber.texts("SELECT concat(t) FROM parcels AS t ORDER BY id") == [
                    "(1,new)", "(2,b)", "(3,c)",
                ])

            _ = try await open.run("COMMIT")
            await open.close()
            _ = try await nodes.origin.run("DELETE FROM parcels WHERE id = 3")
            try await nodes.expectAlike("orders", "parcels", by: &shipper)
        }
    }
}

/// An origin whose log is shipped to a subscriber.
private struct ShippedNodes {
    let origin: Session
    let subscriber: Session
    /// The origin's.
    let address: ConnectionString

    /// After one pass both hold the same rows, in the same partitions and children.
    func expectAlike(_ tables: String..., by shipper: inout BuiltinShipper) async throws {
        try await expectAlike(tables, by: &shipper)
    }

    func expectAlike(_ tables: String...) async throws {
        var shipper = BuiltinShipper(origin: origin, subscriber: subscriber)
        try await expectAlike(tables, by: &shipper)
    }

    private func expectAlike(_ tables: [String], by shipper: inout BuiltinShipper) async throws {
        _ = try await shipper.pass()
        for table in tables {
            let content = "SELECT concat(t.tableoid::regclass, t) FROM \(table) AS t ORDER BY 1"
            let rows = try await origin.texts(content)
            #expect(try await subscriber.texts(content) == rows)
        }
    }
}

private func withShipped(
    _ name: String, tables: String, logged: [String], _ body: (ShippedNodes) async throws -> Void
) async throws {
    try await withBuiltinNodes(name, count: 2) { sessions, addresses in
        for node in sessions { _ = try await node.run(tables) }
        for table in logged { try await sessions[0].attachLog(table) }
        _ = try await sessions[1].run("INSERT INTO polarity.applied (origin) VALUES ('berlin')")
        try await body(ShippedNodes(origin: sessions[0], subscriber: sessions[1], address: addresses[0]))
    }
}
