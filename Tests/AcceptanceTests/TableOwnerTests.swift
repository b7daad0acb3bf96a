import Foundation
import Postgres
import SafetyTally
import Sandbox
import Testing

@Suite struct `an owner who means harm` {
    @Test(arguments: [true, false])
    func `runs nothing of hers in a session of polarity, and has her rows read by nobody`(isSuperuser: Bool)
        async throws
    {
        try await Shop.lend(isSuperuser ? "trap" : "member", isApplied: false) { shop in
            try await Mallory.lend(to: shop) { mallory in
                let role = "member_\(shop.database)"
                let address = { (node: String) in
                    let own = shop.addresses[node]?.text ?? ""
                    return isSuperuser ? own : own.replacing("user=postgres", with: "user=\(role)")
                }
                for node in Shop.nodes {
                    try await shop.ask(
                        node,
                        """
                        CREATE ROLE \(role) LOGIN IN ROLE \(mallory.name);
                        GRANT CREATE ON DATABASE \(shop.database) TO \(role);
                        \(Shop.tables.map { "ALTER TABLE \($0) OWNER TO \(mallory.name);" }.joined())
                        """)
                    try await mallory.run(node, Mallory.functions + Mallory.trap("public.orders"))
                }
                let conninfos = Dictionary(uniqueKeysWithValues: Shop.nodes.map { ($0, address($0)) })
                let before = try await shop.scans()
                let told = try await Traps.sprung(in: shop.database).count
                let commands = try await shop.wholeStory(conninfos: conninfos)
                let springs = try await Traps.sprung(in: shop.database)
                #expect(springs.count == told, "\(springs.suffix(springs.count - told))")
                #expect(try await shop.scans() == before)
                // Her traps are live.
                try await mallory.run("paris", "INSERT INTO public.orders (id, customer) VALUES (1000, 'Ada')")
                #expect(try await Traps.sprung(in: shop.database).count > told)
                for node in Shop.nodes {
                    try await shop.ask(node, "DROP OWNED BY \(role) CASCADE; DROP ROLE \(role)")
                }
                tally(
                    .input,
                    "A table's owner has traps in triggers, rules, policies, checks, defaults, domains, generated columns, "
                        + "indexes and statistics; polarity is \(isSuperuser ? "a superuser" : "a member of her role")",
                    times: commands, seen: "commands, none of which ran a trap or scanned a declared table")
            }
        }
    }

    @Test func `does not have her function called for being the engine's`() async throws {
        try await Shop.lend("hers", isApplied: false) { shop in
            try await Mallory.lend(to: shop) { mallory in
                for node in Shop.nodes { try await mallory.run(node, Mallory.functions) }
                let engine = """
                    engine:
                      type: custom
                      triggers:
                        - {purpose: log, name: "{table}_log", function: mallory.fire, timing: after, level: row,
                           events: [insert, update, delete], origin: enabled, subscriber: disabled}
                        - {purpose: deny, name: "{table}_deny", function: mallory.fire, timing: before, level: row,
                           events: [insert, update, delete], origin: disabled, subscriber: enabled}
                    """
                let commands = try await shop.wholeStory(more: engine, allowing: "ORIGIN_CHANGE,UNPROVEN_HANDOVER")
                #expect(try await Traps.sprung(in: shop.database) == [])
                tally(
                    .input, "An ordinary role owns the functions of a custom engine", times: commands,
                    seen: "commands, none of which called them")
            }
        }
    }

    @Test func `has no rights from a schema polarity of her own`() async throws {
        try await Shop.lend("lookalike", isApplied: false) { shop in
            try await Mallory.lend(to: shop) { mallory in
                // As polarity itself would install it for her, and what she makes of it.
                let hers = Dictionary(uniqueKeysWithValues: Shop.nodes.map { ($0, mallory.conninfo($0)) })
                for node in Shop.nodes {
                    try await mallory.run(node, Mallory.functions + "CREATE TABLE mallory.own (id int PRIMARY KEY)")
                }
                let own =
                    shop.file(conninfos: hers).replacing("cluster: shop", with: "cluster: own")
                    .split(separator: "tables:")[0] + "tables: [mallory.own]\n"
                try shop.write(String(own), to: "own.yaml")
                let installed = try await shop.polarity("apply", "--yes", "-f", "own.yaml")
                #expect(installed.status == 0, "\(installed.output)\(installed.errorOutput)")
                for node in Shop.nodes {
                    let traps = ["node", "origin", "member", "replicated", "log", "applied"].map { table in
                        """
                        CREATE TRIGGER told BEFORE INSERT OR UPDATE OR DELETE ON polarity.\(table)
                            FOR EACH ROW EXECUTE FUNCTION mallory.fire();
                        CREATE INDEX ON polarity.\(table) (mallory.say(1)) WHERE mallory.ask(1);
                        ALTER TABLE polarity.\(table) ADD CHECK (mallory.ask(1));
                        """
                    }
                    try await mallory.run(node, traps.joined())
                }
                let told = try await Traps.sprung(in: shop.database).count
                let before = try await shop.modes()
                let status = try await shop.polarity("status")
                #expect(status.status == 2, "\(status.output)\(status.errorOutput)")
                let refused = try await shop.polarity("apply", "--yes")
                #expect(refused.status == 77, "\(refused.output)")
                #expect(
                    refused.output.contains("✗ PRIVILEGE_MISSING  postgres on 'berlin' is a superuser"),
                    "\(refused.output)")
                #expect(try await shop.modes() == before)
                let springs = try await Traps.sprung(in: shop.database)
                #expect(springs.count == told, "\(springs.suffix(springs.count - told))")
                tally(
                    .input, "An ordinary role installed the schema polarity first, with traps on its tables",
                    times: 2, seen: "commands of a superuser ran none of them; apply refused to write there")
            }
        }
    }
}

extension Shop {
    fileprivate static let tables = ["public.orders", "public.order_items", "sales.\"Order Line\""]

    /// How often the declared tables were scanned, and their indexes.
    fileprivate func scans() async throws -> [String] {
        var all: [String] = []
        for node in Self.nodes {
            #expect(try await settled(node))
            let sql = """
                SELECT string_agg(format('%s %s %s', relname, seq_scan, idx_scan), ', ' ORDER BY relname)
                  FROM pg_stat_user_tables WHERE schemaname IN ('public', 'sales')
                """
            all.append(try await ask(node, sql) ?? "")
        }
        return all
    }

    /// Every command of polarity once: first apply, repair, move of the origin, and looks between them.
    ///
    /// - Returns: how many were run.
    fileprivate func wholeStory(
        conninfos: [String: String] = [:], more: String = "", allowing gates: String = "ORIGIN_CHANGE"
    ) async throws -> Int {
        try declare(conninfos: conninfos, more: more)
        let drop = #"ALTER TABLE public.orders DISABLE TRIGGER ALL"#
        var commands: [([String], Int32)] = [
            (["status"], 2), (["apply", "--dry-run", "-v"], 0), (["apply", "--yes"], 0), (["status"], 0),
            (["explain", "berlin/public.orders"], 0),
        ]
        let run = commands.count
        for (command, status) in commands { try await expect(command, status) }
        try await ask("paris", drop)
        commands = [(["status"], 2), (["apply", "--yes"], 0)]
        for (command, status) in commands { try await expect(command, status) }
        try declare(origin: "paris", conninfos: conninfos, more: more)
        commands = [
            (["apply", "--dry-run"], 0), (["apply", "--yes", "--allow", gates], 0), (["status"], 0),
            (["explain", "berlin/public.orders"], 0),
        ]
        for (command, status) in commands { try await expect(command, status) }
        return run + 2 + commands.count
    }

    private func expect(_ command: [String], _ status: Int32) async throws {
        let answer = try await start(command).wait()
        #expect(answer.status == status, "\(command): \(answer.output)\(answer.errorOutput)")
    }
}
