import Foundation
import Postgres
import SafetyTally
import Sandbox
import TestSupport
import Testing

/// A change of one table that another session makes after the run has looked and before its lock is granted.
private struct Slip: Sendable {
    let what: String
    /// What must be there before the review.
    let preparation: String
    let statement: String
    /// What lets the next apply converge, where apply alone cannot.
    let mending: String

    init(_ what: String, after preparation: String = "", _ statement: String, mending: String = "") {
        self.what = what
        self.preparation = preparation
        self.statement = statement
        self.mending = mending
    }

    /// The log trigger of `public.orders`, disabled as a subscriber's, with another definition.
    static func trigger(_ what: String, _ events: String, _ call: String) -> Slip {
        Slip(
            what,
            """
            CREATE OR REPLACE TRIGGER "00_polarity_log" AFTER \(events) EXECUTE FUNCTION \(call);
            ALTER TABLE public.orders DISABLE TRIGGER "00_polarity_log"
            """)
    }

    private static let rows = "INSERT OR UPDATE OR DELETE ON public.orders FOR EACH ROW"
    private static let rule = "CREATE RULE shadow AS ON DELETE TO public.orders DO ALSO NOTHING"
    private static let noRule = "DROP RULE shadow ON public.orders"

    static let all = [
        Slip("another mode", #"ALTER TABLE public.orders ENABLE REPLICA TRIGGER "00_polarity_log""#),
        trigger("another function", rows, "polarity.deny_change()"),
        trigger("other events", "INSERT ON public.orders FOR EACH ROW", "polarity.log_change()"),
        trigger("another level", "INSERT OR UPDATE OR DELETE ON public.orders", "polarity.log_change()"),
        trigger("other arguments", rows, "polarity.log_change('x')"),
        trigger(
            "columns", "INSERT OR UPDATE OF customer OR DELETE ON public.orders FOR EACH ROW", "polarity.log_change()"),
        trigger("a condition", rows + " WHEN (pg_trigger_depth() = 0)", "polarity.log_change()"),
        Slip(
            "a new trigger", "CREATE TRIGGER own BEFORE \(rows) EXECUTE FUNCTION suppress_redundant_updates_trigger()",
            mending: "DROP TRIGGER own ON public.orders"),
        Slip("a dropped trigger", #"DROP TRIGGER "00_polarity_log" ON public.orders"#),
        Slip("a renamed trigger", #"ALTER TRIGGER "00_polarity_log" ON public.orders RENAME TO other"#),
        Slip("a new rule", rule, mending: noRule),
        Slip(
            "another mode of a rule", after: rule, "ALTER TABLE public.orders DISABLE RULE shadow", mending: noRule),
        Slip("a dropped rule", after: rule, noRule),
        Slip(
            "a renamed table", "ALTER TABLE public.orders RENAME TO elsewhere",
            mending: "ALTER TABLE public.elsewhere RENAME TO orders"),
        Slip(
            "another table of that name",
            "ALTER TABLE public.orders RENAME TO elsewhere; CREATE TABLE public.orders (LIKE elsewhere INCLUDING ALL)",
            mending: "DROP TABLE public.orders; ALTER TABLE public.elsewhere RENAME TO orders"),
    ]
}

@Suite struct `what slips in between the look and the lock` {
    private let unguard = #"ALTER TABLE public.orders DISABLE TRIGGER "00_polarity_deny""#

    @Test func `makes the step stale, and nothing is changed`() async throws {
        try await Shop.lend("slip_in") { shop in
            let codes = "DROP_TRIGGER,REPLACE_TRIGGER,ORIGIN_CHANGE"
            let slips = Faults.some(of: Slip.all, every: 3)
            for slip in slips {
                try await shop.ask("paris", unguard + ";" + slip.preparation)
                let session = try await shop.connect("paris")
                _ = try await session.run("BEGIN; \(slip.statement)")
                let apply = try shop.start(["apply", "--yes", "--retries", "10000"])
                #expect(try await eventually { apply.errorOutput.contains("waiting for its lock") }, "\(slip.what)")
                _ = try await session.run("COMMIT")
                let before = try await shop.modes()
                let answer = await apply.wait()
                #expect(answer.status == 4, "\(slip.what): \(answer.output)\(answer.errorOutput)")
                #expect(answer.output.contains("✗ STALE_PLAN: public.orders on paris: stale: "), "\(slip.what)")
                #expect(try await shop.modes() == before, "\(slip.what)")
                if !slip.mending.isEmpty { _ = try await session.run(slip.mending) }
                await session.close()
                let again = try await shop.polarity("apply", "--yes", "--allow", codes)
                #expect(again.status == 0, "\(slip.what): \(again.output)\(again.errorOutput)")
            }
            #expect(try await shop.polarity("status").status == 0)
            tally(
                .stalePlan, "A table's triggers or rules, or the table itself, changed between the look and its lock",
                times: slips.count,
                seen: "each ended with 4 and `STALE_PLAN`, nothing changed, the next apply converged")
        }
    }

    @Test func `on the node that is to be opened leaves that table shut, and no other`() async throws {
        try await Shop.lend("slip_open") { shop in
            try shop.declare(origin: "paris", more: "policy: {sequences: ignore}")
            let arguments = ["apply", "--yes", "--allow", "ORIGIN_CHANGE,REPLACE_TRIGGER"]
            let session = try await shop.connect("paris")
            _ = try await session.run(
                """
                BEGIN; CREATE TRIGGER own BEFORE UPDATE ON public.orders
                    FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()
                """)
            let (answer, seen) = try await shop.watched {
                let apply = try shop.start(arguments + ["--retries", "10000"])
                #expect(try await eventually { apply.errorOutput.contains("waiting for its lock") })
                _ = try await session.run("COMMIT")
                return await apply.wait()
            }
            await session.close()
            #expect(answer.status == 3, "\(answer.output)\(answer.errorOutput)")
            #expect(answer.output.contains("✗ STALE_PLAN: public.orders on paris: stale: "), "\(answer.output)")
            #expect(seen.violations == [])
            let again = try await shop.start(arguments).wait()
            #expect(again.status == 0, "\(again.output)")
            #expect(try await shop.polarity("status").status == 0)
            tally(
                .stalePlan, "A table of the new origin changed between the look and its lock", times: 1,
                seen:
                    "3 and `STALE_PLAN`; that table stayed shut on both nodes, the others were opened, the next apply "
                    + "converged")
        }
    }
}
