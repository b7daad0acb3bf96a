import Foundation
import Postgres
import SafetyTally
import Sandbox
import TestSupport
import Testing

/// Who was later names who was first: pid, role, application and for how long.
private var busy: Regex<Substring> {
    #/another apply of cluster shop is under way, nothing was changed\n {2}berlin: pid \d+ postgres "polarity lock", for \d/#
}

@Suite struct `two applies of one cluster` {
    /// Starts both with a little time between them.
    private func race(
        _ shop: Shop, _ round: Int, _ first: [String], _ second: [String]
    ) async throws -> [CommandResult] {
        let children = round % 2 == 0 ? [first, second] : [second, first]
        let one = try shop.start(children[0])
        try await Task.sleep(for: .milliseconds(round * 37 % 200))
        let two = try shop.start(children[1])
        return [await one.wait(), await two.wait()]
    }

    @Test func `from two files that open different nodes: one wins, the other says who has it`() async throws {
        try await Shop.lend("race") { shop in
            let rounds = Faults.areAll ? 40 : 6
            let policy = "policy: {sequences: ignore}"
            for origin in ["none", "berlin", "paris"] {
                try shop.write(shop.file(origin: origin, more: policy), to: "\(origin).yaml")
            }
            let allow = ["--yes", "--allow", "ORIGIN_CHANGE"]
            let (ends, seen) = try await shop.watched {
                var ends: [String: Int] = [:]
                for round in 0..<rounds {
                    let closed = try await shop.start(["apply", "-f", "none.yaml"] + allow).wait()
                    #expect(closed.status == 0, "\(closed.output)\(closed.errorOutput)")
                    let answers = try await race(
                        shop, round, ["apply", "-f", "berlin.yaml"] + allow, ["apply", "-f", "paris.yaml"] + allow)
                    for answer in answers where answer.status != 0 {
                        #expect(answer.status == 75, "\(answer.output)\(answer.errorOutput)")
                        let isNamed = answer.errorOutput.contains(busy) || answer.errorOutput.contains("just end")
                        #expect(isNamed, "\(answer.errorOutput)")
                        #expect(answer.output == "")
                    }
                    #expect(answers.contains { $0.status == 0 })
                    ends[answers.allSatisfy { $0.status == 0 } ? "after another" : "refused", default: 0] += 1
                }
                return ends
            }
            #expect(seen.violations == [])
            let status = [
                try await shop.polarity("status", "-f", "berlin.yaml").status,
                try await shop.polarity("status", "-f", "paris.yaml").status,
            ]
            #expect(status.sorted() == [0, 2])
            tally(
                .twoAtOnce, "Two applies of one cluster, of files that open different nodes", times: rounds,
                seen: "\(ends["refused", default: 0]) times the other ended with 75 and named the holder, "
                    + "\(ends["after another", default: 0]) times they came one after the other; never two open nodes in "
                    + "\(seen.rounds) looks from outside")
        }
    }
}

/// A file of one cluster on the shop's nodes.
private func file(_ shop: Shop, cluster: String, origin: String = "berlin", tables: [String]) -> String {
    let nodes = Shop.nodes.map { "  \($0): \"\(shop.addresses[$0]?.text ?? "")\"\n" }.joined()
    return """
        version: 1
        cluster: \(cluster)
        nodes:
        \(nodes)origin: \(origin)
        tables: [\(tables.joined(separator: ", "))]
        policy: {sequences: ignore}

        """
}

@Suite struct `two clusters in one database` {
    @Test func `with tables of their own both go through, from the very first apply`() async throws {
        let rounds = Faults.areAll ? 10 : 2
        for _ in 0..<rounds {
            try await Shop.lend("neighbours", isApplied: false) { shop in
                try shop.write(file(shop, cluster: "shop", tables: ["public.orders"]), to: "shop.yaml")
                try shop.write(
                    file(shop, cluster: "stock", origin: "paris", tables: [#"'sales."Order Line"'"#]),
                    to: "stock.yaml")
                let one = try shop.start(["apply", "-f", "shop.yaml", "--yes"])
                let two = try shop.start(["apply", "-f", "stock.yaml", "--yes"])
                for answer in [await one.wait(), await two.wait()] {
                    #expect(answer.status == 0, "\(answer.output)\(answer.errorOutput)")
                }
                for cluster in ["shop", "stock"] {
                    let status = try await shop.polarity("status", "-f", "\(cluster).yaml")
                    #expect(status.status == 0, "\(status.output)")
                }
            }
        }
        tally(
            .twoAtOnce, "First applies of two clusters in one database at once, each with tables of its own",
            times: rounds, seen: "both went through")
    }

    @Test func `never share a table: the second is refused, and told whose it is`() async throws {
        try await Shop.lend("shared") { shop in
            try shop.write(file(shop, cluster: "stock", origin: "paris", tables: ["public.orders"]), to: "stock.yaml")
            let before = try await shop.modes()
            let answer = try await shop.polarity(
                "apply", "-f", "stock.yaml", "--yes", "--allow", "ORIGIN_CHANGE,UNPROVEN_HANDOVER")
            #expect(answer.status == 4)
            #expect(
                answer.output.contains("✗ TABLE_OF_OTHER_CLUSTER  public.orders on 'berlin' belongs to cluster 'shop'"))
            #expect(try await shop.modes() == before)
            #expect(try await shop.polarity("status").status == 0)
            // What the finding says to do about a cluster that is no more.
            for node in Shop.nodes { try await shop.ask(node, "DELETE FROM polarity.node WHERE cluster = 'shop'") }
            let heir = try await shop.polarity(
                "apply", "-f", "stock.yaml", "--yes", "--allow", "ORIGIN_CHANGE,UNPROVEN_HANDOVER")
            #expect(heir.status == 0, "\(heir.output)")
        }
    }

    @Test func `never share a table, even where their first applies begin together`() async throws {
        let rounds = Faults.areAll ? 30 : 2
        for round in 0..<rounds {
            try await Shop.lend("both", isApplied: false) { shop in
                for (cluster, origin) in [("shop", "berlin"), ("stock", "paris")] {
                    try shop.write(
                        file(shop, cluster: cluster, origin: origin, tables: ["public.orders", "public.order_items"]),
                        to: "\(cluster).yaml")
                }
                // Without triggers every node is open: nothing to watch before one of them has the tables.
                let one = try shop.start(["apply", "-f", "shop.yaml", "--yes"])
                try await Task.sleep(for: .milliseconds(round * 37 % 100))
                let two = try shop.start(["apply", "-f", "stock.yaml", "--yes"])
                let answers = [await one.wait(), await two.wait()]
                for answer in answers where answer.status != 0 {
                    #expect([3, 4].contains(answer.status), "\(answer.output)\(answer.errorOutput)")
                    #expect(
                        answer.output.contains("another cluster has recorded a table")
                            || answer.output.contains("TABLE_OF_OTHER_CLUSTER"), "\(answer.output)")
                }
                #expect(
                    answers.count(where: { $0.status == 0 }) == 1, "\(answers.map { $0.output + $0.errorOutput })")
                // As the finding says: the one that is to be no more is forgotten, and the other has everything.
                for node in Shop.nodes {
                    try await shop.ask(node, "DELETE FROM polarity.node WHERE cluster = 'stock'")
                }
                let allow = "ORIGIN_CHANGE,UNPROVEN_HANDOVER"
                let last = try await shop.polarity("apply", "-f", "shop.yaml", "--yes", "--allow", allow)
                #expect(last.status == 0, "\(last.output)\(last.errorOutput)")
                #expect(try await shop.polarity("status", "-f", "shop.yaml").status == 0)
            }
        }
        tally(
            .twoAtOnce, "First applies of two clusters that want the same tables at once", times: rounds,
            seen: "each time exactly one got them, on every node, and the other was told; with one forgotten the other "
                + "converged")
    }
}

@Suite struct `a migration that replaces triggers` {
    @Test func `meets an apply: what it changed is seen, and nobody opens a second node`() async throws {
        try await Shop.lend("migration") { shop in
            let rounds = Faults.areAll ? 30 : 3
            let migration = """
                BEGIN;
                CREATE OR REPLACE TRIGGER "00_polarity_deny" BEFORE INSERT OR UPDATE OR DELETE ON public.orders
                    FOR EACH ROW EXECUTE FUNCTION polarity.deny_change();
                DROP TRIGGER IF EXISTS audit ON public.orders;
                CREATE TRIGGER audit BEFORE UPDATE ON public.orders
                    FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
                COMMIT
                """
            var ends: [Int32: Int] = [:]
            for round in 0..<rounds {
                try await shop.ask("paris", "DROP TRIGGER IF EXISTS audit ON public.orders")
                try shop.declare(origin: round % 2 == 0 ? "paris" : "berlin", more: "policy: {sequences: ignore}")
                let arguments = ["apply", "--yes", "--allow", "ORIGIN_CHANGE"]
                let (answer, seen) = try await shop.watched {
                    let apply = try shop.start(arguments)
                    try await Task.sleep(for: .milliseconds(round * 61 % 400))
                    try await shop.ask("paris", migration)
                    return await apply.wait()
                }
                #expect([0, 3, 4, 75].contains(answer.status), "\(answer.output)\(answer.errorOutput)")
                if [3, 4].contains(answer.status) {
                    let named = answer.output.contains("STALE_PLAN") || answer.output.contains("UNVERIFIED")
                    #expect(named, "\(answer.output)")
                }
                ends[answer.status, default: 0] += 1
                #expect(seen.violations == [])
                let again = try await shop.start(arguments).wait()
                #expect(again.status == 0, "\(again.output)\(again.errorOutput)")
            }
            #expect(try await shop.polarity("status").status == 0)
            let words = ends.sorted { $0.key < $1.key }.map { "\($0.value) times \($0.key)" }.joined(separator: ", ")
            tally(
                .twoAtOnce, "A migration replaced triggers on the new origin while an apply was moving it",
                times: rounds, seen: "\(words); never two open nodes, and the next apply converged")
        }
    }
}
