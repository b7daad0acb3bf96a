import Foundation
import Postgres
import SafetyTally
import Sandbox
import TestSupport
import Testing

/// Many tables under one origin, written by pgbench and by clients whose every wait is measured.
private struct Load {
    let shop: Shop
    let tables: Int

    /// What a write meets: a table by chance, and where that is refused, a table that counts refusals.
    ///
    /// pgbench ends a client with its first error; so the refusal is caught where it is raised. Any other ends pgbench.
    private var script: String {
        """
        \\set t random(0, \(tables - 1))
        DO $$ BEGIN INSERT INTO t:t (v) VALUES (1);
        EXCEPTION WHEN read_only_sql_transaction THEN INSERT INTO refused VALUES (1); END $$;

        """
    }

    init(_ shop: Shop, tables: Int) async throws {
        self.shop = shop
        self.tables = tables
        for node in Shop.nodes {
            try await shop.ask(
                node,
                """
                CREATE TABLE refused (n integer);
                DO $$ BEGIN FOR i IN 0..\(tables - 1) LOOP
                    EXECUTE format('CREATE TABLE t%s (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), v integer)', i);
                END LOOP; END $$
                """)
        }
        try shop.write(script, to: "load.sql")
    }

    /// The cluster file, written on a node.
    func declare(origin: String) throws {
        let nodes = Shop.nodes.map { "  \($0): \"\(shop.addresses[$0]?.text ?? "")\"\n" }.joined()
        try shop.write(
            """
            version: 1
            cluster: load
            nodes:
            \(nodes)origin: \(origin)
            tables: [{schema: public, match: "t*"}]

            """, to: "polarity.yaml")
    }

    /// Runs pgbench on berlin again and again until it is told to stop.
    ///
    /// - Returns: How many writes were acknowledged or refused.
    func press(until ended: Flag) async throws -> Int {
        guard let address = shop.addresses["berlin"], let programs = await Binaries.find()?.directory else {
            throw SandboxError(message: "no pgbench")
        }
        let (host, port) = (address.value(of: "host") ?? "", address.value(of: "port") ?? "")
        let arguments = ["-n", "-f", "load.sql", "-c", "4", "-T", "2", "-U", "postgres", "-h", host, "-p", port]
        var processed = 0
        while !ended.isSet {
            let answer = try await run(
                programs + "/pgbench", arguments + [address.value(of: "dbname") ?? ""],
                workingDirectory: shop.directory)
            guard answer.status == 0, let count = answer.output.firstMatch(of: #/actually processed: (\d+)/#)
            else {
                throw SandboxError(message: answer.output + answer.errorOutput)
            }
            processed += Int(count.1) ?? 0
        }
        return processed
    }

    /// Writes to one table after another on berlin until it is told to stop.
    ///
    /// - Returns: The longest wait for a write that was acknowledged or refused, and how many were acknowledged.
    func measure(from start: Int, until ended: Flag) async throws -> (longest: Duration, acknowledged: Int) {
        let session = try await shop.connect("berlin", as: "measure")
        var (longest, acknowledged) = (Duration.zero, 0)
        var table = start
        while !ended.isSet {
            let before = ContinuousClock.now
            let error = try await session.message("INSERT INTO t\(table) (v) VALUES (2)").error
            longest = max(longest, .now - before)
            if let error, error.sqlState != "25006" { throw error }
            if error == nil { acknowledged += 1 }
            table = (table + 1) % tables
            try await Task.sleep(for: .milliseconds(1))
        }
        await session.close()
        return (longest, acknowledged)
    }

    /// How many rows all tables of a node hold.
    func rows(_ node: String) async throws -> Int {
        let counts = (0..<tables).map { "(SELECT count(*) FROM t\($0))" }.joined(separator: " + ")
        return Int(try await shop.ask(node, "SELECT \(counts)") ?? "") ?? -1
    }
}

extension Duration {
    fileprivate var words: String { "\(Int64(self / .milliseconds(1))) ms" }
}

@Suite struct `a switchover under load` {
    @Test func `completes; no acknowledged write is without its log row, and the stall of writers is measured`()
        async throws
    {
        let tables = Faults.areAll ? 200 : 40
        try await Shop.lend("load", isApplied: false) { shop in
            let load = try await Load(shop, tables: tables)
            try load.declare(origin: "berlin")
            #expect(try await shop.polarity("apply", "--yes").status == 0)
            try load.declare(origin: "paris")
            var acknowledged = 0
            var stalls: [String] = []
            for isBlocked in [false, true] {
                let ended = Flag()
                async let pressing = load.press(until: ended)
                async let one = load.measure(from: 0, until: ended)
                async let two = load.measure(from: tables / 2, until: ended)
                let (_, seen) = try await shop.watched {
                    defer { ended.set() }
                    try await move(load, blocking: isBlocked)
                }
                #expect(seen.violations == [])
                let measured = [try await one, try await two]
                let processed = try await pressing
                let refused = Int(try await shop.ask("berlin", "SELECT count(*) FROM refused") ?? "") ?? -1
                try await shop.ask("berlin", "TRUNCATE refused")
                acknowledged += processed - refused + measured.map(\.acknowledged).reduce(0, +)
                #expect(refused > 0)
                stalls.append(measured.map(\.longest).max()?.words ?? "")
                #expect(try await load.rows("berlin") == acknowledged)
                #expect(try await shop.ask("berlin", "SELECT count(*) FROM polarity.log") == "\(acknowledged)")
                #expect(try await shop.polarity("status").status == 0)
                guard !isBlocked else { continue }
                try load.declare(origin: "berlin")
                let back = try await shop.polarity("apply", "--yes", "--allow", "ORIGIN_CHANGE,UNPROVEN_HANDOVER")
                #expect(back.status == 0, "\(back.output)")
                try load.declare(origin: "paris")
            }
            tally(
                .locks, "The origin of many tables moved under pgbench, once beside a writer idle in transaction",
                times: 2,
                seen: "\(tables) tables, completed; \(acknowledged) acknowledged writes and as many rows in the log, "
                    + "all others refused; the longest wait of a writer was \(stalls[0]), "
                    + "beside the idle writer \(stalls[1])")
        }
    }

    /// Moves the origin to paris; a writer that blocks leaves after half a second.
    private func move(_ load: Load, blocking: Bool) async throws {
        let shop = load.shop
        let blocker = try await shop.connect("berlin")
        if blocking { _ = try await blocker.run("BEGIN; LOCK TABLE t0 IN ROW EXCLUSIVE MODE") }
        let apply = try shop.start(["apply", "--yes", "--allow", "ORIGIN_CHANGE,UNPROVEN_HANDOVER"])
        if blocking {
            #expect(try await eventually { apply.errorOutput.contains("t0   waiting for its lock, try 2") })
            _ = try await blocker.run("COMMIT")
        }
        let answer = await apply.wait()
        await blocker.close()
        #expect(answer.status == 0, "\(answer.output)\(answer.errorOutput)")
    }
}
