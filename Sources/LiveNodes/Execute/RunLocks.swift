import Postgres
import Replication

// Two applies of one cluster must not run at once, and a run whose client is gone must not go on. Both hang on one
// transaction on each node, begun before anything is observed and kept open to the end. It holds three advisory locks:
//
// - The cluster's, whose key every run computes alike from the cluster's name: who has it runs, all others are refused.
// - The run's, under a random key, by which it finds that two names are one database.
// - The node's own, under a random key. Nobody else can hold it, and it lives and dies with the same transaction. A
//   step's transaction tries it: as long as it is not to be had, this very transaction, hence this backend since this
//   start, still holds the cluster's lock too. Every new session tries it first, so that a name that leads elsewhere
//   meanwhile, even to another node of the run, is found out. Asking pg_locks and pg_stat_activity for pid and backend
//   start says the same for a scan of all locks of the server in every table's transaction.
//
// What a dead run has sent may still be under way when the next one has its lock: a step that was told that its run
// lives may then wait for its table, and commit afterwards. So every step first takes, shared, a lock of its own
// under a key of the cluster, and then tries the node's. The next run looks for holders of that lock once it has its own:
// it sees whoever was told so, and waits for them; whoever comes later is told that the run is gone.
//
// Transaction-level, since a session-level lock would stay behind in a pooler's connection.

/// The advisory locks of one run, one transaction on each node.
///
/// The key of a cluster is 64-bit FNV-1a over the bytes of `polarity:` and its name, read as a signed number.
public actor RunLocks {
    /// The locks, by node.
    public nonisolated let held: [NodeName: RunLock]
    /// The nodes that were not required and could not be reached.
    public nonisolated let missing: [NodeName: NodeFailure]
    /// What every step takes, shared, to be seen by the next run.
    nonisolated let stepsKey: Int64
    private var sessions: [NodeName: Session]

    private init(_ held: [NodeName: LockCandidate], missing: [NodeName: NodeFailure], stepsKey: Int64) {
        self.held = held.mapValues(\.lock)
        self.missing = missing
        self.stepsKey = stepsKey
        sessions = held.mapValues(\.session)
    }

    /// Takes the cluster's lock on every node, or on none.
    ///
    /// All nodes are connected to at once. One node that answers is asked first, so that of two runs that begin together
    /// one goes on.
    /// Where two names turn out to be one database, both stand for the one lock there.
    /// - Parameters:
    ///   - required: The nodes without which there is nothing to run; others may be unreachable.
    ///   - cluster: The cluster's name, from which the key is made.
    /// - Throws: Which nodes are busy, and which of the required ones could not be asked.
    public static func take(
        on nodes: [DeclaredNode], required: Set<NodeName>, cluster: String, connectTimeout: Duration
    ) async throws(RunLocksRefused) -> RunLocks {
        let keys = LockKeys(ofCluster: cluster)
        let byName = Dictionary(nodes.map { ($0.name, $0) }) { first, _ in first }
        let answers = await atOnce(byName) { await LockCandidate.connect(to: $0, keys, within: connectTimeout) }
        let candidates = answers.compactMapValues { try? $0.get() }
        let tries = await tryLocks(of: candidates, within: connectTimeout)
        let failed = answers.compactMapValues { $0.failure }.merging(tries.compactMapValues { $0.failure }) { $1 }
        let refused = RunLocksRefused(
            busy: tries.compactMapValues { $0.holder }, failed: failed.filter { required.contains($0.key) })
        guard refused.busy.isEmpty, refused.failed.isEmpty else {
            for candidate in candidates.values { await candidate.session.close() }
            throw refused
        }
        let held = candidates.filter { tries[$0.key]?.isHeld ?? false }
        for (node, candidate) in candidates where held[node] == nil { await candidate.session.close() }
        return RunLocks(held, missing: failed, stepsKey: keys.steps)
    }

    /// Asks one node after the other until one answers, and if it gives its lock, all others at once.
    private static func tryLocks(
        of candidates: [NodeName: LockCandidate], within time: Duration
    ) async -> [NodeName: LockTry] {
        var tries: [NodeName: LockTry] = [:]
        for (node, candidate) in candidates.sorted(by: { $0.key < $1.key }) {
            let answer = await candidate.tryLocks(within: time)
            tries[node] = answer
            if answer.failure == nil { break }
        }
        guard tries.values.contains(where: \.isHeld) else { return tries }
        let others = candidates.filter { tries[$0.key] == nil }
        return tries.merging(await atOnce(others) { await $0.tryLocks(within: time) }) { $1 }
    }

    /// Asks every lock's session for a sign of life, which also keeps firewalls from forgetting it.
    ///
    /// - Parameter time: For each answer.
    /// - Returns: The nodes on which the lock is lost, with the reason.
    public func ping(within time: Duration = .seconds(10)) async -> [NodeName: PostgresError] {
        let answers = await atOnce(sessions) { session in
            await Result { () async throws(PostgresError) in
                _ = try await session.run("SELECT 1", timeout: time)
            }.failure
        }
        return answers.compactMapValues { $0 }
    }

    /// Gives all locks back and ends their sessions.
    ///
    /// A server takes a moment to notice that a session has ended; an apply right behind this one would be refused.
    public func release() async {
        _ = await atOnce(sessions) { session in
            _ = try? await session.run("ROLLBACK", timeout: .seconds(1))
            await session.close()
        }
        sessions = [:]
    }
}

/// One node's lock, by which everything that the run does there proves that the run still holds it.
public struct RunLock: Hashable, Sendable {
    /// The backend that holds it.
    public let pid: Int32
    /// The key under which the run proves to itself that it holds the cluster's lock here.
    let ownKey: Int64

    /// Asks whether a session is where the lock is held.
    var check: String { "SELECT pg_catalog.pg_try_advisory_xact_lock_shared(\(ownKey))" }

    /// - Throws: ``CheckState/lockLost`` when the answer to ``check`` says that nobody holds it there.
    func holds(_ answer: Rows?) throws(PostgresError) {
        guard let answer, !answer.isEmpty, answer[0, 0] == "f" else {
            throw PostgresError(
                sqlState: CheckState.lockLost, message: "the name leads to where this run does not hold its lock")
        }
    }
}

/// Why a run did not get its locks.
public struct RunLocksRefused: Error, Hashable, Sendable {
    /// The nodes on which another run holds the cluster's lock.
    public let busy: [NodeName: LockHolder]
    /// The required nodes that could not be asked.
    public let failed: [NodeName: NodeFailure]
}

/// Who holds a cluster's lock on a node.
public struct LockHolder: Hashable, Sendable {
    /// Its backend; 0 where it was gone before it could be named.
    public let pid: Int32
    /// Its role; empty where unknown.
    public let user: String
    /// Its `application_name`; empty where it is hidden from the login role.
    public let application: String
    /// How long it has held the lock, as far as that is known.
    public let age: Duration
}
