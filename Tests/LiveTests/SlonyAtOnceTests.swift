import Foundation
import Postgres
import SafetyTally
import Sandbox
import TestSupport
import Testing

@Suite struct `slonik and apply` {
    /// What slonik does meanwhile, and takes back.
    private static let scripts = [
        "lock set (id = 1, origin = 1); unlock set (id = 1, origin = 1);",
        """
        execute script (sql = 'ALTER TABLE public.orders ADD COLUMN more integer', event node = 1);
        execute script (sql = 'ALTER TABLE public.orders DROP COLUMN more', event node = 1);
        """,
    ]

    @Test func `at once: slonik does its work, apply does its own or says that the set is busy`() async throws {
        try await SlonyCluster.lend(as: "slonik_apply") { cluster in
            let rounds = Faults.areAll ? 30 : 2
            var ends: [Int32: Int] = [:]
            for round in 0..<rounds {
                try await cluster.sabotage("ALTER TABLE public.orders DISABLE TRIGGER _shopcl_denyaccess", on: 3)
                async let slonik: Void = cluster.slonik(Self.scripts[round % 2])
                try await Task.sleep(for: .milliseconds(round * 137 % 700))
                let answer = try await apply(cluster)
                try await slonik
                ends[answer.status, default: 0] += 1
                #expect([0, 3, 4, 75].contains(answer.status), "\(answer.output)\(answer.errorOutput)")
                let words = ["STALE_PLAN", "SET_BUSY", "BUSY", "UNVERIFIED"]
                #expect(answer.status == 0 || words.contains { answer.output.contains($0) }, "\(answer.output)")
                try await cluster.waitUntilReplicated()
                let again = try await apply(cluster)
                #expect(again.status == 0, "\(again.output)\(again.errorOutput)")
                #expect(try await open(cluster) == [["1"], [], []])
            }
            let words = ends.sorted { $0.key < $1.key }.map { "\($0.value) times \($0.key)" }.joined(separator: ", ")
            tally(
                .twoAtOnce, "slonik's LOCK SET and EXECUTE SCRIPT while an apply closed a subscriber", times: rounds,
                seen: "slonik did its work each time; apply ended \(words), and the next one converged")
        }
    }

    @Test func `a set that slonik has locked is busy, and apply changes nothing`() async throws {
        try await SlonyCluster.lend(as: "slonik_locked") { cluster in
            try await cluster.sabotage("ALTER TABLE public.orders DISABLE TRIGGER _shopcl_denyaccess", on: 3)
            try await cluster.slonik("lock set (id = 1, origin = 1);")
            let answer = try await apply(cluster)
            #expect(answer.status == 75, "\(answer.output)\(answer.errorOutput)")
            #expect(answer.output.contains("SET_BUSY"), "\(answer.output)")
            #expect(try await open(cluster) == [["1"], [], ["1"]])
            try await cluster.slonik("unlock set (id = 1, origin = 1);")
            #expect(try await apply(cluster).status == 0)
            #expect(try await open(cluster) == [["1"], [], []])
        }
    }

    @Test func `who holds Slony's configuration lock is named, and no table is called busy`() async throws {
        try await SlonyCluster.lend(as: "slony_config_lock") { cluster in
            try await cluster.sabotage("ALTER TABLE public.orders DISABLE TRIGGER _shopcl_denyaccess", on: 3)
            let holder = try await Session.connect(to: cluster.addresses[2], timeout: .seconds(10))
            _ = try await holder.run("BEGIN; LOCK TABLE _shopcl.sl_config_lock IN ACCESS EXCLUSIVE MODE")
            let answer = try await apply(cluster, "--retries", "2")
            #expect(answer.status == 75, "\(answer.output)\(answer.errorOutput)")
            let holding = "Slony's configuration lock is held by pid \(holder.processID) postgres"
            #expect(
                answer.output.contains("tokyo   public.orders   kept waiting for 2 tries: \(holding)"),
                "\(answer.output)")
            #expect(
                answer.output.hasSuffix(
                    "shop: nothing changed, Slony's configuration lock on tokyo was held for 2 tries\n"),
                "\(answer.output)")
            #expect(answer.errorOutput.contains(" of 2: \(holding)"), "\(answer.errorOutput)")
            _ = try await holder.run("COMMIT")
            await holder.close()
        }
    }

    /// The built binary, on the file of the scenarios.
    private func apply(_ cluster: SlonyCluster, _ arguments: String...) async throws -> CommandResult {
        let home = try temporaryDirectory()
        defer { try? FileManager.default.removeItem(atPath: home) }
        return try await run(
            Binary.path, ["apply", "-f", Scenario.folder.appending(path: "slony.yaml").path(), "--yes"] + arguments,
            environment: Binary.environment(home: home, Scenario.environment(cluster.addresses)))
    }

    /// On which nodes `public.orders` accepts writes.
    private func open(_ cluster: SlonyCluster) async throws -> [[String]] {
        let query = """
            SELECT 1 FROM pg_trigger WHERE tgrelid = 'public.orders'::regclass
               AND tgname = '_shopcl_denyaccess' AND tgenabled IN ('D', 'R')
            """
        var answers: [[String]] = []
        for node in 1...3 {
            answers.append(try await cluster.sabotage(query, on: node).compactMap { $0.first ?? nil })
        }
        return answers
    }
}
