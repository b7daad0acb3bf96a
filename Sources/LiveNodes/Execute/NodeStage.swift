import Postgres
import Replication

/// One stage on one node: sends its steps through one session, flushes, and reads back through another.
struct NodeStage {
    private let run: Run
    private let node: NodeName
    private let stage: StageName
    /// How many transactions travel in one message.
    private let limit: Int
    private var queue: StepQueue
    private let underway = Underway()
    /// What is looked at again before a table is opened by another try.
    private let doors: DoorCheck
    /// As it was when the stage began.
    private var world: ObservedState { doors.world }

    init(_ steps: [Step], stage: StageName, on node: NodeName, of run: Run, _ doors: DoorCheck) {
        self.run = run
        self.node = node
        self.stage = stage
        switch stage {
        case .protect, .drain, .tidy: limit = 100
        case .open: limit = 1
        }
        self.doors = doors
        let tables = doors.world.node(node)?.tables ?? [:]
        queue = StepQueue(steps, policy: run.policy, parents: tables.compactMapValues(\.partitionOf))
    }

    /// Runs the stage to its end on this node.
    ///
    /// - Returns: Every step with its end, in the plan's order.
    mutating func outcomes() async -> [StepOutcome] {
        do throws(PostgresError) {
            let (worker, spare) = try await sessions()
            let transactions = try await run.transactions(through: worker, on: node)
            let sampler = spare.map {
                Sampler(
                    session: $0, worker: worker.processID, label: run.label, isDirect: transactions.isDirect,
                    engineLock: transactions.engineLockOID)
            }
            let (underway, tell) = (underway, run.tell)
            let reached = await withTaskGroup { group in
                group.addTask {
                    await sampler?.watch(underway) { await tell(.waiting($0, blockers: $1)) }
                }
                let reached = await withTaskExecutorPreference(worker.executor) {
                    await work(through: worker, transactions)
                }
                group.cancelAll()
                return reached
            }
            await sampler?.session.close()
            if !run.control.drops, reached { await settle(worker) }
            await worker.close()
        } catch {
            await lose(error)
        }
        return queue.outcomes
    }

    /// A session for the steps and, where the node grants two, one that looks on.
    private func sessions() async throws(PostgresError) -> (worker: Session, spare: Session?) {
        let (run, node) = (run, node)
        let reach = { @Sendable () async -> Result<Session, PostgresError> in
            await Result { () async throws(PostgresError) in try await run.session(on: node, tryingFor: .zero) }
        }
        async let second = reach()
        let (first, spare) = (await reach(), try? await second.get())
        do throws(PostgresError) {
            if let worker = try first.unlessRefused { return (worker, spare) }
        } catch {
            await spare?.close()
            throw error
        }
        if let spare { return (spare, nil) }
        return (try await run.session(on: node), nil)
    }

    /// - Returns: Whether the session still stands.
    private mutating func work(through worker: Session, _ transactions: StepTransactions) async -> Bool {
        while run.control.stopped() == nil {
            switch queue.next(limit: limit, at: .now) {
            case .finished: return true
            case .rest(let until):
                // Short, so that an interruption is heard.
                try? await Task.sleep(until: min(until, .now + .milliseconds(50)), clock: .continuous)
            case .send(let batch):
                guard await send(batch, through: worker, transactions) else { return false }
            }
        }
        return true
    }

    // MARK: - Sending

    private mutating func send(
        _ batch: [Int], through worker: Session, _ transactions: StepTransactions
    ) async -> Bool {
        let tries = batch.map { queue.nextTry(of: $0) }
        if stage == .open, tries.contains(where: { $0.number > 1 }),
            let reason = await doors.disturbed(beside: tries.map(\.step), again: true)
        {
            run.control.stop(reason)
            return true
        }
        await run.tell(.sending(node, tries))
        // A line that is not on disk holds back what it tells of.
        guard run.control.stopped() != .interrupted else { return true }
        // The server ends a wait for a lock when the time is up: what was committed before it is then known.
        let left = max(.milliseconds(1), run.control.left / batch.count)
        let steps = batch.map { (step: queue[$0], lockTimeout: min(queue.lockTimeout(of: $0), left)) }
        let text = transactions.message(of: steps)
        let waits = steps.reduce(Duration.zero) { $0 + $1.lockTimeout }
        let time = run.control.patience(.seconds(60) + waits, atLeast: .seconds(1) + waits)
        underway.begin(tries)
        let answer = await Result { () async throws(PostgresError) in try await worker.message(text, timeout: time) }
        let sample = underway.end()
        do throws(PostgresError) {
            let answer = try answer.get()
            let committed = answer.results.count { $0.commandTag == "COMMIT" }
            for index in batch.prefix(committed) { queue.commit(index, at: .now) }
            if committed < batch.count, let error = answer.error?.asRaised(at: queue[batch[committed]].table) {
                let time = run.control.patience(.seconds(30))
                _ = try await worker.message(transactions.undo, timeout: time)
                await judge(batch[committed], error, sample)
            }
        } catch {
            let message = error.asRaised(at: nil).description
            for index in batch where queue.isPending(index) { queue.end(index, .unknown(message: message)) }
            await lose(error)
            return false
        }
        await run.tell(.ended(node, queue.outcomes(of: batch)))
        return true
    }

    /// What an error means for the step that met it.
    private mutating func judge(_ index: Int, _ error: PostgresError, _ sample: Sampler.Sample?) async {
        switch error.sqlState {
        case _ where error.isLockNotAvailable || error.isDeadlock:
            let isOwn = sample?.concerns(queue[index].tableOID) ?? false
            let blockers = isOwn ? sample?.blockers ?? [] : []
            if blockers.isEmpty { await run.tell(.waiting(queue.nextTry(of: index), blockers: [])) }
            queue.miss(index, blockers: blockers, at: .now)
        case CheckState.stale, "42P01", "3F000":
            queue.end(index, .stale(message: error.message))
        case CheckState.lockLost:
            queue.end(index, .failed(sqlState: error.sqlState, message: error.message))
            run.control.stop(.lockLost(node))
        default:
            queue.end(index, .failed(sqlState: error.sqlState, message: error.message))
        }
    }

    /// The node is lost to this run: what it committed is not known to be durable.
    private mutating func lose(_ error: PostgresError) async {
        guard !run.control.drops else { return run.control.stop(.interrupted) }
        run.lose(node, error)
        let message = "not flushed before the node was lost: \(error.asRaised(at: nil).description)"
        let revised = queue.revise { _ in .unknown(message: message) }
        if !revised.isEmpty { await run.tell(.ended(node, revised)) }
    }

    // MARK: - Flushing and reading back

    /// Makes durable what was committed, and reads it again from a new connection.
    private mutating func settle(_ worker: Session) async {
        let done = queue.outcomes.filter(\.isDone)
        guard !done.isEmpty else { return }
        do throws(PostgresError) {
            try await run.flush(node, through: worker)
        } catch {
            return await lose(error)
        }
        await run.tell(.flushed(node, stage))
        let touched = Set(done.filter { $0.step.table != nil }.map(\.step.tableOID)).sorted()
        guard !touched.isEmpty else { return }
        let (run, node) = (run, node)
        async let reading = Result { () async throws(PostgresError) in
            let time = run.control.patience(.seconds(30), atLeast: .seconds(10))
            let reader = await Result { () async throws(PostgresError) in
                try await run.session(on: node, tryingFor: .zero)
            }
            // Every session sees what is committed: the worker's serves where the node grants the run no other.
            guard let reader = try reader.unlessRefused else {
                return try await ReadBack(session: worker).tables(touched, within: time)
            }
            let found = try await ReadBack(session: reader).tables(touched, within: time)
            await reader.close()
            return found
        }
        let expected = tables(after: done.map(\.step))
        let found = await reading
        let revised = queue.revise { step in
            guard let expected = expected[step.tableOID] else { return nil }
            switch found {
            case .failure(let error): return .unverified(message: "not read back: \(error.description)")
            case .success(let found):
                let asExpected = found[step.tableOID] == expected
                return asExpected ? nil : .unverified(message: "read back with other triggers or rules than were set")
            }
        }
        guard revised.isEmpty else { return await run.tell(.ended(node, revised)) }
        await run.tell(.verified(node, stage, tables: expected.count))
    }

    /// The tables that the steps touched, as they must be read now, by OID.
    private func tables(after steps: [Step]) -> [UInt32: ReadBack.Table] {
        guard var node = world.node(node) else { return [:] }
        for change in steps.flatMap(\.changes) { node.apply(change) }
        let touched = Set(steps.compactMap(\.table)).compactMap { node.tables[$0] }
        return Dictionary(touched.map { ($0.oid, ReadBack.Table($0)) }) { first, _ in first }
    }
}

extension Result<Session, PostgresError> {
    /// The session; nil where none was granted.
    fileprivate var unlessRefused: Session? {
        get throws(PostgresError) { failure?.sqlState == "08001" ? nil : try get() }
    }
}

extension StepOutcome {
    /// Whether it was committed, and read back where it could be.
    var isDone: Bool {
        switch outcome {
        case .done: true
        case .busy, .stale, .failed, .notBegun, .unknown, .unverified: false
        }
    }
}
