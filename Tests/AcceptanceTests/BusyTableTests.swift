import Foundation
import Postgres
import SafetyTally
import Sandbox
import TestSupport
import Testing

/// Somebody who has a lock on `public.orders`.
private struct Holder: Sendable {
    let what: String
    let statements: String
    /// How the report names it.
    let words: String
    let end: String

    static let all = [
        Holder(
            what: "a writer idle in transaction",
            statements: "BEGIN; INSERT INTO public.orders (customer) VALUES ('Ada')",
            words: #""etl", idle in transaction for 0:"#, end: "ROLLBACK"),
        Holder(
            what: "a prepared transaction",
            statements: """
                BEGIN; INSERT INTO public.orders (customer) VALUES ('Ada'); PREPARE TRANSACTION 'left behind'
                """,
            words: #": postgres "left behind", prepared transaction for 0:"#, end: "ROLLBACK PREPARED 'left behind'"),
        Holder(
            what: "an index in the making", statements: "BEGIN; LOCK TABLE public.orders IN SHARE MODE",
            words: #""etl", idle in transaction for 0:"#, end: "COMMIT"),
    ]
}

@Suite struct `a busy table` {
    private let unlog = #"ALTER TABLE public.orders DISABLE TRIGGER "00_polarity_log""#

    @Test func `on the new origin gives the set back to the old one, and its record too`() async throws {
        try await Shop.lend("unopened") { shop in
            try shop.declare(origin: "paris", more: "policy: {sequences: ignore}")
            let before = try await shop.modes()
            let words = "ORIGIN_CHANGE,UNPROVEN_HANDOVER"
            let tables = #"public.orders, public.order_items, sales."Order Line""#
            try await shop.holding("LOCK TABLE \(tables) IN ROW EXCLUSIVE MODE", on: "paris") { _ in
                let move = try await shop.polarity(
                    "apply", "--yes", "--retries", "2", "--lock-timeout", "100ms", "--allow", words)
                #expect(move.status == 3, "\(move.output)\(move.errorOutput)")
                #expect(move.output.contains("Opened again"), "\(move.output)")
            }
            #expect(try await shop.modes() == before)
            try await shop.ask("berlin", "INSERT INTO public.orders (customer) VALUES ('Ada')")
            let record = "SELECT string_agg(DISTINCT origin, ' ') FROM polarity.origin"
            for node in ["berlin", "paris", "tokyo"] { #expect(try await shop.ask(node, record) == "berlin") }
            let again = try await shop.polarity("apply", "--yes")
            #expect(again.status == 4, "\(again.output)\(again.errorOutput)")
            #expect(try await shop.polarity("apply", "--yes", "--allow", words).status == 0)
            #expect(try await shop.polarity("status").status == 0)
        }
    }

    @Test func `is left alone, its holder named and undisturbed`() async throws {
        try await Shop.lend("holders") { shop in
            for holder in Holder.all {
                let session = try await shop.connect("berlin")
                try await shop.ask("berlin", unlog)
                _ = try await session.run(holder.statements)
                let before = try await shop.modes()
                let answer = try await shop.polarity("apply", "--yes", "--retries", "2")
                #expect(answer.status == 75, "\(holder.what): \(answer.output)")
                let busy = "✗ BUSY: public.orders on berlin: busy for 2 tries: "
                #expect(answer.output.contains(busy), "\(holder.what): \(answer.output)")
                #expect(answer.output.contains(holder.words), "\(holder.what): \(answer.output)")
                #expect(answer.output.hasSuffix("public.orders on berlin stayed busy for 2 tries\n"))
                #expect(try await shop.modes() == before)
                _ = try await session.run(holder.end)
                await session.close()
                #expect(try await shop.polarity("apply", "--yes").status == 0)
            }
            tally(
                .locks, "A table was held by \(Holder.all.map(\.what).joined(separator: ", "))",
                times: Holder.all.count,
                seen:
                    "75 and the holder named, a prepared transaction by its identifier; nothing changed, the next apply "
                    + "converged")
        }
    }

    @Test func `is not renamed under a long reader, and other readers go on`() async throws {
        try await Shop.lend("reader") { shop in
            try await shop.ask("paris", #"ALTER TRIGGER "00_polarity_log" ON public.orders RENAME TO other"#)
            let before = try await shop.modes()
            let arguments = ["apply", "--yes", "--allow", "DROP_TRIGGER", "--retries", "3"]
            let reader = try await shop.connect("paris")
            _ = try await reader.run("BEGIN; SELECT count(*) FROM public.orders")
            let apply = try shop.start(arguments)
            let other = try await shop.connect("paris")
            #expect(try await eventually { apply.errorOutput.contains("waiting for its lock") })
            _ = try await other.run("SELECT count(*) FROM public.orders")
            let answer = await apply.wait()
            #expect([3, 75].contains(answer.status), "\(answer.output)")
            let named = "busy for 3 tries: pid \(reader.processID) postgres \"etl\", idle in transaction"
            #expect(answer.output.contains(named), "\(answer.output)")
            if answer.status == 75 { #expect(try await shop.modes() == before) }
            _ = try await reader.run("SELECT count(*) FROM public.orders; COMMIT")
            let again = try await shop.start(arguments).wait()
            #expect(again.status == 0, "\(again.output)")
            #expect(try await shop.polarity("status").status == 0)
            await reader.close()
            await other.close()
            tally(
                .locks, "A trigger was to be renamed under a long reader", times: 1,
                seen: "\(answer.status) and the reader named; the reader went on, the next apply converged")
        }
    }

    @Test func `keeps an origin from moving, and all others are opened again where they were`() async throws {
        try await Shop.lend("stuck") { shop in
            try shop.declare(origin: "paris", more: "policy: {sequences: ignore}")
            let before = try await shop.sortedModes()
            let writer = try await shop.connect("berlin")
            _ = try await writer.run("BEGIN; LOCK TABLE public.order_items IN ROW EXCLUSIVE MODE")
            let arguments = ["apply", "--yes", "--allow", "ORIGIN_CHANGE", "--retries", "3"]
            let (answer, seen) = try await shop.watched { try await shop.start(arguments).wait() }
            #expect(answer.status == 3, "\(answer.output)\(answer.errorOutput)")
            #expect(answer.output.contains("✗ BUSY: public.order_items on berlin: busy for 3 tries: pid "))
            #expect(answer.output.contains("Opened again"), "\(answer.output)")
            #expect(seen.violations == [])
            #expect(try await shop.sortedModes() == before)
            _ = try await writer.run("COMMIT")
            await writer.close()
            let again = try await shop.start(arguments).wait()
            #expect(again.status == 0, "\(again.output)")
            #expect(try await shop.polarity("status").status == 0)
            tally(
                .locks, "One of three tables stayed busy while the origin was to move", times: 1,
                seen: "3 and the writer named; the tables that were closed were opened again, the next apply moved all")
        }
    }

    @Test func `of an application that locks it again at once is got, or its holder named`() async throws {
        try await Shop.lend("again") { shop in
            let rounds = Faults.areAll ? 10 : 2
            var (got, named) = (0, 0)
            try await withThrowingTaskGroup(of: Int.self) { clients in
                let ended = Flag()
                for _ in 0..<3 {
                    let session = try await shop.connect("berlin", as: "again")
                    clients.addTask {
                        var count = 0
                        while !ended.isSet {
                            _ = try await session.run(
                                "BEGIN; LOCK TABLE public.orders IN ROW EXCLUSIVE MODE; SELECT pg_sleep(0.1); COMMIT")
                            count += 1
                        }
                        await session.close()
                        return count
                    }
                }
                for _ in 0..<rounds {
                    try await shop.ask("berlin", unlog)
                    let answer = try await shop.polarity("apply", "--yes")
                    if answer.status == 0 { got += 1 }
                    let isNamed = answer.output.contains("postgres \"again\", active for 0:0")
                    if answer.status == 75 && isNamed { named += 1 }
                }
                ended.set()
                // Nobody was cancelled, killed or made a deadlock's victim: none of them throws.
                for try await count in clients { #expect(count > 0) }
            }
            #expect(got + named == rounds)
            tally(
                .locks, "Three clients locked a table again at once, so that it never was free", times: rounds,
                seen: "\(got) times got through, \(named) times 75 with the holder named")
        }
    }
}

@Suite struct `applications that lock in opposite orders` {
    private let setup = """
        INSERT INTO public.orders (id, customer) SELECT i, 'x' FROM generate_series(1, 8) AS i;
        INSERT INTO sales."Order Line" ("Id") VALUES (1)
        """

    @Test func `wait in a circle with apply, and none is chosen as the victim`() async throws {
        try await Shop.lend("circle") { shop in
            try await shop.ask("berlin", setup)
            try await shop.ask("berlin", #"ALTER TABLE public.orders DISABLE TRIGGER "00_polarity_log""#)
            let (first, second) = (try await shop.connect("berlin"), try await shop.connect("berlin"))
            _ = try await first.run("BEGIN; UPDATE public.orders SET customer = 'a' WHERE id = 1")
            let apply = try shop.start(["apply", "--yes", "--retries", "2", "--lock-timeout", "60s"])
            #expect(try await eventually { apply.errorOutput.contains("waiting for its lock, try 2 of 2") })
            _ = try await second.run(#"BEGIN; UPDATE sales."Order Line" SET "Note" = 'b'"#)
            // The second queues behind apply, which waits for the first, which waits for the second.
            async let queued = second.run("UPDATE public.orders SET customer = 'b' WHERE id = 2; COMMIT")
            async let waiting = first.run(#"UPDATE sales."Order Line" SET "Note" = 'a'; COMMIT"#)
            #expect(try await queued.count == 2)
            #expect(try await waiting.count == 2)
            let answer = await apply.wait()
            #expect(answer.status == 0, "\(answer.output)\(answer.errorOutput)")
            await first.close()
            await second.close()
            #expect(try await shop.polarity("status").status == 0)
            tally(
                .locks, "Two clients and apply waited for each other in a circle", times: 1,
                seen: "no client was a deadlock's victim; apply got its lock when they were done")
        }
    }

    @Test func `see their origin move to and fro, and no deadlock`() async throws {
        try await Shop.lend("orders") { shop in
            for node in Shop.nodes {
                try await shop.ask(node, "BEGIN; SET LOCAL session_replication_role = local; \(setup); COMMIT")
            }
            let moves = Faults.areAll ? 20 : 2
            let ended = Flag()
            var (written, refused, deadlocks, others) = (0, 0, 0, 0)
            try await withThrowingTaskGroup(of: [String: Int].self) { clients in
                for number in 1...8 {
                    let session = try await shop.connect("berlin")
                    clients.addTask { try await clientInOrder(number, through: session, until: ended) }
                }
                for move in 0..<moves {
                    try shop.declare(origin: move % 2 == 0 ? "paris" : "berlin", more: "policy: {sequences: ignore}")
                    let answer = try await shop.polarity("apply", "--yes", "--allow", "ORIGIN_CHANGE,UNPROVEN_HANDOVER")
                    #expect(answer.status == 0, "\(answer.output)\(answer.errorOutput)")
                }
                ended.set()
                for try await ends in clients {
                    written += ends["", default: 0]
                    refused += ends["25006", default: 0]
                    deadlocks += ends["40P01", default: 0]
                    others += ends.filter { !["", "25006", "40P01"].contains($0.key) }.values.reduce(0, +)
                }
            }
            #expect(deadlocks == 0)
            #expect(others == 0)
            #expect(written > 0)
            #expect(refused > 0)
            #expect(try await shop.polarity("status").status == 0)
            tally(
                .locks, "Eight clients locked two tables in opposite orders while their origin moved", times: moves,
                seen:
                    "\(written) transactions done, \(refused) refused by the closed origin (25006), \(deadlocks) deadlocks"
            )
        }
    }
}

extension Shop {
    /// Rows that were written and written back stand elsewhere in the catalog.
    fileprivate func sortedModes() async throws -> [[String]] {
        try await modes().map { $0.split(separator: "\n").map(String.init).sorted() }
    }
}

/// Transactions on two tables, every other client in the other order.
///
/// - Returns: How many ended with which SQLSTATE; none where they were committed.
private func clientInOrder(_ number: Int, through session: Session, until ended: Flag) async throws -> [String: Int] {
    let statements = [
        "UPDATE public.orders SET customer = 'y' WHERE id = \(number)", #"UPDATE sales."Order Line" SET "Note" = 'y'"#,
    ]
    let text = "BEGIN; " + (number % 2 == 0 ? statements : statements.reversed()).joined(separator: "; ") + "; COMMIT"
    var ends: [String: Int] = [:]
    while !ended.isSet {
        let state = try await session.message(text).error?.sqlState
        if state != nil { _ = try await session.run("ROLLBACK") }
        ends[state ?? "", default: 0] += 1
        // The machine has other tests to run.
        try await Task.sleep(for: .milliseconds(5))
    }
    await session.close()
    return ends
}
