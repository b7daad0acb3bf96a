import Foundation
import Postgres
import SafetyTally
import Sandbox
import Testing

@Suite struct `names that mean harm` {
    @Test func `are named, written and refused as they are under the builtin engine`() async throws {
        try await HostileShop.lend(.builtin, seed: 1) { hostile in
            let before = try await hostile.everything()
            try await hostile.runWithPsql()
            let byPsql = try await hostile.triggers()
            for node in Shop.nodes { try await hostile.forget(node) }
            try await hostile.applyAll()
            #expect(try await hostile.triggers() == byPsql)
            try await hostile.liveThrough()
            try await hostile.expectOnly(before)
        }
    }

    @Test func `are named, written and refused as they are under a custom engine`() async throws {
        try await HostileShop.lend(.custom, seed: 2) { hostile in
            let before = try await hostile.everything()
            try await hostile.applyAll()
            try await hostile.liveThrough()
            try await hostile.expectOnly(before)
        }
    }

    @Test func `are named, written and refused as they are under Bruce`() async throws {
        try await HostileShop.lend(.bruce, seed: 3) { hostile in
            let before = try await hostile.everything()
            try await hostile.runWithPsql()
            try await hostile.liveThrough()
            try await hostile.expectOnly(before)
        }
    }
}

// MARK: - The story

extension HostileShop {
    /// From in sync to in sync on another origin.
    fileprivate func liveThrough() async throws {
        try await addStray("tokyo")
        try await disableOneEach()
        try await beBlocked()
        try await disableOneEach()
        try await repair()
        try await write(on: 0)
        try await refuse(on: 1)
        if engine == .bruce {
            try await beHeldBack()
        } else {
            try await move(to: 1)
            try await refuse(on: 0)
            try await write(on: 1)
        }
        try await show()
        try await dropStray("tokyo")
    }

    /// How many names mean harm: those of each table, its schemas, and those that stand once.
    private var places: Int {
        let ofTables = tables.count * 7 + Set(tables.map(\.schema)).count
        let ofEngine = engine == .custom ? 9 : 0
        let once = [
            "cluster", "role", "database", "file", "stray table", "stray trigger", "prepared transaction",
            "application",
        ]
        return ofTables + sets.count + nodes.count + once.count + ofEngine
    }

    fileprivate func everything() async throws -> [String] {
        var all: [String] = []
        for node in Shop.nodes { all.append(try await undeclared(node)) }
        return all
    }

    fileprivate func triggers() async throws -> [String] {
        var all: [String] = []
        for node in Shop.nodes { all.append(try await triggers(node)) }
        return all
    }

    /// Nothing but the engine's own was made, changed or called.
    fileprivate func expectOnly(_ before: [String]) async throws {
        #expect(try await everything() == before)
        #expect(try await obeyed() == 0)
        let journal = shop.directory + "/state/polarity"
        for name in try FileManager.default.contentsOfDirectory(atPath: journal) {
            let found = try raw(in: String(contentsOfFile: journal + "/" + name, encoding: .utf8))
            #expect(found.isEmpty, "the journal holds \(Set(found))")
        }
        tally(
            .input, "Names that try to get out of their quotes, in all places of a cluster under the \(engine) engine",
            times: places,
            seen: "no name, pattern or exclude was obeyed; outputs, reports and journal without a raw character; "
                + "JSON, log and refusals exact"
        )
    }

    fileprivate func runWithPsql() async throws {
        let script = try await polarity("apply", "--dry-run", "-o", "sql")
        #expect(script.status == 0)
        try shop.write(script.output, to: "plan.sql")
        let address = try #require(shop.addresses["tokyo"]).text
        let done = try await run(
            "psql", ["--no-psqlrc", "--quiet", "--file", "plan.sql", address], workingDirectory: shop.directory)
        #expect(done.status == 0, "\(done.errorOutput)")
        let status = try await polarity("status")
        #expect(status.status == 0, "\(status.output)\(status.errorOutput)")
    }

    /// Takes away what was installed.
    fileprivate func forget(_ node: String) async throws {
        try await shop.ask(node, "DROP SCHEMA polarity CASCADE")
        let own = tables.map {
            """
            ALTER TABLE \($0.quoted) ENABLE TRIGGER \(quoted($0.trigger)), ENABLE RULE \(quoted($0.rule));
            """
        }
        try await shop.ask(node, own.joined())
    }

    fileprivate func applyAll() async throws {
        let first = try await polarity("apply", "--yes", "-v")
        #expect(first.status == 0, "\(first.output)\(first.errorOutput)")
        let status = try await polarity("status", "-v")
        #expect(status.status == 0, "\(status.output)\(status.errorOutput)")
    }

    /// A transaction with a hostile name has one table locked, then a session with one.
    private func beBlocked() async throws {
        let name = "\u{1b}[31mwho\u{202e}\n\(shop.database)"
        try await shop.ask(
            "paris",
            """
            BEGIN; LOCK TABLE \(tables[0].quoted) IN SHARE MODE; PREPARE TRANSACTION \(literal(name))
            """)
        let busy = try await polarity("apply", "--yes", "--retries", "5")
        #expect(busy.status == 3)
        #expect(busy.output.contains(#""\u{1B}[31mwho\u{202E}\n"#), "\(busy.output)")
        try await shop.ask("paris", "ROLLBACK PREPARED \(literal(name))")
        try await disableOneEach()
        let session = try await shop.connect("paris")
        _ = try await session.run(
            """
            SET application_name = 'who";SELECT public.pwn();--\\';
            BEGIN; LOCK TABLE \(tables[0].quoted) IN SHARE MODE
            """)
        let held = try await polarity("apply", "--yes", "--retries", "5")
        #expect(held.status == 3)
        #expect(held.output.contains(#""who";SELECT public.pwn();--\""#), "\(held.output)")
        await session.close()
    }

    /// Disables the engine's first trigger of every table on every node, and the user's own on one.
    private func disableOneEach() async throws {
        for node in Shop.nodes {
            try await shop.ask(
                node,
                """
                DO $do$ DECLARE t record; BEGIN
                    FOR t IN SELECT DISTINCT ON (tgrelid) tgrelid::regclass AS table, tgname FROM pg_trigger
                              WHERE NOT tgisinternal AND tgenabled <> 'D' AND tgfoid <> 'public.own'::regproc
                              ORDER BY tgrelid, tgname LOOP
                        EXECUTE format('ALTER TABLE %s DISABLE TRIGGER %I', t.table, t.tgname);
                    END LOOP;
                END $do$
                """)
        }
        for table in tables.prefix(9) {
            try await shop.ask("paris", "ALTER TABLE \(table.quoted) DISABLE TRIGGER \(quoted(table.trigger))")
        }
    }

    /// The same in every format; nothing in any is raw.
    private func reported(_ arguments: String...) async throws -> CommandResult {
        let formats = ["json", "markdown", "sql", "github", "nagios"]
        let answer = try await polarity(
            arguments: arguments + formats.flatMap { ["--report", "\($0)=report.\($0)"] })
        for format in formats {
            let found = try raw(in: shop.read("report.\(format)"))
            #expect(found.isEmpty, "\(format) holds \(Set(found))")
        }
        return answer
    }

    private func repair() async throws {
        #expect(try await polarity("status").status == 2)
        #expect(try await reported("apply", "--dry-run", "--out", "plan.json", "-v").status == 0)
        #expect(try raw(in: shop.read("plan.json")).isEmpty)
        let document = try #require(
            try JSONSerialization.jsonObject(with: Data(shop.read("report.json").utf8)) as? [String: Any])
        #expect((document["cluster"] as? String).map { Array($0.utf8) } == Array(cluster.utf8))
        let changes = try #require(document["changes"] as? [[String: Any]])
        let named = Set(changes.compactMap { $0["table"] as? String }.map { Array($0.utf8) })
        #expect(named.count == tables.count)
        let seen = Set(changes.compactMap { $0["node"] as? String }.map { Array($0.utf8) })
        #expect(seen == Set(nodes.map { Array($0.utf8) }))
        let inSets = Set(changes.compactMap { $0["set"] as? String }.map { Array($0.utf8) })
        #expect(inSets == Set(sets.map { Array($0.utf8) }))
        let applied = try await shop.start(["apply", "plan.json"]).wait()
        #expect(applied.status == 0, "\(applied.output)\(applied.errorOutput)")
        #expect(raw(in: applied.output + applied.errorOutput).isEmpty)
        #expect(try await polarity("status").status == 0)
    }

    private func move(to node: Int) async throws {
        try declare(origin: node)
        let needs = try await polarity("apply", "--yes")
        #expect(needs.status == 4)
        let moved = try await polarity("apply", "--yes", "--allow", "ORIGIN_CHANGE")
        #expect(moved.status == 0, "\(moved.output)\(moved.errorOutput)")
        let second = try await polarity("apply", "--dry-run", "--detailed-exitcode")
        #expect(second.status == 0, "\(second.output)\(second.errorOutput)")
    }

    /// Writes a row of every table; each stands in the log under its exact names.
    private func write(on node: Int) async throws {
        let rows = tables.map { "INSERT INTO \($0.quoted) (\(quoted($0.value))) VALUES ('\(node)');" }
        let names = tables.map {
            "(\(literal($0.schema)), \(literal($0.name)), \(literal($0.key)), \(literal($0.value)))"
        }
        let inColumns = "l.schema_name = n.schema AND l.table_name = n.name"
        let (log, isNamed, progress): (String, String, String?) =
            switch engine {
            case .builtin:
                (
                    "polarity.log", inColumns + " AND l.key ? n.key AND l.row ->> n.value = '\(node)'",
                    "INSERT INTO polarity.applied (origin, seq) VALUES (\(literal(nodes[node])), "
                )
            case .custom: (quoted(repl) + ".log", inColumns, "UPDATE \(quoted(repl)).progress SET applied = (")
            case .bruce: ("bruce.transactionlog_1", "l.tabname = n.schema || '.' || n.name", nil)
            }
        let logged = try await shop.ask(
            Shop.nodes[node],
            """
            \(rows.joined())
            SELECT count(*) || ' of ' || (SELECT count(*) FROM \(log))
              FROM (VALUES \(names.joined(separator: ", "))) AS n (schema, name, key, value) JOIN \(log) AS l ON \(isNamed)
            """)
        #expect(logged == "\(tables.count) of \(tables.count)")
        guard let progress else { return }
        let seq = try await shop.ask(Shop.nodes[node], "SELECT max(seq) FROM \(log)") ?? ""
        for other in Shop.nodes where other != Shop.nodes[node] { try await shop.ask(other, progress + seq + ")") }
    }

    /// Every table refuses a row, and says which it is, but for Bruce's, and, under builtin, where it is written.
    private func refuse(on node: Int) async throws {
        let session = try await shop.connect(Shop.nodes[node])
        for table in tables {
            let insert = "INSERT INTO \(table.quoted) (\(quoted(table.value))) VALUES ('no')"
            let error = try await session.message(insert).error
            let message = error?.message ?? ""
            func says(_ text: String) -> Bool { message.utf8.firstRange(of: text.utf8) != nil }
            switch engine {
            case .builtin:
                #expect(error?.sqlState == "25006")
                #expect(says("is read-only on node \(nodes[node]): its set \"\(sets[table.set])\""), "\(message)")
                #expect(says(table.name) || says(table.name.replacing("\"", with: "\"\"")), "\(message)")
            case .custom:
                #expect(error?.sqlState == "25006")
                #expect(says("is closed") && says(table.name), "\(message)")
            case .bruce:
                #expect(error?.sqlState == "XX000")
                #expect(says("denyAccessTrigger"), "\(message)")
            }
        }
        await session.close()
    }

    /// A move that Bruce does not know: its own steps are told, and nothing is changed.
    private func beHeldBack() async throws {
        let before = try await triggers()
        try declare(origin: 1)
        for allowed in [[], ["--allow", "ORIGIN_CHANGE"]] {
            let moved = try await polarity(arguments: ["apply", "--yes"] + allowed)
            #expect(moved.status == 4, "\(moved.output)\(moved.errorOutput)")
        }
        #expect(try await triggers() == before)
        try declare(origin: 0)
        #expect(try await polarity("status").status == 0)
    }

    /// Every way of showing them.
    private func show() async throws {
        let reports = try await reported("status", "-v")
        #expect(reports.status == 0, "\(reports.output)\(reports.errorOutput)")
        for (index, table) in tables.enumerated() where index % 12 == 0 {
            let topic = "\(nodes[index % 3])/\(index % 24 == 0 ? table.quoted : table.schema + "." + table.name)"
            let shown = try await polarity("explain", topic)
            #expect(shown.status == 0, "\(topic): \(shown.errorOutput)")
        }
        try shop.write(
            "cluster: \(yaml(nodes[0] + sets[0]))\n\(yaml(tables[0].name)): 1\n", to: "invalid\u{1b}\u{202e}")
        let invalid = try await shop.polarity("validate", "--file", "invalid\u{1b}\u{202e}")
        #expect(invalid.status == 65 && raw(in: invalid.errorOutput).isEmpty, "\(invalid.errorOutput)")
        let unknown = try await polarity("explain", "\(nodes[0])/\(tables[0].quoted)\u{1b}\u{202e}")
        #expect(unknown.status == 64)
    }
}
