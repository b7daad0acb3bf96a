import Foundation
import Sandbox
import Testing

/// A file of two sets under an engine without a catalog: what was written last is remembered in the journal alone.
private func file(_ shop: Shop, itemsOrigin: String) -> String {
    let nodes = Shop.nodes.map { "  \($0): \"\(shop.addresses[$0]?.text ?? "")\"\n" }.joined()
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
          - {name: orders, origin: berlin, tables: [public.orders]}
          - {name: items, origin: \(itemsOrigin), tables: [public.order_items]}
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
        try await Shop.lend("journaled", isApplied: false) { shop in
            for node in Shop.nodes { try await shop.ask(node, functions) }
            try shop.write(file(shop, itemsOrigin: "berlin"), to: "polarity.yaml")
            let first = try await shop.polarity("apply", "--yes")
            #expect(first.status == 0, "\(first.output)\(first.errorOutput)")
            try shop.write(file(shop, itemsOrigin: "paris"), to: "polarity.yaml")
            try await shop.ask("paris", "ALTER TABLE public.orders DISABLE TRIGGER orders_deny")
            #expect(try await shop.polarity("apply", "--yes", "--set", "orders").status == 0)
            // The move of the other set is a move still.
            let move = try await shop.polarity("apply", "--yes")
            #expect(move.status == 4)
            #expect(move.output.contains("--allow ORIGIN_CHANGE,UNPROVEN_HANDOVER\n"))
        }
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
