import ClusterFile
import CustomDump
import Foundation
import LiveNodes
import Postgres
import Replication
import Synchronization
import TestSupport
import Testing

@testable import Sandbox

/// Walks the whole route through one scenario.
struct ScenarioRun {
    let scenario: Scenario
    let addresses: [ConnectionString]
    let slony: SlonyCluster?
    /// What earlier applies wrote down outside the nodes.
    private var journal = RecordedCluster()

    init(_ scenario: Scenario, on addresses: [ConnectionString], slony: SlonyCluster? = nil) {
        self.scenario = scenario
        self.addresses = addresses
        self.slony = slony
    }

    /// Tells the story and compares everything that can be compared.
    mutating func tell() async throws {
        try await run(SQLPart.cut(scenario.text("engine.sql", else: ".sql") ?? ""))
        try await run("setup")
        let standing = scenario.words("standing").isEmpty ? nil : ".yaml"
        if let before = scenario.text("before.yaml", else: standing) {
            let applied = try await apply(declared(before, "before.yaml"), allowed: Set(Gate.allCases))
            expectNoDifference(applied.end, "outcome\n  done\n", "before.yaml")
        }
        slony?.endDaemons(of: scenario.words("daemons").compactMap { Int($0) })
        try await run("sabotage")
        var declared = try declared(#require(scenario.text("cluster.yaml", else: ".yaml")), "cluster.yaml")
        var last = try await apply(
            declared, allowed: scenario.allowed, failover: scenario.failover, interruptAfter: scenario.interruptAfter)
        var text = last.difference.golden + last.plan.golden + last.end
        if scenario.interruptAfter != nil {
            last = try await apply(declared, allowed: scenario.allowed)
            text += "\nagain\n" + last.plan.golden + last.end
        }
        if scenario.goesOn {
            try await run("next")
            if let next = scenario.text("next.yaml") { declared = try self.declared(next, "next.yaml") }
            last = try await apply(declared, allowed: scenario.allowedNext)
            text += "\nnext\n" + last.difference.golden + last.plan.golden + last.end
        }
        try await compare(text, with: "plan.txt")
        try await compareSecondPlan(declared, last, failover: scenario.goesOn ? nil : scenario.failover)
        try await compare(await answers(), with: "after.txt")
    }

    /// A plan that was carried out leaves nothing to do; one that was refused is the same again.
    private func compareSecondPlan(_ declared: DeclaredCluster, _ first: Applied, failover: NodeName?) async throws {
        let second = Plan(try await difference(declared, failover: failover))
        guard let outcomes = first.outcomes else {
            expectNoDifference(second.golden, first.plan.golden)
            return
        }
        if outcomes.stopped == nil { expectNoDifference(second.stages, []) }
    }

    // MARK: - The route

    struct Applied {
        let difference: Difference
        let plan: Plan
        /// Nil where the plan was empty or refused.
        let outcomes: Outcomes?

        var end: String { outcomes?.golden ?? (plan.isEmpty ? "outcome\n  nothing to do\n" : "outcome\n  refused\n") }
    }

    private func declared(_ text: String, _ file: String) throws -> DeclaredCluster {
        let environment = Dictionary(uniqueKeysWithValues: addresses.enumerated().map { ("NODE\($0 + 1)", $1.text) })
        return try readCluster(Array(text.utf8), file: file, environment: environment)
    }

    private func difference(_ declared: DeclaredCluster, failover: NodeName?) async throws -> Difference {
        let answers = await observe(declared.nodes, reading: declared.scope, connectTimeout: .seconds(5))
        let same = await sameDatabases(declared.nodes, among: answers, connectTimeout: .seconds(5))
        let observed = ObservedState(nodes: answers, journal: journal, sameDatabase: same)
        return Difference(from: observed, to: DesiredState(declared, observed), failover: failover)
    }

    private mutating func apply(
        _ declared: DeclaredCluster, allowed: Set<Gate>, failover: NodeName? = nil, interruptAfter: Int? = nil
    ) async throws -> Applied {
        let locks = try await RunLocks.take(
            on: declared.nodes, required: [], cluster: declared.name, connectTimeout: .seconds(5))
        let difference = try await difference(declared, failover: failover)
        let plan = Plan(difference)
        guard !plan.isEmpty, allowed.isSuperset(of: plan.required) else {
            await locks.release()
            return Applied(difference: difference, plan: plan, outcomes: nil)
        }
        let counter = Counter(limit: interruptAfter ?? .max)
        let outcomes = await execute(
            plan, on: declared.nodes, observed: difference.observed, holding: locks,
            label: RunLabel(run: "test", plan: scenario.name), policy: declared.policy, allowed: allowed,
            engineLock: declared.engineLock, reopening: { plan.reopening(after: $0, from: difference.observed) },
            interruption: { counter.isReached ? .finish : .none },
            events: { if case .ended(_, let steps) = $0 { counter.add(steps.count) } })
        await locks.release()
        await compareModel(difference.observed, outcomes, declared)
        if outcomes.stopped == nil && plan.heldBack.isEmpty {
            for set in declared.sets {
                journal.sets[set.name] = RecordedSet(origin: set.origin, members: Set(set.members))
            }
        }
        return Applied(difference: difference, plan: plan, outcomes: outcomes)
    }

    /// What the model makes of the steps that were done is what the nodes say.
    private func compareModel(_ observed: ObservedState, _ outcomes: Outcomes, _ declared: DeclaredCluster) async {
        var model = observed
        for end in outcomes.steps + outcomes.reopened where end.outcome.changedSomething { model.apply(end.step) }
        let found = await observe(declared.nodes, reading: declared.scope, connectTimeout: .seconds(5))
        for name in declared.nodes.map(\.name) {
            guard let expected = model.node(name), case .observed(let node) = found[name] else { continue }
            expectNoDifference(node.tables.mapValues(\.triggers), expected.tables.mapValues(\.triggers), "\(name)")
            expectNoDifference(node.tables.mapValues(\.rules), expected.tables.mapValues(\.rules), "\(name)")
            expectNoDifference(node.builtin?.recorded, expected.builtin?.recorded, "\(name)")
            expectNoDifference(node.builtin?.tables, expected.builtin?.tables, "\(name)")
        }
    }

    // MARK: - SQL of the scenario

    /// Runs `NAME.sql` and `NAME.slonik`, as far as there are such.
    private func run(_ name: String) async throws {
        try await run(SQLPart.cut(scenario.text("\(name).sql") ?? ""))
        if let script = scenario.text("\(name).slonik") { try await slony?.slonik(script) }
    }

    private func run(_ parts: [SQLPart]) async throws {
        for part in parts {
            if part.waits { try await slony?.waitUntilReplicated() }
            for (node, address) in nodes(of: part) {
                do {
                    try await address.ask(part.sql)
                } catch {
                    throw SandboxError(message: "on \(node): \(error)\n\(part.sql)")
                }
            }
        }
    }

    /// Every part in a session as good as new.
    private func answers() async throws -> String {
        var text = ""
        var sessions: [NodeName: Session] = [:]
        for part in SQLPart.cut(scenario.text("after.sql", else: "-after.sql") ?? "") {
            if part.waits { try await slony?.waitUntilReplicated() }
            text += part.sql + "\n"
            for (node, address) in nodes(of: part) {
                if sessions[node] == nil {
                    sessions[node] = try await Session.connect(to: address, timeout: .seconds(5))
                }
                guard let session = sessions[node] else { continue }
                let answer = try await session.message(part.sql)
                _ = try await session.run("ROLLBACK")
                _ = try await session.run("DISCARD ALL")
                text += answer.golden.map { "  \(node): \($0)\n" }.joined()
            }
        }
        for session in sessions.values { await session.close() }
        return text
    }

    private func nodes(of part: SQLPart) -> [(NodeName, ConnectionString)] {
        zip(["berlin", "paris", "tokyo"], addresses).filter { part.nodes.isEmpty || part.nodes.contains($0.0) }
    }

    private func compare(_ text: String, with file: String) async throws {
        let common = scenario.folder.appending(path: file)
        let own = await Self.variant(of: file).map { scenario.folder.appending(path: $0) }
        try expectGolden(text, at: own ?? common, else: common)
    }

    /// The golden of servers that are not of the major that goldens are made with, such as `plan-13.txt` or
    /// `plan-13-15-18.txt`: there only where it differs.
    private static func variant(of file: String) async -> String? {
        let majors = await Binaries.inTurn().map { "\($0.major)" }
        guard majors != ["15"] else { return nil }
        return file.replacing(".txt", with: "-\(majors.joined(separator: "-")).txt")
    }
}

extension MessageAnswer {
    /// Rows, else what was done, else the error; one a line.
    fileprivate var golden: [String] {
        let lines = results.flatMap { rows in
            rows.columns.isEmpty
                ? [rows.commandTag]
                : rows.isEmpty ? ["no rows"] : rows.values.map { $0.map { $0 ?? "NULL" }.joined(separator: " | ") }
        }
        return lines + (error.map { ["\($0)"] } ?? [])
    }
}

extension DeclaredCluster {
    fileprivate var engineLock: QualifiedName? {
        switch engine.catalog {
        case .none, .polarity: nil
        case .slony: scope.engineSchema.map { QualifiedName($0, "sl_config_lock") }
        }
    }
}

/// Counts steps as they end.
private final class Counter: Sendable {
    private let limit: Int
    private let count = Atomic(0)

    init(limit: Int) { self.limit = limit }

    var isReached: Bool { count.load(ordering: .relaxed) >= limit }

    func add(_ number: Int) { count.add(number, ordering: .relaxed) }
}
