import LiveNodes
import Postgres
import Replication
import Sandbox
import TestSupport
import Testing

@Suite struct `an apply that is stopped half-way` {
    @Test func `by a first signal finishes what was sent, reads it back, and begins nothing more`() async throws {
        try await ExecuteNodes.with(tables: 3) { nodes in
            let asked = Flag()
            let recorder = Recorder()
            let steps = [nodes.waiting(0)] + (1..<3).map { nodes.step($0, stage: .open) }
            let watcher = try await nodes.signal(asked, thenGoOn: true)
            let outcomes = try await nodes.run(
                nodes.plan(steps), interruption: { asked.isSet ? .finish : .none },
                events: { await recorder.note($0) })
            try await watcher.value
            #expect(outcomes.words == ["done", "not begun", "not begun"])
            #expect(outcomes.stopped == .interrupted)
            #expect(try await nodes.closed() == [0])
            #expect(await recorder.events.contains(.verified("berlin", .open, tables: 1)))
        }
    }

    @Test func `before a step that was told is sent sends nothing: its line in the journal may not be on disk`()
        async throws
    {
        try await ExecuteNodes.with(tables: 2) { nodes in
            let asked = Flag()
            let steps = (0..<2).map { nodes.step($0, stage: .open) }
            let outcomes = try await nodes.run(
                nodes.plan(steps), interruption: { asked.isSet ? .finish : .none },
                events: { event in if case .sending = event { asked.set() } })
            #expect(outcomes.words == ["not begun", "not begun"])
            #expect(outcomes.stopped == .interrupted)
            #expect(try await nodes.closed() == [])
        }
    }

    @Test func `by a second signal drops its connections`() async throws {
        try await ExecuteNodes.with(tables: 2) { nodes in
            let asked = Flag()
            let watcher = try await nodes.signal(asked, thenGoOn: false)
            let outcomes = try await nodes.run(
                nodes.plan([nodes.waiting(0), nodes.step(1, stage: .open)]),
                interruption: { asked.isSet ? .drop : .none })
            try await watcher.value
            #expect(outcomes.words == ["unknown", "not begun"])
            #expect(outcomes.stopped == .interrupted)
            #expect(try await nodes.closed() == [])
        }
    }

    @Test func `by a second signal while it reads back was interrupted, and did not fail`() async throws {
        try await ExecuteNodes.with(tables: 1) { nodes in
            let asked = Flag()
            let outcomes = try await nodes.run(
                nodes.plan([nodes.step(0, stage: .open)]), interruption: { asked.isSet ? .drop : .none },
                events: { event in
                    guard case .flushed = event else { return }
                    asked.set()
                    // Until the connections are dropped.
                    while (try? await Task.sleep(for: .milliseconds(10))) != nil {}
                })
            #expect(outcomes.stopped == .interrupted)
            #expect(try await nodes.closed() == [0])
        }
    }

    @Test func `because its time is up begins nothing more`() async throws {
        try await ExecuteNodes.with(tables: 2) { nodes in
            let outcomes = try await nodes.run(
                nodes.plan([nodes.step(0), nodes.step(1, stage: .open)]), policy: Policy(applyTimeout: .zero))
            #expect(outcomes.words == ["not begun", "not begun"])
            #expect(outcomes.stopped == .timedOut)
        }
    }

    @Test func `while it waits for a table leaves that as it was, and reads back what was done`()
        async throws
    {
        try await ExecuteNodes.with(tables: 2) { nodes in
            let holder = try await nodes.session()
            _ = try await holder.run("BEGIN; LOCK TABLE t1 IN ROW EXCLUSIVE MODE")
            let recorder = Recorder()
            let outcomes = try await nodes.run(
                nodes.plan([nodes.step(0), nodes.step(1)]),
                policy: Policy(lockTimeout: .seconds(30), retries: 4, applyTimeout: .seconds(3)),
                events: { await recorder.note($0) })
            await holder.close()
            #expect(outcomes.words == ["done", "not begun"])
            #expect(outcomes.stopped == .timedOut)
            #expect(await recorder.events.contains(.verified("berlin", .protect, tables: 1)))
            #expect(try await nodes.closed() == [0])
        }
    }

    @Test func `by the death of a server is in doubt about what was sent, and about nothing else`()
        async throws
    {
        let server = try await Server.create(name: "doomed")
        let address = try ConnectionString(server.connectionString())
        let nodes = try await ExecuteNodes.made(on: [address], tables: 3)
        let steps = [
            nodes.step(0, stage: .open),
            nodes.step(1, stage: .open, statements: ["SELECT pg_catalog.pg_sleep(60)"]),
            nodes.step(2, stage: .open),
        ]
        let outcomes = try await nodes.run(
            nodes.plan(steps),
            events: { event in
                guard case .sending(_, let tries) = event, tries[0].step.table == ExecuteNodes.table(1) else { return }
                try? await server.stop(.immediate)
            })
        // The first is committed, but nobody flushed it.
        #expect(outcomes.words == ["unknown", "unknown", "not begun"])
        switch outcomes.stopped {
        case .nodeLost("berlin", _), .lockLost("berlin"): break
        default: Issue.record("stopped by \(String(describing: outcomes.stopped))")
        }
        try await server.remove()
    }

    @Test func `before anything was opened opens the old origin again`() async throws {
        try await ExecuteNodes.with(2, tables: 2) { nodes in
            let close = [nodes.step(0, on: 0), nodes.step(1, on: 0, statements: ["SELECT 1/0"])]
            let open = (0..<2).map { nodes.step($0, on: 1, stage: .open) }
            let again = nodes.step(0, on: 0, from: .enabled, to: .disabled, stage: .open)
            let recorder = Recorder()
            let outcomes = try await nodes.run(
                nodes.plan(close + open),
                reopening: { outcomes in
                    outcomes.steps.contains { $0.step.table == again.table && word($0.outcome) == "done" }
                        ? [again] : []
                }, events: { await recorder.note($0) })
            #expect(outcomes.words == ["done", "failed 22012", "not begun", "not begun"])
            #expect(outcomes.reopened.map { word($0.outcome) } == ["done"])
            #expect(try await nodes.closed() == [])
            // Whoever writes down the new origin when the stage begins would write what never came true.
            let events = await recorder.events
            #expect(events.contains(.reopening([again])))
            #expect(!events.contains { if case .stageBegan(.open, _) = $0 { true } else { false } })
        }
    }

    @Test func `leaves the old origin shut where the new one is not read to be shut`() async throws {
        try await ExecuteNodes.with(2, tables: 1) { nodes in
            let close = nodes.step(0, on: 0, statements: ["ALTER TABLE ONLY public.t0 ENABLE TRIGGER deny"])
            let stuck = nodes.step(0, on: 1, statements: ["SELECT 1/0"])
            let open = nodes.step(0, on: 1, stage: .open)
            let again = nodes.step(0, on: 0, from: .enabled, to: .disabled, stage: .open)
            let outcomes = try await nodes.run(
                nodes.plan([close, stuck, open]), reopening: { _ in [again] },
                events: { event in
                    guard case .stageEnded(.protect, _) = event else { return }
                    _ = try? await nodes.sessions[1].run("ALTER TABLE t0 ENABLE ALWAYS TRIGGER deny")
                })
            #expect(outcomes.words == ["done", "failed 22012", "not begun"])
            #expect(outcomes.reopened.map { word($0.outcome) } == ["not begun"])
            #expect(try await nodes.closed() == [0])
        }
    }
}

extension ExecuteNodes {
    /// A step that waits in the server, once it is sent, until ``signal(_:thenGoOn:)`` lets it go on.
    fileprivate func waiting(_ number: Int) -> Step {
        let table = Self.table(number).quoted
        return step(
            number, stage: .open,
            statements: [
                """
                DO $$ BEGIN
                    FOR i IN 1..3000 LOOP
                        EXIT WHEN NOT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711);
                        PERFORM pg_sleep(0.02);
                    END LOOP;
                END $$
                """, "ALTER TABLE ONLY \(table) ENABLE TRIGGER \"deny\"",
            ])
    }

    /// Sets a flag when the waiting step is seen to wait, and lets it go on then, or when it is gone.
    fileprivate func signal(_ asked: Flag, thenGoOn goesOn: Bool) async throws -> Task<Void, any Error> {
        let holder = try await session()
        _ = try await holder.run("SELECT pg_advisory_lock(4711)")
        return Task {
            func waits() async throws -> Bool {
                let rows = try await holder.query(
                    """
                    SELECT FROM pg_stat_activity
                     WHERE datname = current_database() AND query LIKE '%objid = 4711%' AND state = 'active'
                       AND pid <> pg_backend_pid()
                    """)
                return rows.count > 0
            }
            if try await !eventually(waits) { Issue.record("the step was not seen to wait") }
            asked.set()
            // A server before PostgreSQL 14 does not notice that its client has gone.
            if !goesOn { _ = try await eventually(within: .seconds(5)) { try await !waits() } }
            await holder.close()
        }
    }
}
