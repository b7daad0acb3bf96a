import Postgres
import SafetyTally
import Sandbox
import TestSupport
import Testing

@Suite struct `through PgBouncer in transaction mode` {
    private let unlog = #"ALTER TABLE public.orders DISABLE TRIGGER "00_polarity_log""#

    @Test func `apply works with all its checks`() async throws {
        try await Shop.lend("pooled", isApplied: false) { shop in
            let pooler = try await Pooler(before: shop, size: 3)
            let policy = "policy: {sequences: ignore}"
            try shop.declare(conninfos: pooler.conninfos, more: policy)
            let first = try await shop.polarity("apply", "--yes")
            #expect(first.status == 0, "\(first.output)\(first.errorOutput)")
            let moves = Faults.areAll ? 20 : 2
            for move in 0..<moves {
                try shop.declare(
                    origin: move % 2 == 0 ? "paris" : "berlin", conninfos: pooler.conninfos, more: policy)
                let answer = try await shop.polarity("apply", "--yes", "--allow", "ORIGIN_CHANGE")
                #expect(answer.status == 0, "\(answer.output)\(answer.errorOutput)")
            }
            #expect(try await shop.polarity("status").status == 0)
            try await shop.ask("berlin", unlog)
            // Its lock holds through the pooler, whoever comes by another way.
            try await shop.holding("LOCK TABLE public.orders IN ROW EXCLUSIVE MODE", on: "berlin") { pid in
                let busy = try await shop.polarity("apply", "--yes", "--retries", "4")
                #expect(busy.status == 75, "\(busy.output)\(busy.errorOutput)")
                #expect(busy.output.contains("busy for 4 tries: pid \(pid) postgres"), "\(busy.output)")
                let apply = try shop.start(["apply", "--yes", "--retries", "10000"])
                #expect(try await eventually { apply.errorOutput.contains("waiting for its lock") })
                try shop.declare(more: policy)
                let second = try await shop.polarity("apply", "--yes")
                #expect(second.status == 75, "\(second.output)")
                #expect(second.errorOutput.contains("\"polarity lock\", for 0:"), "\(second.errorOutput)")
                apply.signal(2)
                #expect(await apply.wait().status == 130)
            }
            try shop.declare(conninfos: pooler.conninfos, more: policy)
            #expect(try await shop.polarity("apply", "--yes").status == 0)
            #expect(try await shop.polarity("status").status == 0)
            let left = """
                SELECT count(*) FROM pg_locks AS l JOIN pg_database AS d ON d.oid = l.database
                 WHERE l.locktype = 'advisory' AND d.datname = current_database()
                """
            for node in Shop.nodes { #expect(try await eventually { try await shop.ask(node, left) == "0" }) }
            withExtendedLifetime(pooler) {}
            tally(
                .twoAtOnce, "An origin moved through PgBouncer in transaction mode, every message on another backend",
                times: moves, seen: "done and read back; a busy table and a second apply were told as without it")
        }
    }

    @Test func `a pool that is too small for a run is told, and nothing is changed`() async throws {
        try await Shop.lend("narrow") { shop in
            let pooler = try await Pooler(before: shop, size: 1)
            try shop.declare(conninfos: pooler.conninfos)
            try await shop.ask("berlin", unlog)
            let before = try await shop.modes()
            let answer = try await shop.polarity("apply", "--yes")
            #expect(answer.status == 69, "\(answer.output)\(answer.errorOutput)")
            #expect(try await shop.modes() == before)
            withExtendedLifetime(pooler) {}
        }
    }
}
