import Foundation
import Sandbox
import TestSupport
import Testing

@Suite struct `what ended an apply that changed nothing` {
    private let unlog = #"ALTER TABLE public.orders DISABLE TRIGGER "00_polarity_log""#
    private let lock = "LOCK TABLE public.orders IN ROW EXCLUSIVE MODE"

    @Test func `is the lock of the run, where that was lost`() async throws {
        try await Shop.lend("lostlock") { shop in
            try await shop.ask("berlin", unlog)
            try await shop.holding(lock, on: "berlin") { _ in
                let apply = try shop.start(["apply", "--yes", "--retries", "10000", "-o", "json"])
                #expect(try await eventually { apply.errorOutput.contains("waiting for its lock") })
                try await shop.ask(
                    "berlin",
                    """
                    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                     WHERE application_name = 'polarity lock' AND datname = current_database()
                    """)
                let answer = await apply.wait()
                #expect(answer.status == 75, "\(answer.output)\(answer.errorOutput)")
                #expect(try cause(in: answer) == "LOCK_LOST")
            }
        }
    }

    @Test func `is the time, where that was up while a lock was waited for`() async throws {
        try await Shop.lend("timeup") { shop in
            try await shop.ask("berlin", unlog)
            try await shop.holding(lock, on: "berlin") { _ in
                let answer = try await shop.polarity(
                    "apply", "--yes", "--apply-timeout", "2s", "--lock-timeout", "30s", "--retries", "4", "-o", "json")
                #expect(answer.status == 75, "\(answer.output)\(answer.errorOutput)")
                #expect(try cause(in: answer) == "TIMED_OUT")
            }
        }
    }

    @Test func `is the node that cannot be reached, though what could be done beside it stayed busy`() async throws {
        try await Shop.lend("besides", isApplied: false) { shop in
            try declare(in: shop)
            #expect(try await shop.polarity("apply", "--yes").status == 0)
            try await shop.ask("berlin", unlog)
            try declare(in: shop, tokyo: "host=127.0.0.1 port=1 dbname=shop user=postgres")
            try await shop.holding(lock, on: "berlin") { _ in
                let answer = try await shop.polarity("apply", "--yes", "--retries", "1", "--lock-timeout", "100ms")
                #expect(answer.status == 69, "\(answer.output)\(answer.errorOutput)")
                #expect(answer.output.contains("public.orders on berlin stayed busy for 1 try"))
                let told = try await shop.polarity(
                    "apply", "--yes", "--retries", "1", "--lock-timeout", "100ms", "-o", "json")
                #expect(told.status == 69)
                #expect(try cause(in: told) == "UNAVAILABLE")
            }
        }
    }

    @Test func `is the node that cannot be reached, beside the word that is missing`() async throws {
        try await Shop.lend("saysboth", isApplied: false) { shop in
            try declare(in: shop)
            #expect(try await shop.polarity("apply", "--yes").status == 0)
            try await spoil(shop)
            try declare(in: shop, tokyo: "host=127.0.0.1 port=1 dbname=shop user=postgres")
            let answer = try await shop.polarity("apply", "--yes", "-o", "json")
            #expect(answer.status == 69, "\(answer.output)\(answer.errorOutput)")
            #expect(try cause(in: answer) == "NEEDS_ALLOW")
            let words = "the plan holds changes that need --allow REPLACE_TRIGGER, and tokyo could not be read"
            #expect(answer.output.contains(words), "\(answer.output)")
        }
    }

    @Test func `is the node that is not to be used, beside the word that is missing`() async throws {
        try await Shop.lend("unusable", isApplied: false) { shop in
            try declare(in: shop)
            #expect(try await shop.polarity("apply", "--yes").status == 0)
            try await spoil(shop)
            try declare(in: shop, expecting: "another")
            let answer = try await shop.polarity("apply", "--yes", "-o", "json")
            #expect(answer.status == 69, "\(answer.output)\(answer.errorOutput)")
            #expect(try cause(in: answer) == "NEEDS_ALLOW")
            #expect(answer.output.contains("need --allow REPLACE_TRIGGER, and "), "\(answer.output)")
        }
    }

    @Test func `is the node that cannot be reached, beside the approval that is missing`() async throws {
        try await Shop.lend("unapproved", isApplied: false) { shop in
            try declare(in: shop)
            #expect(try await shop.polarity("apply", "--yes").status == 0)
            try await shop.ask("berlin", unlog)
            try declare(in: shop, tokyo: "host=127.0.0.1 port=1 dbname=shop user=postgres")
            let answer = try await shop.polarity("apply", "-o", "json")
            #expect(answer.status == 69, "\(answer.output)\(answer.errorOutput)")
            #expect(try cause(in: answer) == "NOT_APPROVED")
            #expect(
                answer.errorOutput.hasSuffix("or a saved plan, and tokyo could not be read\n"), "\(answer.errorOutput)")
            let made = try await shop.polarity("apply", "--yes", "-o", "json")
            #expect(made.status == 3, "\(made.output)\(made.errorOutput)")
            #expect(try cause(in: made) == "UNAVAILABLE", "\(made.output)")
        }
    }

    @Test func `is the word that is missing, which a workflow is told of before`() async throws {
        try await Shop.lend("forflows", isApplied: false) { shop in
            try declare(in: shop)
            #expect(try await shop.polarity("apply", "--yes").status == 0)
            try await spoil(shop)
            let flow = try await shop.polarity("apply", "--dry-run", "-o", "github")
            #expect(flow.output.contains("::notice title=needs::--allow REPLACE_TRIGGER\n"), "\(flow.output)")
        }
    }

    @Test func `leaves nobody to say whether there is something to change, where no node can be read`() async throws {
        try await Shop.lend("noone", isApplied: false) { shop in
            try shop.write(
                "version: 1\ncluster: shop\nnodes: {a: host=127.0.0.1 port=1 dbname=shop}\norigin: a\ntables: [public.t]\n",
                to: "polarity.yaml")
            let answer = try await shop.polarity("status")
            #expect(answer.status == 69)
            #expect(
                answer.output.hasSuffix("No node could be read: what is to be changed is not known.\n"),
                "\(answer.output)")
        }
    }

    /// Puts a trigger of another definition in the place of the log.
    private func spoil(_ shop: Shop) async throws {
        try await shop.ask("berlin", "DROP TRIGGER \"00_polarity_log\" ON public.orders")
        try await shop.ask(
            "berlin",
            """
            CREATE TRIGGER "00_polarity_log" AFTER INSERT ON public.orders
                FOR EACH ROW EXECUTE FUNCTION polarity.log_change()
            """)
    }

    /// Two sets, of which tokyo has a part in one.
    ///
    /// - Parameter database: What tokyo's database is expected to be called.
    private func declare(in shop: Shop, tokyo: String? = nil, expecting database: String? = nil) throws {
        let nodes = Shop.nodes.map { node in
            let conninfo = node == "tokyo" ? tokyo : nil
            let expect = node == "tokyo" ? database.map { ", expect: {database: \($0)}" } : nil
            let address = conninfo ?? shop.addresses[node]?.text ?? ""
            return "  \(node): {conninfo: \"\(address)\"\(expect ?? "")}\n"
        }
        try shop.write(
            """
            version: 1
            cluster: shop
            nodes:
            \(nodes.joined())sets:
              - {name: orders, origin: berlin, subscribers: [paris], tables: [public.orders]}
              - {name: items, origin: berlin, tables: [public.order_items]}
            """, to: "polarity.yaml")
    }

    private func cause(in answer: CommandResult) throws -> String? {
        (try document(answer)["error"] as? [String: Any])?["code"] as? String
    }

    private func document(_ answer: CommandResult) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(answer.output.utf8)) as? [String: Any])
    }
}
