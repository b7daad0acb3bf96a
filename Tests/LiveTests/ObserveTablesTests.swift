import CustomDump
import LiveNodes
import Postgres
import Replication
import Testing

@Suite struct `tables are observed` {
    @Test func `of every kind, by schema and name alone`() async throws {
        let weird = TableName("Weird Schema", "Mixed \"Case\" T")
        try await withNode(
            "kinds",
            """
            CREATE SCHEMA "Weird Schema";
            CREATE TABLE \(weird.quoted) (a integer);
            CREATE TABLE plain (id serial PRIMARY KEY, n integer GENERATED ALWAYS AS IDENTITY (INCREMENT BY -5));
            CREATE UNLOGGED TABLE fleeting (a integer PRIMARY KEY);
            CREATE VIEW looking AS SELECT 1;
            CREATE MATERIALIZED VIEW looked AS SELECT 1;
            CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w;
            CREATE FOREIGN TABLE far (a integer) SERVER s;
            CREATE SEQUENCE counting;
            CREATE TABLE child () INHERITS (plain);
            CREATE TABLE filled (a integer); INSERT INTO filled VALUES (1);
            INSERT INTO plain DEFAULT VALUES; INSERT INTO plain DEFAULT VALUES;
            """
        ) { session, node in
            // The other session has a table of the same name; only its own schema tells it apart.
            _ = try await session.run("CREATE TEMPORARY TABLE plain (t integer); CREATE TEMPORARY TABLE gone ()")
            let scope = scope([
                weird, "plain", "fleeting", "looking", "looked", "far", "counting", "filled", "gone", "child",
            ])
            let tables = try await observed(node, scope).tables
            expectNoDifference(
                tables.mapValues { Shape($0) },
                [
                    weird: Shape(mayHoldRows: false),
                    "plain": Shape(
                        hasPrimaryKey: true, inheritanceChildren: ["child"],
                        sequences: [
                            ObservedSequence(
                                name: "plain_id_seq", column: "id", lastValue: 2, minimum: 1, maximum: 2_147_483_647),
                            ObservedSequence(
                                name: "plain_n_seq", column: "n", lastValue: -6, increment: -5, minimum: -2_147_483_648,
                                maximum: -1),
                        ]),
                    "fleeting": Shape(persistence: .unlogged, hasPrimaryKey: true, mayHoldRows: false),
                    "looking": Shape(kind: .view), "looked": Shape(kind: .materializedView),
                    "far": Shape(kind: .foreignTable), "counting": Shape(kind: .sequence), "filled": Shape(),
                    "child": Shape(mayHoldRows: false),
                ])
            let oid = try await session.query("SELECT 'public.plain'::regclass::oid")[0, 0]
            #expect(tables["plain"].map { "\($0.oid)" } == oid)
        }
    }

    @Test func `that match a pattern, whatever letters LIKE gives a meaning to`() async throws {
        try await withNode(
            "patterns",
            """
            CREATE TABLE in_voice_1 (); CREATE TABLE "in_voice%" (); CREATE TABLE inxvoice_1 ();
            CREATE TABLE in_voice_tmp (); CREATE SCHEMA other; CREATE TABLE other.in_voice_2 ();
            CREATE TABLE in_voice_3 (a integer) PARTITION BY LIST (a);
            CREATE TABLE leaf PARTITION OF in_voice_3 DEFAULT;
            """
        ) { _, node in
            let pattern = TablePattern(
                schema: "public", match: "in_voice?*", exclude: ["*tmp"], because: .test)
            let scope = scope([], patterns: [pattern])
            let names = try await observed(node, scope).tables.keys.sorted()
            #expect(names == ["in_voice%", "in_voice_1", "in_voice_3", "leaf"])
        }
    }

    @Test func `the same whether they are few or many`() async throws {
        try await withNode(
            "many",
            """
            \(functionF)
            CREATE SCHEMA other;
            CREATE TABLE other.root (a integer) PARTITION BY LIST (a);
            CREATE TABLE leaf PARTITION OF other.root DEFAULT;
            CREATE TABLE t1 (id serial PRIMARY KEY); CREATE TABLE other.t2 (id integer REFERENCES t1);
            CREATE TABLE other.child () INHERITS (t1); CREATE TABLE unrelated (a serial);
            CREATE TRIGGER a BEFORE INSERT ON t1 FOR EACH ROW EXECUTE PROCEDURE f('1');
            CREATE TRIGGER b BEFORE INSERT ON t1 FOR EACH ROW EXECUTE PROCEDURE f('2');
            CREATE TRIGGER a AFTER INSERT ON other.root FOR EACH ROW EXECUTE PROCEDURE f('1');
            CREATE TRIGGER a BEFORE INSERT ON unrelated FOR EACH ROW EXECUTE PROCEDURE f('1');
            CREATE RULE r AS ON INSERT TO t1 DO ALSO SELECT 1;
            """
        ) { _, node in
            let names: [TableName] = ["t1", TableName("other", "root")]
            var few = try await observed(node, scope(names))
            var many = try await observed(
                node, scope(names + (2...1001).map { TableName("public", Identifier("t\($0)")) }))
            few.rights.roundTrip = .zero
            many.rights.roundTrip = .zero
            expectNoDifference(many, few)
            #expect(few.tables.keys.sorted() == [TableName("other", "root"), "leaf", "t1"])
        }
    }

    @Test func `and nothing that others put in the way is called`() async throws {
        try await withNode(
            "hostile",
            """
            CREATE SCHEMA trap;
            CREATE FUNCTION trap.spring() RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RAISE ''trapped''; END';
            CREATE FUNCTION trap.equal(name, text) RETURNS boolean LANGUAGE sql AS 'SELECT trap.spring()';
            CREATE OPERATOR trap.= (LEFTARG = name, RIGHTARG = text, FUNCTION = trap.equal);
            CREATE FUNCTION trap.equal(oid, oid) RETURNS boolean LANGUAGE sql AS 'SELECT trap.spring()';
            CREATE OPERATOR trap.= (LEFTARG = oid, RIGHTARG = oid, FUNCTION = trap.equal);
            CREATE FUNCTION trap.current_setting(text) RETURNS text LANGUAGE sql AS 'SELECT trap.spring()::text';
            CREATE TABLE trap.pg_class (oid oid); CREATE TABLE t (a integer PRIMARY KEY);
            """
        ) { session, node in
            let database = try #require(try await session.query("SELECT current_database()")[0, 0])
            _ = try await session.run(
                "ALTER DATABASE \(quoted(database)) SET search_path = trap, pg_catalog, public")
            let tables = try await observed(node, scope(["t"])).tables
            #expect(tables["t"]?.hasPrimaryKey == true)
        }
    }
}

/// A table without what every database gives anew: OID, owner, triggers.
private struct Shape: Equatable {
    var kind = RelationKind.table
    var persistence = Persistence.permanent
    var hasPrimaryKey = false
    var mayHoldRows = true
    var inheritanceChildren: [TableName] = []
    var sequences: [ObservedSequence] = []
}

extension Shape {
    init(_ table: ObservedTable) {
        self.init(
            kind: table.kind, persistence: table.persistence, hasPrimaryKey: table.hasPrimaryKey,
            mayHoldRows: table.mayHoldRows, inheritanceChildren: table.inheritanceChildren,
            sequences: table.sequences)
    }
}
