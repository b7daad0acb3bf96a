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

    /// A new session where the run holds its lock on the node.
    ///
    /// - Parameter time: How long a refusal is met with another try: a server that has few connections for the role takes a
    ///   moment to notice that one of this run's has ended.
    func session(
        on node: NodeName, tryingFor time: Duration = .seconds(1)
    ) async throws(PostgresError) -> Session {
        guard let declared = nodes[node], let lock = locks.held[node] else {
            throw PostgresError(sqlState: "08001", message: "the run holds no lock on \(node)")
        }
        let deadline = ContinuousClock.now + time
        var reached = await connected(to: declared)
        while reached.failure?.sqlState == "08001", .now < deadline,
            (try? await Task.sleep(for: .milliseconds(50))) != nil
        {
            reached = await connected(to: declared)
        }
        let session = try reached.get()
        let checked = await Result { () async throws(PostgresError) in
            try lock.holds(try await session.run(session.staysIdle + lock.check, timeout: connectTimeout).last)
        }
        do throws(PostgresError) {
            try checked.get()
        } catch {
            await session.close()
            throw error
        }
        return session
    }

    private func connected(to node: DeclaredNode) async -> Result<Session, PostgresError> {
        await Result { () async throws(PostgresError) in try await connect(to: node, within: connectTimeout) }
    }

    /// How steps are wrapped in a session on a node. One through a pooler knows another process id than its backend does.
    func transactions(
        through session: Session, on node: NodeName
    ) async throws(PostgresError) -> StepTransactions {
        let lock = engineLock.map { "pg_catalog.to_regclass(\(literal($0.quoted)))::pg_catalog.oid" } ?? "NULL"
        let answer = try await session.query(
            "SELECT pg_catalog.pg_backend_pid(), \(lock)", timeout: connectTimeout)
        let isDirect = answer[0, 0] == "\(session.processID)"
        var transactions = transactions(on: node, serverVersion: session.serverVersion, isDirect: isDirect)
        transactions.engineLockOID = answer[0, 1].flatMap { UInt32($0) }
        if transactions.isDirect { _ = try await session.run(transactions.preparation, timeout: connectTimeout) }
        return transactions
    }

    private func transactions(on node: NodeName, serverVersion: Int32, isDirect: Bool) -> StepTransactions {
        StepTransactions(
            label: label, ownKey: locks.held[node]?.ownKey ?? 0, stepsKey: locks.stepsKey, engineLock: engineLock,
            serverVersion: serverVersion, isDirect: isDirect)
    }

    /// Makes durable what the node has committed, whoever did, in a session where the run holds its lock.
    ///
    /// A server that is to give up its wait for a synchronous standby commits all the same, and warns: that is no flush.
    func flush(_ node: NodeName, through session: Session) async throws(PostgresError) {
        let flush = transactions(on: node, serverVersion: session.serverVersion, isDirect: false).flush
        let time = control.patience(.seconds(60), atLeast: .seconds(10))
        let deadline = ContinuousClock.now + time
        _ = try await session.run(flush, timeout: time)
        _ = await session.takeNotices()
        _ = try await session.run("COMMIT", timeout: time)
        if let warning = await session.takeNotices().first(where: { $0.severity == "WARNING" }) {
            throw PostgresError(sqlState: warning.sqlState, message: warning.message)
        }
        guard .now < deadline else { throw PostgresError(sqlState: "57014", message: "not flushed within \(time)") }
    }

    /// The node is lost to this run, which ends here.
    func lose(_ node: NodeName, _ error: PostgresError) {
        // The end of the time may be why there was no answer.
        _ = control.stopped()
        let error = error.asRaised(at: nil)
        let isElsewhere = error.sqlState == CheckState.lockLost
        control.stop(isElsewhere ? .lockLost(node) : .nodeLost(node, message: error.description))
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
            let time = control.patience(.seconds(10))
            let lost = await Task { await locks.ping(within: time) }.value
            if let node = lost.keys.min() { control.stop(.lockLost(node)) }
            next = .now + .seconds(1)
        }
    }
}

extension Session {
    /// Takes away, from PostgreSQL 14 on, the end that a role or a database has set for a session that waits for others.
    /// Through a pooler it would be the next client's, too.
    fileprivate var staysIdle: String {
        """
        SELECT pg_catalog.set_config('idle_session_timeout', '0', false)
         WHERE pg_catalog.pg_backend_pid() OPERATOR(pg_catalog.=) \(processID)
           AND pg_catalog.current_setting('idle_session_timeout', true) IS NOT NULL;

        """
    }
}
