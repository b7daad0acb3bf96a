import Foundation
import Postgres
import SafetyTally
import Sandbox
import Testing

@Suite struct `a standby` {
    @Test func `behind a node's name is reported, and nothing is changed`() async throws {
        try await OwnServers.lend { own in
            let shop = own.shop
            // Work on the standby's own node, and on another.
            try await shop.ask("tokyo", #"ALTER TABLE public.orders DISABLE TRIGGER "00_polarity_deny""#)
            try await shop.ask("berlin", #"ALTER TABLE public.orders DISABLE TRIGGER "00_polarity_log""#)
            let standby = try await own.standby(of: "tokyo")
            let address = standby.connectionString(database: "shop")
            try shop.declare(conninfos: ["tokyo": address])
            let before = try await shop.modes()
            for (arguments, status) in [
                (["status"], 2), (["apply", "--dry-run"], 0), (["apply", "--dry-run", "--detailed-exitcode"], 2),
                (["apply", "--yes"], 69),
            ] {
                let answer = try await shop.start(arguments).wait()
                #expect(answer.status == Int32(status), "\(arguments)")
                #expect(answer.output.contains("✗ STANDBY  node 'tokyo' is a standby"))
                #expect(answer.output.contains("point the node at the primary"))
            }
            #expect(try await shop.modes() == before)
            // The same node by its primary: everything is mended.
            try shop.declare()
            #expect(try await shop.polarity("apply", "--yes").status == 0)
            tally(
                .otherSide, "a physical standby stands behind a node's name", times: 1,
                seen: "STANDBY, exit 69, nothing changed; by its primary's name the next apply converges")
            try await standby.remove()
        }
    }

    @Test func `declared as the new origin shuts no other, though it copies one that is open`() async throws {
        try await OwnServers.lend { own in
            let shop = own.shop
            let standby = try await own.standby(of: "berlin")
            try shop.declare(
                origin: "paris", conninfos: ["paris": standby.connectionString(database: "shop")],
                more: "policy: {sequences: ignore}")
            let before = try await shop.modes()
            let words = ["--allow", "ORIGIN_CHANGE,UNPROVEN_HANDOVER"]
            let answer = try await shop.start(["apply", "--yes"] + words).wait()
            #expect(answer.status == 69, "\(answer.output)\(answer.errorOutput)")
            #expect(!answer.output.contains("SPLIT_BRAIN"), "\(answer.output)")
            #expect(try await shop.modes() == before)
            try await standby.remove()
        }
    }

    @Test func `that was promoted since the review makes the plan a stale one, before any checkpoint`() async throws {
        try await OwnServers.lend { own in
            let shop = own.shop
            try await shop.ask("berlin", #"ALTER TABLE public.orders DISABLE TRIGGER "00_polarity_log""#)
            try await shop.ask("tokyo", #"ALTER TABLE public.orders DISABLE TRIGGER "00_polarity_deny""#)
            // Its checkpoint after the promotion takes hours: what it has to write, it spreads over them.
            let standby = try await own.standby(
                of: "tokyo", settings: ["checkpoint_timeout": "1d", "checkpoint_completion_target": "0.9"])
            try await shop.ask(
                "tokyo", "CREATE TABLE public.dirt AS SELECT repeat('x', 1000) FROM generate_series(1, 20000)")
            try await own.catchUp(standby, with: own.server("tokyo"))
            let (primary, second) = (try own.server("tokyo"), standby)
            try shop.declare(conninfos: [
                "tokyo":
                    "host=\(primary.socketDirectory),\(second.socketDirectory) port=\(primary.port),\(second.port) "
                    + "dbname=shop user=postgres target_session_attrs=read-write"
            ])
            #expect(try await shop.polarity("apply", "--dry-run", "--out", "plan.json").status == 0)
            try await primary.stop(.immediate)
            try await standby.promote()
            let stale = try await shop.polarity("apply", "plan.json")
            #expect(stale.status == 4)
            #expect(stale.output.contains("✗ STALE_PLAN: the world has moved since the review"))
            let modes = try await own.ask(
                standby,
                "SELECT tgenabled FROM pg_trigger WHERE tgrelid = 'orders'::regclass AND tgname = '00_polarity_deny'")
            #expect(modes == "D")
            // The node is what it is now: a new look is applied to it.
            #expect(try await shop.polarity("apply", "--yes").status == 0)
            #expect(try await shop.polarity("status").status == 0)
            tally(
                .otherSide, "a standby is promoted between plan and apply", times: 1,
                seen: "STALE_PLAN by its timeline, nothing changed; a new apply converges on the promoted node")
            try await standby.remove()
        }
    }
}
