import FaultProxy
import Foundation
import Postgres
import SafetyTally
import Sandbox
import Synchronization
import Testing

private let unlog = #"ALTER TABLE public.orders DISABLE TRIGGER "00_polarity_log""#

@Suite struct `a node that is not what it should be` {
    @Test(arguments: [false, true])
    func `takes the connection and never answers: its sets wait, and so does nobody else for long`(
        answersLogin: Bool
    ) async throws {
        try await GuardedShop.lend("silent") { shop in
            try await shop.ask("berlin", unlog)
            let before = try await shop.look()
            let runs = [["status"], ["apply", "--dry-run"], ["apply", "--yes"]]
            for arguments in runs {
                let start = ContinuousClock.now
                let answer = try await shop.run(
                    arguments + ["--connect-timeout", "1s"],
                    everywhere: { boundary in
                        guard boundary.node == "tokyo" else { return .forward }
                        if case .startup = boundary.request, answersLogin { return .forward }
                        return .blackhole
                    })
                #expect(answer.status == 69, "\(arguments)")
                #expect(answer.output.contains("✗ NODE_UNREACHABLE  node 'tokyo' could not be read: no "))
                #expect(ContinuousClock.now - start < .seconds(30))
            }
            #expect(try await shop.look() == before)
            for proxy in shop.proxies.values { proxy.letGo() }
            #expect(try await shop.run(["apply", "--yes"]).answer.status == 0)
            tally(
                .otherSide,
                "a node takes the connection and never answers "
                    + (answersLogin ? "a statement" : "the login"),
                times: runs.count, seen: "NODE_UNREACHABLE, exit 69 in time, nothing changed; the next apply converged")
        }
    }

    @Test func `reads only since the review: the plan is stale, and a new one is held back`() async throws {
        try await Shop.lend("readsonly") { shop in
            try await shop.ask("tokyo", #"ALTER TABLE public.orders DISABLE TRIGGER "00_polarity_deny""#)
            #expect(try await shop.polarity("apply", "--dry-run", "--out", "plan.json").status == 0)
            try await shop.setReadOnly("on")
            let before = try await shop.modes()
            #expect(try await shop.polarity("apply", "plan.json").status == 4)
            let answer = try await shop.polarity("apply", "--yes")
            #expect(answer.status == 69)
            #expect(answer.output.contains("✗ READ_ONLY  node 'tokyo' has default_transaction_read_only on"))
            #expect(try await shop.modes() == before)
            try await shop.setReadOnly("off")
            #expect(try await shop.polarity("apply", "--yes").status == 0)
            #expect(try await shop.polarity("status").status == 0)
            tally(
                .otherSide, "default_transaction_read_only is set between plan and apply", times: 2,
                seen: "the plan is stale, exit 4; a new apply says READ_ONLY, exit 69; nothing changed")
        }
    }

    @Test func `two names have each other's databases`() async throws {
        try await Shop.lend("swapped") { shop in
            try await shop.ask("berlin", unlog)
            #expect(try await shop.polarity("apply", "--dry-run", "--out", "plan.json").status == 0)
            let before = try await shop.modes()
            let (paris, tokyo) = (
                try #require(shop.addresses["paris"]).text, try #require(shop.addresses["tokyo"]).text
            )
            try shop.declare(conninfos: ["paris": tokyo, "tokyo": paris])
            let status = try await shop.polarity("status")
            #expect(status.status == 2)
            let answer = try await shop.polarity("apply", "--yes")
            #expect(answer.status == 69)
            for (node, other) in [("paris", "tokyo"), ("tokyo", "paris")] {
                #expect(
                    answer.output.contains(
                        "✗ WRONG_NODE  node '\(node)' is not what was declared: it is recorded there as node '\(other)'"
                    ))
            }
            #expect(try await shop.modes() == before)
            try shop.declare()
            #expect(try await shop.polarity("apply", "--yes").status == 0)
            tally(
                .otherSide, "two names lead to each other's databases", times: 2,
                seen: "WRONG_NODE for both, exit 69, nothing changed")
        }
    }

    @Test func `was restored as a copy of the origin, and takes writes beside it`() async throws {
        try await Shop.lend("copied") { shop in
            let (berlin, paris) = (
                try #require(shop.addresses["berlin"]), try #require(shop.addresses["paris"]).text
            )
            let original = try #require(berlin.value(of: "dbname"))
            let copy = try ConnectionString(berlin.text + " dbname=\(original)_copy")
            let keeper = try ConnectionString(berlin.text + " dbname=postgres")
            try await keeper.ask(
                "CREATE DATABASE \(original)_copy TEMPLATE \(original)")
            try shop.declare(conninfos: ["paris": copy.text])
            let found = try await shop.polarity("status")
            #expect(found.status == 2)
            let words = found.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            #expect(
                words.contains(
                    """
                    ✗ WRONG_NODE node 'paris' is not what was declared: it is recorded there as node 'berlin' of cluster \
                    'shop', as on 'berlin': one is a copy of the other, and accepts writes to 3 of its tables
                    """), "\(found.output)")
            #expect(try await shop.polarity("apply", "--yes").status == 69)
            // What it says to do, done.
            try await copy.ask("DELETE FROM polarity.node WHERE cluster = 'shop'")
            let told = try await shop.polarity("status")
            #expect(told.output.contains("✗ SPLIT_BRAIN"), "\(told.output)")
            let closed = try await shop.polarity("apply", "--yes")
            #expect(closed.status == 0, "\(closed.output)")
            #expect(try await shop.polarity("status").status == 0)
            await #expect(throws: PostgresError.self) { try await copy.ask("INSERT INTO public.orders VALUES (99)") }
            try shop.declare(conninfos: ["paris": paris])
            try await keeper.ask("DROP DATABASE \(original)_copy")
            tally(
                .otherSide, "a node was restored as a copy of the origin, and takes writes", times: 1,
                seen: "WRONG_NODE says so and how to close it, exit 69; then SPLIT_BRAIN; the next apply closed it")
        }
    }

    @Test func `two names have one database`() async throws {
        try await OwnServers.lend(settings: ["listen_addresses": "127.0.0.1"]) { own in
            let shop = own.shop
            try await shop.ask("berlin", unlog)
            let before = try await shop.modes()
            let paris = try #require(shop.addresses["paris"])
            let ways = [
                paris.text,
                // By another road: nothing in the text is the same.
                "postgresql://postgres@127.0.0.1:\(paris.value(of: "port") ?? "")/\(paris.value(of: "dbname") ?? "")",
            ]
            for way in ways {
                try shop.declare(conninfos: ["tokyo": way])
                #expect(try await shop.polarity("status").status == 2)
                let answer = try await shop.polarity("apply", "--yes")
                #expect(answer.status == 69)
                #expect(answer.output.contains("✗ SAME_DATABASE  nodes paris, tokyo are one and the same database"))
                #expect(try await shop.modes() == before)
            }
            try shop.declare()
            #expect(try await shop.polarity("apply", "--yes").status == 0)
            tally(
                .otherSide, "two names lead to one database", times: ways.count,
                seen: "SAME_DATABASE, exit 69, nothing changed")
        }
    }
}

@Suite struct `a name that is given to another node` {
    /// In the middle of a switchover to paris, new connections to paris lead to tokyo, where the run holds its lock, too.
    @Test func `in the middle of a switchover opens nothing there`() async throws {
        try await GuardedShop.lend("renamed") { shop in
            let story = Story.switchover
            try await story.set(shop)
            let points = try await shop.run(story.arguments).seen.filter {
                $0.node == "paris" && $0.asked.hasPrefix("connect as") && $0.moment == .before
            }
            let tokyo = try #require(shop.shop.addresses["tokyo"])
            let paris = try #require(shop.shop.addresses["paris"])
            for point in points {
                try await story.set(shop)
                let found = try await shop.look()
                let proxy = try #require(shop.proxies["paris"])
                let (answer, _, hasStruck) = try await shop.run(story.arguments, for: { $0 == point }) { _ in
                    // This connection has its server already; the next has another.
                    try? proxy.lead(to: tokyo)
                    return .forward
                }
                #expect(hasStruck)
                #expect(answer.status != 0 || point == points.last, "\(point)")
                try proxy.lead(to: paris)
                try await shop.settled()
                let doors = try await shop.look()
                #expect(doors.breaches(since: found) == [], "\(point)")
                for table in doors.names { #expect(!doors.open(table).contains("tokyo"), "\(point)") }
                #expect(try await shop.run(story.arguments).answer.status == 0)
                #expect(try await shop.shop.polarity("status").status == 0)
            }
            #expect(!points.isEmpty)
            tally(
                .otherSide, "a name leads to another member from some connection of a switchover on",
                times: points.count,
                seen: "nothing was opened there; the next apply converged")
        }
    }
}

extension Shop {
    fileprivate func setReadOnly(_ value: String) async throws {
        try await ask(
            "tokyo",
            """
            BEGIN READ WRITE;
            DO $$ BEGIN
                EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = \(value)', current_database());
            END $$;
            COMMIT
            """)
    }
}
