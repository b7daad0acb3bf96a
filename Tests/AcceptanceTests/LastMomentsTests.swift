import FaultProxy
import Foundation
import SafetyTally
import Sandbox
import Synchronization
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

private let move = ["apply", "--yes", "--quiet", "--allow", "ORIGIN_CHANGE"]

/// What a run on this database holds as long as its session lives.
private let runLock = """
    FROM pg_locks JOIN pg_database AS d ON d.oid = database
     WHERE d.datname = current_database() AND locktype = 'advisory' AND mode = 'ExclusiveLock'
    """

@Suite struct `what was sent before polarity died` {
    @Test func `a transaction of a dead run that waits for its table keeps the next run out`() async throws {
        try await GuardedShop.lend("straggler") { shop in
            try shop.declare(origin: "paris")
            let found = try await shop.look()
            try await shop.shop.holding("LOCK TABLE public.orders IN ROW EXCLUSIVE MODE", on: "paris") { holder in
                let isWaiting = { @Sendable in
                    try await eventually {
                        try await shop.ask(
                            "paris",
                            "SELECT count(*) FROM pg_stat_activity WHERE \(holder) = ANY (pg_blocking_pids(pid))")
                            == "1"
                    }
                }
                // The second try is the long one. The network swallows the client's end: its server goes on waiting.
                let tries = Atomic(0)
                let died = try await shop.run(
                    move + ["--retries", "2", "--lock-timeout", "60s"],
                    for: { point in
                        point.node == "paris" && point.moment == .sent && point.opens("orders")
                            && tries.add(1, ordering: .relaxed).newValue == 2
                    },
                    { process in
                        // Sooner, the server would see that the run's lock is gone before it waits for the table.
                        shop.onThread { () async throws in #expect(try await isWaiting()) }
                        kill(process, SIGKILL)
                        return .blackhole
                    })
                #expect(died.hasStruck)
                #expect(died.answer.status == 137)
                #expect(try await isWaiting())
                // Another file, another origin: beside it paris must not be opened any more.
                try shop.declare(origin: "tokyo")
                let next = try await shop.run(move).answer
                #expect(next.status == 75, "\(next.output)\(next.errorOutput)")
                #expect(next.errorOutput.contains("paris: pid "), "\(next.errorOutput)")
            }
            #expect(try await eventually { try await shop.look().open("orders") == ["paris"] })
            #expect(try await shop.look().breaches(since: found) == [])
            for proxy in shop.proxies.values { proxy.letGo() }
            let last = try await shop.run(move).answer
            #expect(last.status == 0, "\(last.output)\(last.errorOutput)")
            #expect(try await shop.look().open("orders") == ["tokyo"])
            #expect(try await shop.shop.polarity("apply", "--dry-run", "--detailed-exitcode").status == 0)
            tally(
                .death, "kill -9 while an opening waits for its table, and an apply to another origin at once",
                times: 1, seen: "the second apply ended with 75 and named who is still at work")
        }
    }

    @Test func `what is left of a message of many transactions raises once the run's lock is gone`() async throws {
        let rounds = Faults.areAll ? 8 : 2
        try await GuardedShop.lend("message", isApplied: false) { shop in
            // In a change that is counted, the server waits until the dead run's lock is gone: so that the blow always falls
            // inside a message, and changes are left of it.
            try await shop.ask(
                "berlin",
                """
                CREATE SEQUENCE changes;
                CREATE FUNCTION linger() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
                    IF nextval('public.changes') = 50 THEN
                        WHILE EXISTS (SELECT \(runLock)) LOOP PERFORM pg_sleep(0.01); END LOOP;
                    END IF;
                END $$;
                CREATE EVENT TRIGGER linger ON ddl_command_start WHEN TAG IN ('ALTER TABLE') EXECUTE FUNCTION linger();
                ALTER EVENT TRIGGER linger DISABLE
                """)
            for node in Shop.nodes {
                try await shop.ask(
                    node,
                    "DO 'BEGIN FOR i IN 0..199 LOOP EXECUTE format(''CREATE TABLE t%s (id int PRIMARY KEY)'', i); END LOOP; END'"
                )
            }
            try declareMany(shop, origin: "berlin")
            #expect(try await shop.run(move).answer.status == 0)
            var committed: [Int] = []
            for round in 1...rounds {
                try await shop.ask(
                    "berlin",
                    "ALTER SEQUENCE changes RESTART WITH \(6 * round); ALTER EVENT TRIGGER linger ENABLE")
                try declareMany(shop, origin: "none")
                let died = try await shop.run(
                    move, for: { $0.node == "berlin" && $0.moment == .sent && $0.asked.contains("ALTER TABLE") },
                    { process in
                        shop.onThread { () async throws in
                            #expect(
                                try await eventually {
                                    try await shop.ask("berlin", "SELECT last_value FROM changes") == "50"
                                })
                        }
                        kill(process, SIGKILL)
                        return .forward
                    })
                #expect(died.hasStruck)
                #expect(
                    try await eventually {
                        try await shop.ask("berlin", "SELECT count(*) \(runLock)") == "0"
                    })
                let then = try await closed(shop)
                try await shop.settled()
                let now = try await closed(shop)
                // The one that was under way when the lock went may commit; none that began later.
                #expect(now - then <= 1, "\(then) tables, then \(now)")
                #expect((1..<100).contains(now), "the blow fell outside of the first message: \(now)")
                committed.append(now)
                try await shop.ask("berlin", "ALTER EVENT TRIGGER linger DISABLE")
                try declareMany(shop, origin: "berlin")
                let again = try await shop.run(move).answer
                #expect(again.status == 0, "\(again.output)\(again.errorOutput)")
                #expect(try await closed(shop) == 0)
            }
            tally(
                .death, "kill -9 while messages of 100 transactions are executed", times: rounds,
                seen: "\(committed.map { "\($0)" }.joined(separator: ", ")) of 200 tables were closed, none after "
                    + "the lock went")
        }
    }

    private func declareMany(_ shop: GuardedShop, origin: String) throws {
        let file = shop.shop.file(origin: origin, conninfos: shop.proxies.mapValues(\.conninfo))
        let head = file.prefix(upTo: file.firstRange(of: "tables:")?.lowerBound ?? file.endIndex)
        try shop.shop.write(head + "tables: [{schema: public, match: \"t*\"}]\n", to: "polarity.yaml")
    }

    private func closed(_ shop: GuardedShop) async throws -> Int {
        let count = try await shop.ask(
            "berlin", "SELECT count(*) FROM pg_trigger WHERE tgname = '00_polarity_deny' AND tgenabled = 'O'")
        return Int(count ?? "") ?? -1
    }

    @Test func `what the old origin took in before it was closed is drained, though polarity died in between`()
        async throws
    {
        try await GuardedShop.lend("undrained") { shop in
            try shop.declare(origin: "paris")
            var found = try await shop.look()
            // A last write after the drain was looked at and before the door closes; then death, once it is closed.
            let died = try await shop.run(
                move, for: { $0.node == "berlin" && $0.moment == .before && $0.asked.contains("ALTER TABLE") },
                { process in
                    shop.onThread {
                        try await shop.ask("berlin", "INSERT INTO public.orders (customer) VALUES ('Grace')")
                    }
                    shop.injector.strikeAgain(at: { $0.moment == .before && $0.asked.contains("emit_message") }) { _ in
                        kill(process, SIGKILL)
                        return .cut
                    }
                    return .forward
                })
            #expect(died.answer.status == 137)
            try await shop.settled()
            let closed = try await shop.look()
            found.own = closed.own
            #expect(closed.breaches(since: found) == [])
            #expect(closed.open("orders") == [])
            let plan = try await shop.shop.polarity("apply", "--dry-run")
            #expect(plan.output.contains("DRAIN_PENDING"), "\(plan.output)")
            let second = try await shop.run(move + ["--apply-timeout", "1s"]).answer
            #expect(second.status == 75, "\(second.output)\(second.errorOutput)")
            #expect(try await shop.look() == closed)
            try await shop.ship()
            let third = try await shop.run(move).answer
            #expect(third.status == 0, "\(third.output)\(third.errorOutput)")
            #expect(try await shop.look().open("orders") == ["paris"])
            #expect(try await shop.shop.polarity("apply", "--dry-run", "--detailed-exitcode").status == 0)
            tally(
                .death, "kill -9 between protect and open, with a row that nobody has applied", times: 1,
                seen: "the next apply asked for the drain again, and opened nothing before it was proven")
        }
    }
}

extension Point {
    /// Whether it is the step of a table.
    fileprivate func opens(_ table: String) -> Bool {
        asked.contains("LOCK TABLE ONLY") && asked.contains("\"\(table)\"")
    }
}
