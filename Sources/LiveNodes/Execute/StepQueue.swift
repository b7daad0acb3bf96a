import Replication

/// The steps of one stage on one node, and how far each has come. Knows no node and no clock: time is told.
///
/// Steps run in the plan's order, but one that is busy does not hold up the others. What must not overtake: a step that
/// installs comes after the installations before it and before the tables of its set, and a partition keeps its place
/// before or behind its parent.
struct StepQueue {
    /// What there is to do.
    enum Next: Hashable {
        /// Send these, in this order, in one message.
        case send([Int])
        /// Nothing is due before.
        case rest(until: ContinuousClock.Instant)
        /// Every step has ended.
        case finished
    }

    private struct Entry {
        let step: Step
        var predecessors: [Int] = []
        var tries = 0
        var begun: ContinuousClock.Instant?
        var due: ContinuousClock.Instant?
        var blockers: [Blocker] = []
        var outcome: Outcome?
    }

    private var entries: [Entry]
    /// What may have no end yet, in order; those at its beginning that have one are left behind for good.
    private var pending: ArraySlice<Int>
    private let policy: Policy
    /// The first tries are short, so that a busy table's writers stall no longer than that.
    private static let shortTry = Duration.milliseconds(50)
    private static let longestPause = Duration.seconds(1)

    init(_ steps: [Step], policy: Policy, parents: [TableName: TableName]) {
        entries = steps.map { Entry(step: $0) }
        pending = Array(steps.indices)[...]
        self.policy = policy
        var order = Precedence(parents: parents)
        for index in steps.indices { entries[index].predecessors = order.predecessors(of: steps[index], at: index) }
    }

    subscript(index: Int) -> Step { entries[index].step }

    /// Which try would be the next of a step.
    func nextTry(of index: Int) -> StepTry {
        StepTry(step: entries[index].step, number: entries[index].tries + 1, limit: max(1, policy.retries))
    }

    /// Every step with its end; `notBegun` for what has none.
    var outcomes: [StepOutcome] { entries.map { StepOutcome(step: $0.step, outcome: $0.outcome ?? .notBegun) } }

    /// How these steps ended, of those that have.
    func outcomes(of indices: [Int]) -> [StepOutcome] {
        indices.compactMap { index in
            entries[index].outcome.map { StepOutcome(step: entries[index].step, outcome: $0) }
        }
    }

    /// Whether the step has not ended.
    func isPending(_ index: Int) -> Bool { entries[index].outcome == nil }

    /// Long where short tries can never succeed, since an autovacuum worker gives way only after `deadlock_timeout`, or
    /// have failed often enough.
    func isLong(_ index: Int) -> Bool {
        entries[index].blockers.contains(where: \.isAutovacuum)
            || (entries[index].tries > 0 && entries[index].tries * 2 >= policy.retries)
    }

    /// The only try is as long as a long one, and is not taken for busy before it was tried.
    func lockTimeout(of index: Int) -> Duration {
        isLong(index) || policy.retries <= 1 ? policy.lockTimeout : min(policy.lockTimeout, Self.shortTry)
    }

    /// What to send now. Short tries go first; a long one goes alone, when nothing else is due.
    mutating func next(limit: Int, at now: ContinuousClock.Instant) -> Next {
        var batch: [Int] = []
        var chosen: Set<Int> = []
        var long: Int?
        var wake: ContinuousClock.Instant?
        var ended = 0
        pending = pending.drop { entries[$0].outcome != nil }
        for index in pending {
            guard batch.count < limit else { break }
            guard entries[index].outcome == nil else {
                ended += 1
                continue
            }
            switch readiness(of: index, behind: chosen) {
            case .ready: break
            case .waits: continue
            case .never:
                entries[index].outcome = .notBegun
                continue
            }
            if let due = entries[index].due, due > now {
                wake = min(wake ?? due, due)
            } else if isLong(index) {
                long = long ?? index
            } else {
                batch.append(index)
                chosen.insert(index)
            }
        }
        if ended > 100 { pending = pending.filter { entries[$0].outcome == nil }[...] }
        if batch.isEmpty, let long { batch = [long] }
        for index in batch where entries[index].begun == nil { entries[index].begun = now }
        if !batch.isEmpty { return .send(batch) }
        return wake.map { .rest(until: $0) } ?? .finished
    }

    private enum Readiness { case ready, waits, never }

    private func readiness(of index: Int, behind chosen: Set<Int>) -> Readiness {
        var readiness = Readiness.ready
        for predecessor in entries[index].predecessors where !chosen.contains(predecessor) {
            switch entries[predecessor].outcome {
            case .done: continue
            case nil: readiness = .waits
            case .busy, .stale, .failed, .notBegun, .unknown, .unverified: return .never
            }
        }
        return readiness
    }

    /// The step was committed.
    mutating func commit(_ index: Int, at now: ContinuousClock.Instant) {
        let took = entries[index].begun.map { now - $0 } ?? .zero
        entries[index].outcome = .done(tries: entries[index].tries + 1, took: took)
    }

    /// The step did not get its lock: it is tried again after a random pause, unless that was its last try.
    mutating func miss(_ index: Int, blockers: [Blocker], at now: ContinuousClock.Instant) {
        entries[index].tries += 1
        if !blockers.isEmpty { entries[index].blockers = blockers }
        let tries = entries[index].tries
        guard tries < policy.retries else {
            entries[index].outcome = .busy(tries: tries, blockers: entries[index].blockers)
            return
        }
        let ceiling = min(Self.longestPause, Self.shortTry * (1 << min(tries, 10)))
        entries[index].due = now + ceiling * Double.random(in: 0...1)
    }

    /// The step ended otherwise.
    mutating func end(_ index: Int, _ outcome: Outcome) { entries[index].outcome = outcome }

    /// Gives another end to the committed steps for which there is one.
    ///
    /// - Returns: Those.
    mutating func revise(_ other: (Step) -> Outcome?) -> [StepOutcome] {
        var revised: [StepOutcome] = []
        for index in entries.indices {
            let step = entries[index].step
            guard case .done = entries[index].outcome, let outcome = other(step) else { continue }
            entries[index].outcome = outcome
            revised.append(StepOutcome(step: step, outcome: outcome))
        }
        return revised
    }
}

/// Which earlier steps must be done before a step may begin.
private struct Precedence {
    let parents: [TableName: TableName]
    private var installation: Int?
    private var installations: [SetName: Int] = [:]
    private var tables: [SetName: [Int]] = [:]
    private var places: [TableName: Int] = [:]
    private var children: [TableName: [Int]] = [:]

    init(parents: [TableName: TableName]) { self.parents = parents }

    mutating func predecessors(of step: Step, at index: Int) -> [Int] {
        guard let table = step.table else {
            defer {
                installation = index
                installations[step.set] = index
                tables[step.set] = nil
            }
            return (installation.map { [$0] } ?? []) + (tables[step.set] ?? [])
        }
        var earlier = (installations[step.set] ?? installation).map { [$0] } ?? []
        if let same = places[table] { earlier.append(same) }
        earlier += children[table] ?? []
        // What is made on a partitioned table is made on all below it, however deep.
        var parent = parents[table]
        while let above = parent {
            if let place = places[above] { earlier.append(place) }
            children[above, default: []].append(index)
            parent = parents[above]
        }
        places[table] = index
        tables[step.set, default: []].append(index)
        return earlier
    }
}
