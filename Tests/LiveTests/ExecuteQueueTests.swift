import Replication
import Testing

@testable import LiveNodes

struct ExecuteQueueTests {
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

    @Test func `tries are short until half of them are used up`() {
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

    @Test func `the last try is long, also where it is the only one`() {
        let queue = StepQueue([step("a")], policy: Policy(lockTimeout: .seconds(2), retries: 1), parents: [:])
        #expect(queue.lockTimeout(of: 0) == .seconds(2))
    }

    @Test func `a try is long as soon as an autovacuum worker was in the way, and goes alone and last`() {
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

    @Test(arguments: 1...30) func `a pause is at most a second`(tries: Int) throws {
        var queue = StepQueue([step("a")], policy: Policy(retries: 100), parents: [:])
        for _ in 0..<tries { queue.miss(0, blockers: [], at: start) }
        switch queue.next(limit: 100, at: start) {
        case .rest(let until): #expect(until > start && until <= start + .seconds(1))
        case .send, .finished: Issue.record("no pause")
        }
    }

    @Test func `all steps go together where each has one try`() {
        let policy = Policy(lockTimeout: .seconds(2), retries: 1)
        var queue = StepQueue([step("a"), step("b")], policy: policy, parents: [:])
        #expect(queue.next(limit: 100, at: start) == .send([0, 1]))
    }

    @Test func `a partitioned table waits for what lies two levels below it`() {
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

    @Test func `a partition and its parent keep their order, others overtake`() {
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

    @Test func `a set's tables wait for its installation, another set's do not`() {
        let steps = [step(nil, set: "x"), step("a", set: "x"), step(nil, set: "y"), step("b", set: "y")]
        var queue = StepQueue(steps, policy: Policy(), parents: [:])
        #expect(queue.next(limit: 100, at: start) == .send([0, 1, 2, 3]))
        queue.commit(0, at: start)
        queue.commit(2, at: start)
        queue.miss(1, blockers: [], at: start + .seconds(60))
        #expect(queue.next(limit: 100, at: start) == .send([3]))
    }
}
