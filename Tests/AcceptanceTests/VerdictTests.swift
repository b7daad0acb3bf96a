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
            try await shop.ask("berlin", "DROP TRIGGER \"00_polarity_log\" ON public.orders")
            try await shop.ask(
                "berlin",
                """
                CREATE TRIGGER "00_polarity_log" AFTER INSERT ON public.orders
                    FOR EACH ROW EXECUTE FUNCTION polarity.log_change()
                """)
            try declare(in: shop, tokyo: "host=127.0.0.1 port=1 dbname=shop user=postgres")
            let answer = try await shop.polarity("apply", "--yes", "-o", "json")
            #expect(answer.status == 69, "\(answer.output)\(answer.errorOutput)")
            #expect(try cause(in: answer) == "NEEDS_ALLOW")
            let words = "the plan holds changes that need --allow REPLACE_TRIGGER, and tokyo could not be read"
            #expect(answer.output.contains(words), "\(answer.output)")
        }
    }

    /// Two sets, of which tokyo has a part in one.
    private func declare(in shop: Shop, tokyo: String? = nil) throws {
        let nodes = Shop.nodes.map { node in
            let conninfo = node == "tokyo" ? tokyo : nil
            return "  \(node): \"\(conninfo ?? shop.addresses[node]?.text ?? "")\"\n"
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
        let document = try JSONSerialization.jsonObject(with: Data(answer.output.utf8)) as? [String: Any]
        return (document?["error"] as? [String: Any])?["code"] as? String
    }
}
