import CustomDump
import Foundation
import LiveNodes
import Replication
import Testing

@testable import polarity

@Suite struct `a set that slonik moves` {
    private let choices = Choices(journal: Journal(environment: [:], home: nil))

    @Test func `after apply has looked is opened on no second node, though the old origin's triggers are as they were`()
        async throws
    {
        try await SlonyCluster.lend(as: "slony_moved") { cluster in
            // As MOVE SET leaves the old origin.
            try await cluster.sabotage(
                """
                ALTER TABLE public.orders ENABLE TRIGGER _shopcl_denyaccess, DISABLE TRIGGER _shopcl_logtrigger,
                    ENABLE TRIGGER _shopcl_truncatedeny, DISABLE TRIGGER _shopcl_truncatetrigger
                """, on: 1)
            let ends = try await apply(cluster) {
                try await cluster.slonik(
                    """
                    lock set (id = 1, origin = 1);
                    move set (id = 1, old origin = 1, new origin = 2);
                    wait for event (origin = 1, confirmed = all, wait on = 1);
                    """)
            }
            expectNoDifference(
                ends,
                [
                    .stale(
                        message: """
                            Slony's catalog does not say of public.orders what the plan goes by: its set was moved, \
                            locked or changed
                            """)
                ])
            #expect(try await open(cluster) == [2])
        }
    }

    @Test func `is opened again where it was shut, while nobody moves it`() async throws {
        try await SlonyCluster.lend(as: "slony_stays") { cluster in
            try await cluster.sabotage("ALTER TABLE public.orders ENABLE TRIGGER _shopcl_denyaccess", on: 1)
            let ends = try await apply(cluster) {}
            #expect(ends.allSatisfy(\.changedSomething) && ends.count == 1)
            #expect(try await open(cluster) == [1])
        }
    }

    /// Locks, looks, lets something else happen, and acts.
    private func apply(_ cluster: SlonyCluster, meanwhile: () async throws -> Void) async throws -> [Outcome] {
        let declared = try Scenario.slony(on: cluster.addresses)
        let locks = try await RunLocks.take(
            on: declared.nodes, required: [], cluster: declared.name, connectTimeout: choices.connectTimeout)
        let walk = await look(at: declared, choices, holding: locks)
        try await meanwhile()
        let outcomes = await execute(
            walk.plan, on: declared.nodes, observed: walk.observed, holding: locks,
            label: RunLabel(run: "moved", plan: String(walk.fingerprint.prefix(12))), policy: declared.policy,
            engineLock: declared.engineLock, connectTimeout: choices.connectTimeout)
        await locks.release()
        return outcomes.steps.map(\.outcome)
    }

    /// The nodes on which `public.orders` accepts writes.
    private func open(_ cluster: SlonyCluster) async throws -> [Int] {
        let query = """
            SELECT 1 FROM pg_trigger WHERE tgrelid = 'public.orders'::regclass
               AND tgname = '_shopcl_denyaccess' AND tgenabled IN ('D', 'R')
            """
        var nodes: [Int] = []
        for node in 1...3 where try await !cluster.sabotage(query, on: node).isEmpty { nodes.append(node) }
        return nodes
    }
}
