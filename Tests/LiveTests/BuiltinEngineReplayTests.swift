import FoundationEssentials
import Postgres
import TestSupport
import Testing

@Suite struct `The shipper's rules` {
    @Test(arguments: BuiltinShipper.statements)
    func `of the article are the statements that are tested here`(statement: String) throws {
        #expect(try documentation("BuiltinEngine").contains("```sql\n\(statement)\n```"))
    }

    @Test func `carry a hostile concurrent workload to an identical copy, and skip nothing on the way`() async throws {
        try await withBuiltinNodes("replay", count: 2) { sessions, addresses in
            let (origin, subscriber) = (sessions[0], sessions[1])
            for node in sessions { _ = try await node.run(Workload.tables) }
            try await origin.attachLog("accounts", "items", "pairs", "parts_low", "parts_high")
            _ = try await origin.run(
                """
                CREATE TRIGGER "00_polarity_truncate_log" AFTER TRUNCATE ON parts
                    FOR EACH STATEMENT EXECUTE PROCEDURE polarity.log_truncate()
                """)
            _ = try await subscriber.run("INSERT INTO polarity.applied (origin) VALUES ('berlin')")
            var shipper = BuiltinShipper(origin: origin, subscriber: subscriber)
            async let working = Workload.run(writers: 8, transactions: 100, on: addresses[0])
            var passes: [BuiltinShipper.Pass] = []
            while try await !origin.query(Workload.writing).isEmpty || passes.count < 20 {
                passes.append(try await shipper.pass())
            }
            #expect(try await working > 250)

            // Below what was recorded nothing has appeared since.
            for pass in passes {
                let below = try await origin.texts("SELECT count(*) FROM polarity.log WHERE seq <= \(pass.seq)")
                #expect(below == ["\(pass.rowsUpToSeq)"], "\(pass)")
            }
            #expect(passes.filter { $0.shipped > 0 }.count > 5)

            // A transaction that another database of the server has open holds the end back until it ends.
            let end = try await origin.texts("SELECT max(seq) FROM polarity.log")
            var last = try await shipper.pass()
            for _ in 0..<1_000 where last.shipped > 0 || ["\(last.seq)"] != end {
                try await Task.sleep(for: .milliseconds(60))
                last = try await shipper.pass()
            }
            #expect(last.shipped == 0 && ["\(last.seq)"] == end)
            for table in ["accounts", "items", "pairs", "parts"] {
                let content = "SELECT concat(t) FROM \(table) AS t ORDER BY 1"
                let rows = try await origin.texts(content)
                #expect(try await subscriber.texts(content) == rows)
            }
            let kinds = try await origin.texts(
                "SELECT operation::text FROM polarity.log GROUP BY operation HAVING count(*) > 5 ORDER BY 1")
            #expect(kinds == ["D", "I", "T", "U"])
        }
    }

    @Test func `carry a TRUNCATE of two tables although another change was logged in between`() async throws {
        try await withBuiltinNodes("truncates", count: 2) { sessions, addresses in
            let (origin, subscriber) = (sessions[0], sessions[1])
            for node in sessions { _ = try await node.run(Workload.tables) }
            try await origin.attachLog("accounts", "items", "pairs", "parts_low")
            _ = try await subscriber.run("INSERT INTO polarity.applied (origin) VALUES ('berlin')")
            var shipper = BuiltinShipper(origin: origin, subscriber: subscriber)
            _ = try await origin.run(
                """
                CREATE FUNCTION pause() RETURNS trigger LANGUAGE plpgsql AS
                    'BEGIN PERFORM pg_advisory_xact_lock_shared(7); RETURN NULL; END';
                CREATE TRIGGER pause AFTER TRUNCATE ON accounts FOR EACH STATEMENT EXECUTE PROCEDURE pause();
                INSERT INTO accounts VALUES (1, 'a', 1, 'mail'); INSERT INTO items (account) VALUES (1);
                INSERT INTO parts VALUES (1, '{}'); SELECT pg_advisory_lock(7)
                """)
            #expect(try await shipper.pass().shipped == 3)

            let other = try await Session.connect(to: addresses[0], timeout: .seconds(10))
            let waiting = "SELECT pid FROM pg_stat_activity WHERE pid = \(other.processID) AND wait_event = 'advisory'"
            async let truncated = other.run("BEGIN; TRUNCATE accounts CASCADE; TRUNCATE parts_low; COMMIT")
            #expect(try await eventually { try await !origin.query(waiting).isEmpty })
            _ = try await origin.run("INSERT INTO pairs VALUES (1, '1', 'b'); INSERT INTO parts VALUES (2, '{}')")
            _ = try await origin.run("SELECT pg_advisory_unlock(7)")
            _ = try await truncated
            let operations = try await origin.texts("SELECT operation::text FROM polarity.log ORDER BY seq OFFSET 3")
            #expect(operations == ["T", "I", "I", "T", "T"])
            #expect(try await shipper.pass().shipped == 5)
            for table in ["accounts", "items", "parts"] {
                #expect(try await subscriber.texts("SELECT concat(t) FROM \(table) AS t") == [])
            }
            #expect(try await subscriber.texts("SELECT b FROM pairs") == ["b"])
            await other.close()
        }
    }

    @Test func `carry a subscriber the sets that it is a member of, and tables that are in none`() async throws {
        try await withBuiltinNodes("shipped_sets", count: 2) { sessions, _ in
            let (origin, subscriber) = (sessions[0], sessions[1])
            for node in sessions { _ = try await node.run(Workload.tables) }
            try await origin.attachLog("accounts", "items", "pairs", "parts_low", "parts_high")
            _ = try await subscriber.run("INSERT INTO polarity.applied (origin) VALUES ('berlin')")
            _ = try await origin.run(
                """
                INSERT INTO polarity.node VALUES ('shop', 'berlin');
                INSERT INTO polarity.origin VALUES ('shop', 'ours', 'berlin'), ('shop', 'theirs', 'berlin');
                INSERT INTO polarity.member VALUES ('shop', 'ours', 'berlin'), ('shop', 'ours', 'paris'),
                                                   ('shop', 'theirs', 'berlin'), ('shop', 'theirs', 'tokyo');
                INSERT INTO polarity.replicated VALUES ('public', 'accounts', 'shop', 'ours'),
                                                       ('public', 'parts_low', 'shop', 'ours'),
                                                       ('public', 'pairs', 'shop', 'theirs'),
                                                       ('public', 'parts', 'shop', 'theirs');
                INSERT INTO accounts VALUES (1, 'a'); INSERT INTO items (account) VALUES (1);
                INSERT INTO pairs VALUES (1, '1', 'b'); INSERT INTO parts VALUES (1), (11); TRUNCATE pairs, parts_high
                """)
            var shipper = BuiltinShipper(origin: origin, subscriber: subscriber)
            #expect(try await shipper.pass().shipped == 3)
            #expect(try await subscriber.texts("SELECT id FROM accounts") == ["1"])
            #expect(try await subscriber.texts("SELECT account FROM items") == ["1"])
            #expect(try await subscriber.texts("SELECT b FROM pairs") == [])
            #expect(try await subscriber.texts("SELECT id FROM parts") == ["1"])
        }
    }
}

/// Transactions that get in each other's way: conflicting rows, key changes, cascades, savepoints rolled back,
/// truncates, partition moves, rollbacks.
private struct Workload: Sendable {
    static let tables = """
        CREATE TABLE accounts (id int PRIMARY KEY, v text, n numeric, email text UNIQUE);
        CREATE TABLE items (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, j json,
                            account int REFERENCES accounts ON UPDATE CASCADE ON DELETE CASCADE);
        CREATE TABLE pairs (a int, v jsonb, b text, n bigint GENERATED ALWAYS AS IDENTITY, PRIMARY KEY (b, a));
        CREATE TABLE parts (id int PRIMARY KEY, v int[]) PARTITION BY RANGE (id);
        CREATE TABLE parts_low PARTITION OF parts FOR VALUES FROM (0) TO (10);
        CREATE TABLE parts_high PARTITION OF parts FOR VALUES FROM (10) TO (100)
        """

    /// One row for every writer that is still connected.
    static let writing =
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'writer'"

    let seed: Int

    /// - Returns: How many transactions of all writers committed.
    static func run(writers: Int, transactions: Int, on address: ConnectionString) async throws -> Int {
        try await withThrowingTaskGroup(of: Int.self) { group in
            for writer in 0..<writers {
                group.addTask { try await Workload(seed: writer).run(transactions, on: address) }
            }
            return try await group.reduce(0, +)
        }
    }

    /// - Returns: How many transactions committed.
    private func run(_ transactions: Int, on address: ConnectionString) async throws -> Int {
        let session = try await Session.connect(to: address, timeout: .seconds(10), applicationName: "writer")
        _ = try await session.run("SET deadlock_timeout = '20ms'")
        var dice = Dice(seed: seed)
        var committed = 0
        for _ in 0..<transactions {
            let level =
                dice.below(10) == 0 ? "SERIALIZABLE" : dice.below(5) == 0 ? "REPEATABLE READ" : "READ COMMITTED"
            var statements = ["BEGIN ISOLATION LEVEL \(level)"]
            for _ in 0..<(1 + dice.below(5)) {
                statements +=
                    dice.below(5) == 0
                    ? ["SAVEPOINT s", change(&dice), change(&dice), "ROLLBACK TO s"] : [change(&dice)]
                if dice.below(4) == 0 { statements.append("SELECT pg_sleep(0.00\(dice.below(9)))") }
            }
            statements.append(dice.below(10) == 0 ? "ROLLBACK" : "COMMIT")
            let error = try await session.message(statements.joined(separator: ";")).error
            if error != nil { _ = try await session.run("ROLLBACK") }
            committed += error == nil && statements.last == "COMMIT" ? 1 : 0
        }
        await session.close()
        return committed
    }

    private func change(_ dice: inout Dice) -> String {
        let (a, b) = (dice.below(20), dice.below(20))
        switch dice.below(40) {
        case 0..<6:
            return """
                INSERT INTO accounts VALUES (\(a), 'v\(b)', \(b).50, 'mail\(b)')
                    ON CONFLICT (id) DO UPDATE SET v = EXCLUDED.v, n = accounts.n + 1
                """
        case 6..<12: return "UPDATE accounts SET n = n + 1, v = NULL WHERE id IN (\(a), \(b))"
        case 12..<15: return "UPDATE accounts SET id = \(b) WHERE id = \(a)"
        case 15..<17: return "DELETE FROM accounts WHERE id = \(a)"
        case 17..<20:
            return "INSERT INTO items (account, j) SELECT id, '{\"a\" : \(b)}' FROM accounts WHERE id >= \(a) LIMIT 2"
        case 20..<26:
            return "INSERT INTO pairs VALUES (\(a), 'null', 'b\(b)') ON CONFLICT (a, b) DO UPDATE SET v = '\"x\"'"
        case 26..<28: return "UPDATE pairs SET b = 'b\(b)', a = a + 1 WHERE a = \(a)"
        case 28..<30: return "DELETE FROM pairs WHERE b = 'b\(b)'"
        case 30..<34:
            return "INSERT INTO parts VALUES (\(a), '[0:1]={\(b),NULL}') ON CONFLICT (id) DO UPDATE SET v = '{}'"
        case 34..<37: return "UPDATE parts SET id = \(b) WHERE id = \(a)"
        case 37: return "TRUNCATE \(a < 10 ? "pairs" : "parts_high")"
        case 38: return a < 10 ? "TRUNCATE parts, pairs" : "TRUNCATE accounts CASCADE"
        default: return "DELETE FROM items WHERE id % 3 = 0"
        }
    }
}
