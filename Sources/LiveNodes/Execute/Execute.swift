import Postgres
import Replication

// How a plan runs.
//
// Stages are barriers over all nodes: one begins only when the one before it succeeded on every node it touches, is
// durable there, and was read back, from a new connection where one is to be had. Within a stage all nodes go on side by
// side, each through one session for its steps and one that looks whom the first waits for; only tables that the cluster
// did not have yet are claimed on one node after another.
//
// A step is one transaction that holds one lock on one table of a user: it makes sure that the run still holds its lock
// on the node, becomes the declared role, locks the table, looks whether it is still as planned, changes it and commits.
// All of that travels in one message, so a client that freezes or dies leaves no lock behind. In protect, drain and tidy
// a hundred such transactions share a message; an error ends it, what came before is committed and what came after goes
// into the next. open sends one at a time, since there a doubt about what was done would be a doubt about who may write.
//
// A table whose lock is not to be had comes again later while others go on. Nobody is cancelled or killed. Whatever
// ends the run early, what was sent is waited for, flushed and read back; only a second interruption drops all that.

/// Runs a plan on real nodes; decides nothing about what to change.
///
/// - Parameters:
///   - observed: What the plan was made from, read under `locks`.
///   - locks: Held from before `observed` was read until after this returns; lost anywhere, the run stops.
///   - label: Stands as a comment before every message.
///   - allowed: With ``Gate/unprovenHandover``, a drain that cannot be proven is passed over. One that is pending never is.
///   - engineLock: The engine's lock on its configuration (Slony's `sl_config_lock`), taken by each step before its table's.
///   - reopening: The steps that open the old origin again, asked for when the run ends before anything was opened
///     and the locks still hold where that happens; none leaves it shut. Each runs only where all other tables of that
///     name that the plan would have opened are read to be as they were observed, or as this run left them.
///   - interruption: Asked all the time; must not block.
///   - events: Awaited; see ``Event``.
/// - Returns: Every step with its end, as it was read back; those that advance sequences as they were sent.
public func execute(
    _ plan: Plan, on nodes: [DeclaredNode], observed: ObservedState, holding locks: RunLocks, label: RunLabel,
    policy: Policy, allowed: Set<Gate> = [], engineLock: QualifiedName? = nil,
    connectTimeout: Duration = .seconds(5), reopening: @Sendable @escaping (Outcomes) -> [Step] = { _ in [] },
    interruption: @Sendable @escaping () -> Interruption = { .none },
    events: @Sendable @escaping (Event) async -> Void = { _ in }
) async -> Outcomes {
    let run = Run(
        nodes: Dictionary(nodes.map { ($0.name, $0) }) { first, _ in first }, locks: locks, label: label,
        policy: policy, allowed: allowed, engineLock: engineLock, connectTimeout: connectTimeout,
        control: RunControl(until: .now + policy.applyTimeout, interruption: interruption),
        tell: events)
    return await run.watched {
        var executor = Executor(run: run, plan: plan, planned: plan.openings, world: observed)
        return await executor.outcomes(reopening: reopening)
    }
}

/// One plan on its way through the stages.
private struct Executor {
    let run: Run
    let plan: Plan
    /// The nodes that it would open, by table.
    let planned: [TableName: Set<NodeName>]
    /// What was observed, with every step that is done.
    var world: ObservedState
    var reached = Outcomes()
    /// The stages whose steps have ended, one way or another.
    var begun: Set<StageName> = []
    /// When what was closed had been read back.
    var protected: ContinuousClock.Instant?

    mutating func outcomes(reopening: (Outcomes) -> [Step]) async -> Outcomes {
        await run.tell(.runBegan(steps: plan.steps.count))
        let reason = await firstFailure()
        let left = plan.stages.filter { !begun.contains($0.name) }.flatMap(\.steps)
        reached.steps += left.map { StepOutcome(step: $0, outcome: .notBegun) }
        guard let reason else { return reached }
        reached.stopped = reason
        await run.tell(.stopping(reason))
        // A record is no door: what was recorded is taken back with it.
        let opened = reached.steps.contains {
            $0.step.stage >= .open && $0.step.table != nil && $0.outcome.changedSomething
        }
        if !opened { await reopen(by: reopening(reached)) }
        return reached
    }

    /// Runs stage after stage; nil when all of them succeeded.
    private mutating func firstFailure() async -> StopReason? {
        for name in StageName.allCases {
            var steps = plan.stages.filter { $0.name == name }.flatMap(\.steps)
            if let reason = run.control.stopped(), !steps.isEmpty { return reason }
            if name == .drain {
                if let reason = await drain() { return reason }
                let values = await SequenceValues(run: run, sequences: plan.sequences).read()
                if let reason = run.control.reason { return reason }
                if let lag = plan.sequences.lazy.compactMap({ $0.lag(among: values) }).first {
                    return .sequenceBehind(lag)
                }
                if !plan.sequences.isEmpty { steps = plan.sequences.compactMap { $0.step(among: values) } }
            }
            guard !steps.isEmpty else { continue }
            if name == .protect {
                // Looked at before anything is closed: from then on a set is shut until its drain is proven, again.
                if let reason = await drain() { return reason }
                reached.drains = []
            }
            if name == .open {
                await flush(besides: Set(reached.steps.map(\.step.node)), for: steps)
                if let reason = run.control.reason { return reason }
                // A drain may take a minute, in which anybody may open what was closed.
                let isFresh = protected.map { .now - $0 < .seconds(1) } ?? false
                let fresh = isFresh ? reached.steps.filter { $0.step.stage == .protect }.map(\.step) : []
                if let reason = await doors.disturbed(beside: steps, read: fresh) { return reason }
            }
            let ends = await stage(name, steps)
            reached.steps += ends
            begun.insert(name)
            if name == .protect { protected = .now }
            if let reason = run.control.reason { return reason }
            if !ends.allSatisfy(\.isDone) { return run.control.drops ? .interrupted : .stageFailed(name) }
        }
        return nil
    }

    /// Makes durable what was found on the other nodes that have the tables: a run before this one may have committed it and
    /// died before its flush.
    private func flush(besides flushed: Set<NodeName>, for steps: [Step]) async {
        let names = Set(steps.compactMap(\.table))
        let found = run.nodes.filter { name, _ in
            guard !flushed.contains(name), let node = world.node(name), !node.identity.inRecovery else { return false }
            return names.contains { node.tables[$0] != nil }
        }
        let run = run
        let failures = await atOnce(found) { node -> PostgresError? in
            await Result { () async throws(PostgresError) in
                let session = try await run.session(on: node.name)
                try await run.flush(node.name, through: session)
                await session.close()
            }.failure
        }
        for (node, error) in failures.compactMapValues({ $0 }).sorted(by: { $0.key < $1.key }) {
            run.lose(node, error)
        }
    }

    private var doors: DoorCheck { DoorCheck(planned: planned, world: world, run: run) }

    /// - Returns: Every step with its end, in the plan's order.
    private mutating func stage(_ name: StageName, _ steps: [Step]) async -> [StepOutcome] {
        await run.tell(.stageBegan(name, on: Set(steps.map(\.node)).sorted()))
        let ends = await inTurns(name, steps)
        await run.tell(.stageEnded(name, succeeded: ends.allSatisfy(\.isDone)))
        return ends
    }

    /// Turn after turn, in each all nodes side by side.
    private mutating func inTurns(_ name: StageName, _ steps: [Step]) async -> [StepOutcome] {
        var ends = steps.map { StepOutcome(step: $0, outcome: .notBegun) }
        for turn in turns(of: steps, in: world) {
            let byNode = Dictionary(grouping: turn) { steps[$0].node }
            let parts = Dictionary(
                uniqueKeysWithValues: byNode.map { node, indices in
                    (node, NodeStage(indices.map { steps[$0] }, stage: name, on: node, of: run, doors))
                })
            let answers = await atOnce(parts) { part in
                var part = part
                return await part.outcomes()
            }
            for (node, indices) in byNode {
                for (index, end) in zip(indices, answers[node] ?? []) { ends[index] = end }
            }
            for index in turn where ends[index].isDone { world.apply(steps[index]) }
            guard turn.allSatisfy({ ends[$0].isDone }) else { break }
        }
        return ends
    }

    /// - Returns: What stops the run; nil when every drain is proven, or allowed without.
    private mutating func drain() async -> StopReason? {
        let (drains, run) = (plan.drains, run)
        guard !drains.isEmpty else { return nil }
        let members = Set(drains.flatMap { $0.sources + [$0.newOrigin] })
        let wanted = run.nodes.filter { members.contains($0.key) && run.locks.held[$0.key] != nil }
        let answers = await atOnce(wanted) { node in
            await Result { () async throws(PostgresError) in try await run.session(on: node.name) }
        }
        let sessions = answers.compactMapValues { try? $0.get() }
        for (node, error) in answers.compactMapValues(\.failure).sorted(by: { $0.key < $1.key }) {
            run.lose(node, error)
        }
        let verdicts = await withTaskGroup(of: (Int, DrainOutcome).self) { group in
            for (index, drain) in drains.enumerated() {
                let own = sessions.filter { $0.key == drain.newOrigin || drain.sources.contains($0.key) }
                group.addTask { (index, await Draining(run: run, drain: drain, sessions: own).outcome()) }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        for session in sessions.values { await session.close() }
        reached.drains = drains.indices.compactMap { verdicts[$0] }
        if let reason = run.control.stopped() { return reason }
        return reached.drains.first { !$0.verdict.isGood }.map { .notDrained($0.drain.set) }
    }

    // MARK: - Opening the old origin again

    /// Opens again what this run closed, where the nodes that would have been opened are read to be shut; before that it takes
    /// back what was recorded of the new origin, wherever that can be done.
    private mutating func reopen(by steps: [Step]) async {
        guard !steps.isEmpty, !run.control.drops else { return }
        let doors = doors
        let records = steps.filter { $0.table == nil }
        let tables = steps.filter { $0.table != nil }
        let needed = Set(tables.map(\.node)).union(doors.others(than: tables))
        goOn(needing: needed)
        guard run.control.stopped() == nil else {
            return reached.reopened = steps.map { StepOutcome(step: $0, outcome: .notBegun) }
        }
        await run.tell(.reopening(steps))
        reached.reopened = await inTurns(.open, records)
        goOn(needing: needed)
        let shut = await doors.shut(besides: tables)
        let ends = await inTurns(.open, tables.filter(shut.contains))
        let ended = Dictionary(ends.map { ($0.step, $0) }) { first, _ in first }
        reached.reopened += tables.map { ended[$0] ?? StepOutcome(step: $0, outcome: .notBegun) }
    }

    private func goOn(needing nodes: Set<NodeName>) {
        run.control.goOn(for: run.policy.lockTimeout * max(1, run.policy.retries) + .seconds(30), needing: nodes)
    }
}
