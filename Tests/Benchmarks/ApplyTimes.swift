import LiveNodes
import Postgres
import Replication

/// The move of an origin, there by Polarity and back by the least that keeps the same discipline.
///
/// The floor takes the plan as given and knows which statements it holds. It uses one session a node, one node after the
/// other as the stages demand, and sends messages of a hundred transactions of one table each; while it opens, one
/// transaction a message, as the discipline has it. Every transaction begins, bounds its wait for the lock, commits
/// without waiting for the disk, makes sure of the run's lock, locks its table, compares the table's triggers with a
/// text, and alters. The end of a stage is one flushed commit. What it leaves out is what Polarity must not: the tries
/// of busy tables, the watch for blockers, and the look from a new connection at what was done. Beside it stands the
/// same with a hundred transactions a message throughout.
func measureApply(_ nodes: BenchNodes, _ sizes: Sizes) async throws -> [Measurement] {
    let (there, back) = (nodes.whole.moved(to: "paris"), nodes.whole)
    var times: [BarePlan.Opening: (reached: [Double], floor: [Double])] = [:]
    for round in 0..<sizes.rounds + 1 {
        let opening: BarePlan.Opening = round % 2 == 0 ? .oneByOne : .byHundreds
        nodes.whole.tidy()
        try await there.bringAbout { work in
            let start = ContinuousClock.now
            let outcomes = await work()
            times[opening, default: ([], [])].reached.append((ContinuousClock.now - start) / .milliseconds(1))
            return outcomes
        }
        let bare = try await BarePlan(await back.look(at: try back.declared()).plan, on: back, opening)
        nodes.whole.tidy()
        let start = ContinuousClock.now
        bare.run()
        times[opening, default: ([], [])].floor.append((ContinuousClock.now - start) / .milliseconds(1))
        say("\(opening): \(times[opening]?.reached.last ?? 0) ms, floor \(times[opening]?.floor.last ?? 0) ms")
    }
    let reached = median(times.values.flatMap(\.reached))
    func measured(_ what: String, _ floor: String, _ opening: BarePlan.Opening, target: Double?) -> Measurement {
        Measurement(
            what: what, floor: floor, target: target, reached: reached, floorValue: median(times[opening]?.floor ?? []),
            unit: .milliseconds)
    }
    return [
        measured(
            "apply: move the origin of \(sizes.tables) tables",
            "one session a node, 100 one-table transactions a message, one while opening", .oneByOne, target: 1.5),
        measured("  the same", "the same with 100 while opening", .byHundreds, target: nil),
    ]
}

/// A plan as messages that are sent blindly.
private struct BarePlan {
    enum Opening { case oneByOne, byHundreds }

    private struct Part {
        let session: BareSession
        let messages: [String]
    }

    private let parts: [Part]
    /// One session a node that holds the run's lock all the time.
    private let holders: [BareSession]
    private static let key = 4_711
    private static let look = """
        SELECT string_agg(concat_ws(':', tgname, tgenabled, tgtype, tgfoid, tgargs, tgattr, tgqual IS NOT NULL,
                                    tgconstraint, tgparentid), E'\n' ORDER BY tgname)
          FROM pg_catalog.pg_trigger WHERE NOT tgisinternal AND tgrelid =
        """

    /// Prepared, which costs less than a DO block that is compiled for every table; a cast that must fail raises.
    private static let checks = """
        PREPARE lock AS SELECT CASE
          WHEN pg_try_advisory_xact_lock_shared(\(key)) THEN concat('lock lost ', pg_backend_pid())::int END;
        PREPARE look (oid, text) AS SELECT CASE
          WHEN (\(look) $1) <> $2 THEN concat('other rows ', pg_backend_pid())::int END
        """

    init(_ plan: Plan, on cluster: BenchCluster, _ opening: Opening) async throws {
        holders = cluster.servers.indices.map { index in
            let holder = BareSession(cluster.conninfo(index))
            holder.run("BEGIN; SELECT pg_advisory_xact_lock(\(Self.key))")
            return holder
        }
        var parts: [Part] = []
        for stage in plan.stages {
            for (index, server) in cluster.servers.enumerated() {
                let steps = stage.steps.filter { $0.node == NodeName(server.name) }
                guard !steps.isEmpty else { continue }
                let expected = try await Self.expectedRows(cluster.conninfo(index))
                let transactions = steps.map { Self.transaction(of: $0, expected[$0.tableOID] ?? "") }
                let size = stage.name == .open && opening == .oneByOne ? 1 : 100
                let messages = stride(from: 0, to: transactions.count, by: size).map {
                    transactions[$0..<min($0 + size, transactions.count)].joined()
                }
                parts.append(Part(session: BareSession(cluster.conninfo(index)), messages: messages))
            }
        }
        self.parts = parts
    }

    func run() {
        for part in parts {
            part.session.run("SET plan_cache_mode = force_generic_plan; \(Self.checks)")
            for message in part.messages { part.session.run(message) }
            part.session.run("BEGIN; SELECT pg_logical_emit_message(true, 'bench', 'flush'); COMMIT")
        }
    }

    private static func expectedRows(_ conninfo: String) async throws -> [UInt32: String] {
        let session = try await Session.connect(to: ConnectionString(conninfo), timeout: .seconds(5))
        let rows = try await session.query("SELECT c.oid, (\(look) c.oid) FROM pg_class AS c WHERE relkind = 'r'")
        await session.close()
        return Dictionary(rows.values.map { (UInt32($0[0] ?? "") ?? 0, $0[1] ?? "") }) { first, _ in first }
    }

    private static func transaction(of step: Step, _ expected: String) -> String {
        let lockAndLook = step.table.map { table in
            """
            LOCK TABLE ONLY \(table.quoted) IN \(step.lock.rawValue) MODE;
            EXECUTE look(\(step.tableOID), \(Postgres.literal(expected)));
            """
        }
        return """
            BEGIN;
            SET LOCAL lock_timeout = 50;
            SET LOCAL synchronous_commit = off;
            EXECUTE lock;
            \(lockAndLook ?? "")
            \(step.statements.map { $0 + ";\n" }.joined())COMMIT;

            """
    }
}
