import LiveNodes
import Postgres
import Replication
import Sandbox
import TestSupport
import Testing

@Suite struct `a table that somebody is at work on` {
    @Test func `is tried again and again, who is in the way is named, and other tables go on`() async throws {
        try await ExecuteNodes.with(tables: 5) { nodes in
            let writer = try await nodes.session()
            _ = try await writer.run("BEGIN; LOCK TABLE t1 IN ROW EXCLUSIVE MODE")
            let recorder = Recorder()
            let outcomes = try await nodes.run(
                nodes.plan((0..<5).map { nodes.step($0) }),
                policy: Policy(lockTimeout: .seconds(2), retries: 4), events: { await recorder.note($0) })
            #expect(outcomes.words == ["done", "busy after 4", "done", "done", "done"])
            #expect(outcomes.stopped == .stageFailed(.protect))
            #expect(try await nodes.closed() == [0, 2, 3, 4])
            let blockers = await recorder.blockers(of: 1)
            #expect(
                Set(blockers.map { [$0.user, $0.application, $0.state] }) == [
                    ["postgres", "etl", "idle in transaction"]
                ])
            #expect(Set(blockers.map(\.pid)) == [writer.processID])
            guard case .busy(_, let last) = outcomes.steps[1].outcome else {
                Issue.record("\(outcomes.words)")
                return
            }
            #expect(last.map(\.pid) == [writer.processID])
            #expect(last.allSatisfy { $0.age > .zero && !$0.isAutovacuum })
            // It was neither cancelled nor killed.
            _ = try await writer.run("COMMIT")
        }
    }

    @Test func `is changed as soon as its writer leaves`() async throws {
        try await ExecuteNodes.with(tables: 2) { nodes in
            let writer = try await nodes.session()
            _ = try await writer.run("BEGIN; LOCK TABLE t0 IN ROW EXCLUSIVE MODE")
            let outcomes = try await nodes.run(
                nodes.plan((0..<2).map { nodes.step($0) }), policy: Policy(retries: 20),
                events: { event in
                    if case .waiting = event { _ = try? await writer.run("COMMIT") }
                })
            #expect(outcomes.stopped == nil)
            #expect(outcomes.words.last == "done")
            #expect(try await nodes.closed() == [0, 1])
        }
    }

    @Test func `is busy with a prepared transaction, which is named by its identifier`() async throws {
        try await ExecuteNodes.with(tables: 1) { nodes in
            let writer = try await nodes.session()
            let name = nodes.sessions[0].processID
            _ = try await writer.run(
                "BEGIN; LOCK TABLE t0 IN ROW EXCLUSIVE MODE; PREPARE TRANSACTION 'orphan-\(name)'")
            let outcomes = try await nodes.run(
                nodes.plan([nodes.step(0)]), policy: Policy(lockTimeout: .seconds(2), retries: 2))
            _ = try await writer.run("ROLLBACK PREPARED 'orphan-\(name)'")
            guard case .busy(2, let blockers) = outcomes.steps[0].outcome else {
                Issue.record("\(outcomes.words)")
                return
            }
            #expect(
                blockers.map { [$0.user, $0.application, $0.state] }
                    == [["postgres", "orphan-\(name)", "prepared transaction"]])
            #expect(blockers.map(\.pid) == [0])
        }
    }

    @Test func `is tried again after a deadlock`() async throws {
        try await ExecuteNodes.with(tables: 1) { nodes in
            _ = try await nodes.sessions[0].run("CREATE TABLE other (id int)")
            let rival = try await nodes.session()
            _ = try await rival.run("SET deadlock_timeout = '1h'; BEGIN; LOCK TABLE other")
            // The rival waits for the step's table first; then the step waits for the rival's, and alone looks for deadlocks.
            let waiting = """
                DO $$ BEGIN
                    WHILE EXISTS (SELECT FROM pg_locks WHERE pid = \(rival.processID) AND relation = 'public.other'::regclass)
                          AND NOT EXISTS (SELECT FROM pg_locks WHERE pid = \(rival.processID) AND NOT granted)
                    LOOP PERFORM pg_sleep(0.01); END LOOP;
                END $$
                """
            let step = nodes.step(
                0,
                statements: [
                    "SET LOCAL lock_timeout = 0", "SET LOCAL deadlock_timeout = '10ms'",
                    "ALTER TABLE ONLY public.t0 ENABLE TRIGGER deny", waiting, "LOCK TABLE public.other",
                ])
            async let outcomes = nodes.run(nodes.plan([step]))
            try await isLocked("t0", in: nodes.sessions[0])
            _ = try await rival.run("LOCK TABLE t0 IN ROW EXCLUSIVE MODE; COMMIT")
            #expect(try await outcomes.words == ["done later"])
            #expect(try await nodes.closed() == [0])
        }
    }

    /// Returns when somebody keeps the writers of a table out.
    private func isLocked(_ table: String, in session: Session) async throws {
        let locks = """
            SELECT FROM pg_locks WHERE relation = $1::regclass AND mode = 'ShareRowExclusiveLock' AND granted
            """
        #expect(try await eventually { try await !session.query(locks, [table]).isEmpty })
    }
}
