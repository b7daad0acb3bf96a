import LiveNodes
import Postgres
import Replication
import Sandbox
import TestSupport
import Testing

@Suite struct `the lock that an apply takes on every node` {
    @Test func `refuses a second apply, which is told who holds it`() async throws {
        try await ExecuteNodes.with(2, tables: 1) { nodes in
            let first = try await nodes.takeLocks()
            do {
                _ = try await nodes.takeLocks()
                Issue.record("two runs hold one lock")
            } catch let error as RunLocksRefused {
                #expect(error.busy.mapValues(\.pid) == ["berlin": first.held["berlin"]?.pid ?? 0])
                #expect(error.busy["berlin"]?.user == "postgres")
                #expect(error.busy["berlin"]?.application == "polarity lock")
                #expect(error.failed.isEmpty)
            }
            let other = try await nodes.takeLocks(cluster: "another")
            await other.release()
            await first.release()
            #expect(
                try await eventually {
                    guard let again = try? await nodes.takeLocks() else { return false }
                    await again.release()
                    return true
                })
        }
    }

    @Test func `is done without where a node cannot be reached, unless that one is required`() async throws {
        try await ExecuteNodes.with(tables: 1) { nodes in
            let gone = DeclaredNode(
                name: "gone", conninfo: "host=/nowhere dbname=x", because: ExecuteNodes.because)
            let locks = try await RunLocks.take(
                on: nodes.nodes + [gone], required: ["berlin"], cluster: "shop", connectTimeout: .seconds(10))
            #expect(locks.held.keys.sorted() == ["berlin"])
            #expect(locks.missing.mapValues(\.sort) == ["gone": .unreachable])
            await locks.release()
            do {
                _ = try await RunLocks.take(
                    on: [gone] + nodes.nodes, required: ["gone"], cluster: "shop", connectTimeout: .seconds(10))
                Issue.record("a required node was done without")
            } catch let error as RunLocksRefused {
                #expect(error.failed.keys.sorted() == ["gone"])
            }
        }
    }

    @Test func `is asked for on the others where one node cannot be asked`()
        async throws
    {
        try await ExecuteNodes.with(2, tables: 1) { nodes in
            let mute = try await muted(nodes)
            let take = { () async throws(RunLocksRefused) in
                try await RunLocks.take(
                    on: [mute, nodes.nodes[1]], required: [], cluster: "shop", connectTimeout: .seconds(10))
            }
            let first = try await take()
            #expect(first.held.keys.sorted() == ["paris"])
            #expect(first.missing.keys.sorted() == ["berlin"])
            let refused = await #expect(throws: RunLocksRefused.self) { _ = try await take() }
            #expect(refused?.busy.keys.sorted() == ["paris"])
            await first.release()
        }
    }

    /// The first node, seen by a role that may not ask for locks there.
    private func muted(_ nodes: ExecuteNodes) async throws -> DeclaredNode {
        _ = try await nodes.sessions[0].run(
            """
            DO $$ BEGIN IF to_regrole('execute_mute') IS NULL THEN CREATE ROLE execute_mute LOGIN; END IF; END $$;
            REVOKE EXECUTE ON FUNCTION pg_try_advisory_xact_lock(bigint) FROM PUBLIC
            """)
        return DeclaredNode(
            name: "berlin", conninfo: nodes.nodes[0].conninfo + " user=execute_mute", because: ExecuteNodes.because)
    }

    @Test func `is one where two names are one database`() async throws {
        try await ExecuteNodes.with(tables: 1) { nodes in
            let twin = DeclaredNode(name: "twin", conninfo: nodes.nodes[0].conninfo, because: ExecuteNodes.because)
            let locks = try await RunLocks.take(
                on: nodes.nodes + [twin], required: ["berlin", "twin"], cluster: "shop", connectTimeout: .seconds(10))
            #expect(locks.held.keys.sorted() == ["berlin", "twin"])
            #expect(await locks.ping().isEmpty)
            await locks.release()
        }
    }

    @Test func `fails the next step once it is lost, and stops the run on every node`() async throws {
        try await ExecuteNodes.with(2, tables: 2) { nodes in
            let locks = try await nodes.takeLocks()
            let pid = locks.held["paris"]?.pid ?? 0
            let steps = [nodes.step(0, on: 0), nodes.step(0, on: 1), nodes.step(1, on: 0, stage: .open)]
            let outcomes = await execute(
                nodes.plan(steps), on: nodes.nodes, observed: nodes.observed, holding: locks,
                label: RunLabel(run: "test", plan: "f00"), policy: Policy(),
                events: { event in
                    guard case .sending("paris", _) = event else { return }
                    _ = try? await nodes.sessions[1].run(
                        """
                        SELECT pg_terminate_backend(\(pid));
                        DO $$ BEGIN
                            WHILE EXISTS (SELECT FROM pg_stat_activity WHERE pid = \(pid)) LOOP
                                PERFORM pg_sleep(0.01), pg_stat_clear_snapshot();
                            END LOOP;
                        END $$
                        """)
                })
            await locks.release()
            #expect(outcomes.stopped == .lockLost("paris"))
            #expect(outcomes.words[1] == "failed POL01")
            #expect(outcomes.words[2] == "not begun")
            #expect(try await nodes.closed(on: 1) == [])
            #expect(try await nodes.closed(on: 0).contains(1) == false)
        }
    }

    @Test(arguments: [(2, "done"), (1, "not begun"), (0, "not begun")])
    func `keeps the old origin shut once it is lost where it says who may write`(
        place: Int, end: String
    ) async throws {
        try await ExecuteNodes.with(3, tables: 2) { nodes in
            let locks = try await nodes.takeLocks()
            let lost = locks.held[nodes.nodes[place].name]?.pid ?? 0
            let slow = ["SELECT pg_catalog.pg_sleep(2)"]
            let steps = [
                nodes.step(0, on: 0), nodes.step(1, on: 2, statements: slow), nodes.step(0, on: 1, stage: .open),
            ]
            // Slow, too, so that the loss is heard of once more.
            let again = nodes.step(
                0, on: 0, from: .enabled, to: .disabled, stage: .open,
                statements: slow + ["ALTER TABLE ONLY public.t0 DISABLE TRIGGER deny"])
            let outcomes = await execute(
                nodes.plan(steps), on: nodes.nodes, observed: nodes.observed, holding: locks,
                label: RunLabel(run: "test", plan: "f00"), policy: Policy(), reopening: { _ in [again] },
                events: { event in
                    // Once the old origin is shut; elsewhere a step goes on for two seconds.
                    guard case .ended("berlin", _) = event else { return }
                    _ = try? await nodes.sessions[place].run("SELECT pg_terminate_backend(\(lost))")
                })
            await locks.release()
            #expect(outcomes.stopped == .lockLost(nodes.nodes[place].name))
            #expect(outcomes.reopened.map { word($0.outcome) } == [end])
            #expect(try await nodes.closed(on: 0).contains(0) == (end == "not begun"))
        }
    }
}
