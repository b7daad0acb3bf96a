import Foundation
import Postgres
import Sandbox
import TestSupport
import Testing

@Suite struct `sequences that are advanced` {
    /// - Parameters:
    ///   - startsAt: Where the new origin's sequence stands: some way ahead, the plan has nothing to set.
    ///   - name: What it is called on the new origin.
    private func declareMove(of shop: Shop, startsAt: Int, name: String) async throws {
        try shop.declare(origin: "paris", more: "policy: {sequences: advance}")
        if startsAt > 0 { try await shop.ask("paris", "SELECT setval('public.orders_id_seq', \(startsAt))") }
        try await shop.renameSequence(to: name)
        try await shop.ask("berlin", "INSERT INTO public.orders (customer) VALUES ('first')")
    }

    @Test(arguments: [(0, "orders_id_seq"), (1500, "orders_id_seq"), (0, "Other's")])
    func `are ahead of what a busy origin hands out before it is closed`(startsAt: Int, name: String) async throws {
        try await Shop.lend("busy") { shop in
            try await declareMove(of: shop, startsAt: startsAt, name: name)
            try await shop.holding("LOCK TABLE public.orders IN ROW EXCLUSIVE MODE", on: "berlin") { _ in
                let move = try shop.start([
                    "apply", "--yes", "--allow", "ORIGIN_CHANGE,UNPROVEN_HANDOVER", "--retries", "10000",
                ])
                #expect(try await eventually { move.errorOutput.contains("waiting for its lock") })
                try await shop.ask(
                    "berlin", "INSERT INTO public.orders (customer) SELECT 'late' FROM generate_series(1, 3000)")
                try await shop.endHolding(on: "berlin")
                let answer = await move.wait()
                #expect(answer.status == 0, "\(answer.output)\(answer.errorOutput)")
            }
            try await expectAhead(shop)
        }
    }

    @Test(arguments: [(0, "orders_id_seq"), (1500, "orders_id_seq"), (0, "Other's")])
    func `are ahead of what the origin handed out since the script was written`(
        startsAt: Int, name: String
    ) async throws {
        try await Shop.lend("late") { shop in
            try await declareMove(of: shop, startsAt: startsAt, name: name)
            let plan = try await shop.polarity("apply", "--dry-run", "-o", "sql")
            #expect(plan.status == 0)
            try await shop.ask(
                "berlin", "INSERT INTO public.orders (customer) SELECT 'late' FROM generate_series(1, 3000)")
            let psql = try await shop.psql(plan.output, input: "yes\nyes\nyes\n")
            #expect(psql.status == 0, "\(psql.errorOutput)")
            try await expectAhead(shop)
            // Nothing was ever taken from this one, and nothing is.
            #expect(try await shop.ask("paris", "SELECT is_called FROM sales.\"Order Line_Id_seq\"") == "f")
        }
    }

    @Test(arguments: ["", "\n", "no\n"])
    func `stay where they are, and nothing is opened, where a script is not told that everything is there`(
        answer: String
    ) async throws {
        try await Shop.lend("unsure") { shop in
            try shop.declare(origin: "paris", more: "policy: {sequences: advance}")
            let plan = try await shop.polarity("apply", "--dry-run", "-o", "sql")
            let psql = try await shop.psql(plan.output, input: answer)
            #expect(psql.status == 3)
            let isAsked = !answer.isEmpty
            #expect(psql.errorOutput.contains("not confirmed, so nothing is opened") == isAsked)
            await #expect(throws: (any Error).self) {
                try await shop.ask("paris", "INSERT INTO public.orders (customer) VALUES ('too soon')")
            }
        }
    }

    @Test(arguments: [false, true])
    func `lose the margin where their bounds leave no room for it`(asScript: Bool) async throws {
        try await Shop.lend("bounded") { shop in
            for node in Shop.nodes { try await shop.ask(node, "ALTER SEQUENCE public.orders_id_seq MAXVALUE 32767") }
            try await shop.ask("berlin", "SELECT setval('public.orders_id_seq', 32000)")
            try shop.declare(origin: "paris", more: "policy: {sequences: advance}")
            let move =
                if asScript {
                    try await shop.psql(
                        try await shop.polarity("apply", "--dry-run", "-o", "sql").output, input: "yes\nyes\n")
                } else {
                    try await shop.polarity("apply", "--yes", "--allow", "ORIGIN_CHANGE,UNPROVEN_HANDOVER")
                }
            #expect(move.status == 0, "\(move.output)\(move.errorOutput)")
            let next = try await shop.ask(
                "paris", "INSERT INTO public.orders (customer) VALUES ('next') RETURNING id")
            #expect(next == "32001")
        }
    }

    @Test func `that end before what another member handed out are told of before anything is closed`() async throws {
        try await Shop.lend("ended") { shop in
            try await shop.ask("paris", "ALTER SEQUENCE public.orders_id_seq MAXVALUE 32767")
            try await shop.ask("berlin", "SELECT setval('public.orders_id_seq', 40000)")
            try shop.declare(origin: "paris", more: "policy: {sequences: advance}")
            let answer = try await shop.polarity(
                "apply", "--yes", "--allow", "ORIGIN_CHANGE,UNPROVEN_HANDOVER", "-o", "json")
            #expect(answer.output.contains("SEQUENCE_BEHIND"), "\(answer.output)\(answer.errorOutput)")
            #expect(
                answer.output.contains(
                    "public.orders_id_seq on 'paris' ends at 32767, and another member's stands at 40000"))
            let next = try await shop.ask(
                "berlin", "INSERT INTO public.orders (customer) VALUES ('next') RETURNING id")
            #expect(next == "40001")
        }
    }

    private func expectAhead(_ shop: Shop) async throws {
        let last = try await shop.ask("berlin", "SELECT max(id) FROM public.orders")
        #expect(last == "3001")
        let next = try await shop.ask(
            "paris", "INSERT INTO public.orders (customer) VALUES ('next') RETURNING id")
        #expect(next == "4002")
    }
}

@Suite struct `sequences that are checked` {
    /// The new origin's is level, or ahead, for as long as nothing is written.
    private func declareMove(of shop: Shop, startsAt: Int) async throws {
        try shop.declare(origin: "paris")
        try await shop.ask("berlin", "INSERT INTO public.orders (customer) VALUES ('first')")
        try await shop.ask("paris", "SELECT setval('public.orders_id_seq', \(startsAt))")
    }

    @Test(arguments: [(500, "SEQUENCE_BEHIND"), (5000, nil)])
    func `are checked once a busy origin is closed, and one that is overtaken gets its old origin back`(
        startsAt: Int, error: String?
    ) async throws {
        try await Shop.lend("checked") { shop in
            try await declareMove(of: shop, startsAt: startsAt)
            try await shop.holding("LOCK TABLE public.orders IN ROW EXCLUSIVE MODE", on: "berlin") { _ in
                let move = try shop.start([
                    "apply", "--yes", "--allow", "ORIGIN_CHANGE,UNPROVEN_HANDOVER", "--retries", "10000", "-o", "json",
                ])
                #expect(try await eventually { move.errorOutput.contains("waiting for its lock") })
                try await shop.ask(
                    "berlin", "INSERT INTO public.orders (customer) SELECT 'late' FROM generate_series(1, 3000)")
                try await shop.endHolding(on: "berlin")
                let answer = await move.wait()
                #expect(answer.status == (error == nil ? 0 : 3), "\(answer.output)\(answer.errorOutput)")
                if let error {
                    #expect(answer.output.contains("\"code\" : \"\(error)\""), "\(answer.output)")
                    #expect(
                        answer.output.contains(
                            "public.orders_id_seq on 'paris' stands at \(startsAt), and another member's at 3001"))
                }
            }
            let writes = "INSERT INTO public.orders (customer) VALUES ('next') RETURNING id"
            #expect(try await shop.ask(error == nil ? "paris" : "berlin", writes) == (error == nil ? "5001" : "3002"))
            await expectShut(error == nil ? "berlin" : "paris", of: shop)
        }
    }

    @Test func `are found to be behind, whatever each node names them`() async throws {
        try await Shop.lend("renamed") { shop in
            try await shop.ask("berlin", "SELECT setval('public.orders_id_seq', 500)")
            try await shop.renameSequence(to: "Other's")
            try shop.declare(origin: "paris")
            let answer = try await shop.polarity(
                "apply", "--yes", "--allow", "ORIGIN_CHANGE,UNPROVEN_HANDOVER", "-o", "json")
            #expect(answer.output.contains("SEQUENCE_BEHIND"), "\(answer.output)\(answer.errorOutput)")
            #expect(answer.output.contains("on 'paris' stands at its start, and another member's at 500"))
            let writes = "INSERT INTO public.orders (customer) VALUES ('next') RETURNING id"
            await expectShut("paris", of: shop)
            #expect(try await shop.ask("berlin", writes) == "501")
        }
    }

    @Test func `stop a script where the origin has gone past since it was written`() async throws {
        try await Shop.lend("passed") { shop in
            try await declareMove(of: shop, startsAt: 500)
            let plan = try await shop.polarity("apply", "--dry-run", "-o", "sql")
            #expect(plan.status == 0)
            try await shop.ask(
                "berlin", "INSERT INTO public.orders (customer) SELECT 'late' FROM generate_series(1, 3000)")
            let psql = try await shop.psql(plan.output, input: "yes\nyes\nyes\n")
            #expect(psql.status == 3)
            #expect(
                psql.errorOutput.contains(
                    "sequence public.orders_id_seq stands at 500, and another member's at 3001: nothing is opened"),
                "\(psql.errorOutput)")
            let writes = "INSERT INTO public.orders (customer) VALUES ('next') RETURNING id"
            await expectShut("paris", of: shop)
            try await shop.ask("paris", "SELECT setval('public.orders_id_seq', 3001)")
            let again = try await shop.psql(plan.output, input: "yes\nyes\nyes\n")
            #expect(again.status == 0, "\(again.errorOutput)")
            #expect(try await shop.ask("paris", writes) == "3002")
        }
    }
}

/// The node refuses writes, and for no other reason than that it is no origin.
private func expectShut(_ node: String, of shop: Shop) async {
    let refused = await #expect(throws: PostgresError.self) {
        try await shop.ask(node, "INSERT INTO public.orders (customer) VALUES ('nobody')")
    }
    #expect(refused?.sqlState == "25006")
}

extension Shop {
    /// Gives the sequence of `public.orders` another name on the new origin.
    fileprivate func renameSequence(to name: String) async throws {
        guard name != "orders_id_seq" else { return }
        try await ask("paris", "ALTER SEQUENCE public.orders_id_seq RENAME TO \(quoted(name))")
    }

    /// Ends whoever holds a lock for a test.
    fileprivate func endHolding(on node: String) async throws {
        try await ask(
            node,
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE application_name = 'etl' AND datname = current_database() AND pid <> pg_backend_pid()
            """)
    }
}
