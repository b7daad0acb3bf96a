import Foundation
import Sandbox
import Testing

/// A file of two sets under an engine without a catalog: what was written last is remembered in the journal alone.
private func file(_ shop: Shop, itemsOrigin: String) -> String {
    file(
        shop,
        sets: """
              - {name: orders, origin: berlin, tables: [public.orders]}
              - {name: items, origin: \(itemsOrigin), tables: [public.order_items]}
            """)
}

/// A file of these sets, and of these nodes.
private func file(_ shop: Shop, nodes: [String] = Shop.nodes, sets: String) -> String {
    let nodes = nodes.map { "  \($0): \"\(shop.addresses[$0]?.text ?? "")\"\n" }.joined()
    return """
        version: 1
        cluster: shop
        engine:
          type: custom
          triggers:
            - {purpose: log, name: "{table}_log", function: repl.capture, timing: after, level: row,
               events: [insert, update, delete], origin: enabled, subscriber: disabled}
            - {purpose: deny, name: "{table}_deny", function: repl.refuse, timing: before, level: row,
               events: [insert, update, delete], origin: disabled, subscriber: enabled}
        nodes:
        \(nodes)sets:
        \(sets)
        policy: {sequences: ignore}
        """
}

private let functions = """
    CREATE SCHEMA repl;
    CREATE FUNCTION repl.capture() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
    CREATE FUNCTION repl.refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''refused''; END';
    """

@Suite struct `the journal` {
    @Test func `what a selection left out is not recorded as done`() async throws {
        try await lend("journaled", applying: { file($0, itemsOrigin: "berlin") }) { shop in
            try shop.write(file(shop, itemsOrigin: "paris"), to: "polarity.yaml")
            try await mendOrders(of: shop)
            // The move of the other set is a move still.
            try await expectRefusedMove(of: shop)
        }
    }

    @Test(arguments: [("berlin", "public.orders"), ("paris", "public.orders, public.order_items")])
    func `a move whose old origin was opened again is a move still`(node: String, busy: String) async throws {
        let sets = { (origin: String) in
            "  - {name: all, origin: \(origin), tables: [public.orders, public.order_items]}"
        }
        try await lend("reopened", applying: { file($0, sets: sets("berlin")) }) { shop in
            let modes = try await shop.modes()
            try shop.write(file(shop, sets: sets("paris")), to: "polarity.yaml")
            try await shop.holding("LOCK TABLE \(busy) IN ROW EXCLUSIVE MODE", on: node) { _ in
                let move = try await shop.polarity(
                    "apply", "--yes", "--allow", "ORIGIN_CHANGE,UNPROVEN_HANDOVER", "--retries", "2",
                    "--lock-timeout", "100ms")
                #expect(move.status == 3, "\(move.output)\(move.errorOutput)")
                #expect(move.errorOutput.contains("opening the old origin again"))
            }
            #expect(try await shop.modes() == modes)
            try await expectRefusedMove(of: shop)
        }
    }

    @Test(arguments: ["paris", "berlin"])
    func `a set of which one table has moved needs its words to move on, and to move back`(origin: String) async throws
    {
        let sets = { (origin: String) in
            "  - {name: all, origin: \(origin), tables: [public.orders, public.order_items]}"
        }
        try await lend("partly", applying: { file($0, sets: sets("berlin")) }) { shop in
            try shop.write(file(shop, sets: sets("paris")), to: "polarity.yaml")
            let part = try await shop.polarity(
                "apply", "--yes", "--table", "public.orders", "--allow", "ORIGIN_CHANGE,UNPROVEN_HANDOVER")
            #expect(part.status == 0, "\(part.output)\(part.errorOutput)")
            try shop.write(file(shop, sets: sets(origin)), to: "polarity.yaml")
            try await expectRefusedMove(of: shop)
            let rest = try await shop.polarity("apply", "--yes", "--allow", "ORIGIN_CHANGE,UNPROVEN_HANDOVER")
            #expect(rest.status == 0, "\(rest.output)\(rest.errorOutput)")
            #expect(try await shop.polarity("status").status == 0)
        }
    }

    @Test func `what an apply finds as declared is on record, though nothing was done`() async throws {
        let sets = { (origin: String) in "  - {name: all, origin: \(origin), tables: [public.orders]}" }
        try await lend("adopted", applying: { file($0, sets: sets("berlin")) }) { shop in
            try FileManager.default.removeItem(atPath: shop.directory + "/state/polarity/shop.jsonl")
            let adopted = try await shop.polarity("apply", "--yes")
            #expect(adopted.status == 0 && adopted.output.contains("in sync"), "\(adopted.output)")
            let others = ["paris", "tokyo"]
            try shop.write(file(shop, nodes: others, sets: sets("paris")), to: "polarity.yaml")
            let modes = try await shop.modes()
            let omitted = try await shop.polarity("apply", "--yes", "--allow", "ORIGIN_CHANGE,UNPROVEN_HANDOVER")
            #expect(omitted.status == 4 && omitted.output.contains("MEMBER_UNNAMED"), "\(omitted.output)")
            #expect(try await shop.modes() == modes)

            // A subscriber that is gone is given up for good.
            try shop.write(file(shop, nodes: ["berlin", "paris"], sets: sets("berlin")), to: "polarity.yaml")
            #expect(try await shop.polarity("apply", "--yes").status == 4)
            #expect(try await shop.polarity("apply", "--yes", "--failover", "tokyo").status == 0)
            #expect(try await shop.polarity("apply", "--yes").status == 0)
            #expect(try await shop.polarity("status").status == 0)
        }
    }

    @Test func `where nothing is on record an origin that is shut is not recorded`() async throws {
        try await lend("journalless", applying: { file($0, itemsOrigin: "berlin") }) { shop in
            try FileManager.default.removeItem(atPath: shop.directory + "/state/polarity/shop.jsonl")
            try shop.write(file(shop, itemsOrigin: "paris"), to: "polarity.yaml")
            try await mendOrders(of: shop)
            try await expectRefusedMove(of: shop)
        }
    }

    @Test func `where nothing is on record an origin that is open is recorded, and moves with a word alone`()
        async throws
    {
        try await lend("recorded", applying: { file($0, itemsOrigin: "berlin") }) { shop in
            try FileManager.default.removeItem(atPath: shop.directory + "/state/polarity/shop.jsonl")
            try await mendOrders(of: shop)
            let lines = try shop.read("state/polarity/shop.jsonl").split(separator: "\n")
            let recorded = try #require(lines.last { $0.contains(#""recorded""#) })
            #expect(recorded.contains(#""items":{"members":["berlin","paris","tokyo"],"origin":"berlin"}"#))
            try shop.write(file(shop, itemsOrigin: "paris"), to: "polarity.yaml")
            try await expectRefusedMove(of: shop)
        }
    }

    @Test func `a member that was dropped while its set was renamed is not forgotten`() async throws {
        let orders = "  - {name: orders, origin: paris, subscribers: [tokyo], tables: [public.orders]}\n"
        let items = "  - {name: items, origin: berlin, tables: [public.order_items]}"
        let things = "  - {name: things, origin: paris, tables: [public.order_items]}"
        try await lend("renamed", applying: { file($0, sets: orders + items) }) { shop in
            try shop.write(file(shop, nodes: ["paris", "tokyo"], sets: orders + things), to: "polarity.yaml")
            let modes = try await shop.modes()
            try await shop.ask("tokyo", "ALTER TABLE public.orders DISABLE TRIGGER orders_deny")
            let first = try await shop.polarity("apply", "--yes")
            #expect(first.status == 3, "\(first.output)\(first.errorOutput)")
            let second = try await shop.polarity("apply", "--yes")
            #expect(second.status == 4, "\(second.output)\(second.errorOutput)")
            #expect(second.output.contains("'berlin' is recorded as a member of set 'things'"))
            #expect(try await shop.modes() == modes)
        }
    }

    /// Lends a shop on which such a file was applied.
    private func lend(
        _ name: String, applying file: (Shop) -> String, _ body: (Shop) async throws -> Void
    ) async throws {
        try await Shop.lend(name, isApplied: false) { shop in
            for node in Shop.nodes { try await shop.ask(node, functions) }
            try shop.write(file(shop), to: "polarity.yaml")
            let first = try await shop.polarity("apply", "--yes")
            #expect(first.status == 0, "\(first.output)\(first.errorOutput)")
            try await body(shop)
        }
    }

    /// Makes drift in one set, and mends it alone.
    private func mendOrders(of shop: Shop) async throws {
        try await shop.ask("paris", "ALTER TABLE public.orders DISABLE TRIGGER orders_deny")
        let mended = try await shop.polarity("apply", "--yes", "--set", "orders")
        #expect(mended.status == 0, "\(mended.output)\(mended.errorOutput)")
    }

    private func expectRefusedMove(of shop: Shop) async throws {
        let move = try await shop.polarity("apply", "--yes")
        #expect(move.status == 4, "\(move.output)\(move.errorOutput)")
        #expect(move.output.contains("--allow ORIGIN_CHANGE,UNPROVEN_HANDOVER\n"))
    }

    @Test func `every line is an object with a time, a run and an event, and a step is there before it is sent`()
        async throws
    {
        try await Shop.lend("lines") { shop in
            try await shop.ask("berlin", #"ALTER TABLE public.orders DISABLE TRIGGER "00_polarity_log""#)
            let before = try shop.read("state/polarity/shop.jsonl").split(separator: "\n").count
            #expect(try await shop.polarity("apply", "--yes").status == 0)
            let lines = try shop.read("state/polarity/shop.jsonl").split(separator: "\n").dropFirst(before)
            let entries = try lines.map { line in
                try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            }
            for key in ["at", "run", "cluster", "event"] { #expect(entries.allSatisfy { $0[key] is String }) }
            let events = entries.compactMap { $0["event"] as? String }
            #expect(events.first == "run_began")
            #expect(events.last == "run_ended")
            let sending = try #require(events.firstIndex(of: "sending"))
            #expect(sending < (events.firstIndex(of: "ended") ?? 0))
            #expect(entries[sending]["changes"] as? [String] == [#"set_mode "00_polarity_log""#])
        }
    }
}
