import LiveNodes
import Postgres
import Replication
import Sandbox
import Testing

@Suite struct `a plan that is carried out` {
    @Test func `closes two hundred and fifty tables, and reads them back when they are on the disk`() async throws {
        try await ExecuteNodes.with(tables: 250) { nodes in
            let recorder = Recorder()
            let outcomes = try await nodes.run(
                nodes.plan((0..<250).map { nodes.step($0) }), events: { await recorder.note($0) })
            #expect(outcomes.stopped == nil)
            #expect(outcomes.words == Array(repeating: "done", count: 250))
            #expect(try await nodes.closed() == Array(0..<250))
            let events = await recorder.events
            #expect(events.contains(.flushed("berlin", .protect)))
            #expect(events.contains(.verified("berlin", .protect, tables: 250)))
        }
    }

    @Test func `changes each table in a transaction of its own`() async throws {
        try await ExecuteNodes.with(tables: 3) { nodes in
            _ = try await nodes.sessions[0].run("CREATE TABLE seen (xid bigint)")
            let steps = (0..<3).map { number in
                nodes.step(
                    number,
                    statements: [
                        "ALTER TABLE ONLY public.t\(number) ENABLE TRIGGER deny",
                        "INSERT INTO public.seen VALUES (pg_catalog.txid_current())",
                    ])
            }
            let outcomes = try await nodes.run(nodes.plan(steps))
            #expect(outcomes.words == ["done", "done", "done"])
            let seen = try await nodes.sessions[0].query("SELECT count(*), count(DISTINCT xid) FROM seen")
            #expect(seen.values == [["3", "3"]])
        }
    }

    @Test func `neither loses nor repeats the other tables where one of them fails`() async throws {
        try await ExecuteNodes.with(tables: 7) { nodes in
            _ = try await nodes.sessions[0].run("CREATE TABLE seen (number int)")
            let steps = (0..<7).map { number in
                let wrong = number == 2 || number == 5
                return nodes.step(
                    number,
                    statements: [
                        "ALTER TABLE ONLY public.t\(number) ENABLE TRIGGER deny",
                        "INSERT INTO public.seen VALUES (\(number))\(wrong ? ", ('x'::int)" : "")",
                    ])
            }
            let outcomes = try await nodes.run(nodes.plan(steps))
            #expect(outcomes.words == ["done", "done", "failed 22P02", "done", "done", "failed 22P02", "done"])
            #expect(outcomes.stopped == .stageFailed(.protect))
            #expect(try await nodes.closed() == [0, 1, 3, 4, 6])
            let seen = try await nodes.sessions[0].query(
                "SELECT string_agg(number::text, ',' ORDER BY number) FROM seen")
            #expect(seen.values == [["0,1,3,4,6"]])
        }
    }

    @Test func `changes nothing of a table that is not as it was planned for`() async throws {
        try await ExecuteNodes.with(tables: 4) { nodes in
            let steps = (0..<4).map { nodes.step($0) }
            _ = try await nodes.sessions[0].run(
                """
                CREATE TRIGGER mine AFTER DELETE ON t0 FOR EACH ROW EXECUTE FUNCTION refuse();
                ALTER TABLE t1 RENAME TO old; ALTER TABLE t3 RENAME TO t1; DROP TABLE t2
                """)
            let outcomes = try await nodes.run(nodes.plan(steps))
            #expect(outcomes.words == ["stale", "stale", "stale", "stale"])
            #expect(!outcomes.changedAnything)
            let closed = try await nodes.sessions[0].query(
                "SELECT count(*) FROM pg_trigger WHERE tgname = 'deny' AND tgenabled <> 'D'")
            #expect(closed.values == [["0"]])
        }
    }

    @Test func `begins a stage on no node before the last succeeded on every node`() async throws {
        try await ExecuteNodes.with(3, tables: 2) { nodes in
            let protect = [nodes.step(0, on: 0), nodes.step(0, on: 1, statements: ["SELECT 1/0"])]
            let open = [nodes.step(1, on: 2, stage: .open)]
            let outcomes = try await nodes.run(nodes.plan(protect + open))
            #expect(outcomes.words == ["done", "failed 22012", "not begun"])
            #expect(outcomes.stopped == .stageFailed(.protect))
            #expect(try await nodes.closed(on: 2) == [])
        }
    }

    @Test func `goes stage by stage, and reads each back before the next`() async throws {
        try await ExecuteNodes.with(2, tables: 1) { nodes in
            let recorder = Recorder()
            let steps = [nodes.step(0, on: 0), nodes.step(0, on: 1, stage: .open)]
            let outcomes = try await nodes.run(nodes.plan(steps), events: { await recorder.note($0) })
            #expect(outcomes.words == ["done", "done"])
            #expect(
                await recorder.events.compactMap { event -> String? in
                    switch event {
                    case .runBegan(let steps): "run \(steps)"
                    case .stageBegan(let stage, let nodes): "\(stage) on \(nodes)"
                    case .sending(let node, let tries): "sending \(tries.count) to \(node)"
                    case .ended(let node, let ends): "ended \(ends.map { word($0.outcome) }) on \(node)"
                    case .flushed(let node, let stage): "flushed \(stage) on \(node)"
                    case .verified(let node, let stage, let tables): "verified \(tables) of \(stage) on \(node)"
                    case .stageEnded(let stage, let succeeded): "\(stage) ended \(succeeded)"
                    case .waiting, .drainWaiting, .drainEnded, .stopping, .reopening: nil
                    }
                } == [
                    "run 2",
                    "protect on [berlin]", "sending 1 to berlin", #"ended ["done"] on berlin"#,
                    "flushed protect on berlin", "verified 1 of protect on berlin", "protect ended true",
                    "open on [paris]", "sending 1 to paris", #"ended ["done"] on paris"#,
                    "flushed open on paris", "verified 1 of open on paris", "open ended true",
                ])
        }
    }

    @Test func `calls unverified what is read back otherwise than it was set`() async throws {
        try await ExecuteNodes.with(tables: 1) { nodes in
            let outcomes = try await nodes.run(
                nodes.plan([nodes.step(0, statements: ["ALTER TABLE ONLY public.t0 ENABLE ALWAYS TRIGGER deny"])]))
            #expect(outcomes.words == ["unverified"])
            #expect(outcomes.changedAnything)
        }
    }

    @Test func `makes a table's change in the declared role, and looks after the lock in the login's`() async throws {
        try await ExecuteNodes.with(tables: 1) { nodes in
            _ = try await nodes.sessions[0].run(
                """
                DO $$ BEGIN IF to_regrole('execute_owner') IS NULL THEN CREATE ROLE execute_owner; END IF; END $$;
                ALTER TABLE t0 OWNER TO execute_owner; CREATE TABLE seen (who text); GRANT INSERT ON seen TO execute_owner
                """)
            let plain = nodes.step(
                0,
                statements: [
                    "ALTER TABLE ONLY public.t0 ENABLE TRIGGER deny", "INSERT INTO public.seen VALUES (current_user)",
                ])
            let step = Step(
                stage: plain.stage, node: plain.node, set: plain.set, table: plain.table, tableOID: plain.tableOID,
                changes: plain.changes, statements: plain.statements, lock: plain.lock,
                expectedRows: plain.expectedRows, role: "execute_owner")
            #expect(try await nodes.run(nodes.plan([step])).words == ["done"])
            #expect(try await nodes.sessions[0].query("SELECT who FROM seen").values == [["execute_owner"]])
        }
    }

    @Test func `goes to its end for a role that may have two connections, the lock's and one more`() async throws {
        try await ExecuteNodes.with(2, tables: 1) { nodes in
            for session in nodes.sessions {
                _ = try await session.run(
                    """
                    DO $$ BEGIN IF to_regrole('execute_few') IS NULL THEN
                      CREATE ROLE execute_few LOGIN CONNECTION LIMIT 2;
                    END IF; END $$;
                    ALTER TABLE t0 OWNER TO execute_few
                    """)
            }
            let few = ExecuteNodes(
                nodes: nodes.nodes.map {
                    DeclaredNode(name: $0.name, conninfo: $0.conninfo + " user=execute_few", because: $0.because)
                }, observed: nodes.observed, sessions: nodes.sessions)
            let query = DrainQuery(sql: "SELECT $1::int = 1", originPosition: "SELECT 1", timeout: .seconds(5))
            let drain = Drain(
                set: "default", newOrigin: "paris", sources: ["berlin"], tables: [ExecuteNodes.table(0)],
                evidence: .query(query), because: ExecuteNodes.because)
            let steps = [few.step(0), few.step(0, on: 1, stage: .open)]
            let outcomes = try await few.run(few.plan(steps, drains: [drain]))
            #expect(outcomes.words == ["done", "done"], "\(outcomes)")
        }
    }

    @Test func `changes no table of a set whose engine could not be installed`() async throws {
        try await ExecuteNodes.with(tables: 1) { nodes in
            let installation = Step(
                stage: .protect, node: "berlin", set: "default", table: nil, tableOID: 0, changes: [],
                statements: ["CREATE TABLE public.installed (id int)", "SELECT 1/0"], lock: .none, expectedRows: "",
                role: nil)
            let outcomes = try await nodes.run(nodes.plan([installation, nodes.step(0)]))
            #expect(outcomes.words == ["failed 22012", "not begun"])
            #expect(try await nodes.closed() == [])
        }
    }

    /// Only PostgreSQL 17 and later know the setting.
    @Test func `waits, looks and proves for longer than a transaction may last by default`() async throws {
        try await ExecuteNodes.with(3, tables: 1) { nodes in
            let etl = try await nodes.session()
            _ = try await etl.run("BEGIN; LOCK TABLE t0")
            for session in nodes.sessions where session.serverVersion >= 170_000 {
                let database = try await session.query("SELECT quote_ident(current_database())")[0, 0] ?? ""
                _ = try await session.run("ALTER DATABASE \(database) SET transaction_timeout = 300")
            }
            let query = DrainQuery(
                sql: "SELECT $1::int IS NOT NULL AND pg_sleep(0.5) IS NOT NULL", originPosition: "SELECT 1",
                timeout: .seconds(5))
            let drain = Drain(
                set: "default", newOrigin: "paris", sources: ["berlin"], tables: [ExecuteNodes.table(0)],
                evidence: .query(query), because: ExecuteNodes.because)
            let plan = nodes.plan([nodes.step(0), nodes.step(0, on: 1, stage: .open)], drains: [drain])
            let outcomes = try await nodes.run(
                plan, policy: Policy(lockTimeout: .seconds(10), retries: 1),
                events: { event in
                    guard case .sending("berlin", _) = event else { return }
                    Task {
                        try await Task.sleep(for: .milliseconds(600))
                        await etl.close()
                    }
                })
            #expect(outcomes.words == ["done", "done"], "\(outcomes)")
        }
    }

    @Test func `brings to the disk what an earlier run left behind before it opens anything upon it`() async throws {
        try await ExecuteNodes.with(2, tables: 1) { nodes in
            _ = try await nodes.sessions[1].run(
                "SET synchronous_commit = off; CREATE TABLE left_behind (); RESET synchronous_commit")
            let end = try await nodes.sessions[1].query("SELECT pg_current_wal_insert_lsn()")[0, 0] ?? ""
            let flushed = Recorded()
            let outcomes = try await nodes.run(
                nodes.plan([nodes.step(0, on: 0, stage: .open)]),
                events: { event in
                    guard case .sending("berlin", _) = event else { return }
                    let rows = try? await nodes.sessions[1].query(
                        "SELECT pg_current_wal_flush_lsn() >= $1::pg_lsn", [end])
                    await flushed.note(rows?[0, 0] ?? "")
                })
            #expect(outcomes.words == ["done"])
            #expect(await flushed.answers == ["t"])
        }
    }
}

/// What was read while a run was under way.
private actor Recorded {
    private(set) var answers: [String] = []
    func note(_ answer: String) { answers.append(answer) }
}
