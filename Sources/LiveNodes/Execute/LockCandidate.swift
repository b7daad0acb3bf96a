import Postgres
import Replication

/// The keys of a run's locks that are the same on every node, and of the one that its steps take.
struct LockKeys: Sendable {
    /// Random: by it the run finds itself on a database that it has reached already.
    let run: Int64
    /// The cluster's.
    let cluster: Int64
    /// Held, shared, by every step of any run of the cluster.
    let steps: Int64

    init(ofCluster name: String) {
        run = .random(in: .min ... .max)
        cluster = lockKey("polarity:\(name)")
        steps = lockKey("polarity steps:\(name)")
    }
}

/// 64-bit FNV-1a over the bytes, read as a signed number.
private func lockKey(_ text: String) -> Int64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return Int64(bitPattern: hash)
}

/// What came of trying to take the locks on one node.
enum LockTry: Sendable {
    case taken
    /// The run's key is taken: this database has been reached under another name.
    case takenUnderAnotherName
    case busy(LockHolder)
    case failed(NodeFailure)

    /// Whether the run holds the lock there.
    var isHeld: Bool {
        switch self {
        case .taken, .takenUnderAnotherName: true
        case .busy, .failed: false
        }
    }

    var holder: LockHolder? {
        switch self {
        case .busy(let holder): holder
        case .taken, .takenUnderAnotherName, .failed: nil
        }
    }

    var failure: NodeFailure? {
        switch self {
        case .failed(let failure): failure
        case .taken, .takenUnderAnotherName, .busy: nil
        }
    }
}

/// A session in an open transaction that is about to hold the locks.
struct LockCandidate: Sendable {
    let session: Session
    let lock: RunLock
    private let keys: LockKeys
    /// How long what a dead run has sent is waited for.
    private let patience: Duration

    /// Connects and begins: READ COMMITTED, so that the transaction holds back no vacuum; READ ONLY, so that a standby
    /// can be locked too.
    static func connect(
        to node: DeclaredNode, _ keys: LockKeys, within timeout: Duration
    ) async -> Result<LockCandidate, NodeFailure> {
        await Result { () async throws(PostgresError) in
            let session = try await LiveNodes.connect(to: node, within: timeout, as: "polarity lock")
            let begun = try await session.run(
                """
                BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED, READ ONLY;
                SET LOCAL search_path = pg_catalog, pg_temp;
                SET LOCAL statement_timeout = 0;
                SET LOCAL idle_in_transaction_session_timeout = 0;
                \(noTransactionTimeout(serverVersion: session.serverVersion))
                SELECT pg_catalog.pg_backend_pid()
                """, timeout: timeout)
            let pid = begun.last.flatMap { Int32($0[0, 0] ?? "") } ?? session.processID
            let lock = RunLock(pid: pid, ownKey: .random(in: .min ... .max))
            return LockCandidate(session: session, lock: lock, keys: keys, patience: timeout)
        }.mapError { NodeFailure($0) }
    }

    func tryLocks(within time: Duration) async -> LockTry {
        await Result { () async throws(PostgresError) in
            let answer = try await session.query(
                PackageResources.lock_taken_sql.text, ["\(keys.run)", "\(keys.cluster)", "\(lock.ownKey)"],
                timeout: time)
            switch answer.values.first?[0] {
            case "t": return try await straggler(within: time).map { .busy($0) } ?? LockTry.taken
            case nil: return .takenUnderAnotherName
            default:
                let holder = try await holder(of: keys.cluster, within: time)
                return .busy(holder ?? LockHolder(pid: 0, user: "", application: "", age: .zero))
            }
        }.recovered { .failed(NodeFailure($0)) }
    }

    /// Waits for the steps of a run that is gone.
    ///
    /// - Returns: One that is still under way.
    private func straggler(within time: Duration) async throws(PostgresError) -> LockHolder? {
        let deadline = ContinuousClock.now + patience
        while let holder = try await holder(of: keys.steps, within: time) {
            guard .now < deadline, (try? await Task.sleep(for: .milliseconds(50))) != nil else { return holder }
        }
        return nil
    }

    private func holder(of key: Int64, within time: Duration) async throws(PostgresError) -> LockHolder? {
        let key = UInt64(bitPattern: key)
        let rows = try await session.query(
            PackageResources.lock_holder_sql.text, ["\(key >> 32)", "\(key & 0xffff_ffff)"], timeout: time)
        guard let row = rows.values.first else { return nil }
        return LockHolder(
            pid: row[0].flatMap { Int32($0) } ?? 0, user: row[1] ?? "", application: row[2] ?? "",
            age: .microseconds(row[3].flatMap { Int64($0) } ?? 0))
    }
}
