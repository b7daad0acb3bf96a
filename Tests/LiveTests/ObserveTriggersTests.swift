import CustomDump
import Foundation
@testable import LiveNodes
import Postgres
import Replication
import Testing

@Suite struct `triggers and rules are observed` {
    @Test func `as whole tuples, whatever their names hold`() async throws {
        let hostile = Identifier("we\"ird\\\t\n'é; --")
        let table = TableName("public", hostile)
        try await withNode(
            "tuples",
            """
            \(functionF)
            CREATE TABLE \(table.quoted) (a integer PRIMARY KEY, b integer, "c d" text);
            CREATE TRIGGER \(hostile.quoted) BEFORE INSERT ON \(table.quoted)
                FOR EACH ROW EXECUTE PROCEDURE f('', 'tab\tand \\ and ''é', '-');
            CREATE TRIGGER b AFTER UPDATE OF a, "c d" ON \(table.quoted)
                FOR EACH ROW WHEN (new.a > 1) EXECUTE PROCEDURE f();
            CREATE CONSTRAINT TRIGGER c AFTER INSERT ON \(table.quoted) DEFERRABLE
                FOR EACH ROW EXECUTE PROCEDURE f();
            CREATE TRIGGER d BEFORE TRUNCATE ON \(table.quoted) FOR EACH STATEMENT EXECUTE PROCEDURE f();
            CREATE TRIGGER e BEFORE INSERT ON \(table.quoted) FOR EACH ROW EXECUTE PROCEDURE f();
            CREATE TABLE child (a integer REFERENCES \(table.quoted) ON DELETE CASCADE);
            ALTER TABLE \(table.quoted) DISABLE TRIGGER b, ENABLE REPLICA TRIGGER c, ENABLE ALWAYS TRIGGER d;
            CREATE RULE r AS ON DELETE TO \(table.quoted) DO INSTEAD NOTHING;
            CREATE RULE \(hostile.quoted) AS ON INSERT TO \(table.quoted) DO ALSO SELECT 1;
            CREATE RULE s AS ON UPDATE TO \(table.quoted) DO ALSO SELECT 1;
            CREATE RULE t AS ON INSERT TO \(table.quoted) DO ALSO SELECT 1;
            ALTER TABLE \(table.quoted) DISABLE RULE r, ENABLE REPLICA RULE s, ENABLE ALWAYS RULE t;
            """
        ) { session, node in
            let node = try await observed(node, scope([table]))
            let read = try #require(node.tables[table])
            expectNoDifference(
                read.triggers,
                [
                    .calling("f", "b", type: 17, mode: .disabled, columns: [1, 3], hasCondition: true),
                    .calling("f", "c", type: 5, mode: .replica, isConstraint: true),
                    .calling("f", "d", type: 34, mode: .always),
                    .calling("f", "e"),
                    .calling("f", TriggerName(hostile.text), arguments: ["", "tab\tand \\ and 'é", "-"]),
                ].sorted { $0.name < $1.name })
            expectNoDifference(
                read.rules,
                [
                    ObservedRule(name: "r", mode: .disabled, isInstead: true),
                    ObservedRule(name: "s", mode: .replica, isInstead: false),
                    ObservedRule(name: "t", mode: .always, isInstead: false),
                    ObservedRule(name: TriggerName(hostile.text), mode: .enabled, isInstead: false),
                ])
            expectNoDifference(
                node.foreignKeys,
                [ForeignKey(name: "child_a_fkey", child: "child", parent: table, cascades: true)])
            try await expectRowsUnderLock(of: [read], session)
        }
    }

    @Test func `and read back alike under the lock, whatever their functions are called`() async throws {
        let controls = String(String.UnicodeScalarView((1...31).compactMap { Unicode.Scalar($0) }))
        let functions = [
            FunctionName(Identifier(controls), Identifier("/\u{7f}é漢🐘\"\\'{},:\n[\"t\",null]")),
            FunctionName(Identifier("a.b"), "c"), FunctionName("a", "b.c"), FunctionName("NULL", "null"),
        ]
        let made = functions.enumerated().map { index, function in
            """
            CREATE SCHEMA \(function.schema.quoted);
            CREATE FUNCTION \(function.quoted)() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
            CREATE TRIGGER t\(index) BEFORE INSERT ON a FOR EACH ROW EXECUTE PROCEDURE \(function.quoted)();
            """
        }
        try await withNode("functions", "CREATE TABLE a ();" + made.joined()) { session, node in
            let table = try #require(try await observed(node, scope(["a"])).tables["a"])
            expectNoDifference(table.triggers.map(\.function), functions)
            try await expectRowsUnderLock(of: [table], session)
        }
    }

    @Test func `and clones on partitions are told apart, also when one is switched alone`() async throws {
        try await withNode(
            "clones",
            """
            \(functionF)
            CREATE SCHEMA elsewhere;
            CREATE TABLE root (a integer, b integer) PARTITION BY LIST (a);
            CREATE TABLE elsewhere.middle PARTITION OF root FOR VALUES IN (1, 2) PARTITION BY LIST (a);
            CREATE TRIGGER log AFTER INSERT ON root FOR EACH ROW EXECUTE PROCEDURE f('x');
            CREATE TABLE leaf PARTITION OF elsewhere.middle FOR VALUES IN (1);
            CREATE TABLE other PARTITION OF root FOR VALUES IN (3);
            CREATE TRIGGER own BEFORE TRUNCATE ON leaf FOR EACH STATEMENT EXECUTE PROCEDURE f();
            ALTER TABLE leaf DISABLE TRIGGER log;
            """
        ) { session, node in
            let clone = ObservedTrigger.calling("f", "log", type: 5, arguments: ["x"], isClone: true)
            var switched = clone
            switched.mode = .disabled
            var original = clone
            original.isClone = false
            let middle = TableName("elsewhere", "middle")

            let whole = try await observed(node, scope(["root"])).tables
            expectNoDifference(
                whole.mapValues(\.triggers),
                [
                    "root": [original], middle: [clone], "other": [clone],
                    "leaf": [switched, .calling("f", "own", type: 34)],
                ])
            expectNoDifference(
                whole.compactMapValues(\.partitionOf), [middle: "root", "leaf": middle, "other": "root"])
            #expect(whole["root"]?.kind == .partitionedTable && whole["leaf"]?.kind == .table)

            let leaf = try await observed(node, scope(["leaf"])).tables
            #expect(leaf == whole.filter { $0.key == "leaf" })
            try await expectRowsUnderLock(of: Array(whole.values), session)
        }
    }

    @Test func `that call the engine's functions outside the scope, and those functions`() async throws {
        try await withNode(
            "strays",
            """
            CREATE SCHEMA bruce; CREATE SCHEMA other;
            CREATE FUNCTION bruce.denyaccesstrigger() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
            CREATE FUNCTION bruce.logsnapshottrigger(integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
            CREATE TABLE a (); CREATE TABLE b (); CREATE TABLE other.c ();
            CREATE TRIGGER deny BEFORE INSERT ON a FOR EACH ROW EXECUTE PROCEDURE bruce.denyaccesstrigger();
            CREATE TRIGGER deny BEFORE INSERT ON b FOR EACH ROW EXECUTE PROCEDURE bruce.denyaccesstrigger();
            CREATE TRIGGER deny BEFORE INSERT ON other.c FOR EACH ROW EXECUTE PROCEDURE bruce.denyaccesstrigger();
            """
        ) { _, node in
            let deny = FunctionName("bruce", "denyaccesstrigger")
            let few = try await observed(node, scope(["a"]))
            let many = try await observed(
                node, scope(["a"] + (0..<1001).map { TableName("public", Identifier("t\($0)")) }))
            for node in [few, many] {
                #expect(node.functions == [deny])
                expectNoDifference(
                    node.stray,
                    [
                        StrayTrigger(table: TableName("other", "c"), trigger: "deny", function: deny),
                        StrayTrigger(table: "b", trigger: "deny", function: deny),
                    ])
                #expect(node.tables.keys.map { $0 } == ["a"])
            }
        }
    }
}

/// The server's text and Swift's are the same, byte for byte.
private func expectRowsUnderLock(of tables: [ObservedTable], _ session: Session) async throws {
    for table in tables {
        for version in [session.serverVersion, 120_000] {
            // The form for PostgreSQL 12 says nothing of clones here: they are no longer internal.
            if version < 130_000 && table.triggers.contains(where: \.isClone) { continue }
            let sql = rowsUnderLockSQL(serverVersion: version).replacingOccurrences(of: "$oid", with: "\(table.oid)")
            let text = try await session.query("SELECT " + sql)[0, 0]
            expectNoDifference(text, table.rowsUnderLock)
        }
    }
}
