import Replication
import Testing

@testable import LiveNodes

@Suite struct `the tables of a stage` {
    private func step(_ table: String?, set: SetName = "default") -> Step {
        Step(
            stage: .protect, node: "berlin", set: set, table: table.map { TableName("public", Identifier($0)) },
            tableOID: 1, changes: [], statements: [], lock: .none, expectedRows: "", role: nil)
    }

    private func blocker(isAutovacuum: Bool) -> Blocker {
        Blocker(pid: 7, user: "", application: "", state: "", age: .zero, isAutovacuum: isAutovacuum)
    }

    private let start = ContinuousClock.now
    private var later: ContinuousClock.Instant { start + .seconds(5) }

    @Test func `are tried for a short time until half of the tries are used up`() {
        var queue = StepQueue([step("a")], policy: Policy(lockTimeout: .seconds(2), retries: 6), parents: [:])
        var timeouts: [Duration] = []
        for _ in 0..<6 {
            timeouts.append(queue.lockTimeout(of: 0))
            queue.miss(0, blockers: [blocker(isAutovacuum: false)], at: start)
        }
        let short = Duration.milliseconds(50)
        #expect(timeouts == [short, short, short, .seconds(2), .seconds(2), .seconds(2)])
        #expect(
            queue.outcomes.map(\.outcome) == [.busy(tries: 6, blockers: [blocker(isAutovacuum: false)])])
    }

    @Test func `are tried for a long time at last, also where that is the only try`() {
        let queue = StepQueue([step("a")], policy: Policy(lockTimeout: .seconds(2), retries: 1), parents: [:])
        #expect(queue.lockTimeout(of: 0) == .seconds(2))
    }

    @Test func `are tried for a long time, alone and last, once an autovacuum worker was in the way`() {
        var queue = StepQueue([step("a"), step("b"), step("c")], policy: Policy(), parents: [:])
        queue.miss(0, blockers: [blocker(isAutovacuum: true)], at: start)
        #expect(queue.lockTimeout(of: 0) == .seconds(2))
        #expect(queue.next(limit: 100, at: later) == .send([1, 2]))
        queue.commit(1, at: later)
        queue.commit(2, at: later)
        #expect(queue.next(limit: 100, at: later) == .send([0]))
        queue.commit(0, at: later)
        #expect(queue.next(limit: 100, at: later) == .finished)
    }

    @Test(arguments: 1...30) func `rest for a second at most between two tries`(tries: Int) throws {
        var queue = StepQueue([step("a")], policy: Policy(retries: 100), parents: [:])
        for _ in 0..<tries { queue.miss(0, blockers: [], at: start) }
        switch queue.next(limit: 100, at: start) {
        case .rest(let until): #expect(until > start && until <= start + .seconds(1))
        case .send, .finished: Issue.record("no pause")
        }
    }

    @Test func `go together where each has one try`() {
        let policy = Policy(lockTimeout: .seconds(2), retries: 1)
        var queue = StepQueue([step("a"), step("b")], policy: policy, parents: [:])
        #expect(queue.next(limit: 100, at: start) == .send([0, 1]))
    }

    @Test func `wait, where they are partitioned, for what lies two levels below`() {
        let (leaf, middle, root) = (
            TableName("public", "leaf"), TableName("public", "middle"), TableName("public", "root")
        )
        var queue = StepQueue([step("leaf"), step("root")], policy: Policy(), parents: [leaf: middle, middle: root])
        queue.miss(0, blockers: [], at: start)
        switch queue.next(limit: 100, at: start) {
        case .rest: break
        case .send, .finished: Issue.record("the root overtakes its partition")
        }
    }

    @Test func `keep their order where one is a partition of another, and overtake each other elsewhere`() {
        let (leaf, root) = (TableName("public", "leaf"), TableName("public", "root"))
        var queue = StepQueue([step("leaf"), step("other"), step("root")], policy: Policy(), parents: [leaf: root])
        #expect(queue.next(limit: 100, at: start) == .send([0, 1, 2]))
        queue.miss(0, blockers: [], at: start + .seconds(60))
        #expect(queue.next(limit: 100, at: later) == .send([1]))
        queue.end(0, .failed(sqlState: "42501", message: ""))
        queue.commit(1, at: later)
        #expect(queue.next(limit: 100, at: later) == .finished)
        #expect(queue.outcomes.map { word($0.outcome) } == ["failed 42501", "done", "not begun"])
    }

    @Test func `wait for what their own set installs, and for no other set's`() {
        let steps = [step(nil, set: "x"), step("a", set: "x"), step(nil, set: "y"), step("b", set: "y")]
        var queue = StepQueue(steps, policy: Policy(), parents: [:])
        #expect(queue.next(limit: 100, at: start) == .send([0, 1, 2, 3]))
        queue.commit(0, at: start)
        queue.commit(2, at: start)
        queue.miss(1, blockers: [], at: start + .seconds(60))
        #expect(queue.next(limit: 100, at: start) == .send([3]))
    }
}
