import Postgres
import Replication

/// What holds for every stage and node of one run.
struct Run: Sendable {
    let nodes: [NodeName: DeclaredNode]
    let locks: RunLocks
    let label: RunLabel
    let policy: Policy
    let allowed: Set<Gate>
    let engineLock: QualifiedName?
    let connectTimeout: Duration
    let control: RunControl
    let tell: @Sendable (Event) async -> Void

    /// A new session on a node on which the run holds its lock.
    func session(on node: NodeName) async throws(PostgresError) -> Session {
        guard let declared = nodes[node], locks.held[node] != nil else {
            throw PostgresError(sqlState: "08001", message: "the run holds no lock on \(node)")
        }
        return try await connect(to: declared, within: connectTimeout)
    }

    func transactions(through session: Session) -> StepTransactions {
        StepTransactions(
            label: label, ownKey: locks.ownKey, engineLock: engineLock, serverVersion: session.serverVersion)
    }
}

extension Run {
    /// Lets the run go on while its locks hold and nobody wants the connections dropped.
    func watched(_ body: @Sendable @escaping () async -> Outcomes) async -> Outcomes {
        await withTaskGroup(of: Outcomes?.self) { group in
            group.addTask { await body() }
            group.addTask {
                await watch()
                return nil
            }
            var outcomes = Outcomes()
            for await answer in group {
                if let answer { outcomes = answer }
                // The watch is over, or everything is to be dropped: either way the other ends now.
                group.cancelAll()
            }
            return outcomes
        }
    }

    /// Returns when the connections are to be dropped, or the task is cancelled.
    private func watch() async {
        var next = ContinuousClock.now
        while (try? await Task.sleep(for: .milliseconds(50))) != nil, !control.drops {
            guard .now >= next else { continue }
            // In a task of its own, and awaited: cancelling a ping would cancel the very transaction that holds the lock.
            let lost = await Task { await locks.ping() }.value
            if let node = lost.keys.min() { await control.stop(.lockLost(node)) }
            next = .now + .seconds(1)
        }
    }
}
