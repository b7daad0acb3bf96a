import Sandbox
import TestSupport
import Testing

@Suite struct `what a role or a database has set` {
    private func set(_ setting: String, _ shop: Shop) async throws {
        for node in Shop.nodes {
            try await shop.ask(
                node,
                "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET \(setting)', current_database()); END $$")
        }
    }

    /// Has whoever reads what was logged or applied wait twice as long as 200 ms, on every node, time and again.
    private func keepBusy(_ shop: Shop, until ended: Flag) async throws {
        try await withThrowingTaskGroup { group in
            for node in Shop.nodes {
                group.addTask {
                    while !ended.isSet {
                        try await shop.ask(
                            node,
                            """
                            SET statement_timeout = 0; BEGIN; LOCK TABLE polarity.log, polarity.applied; SELECT pg_sleep(0.4); COMMIT
                            """)
                        try await Task.sleep(for: .milliseconds(20))
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func `does not keep the functions from being as they were installed`() async throws {
        try await Shop.lend("all_quoted", isApplied: false) { shop in
            try await set("quote_all_identifiers = on", shop)
            let first = try await shop.polarity("apply", "--yes")
            #expect(first.status == 0, "\(first.output)\(first.errorOutput)")
            #expect(try await shop.polarity("status").status == 0)
            // A script of psql's, too.
            try await shop.ask("paris", "DROP FUNCTION polarity.deny_truncate() CASCADE")
            let script = try await shop.polarity("apply", "--dry-run", "-o", "sql").output
            let repaired = try await shop.psql(script)
            #expect(repaired.status == 0, "\(repaired.errorOutput)")
            let status = try await shop.polarity("status")
            #expect(status.status == 0, "\(status.output)")
        }
    }

    @Test func `does not make a cluster in sync an error, where nothing is written by default`() async throws {
        try await Shop.lend("reads") { shop in
            try await set("default_transaction_read_only = on", shop)
            for arguments in [
                ["status"], ["apply", "--dry-run", "--detailed-exitcode"], ["apply", "--yes"],
            ] {
                let answer = try await shop.start(arguments).wait()
                #expect(answer.status == 0, "\(arguments): \(answer.output)\(answer.errorOutput)")
            }
            try await shop.ask(
                "tokyo",
                #"BEGIN READ WRITE; ALTER TABLE public.orders DISABLE TRIGGER "00_polarity_deny"; COMMIT"#)
            let before = try await shop.modes()
            #expect(try await shop.polarity("status").status == 2)
            let refused = try await shop.polarity("apply", "--yes")
            #expect(refused.status == 69, "\(refused.output)\(refused.errorOutput)")
            #expect(refused.output.contains("✗ READ_ONLY  node 'tokyo' has default_transaction_read_only on"))
            #expect(try await shop.modes() == before)
        }
    }

    @Test func `ends no look and no proof before its time`() async throws {
        try await Shop.lend("impatient") { shop in
            try await set("idle_in_transaction_session_timeout = 1", shop)
            try await set("statement_timeout = 200", shop)
            let ended = Flag()
            async let busy: Void = keepBusy(shop, until: ended)
            for _ in 0..<3 {
                let status = try await shop.polarity("status")
                #expect(status.status == 0, "\(status.output)\(status.errorOutput)")
            }
            try shop.declare(origin: "paris", more: "policy: {sequences: advance}")
            let moved = try await shop.polarity("apply", "--yes", "--allow", "ORIGIN_CHANGE")
            ended.set()
            try await busy
            #expect(moved.status == 0, "\(moved.output)\(moved.errorOutput)")
        }
    }
}
