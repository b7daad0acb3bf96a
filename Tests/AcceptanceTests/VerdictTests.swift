import Foundation
import Sandbox
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

    private func cause(in answer: CommandResult) throws -> String? {
        let document = try JSONSerialization.jsonObject(with: Data(answer.output.utf8)) as? [String: Any]
        return (document?["error"] as? [String: Any])?["code"] as? String
    }
}
