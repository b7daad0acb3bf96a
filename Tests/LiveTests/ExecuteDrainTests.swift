import LiveNodes
import Postgres
import Replication
import Sandbox
import Testing

struct ExecuteDrainTests {
    private func drain(_ evidence: DrainEvidence, of set: SetName = "default") -> Drain {
        Drain(
            set: set, newOrigin: "paris", sources: ["berlin", "tokyo"], tables: [ExecuteNodes.table(0)],
            evidence: evidence, because: ExecuteNodes.because)
    }

    /// The columns that the drain reads, as the schema `polarity` has them.
    private let schema = """
        CREATE SCHEMA polarity;
        CREATE TABLE polarity.log (seq bigint, schema_name text, table_name text, root_schema text, root_table text);
        CREATE TABLE polarity.applied (origin text PRIMARY KEY, seq bigint);
        """

    @Test func `a member without a log proves itself, and the new origin is opened`() async throws {
        try await ExecuteNodes.with(3, tables: 1) { nodes in
            _ = try await nodes.sessions[1].run(schema)
            let plan = nodes.plan([nodes.step(0, on: 1, stage: .open)], drains: [drain(.polarityApplied)])
            let outcomes = try await nodes.run(plan)
            #expect(outcomes.drains.map(\.verdict) == [.proven])
            #expect(outcomes.words == ["done"])
        }
    }

    @Test func `what is logged must be applied on every other member`() async throws {
        try await ExecuteNodes.with(3, tables: 1) { nodes in
            for session in nodes.sessions { _ = try await session.run(schema) }
            _ = try await nodes.sessions[0].run(
                "INSERT INTO polarity.log VALUES (7, 'public', 't0', 'public', 't0'), (9, 'public', 'other', 'public', 'other')"
            )
            _ = try await nodes.sessions[1].run("INSERT INTO polarity.applied VALUES ('berlin', 7)")
            _ = try await nodes.sessions[2].run("INSERT INTO polarity.applied VALUES ('berlin', 6)")
            let recorder = Recorder()
            let drain = drain(.polarityApplied)
            let outcomes = try await nodes.run(
                nodes.plan([nodes.step(0, on: 1, stage: .open)], drains: [drain]),
                events: { event in
                    await recorder.note(event)
                    guard case .drainWaiting = event else { return }
                    _ = try? await nodes.sessions[2].run("UPDATE polarity.applied SET seq = 7")
                })
            #expect(outcomes.drains.map(\.verdict) == [.proven])
            #expect(outcomes.words == ["done"])
            #expect(await recorder.events.contains(.drainWaiting(drain, "tokyo has applied 6 of 7 from berlin")))
        }
    }

    @Test func `a log that nobody reports on cannot be proven, and nothing is opened unless allowed`() async throws {
        try await ExecuteNodes.with(3, tables: 1) { nodes in
            _ = try await nodes.sessions[0].run(
                schema + "INSERT INTO polarity.log VALUES (7, 'p', 'leaf', 'public', 't0')")
            let plan = nodes.plan([nodes.step(0, on: 1, stage: .open)], drains: [drain(.polarityApplied)])
            let refused = try await nodes.run(plan)
            #expect(
                refused.drains.map(\.verdict) == [
                    .unknowable("berlin has logged changes, and nothing on paris says how far they were applied")
                ])
            #expect(refused.stopped == .notDrained("default"))
            #expect(refused.words == ["not begun"])
            let allowed = try await nodes.run(plan, allowed: [.unprovenHandover])
            #expect(allowed.drains.map(\.verdict) == [.allowedUnproven])
            #expect(allowed.words == ["done"])
        }
    }

    @Test func `a custom engine's own queries prove the drain, or time runs out`() async throws {
        try await ExecuteNodes.with(3, tables: 1) { nodes in
            for session in nodes.sessions {
                _ = try await session.run(
                    "CREATE TABLE log (seq bigint); CREATE TABLE progress (seq bigint); INSERT INTO progress VALUES (4)"
                )
            }
            _ = try await nodes.sessions[0].run("INSERT INTO log VALUES (5)")
            let query = DrainQuery(
                sql: "SELECT seq >= $1::bigint FROM public.progress", originPosition: "SELECT max(seq) FROM public.log",
                timeout: .milliseconds(600))
            let plan = nodes.plan([nodes.step(0, on: 1, stage: .open)], drains: [drain(.query(query))])
            let pending = try await nodes.run(plan)
            #expect(pending.drains.map(\.verdict) == [.pending("paris has not yet reached 5 of berlin")])
            for session in nodes.sessions { _ = try await session.run("UPDATE progress SET seq = 5") }
            #expect(try await nodes.run(plan).drains.map(\.verdict) == [.proven])
        }
    }

    @Test func `sets that move together are each asked where nothing can be written`() async throws {
        try await ExecuteNodes.with(3, tables: 1) { nodes in
            let readOnly = "current_setting('transaction_read_only') = 'on' AND pg_sleep(0.01) IS NOT NULL"
            let query = DrainQuery(
                sql: "SELECT \(readOnly) AND $1 = 't'", originPosition: "SELECT \(readOnly)",
                timeout: .milliseconds(300))
            let drains = (0..<6).map { drain(.query(query), of: SetName("set \($0)")) }
            let outcomes = try await nodes.run(nodes.plan([nodes.step(0, on: 1, stage: .open)], drains: drains))
            #expect(outcomes.drains.map(\.verdict) == drains.map { _ in .proven })
        }
    }

    @Test(arguments: ["false", "NULL::boolean"])
    func `a drain that is not there closes nothing`(answer: String) async throws {
        try await ExecuteNodes.with(3, tables: 1) { nodes in
            let query = DrainQuery(
                sql: "SELECT \(answer) WHERE $1 IS NOT NULL", originPosition: "SELECT 1", timeout: .milliseconds(300))
            let plan = nodes.plan(
                [nodes.step(0, on: 0, stage: .protect), nodes.step(0, on: 1, stage: .open)],
                drains: [drain(.query(query))])
            let refused = try await nodes.run(plan)
            #expect(refused.stopped == .notDrained("default"))
            #expect(refused.words == ["not begun", "not begun"])
            #expect(!refused.changedAnything)
        }
    }

    @Test func `an engine with nothing to prove it by needs to be allowed`() async throws {
        try await ExecuteNodes.with(3, tables: 1) { nodes in
            let plan = nodes.plan([nodes.step(0, on: 1, stage: .open)], drains: [drain(.nothing)])
            let refused = try await nodes.run(plan)
            #expect(refused.stopped == .notDrained("default"))
            let allowed = try await nodes.run(plan, allowed: [.unprovenHandover])
            #expect(allowed.stopped == nil)
        }
    }
}
