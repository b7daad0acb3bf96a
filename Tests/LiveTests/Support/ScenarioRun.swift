import CustomDump
import Foundation
import LiveNodes
import Postgres
import Replication
import Synchronization
import TestSupport
import Testing

@testable import Sandbox
@testable import polarity

/// Walks the program's own route through one scenario, with a journal of its own.
///
/// The program's signals are left out, which the process that runs all tests would hear, too: a count of ended steps
/// interrupts a run. So is what it says; scenarios compare values.
struct ScenarioRun {
    private let scenario: Scenario
    private let addresses: [ConnectionString]
    private let slony: SlonyCluster?
    private let journal: Journal

    /// Tells the story and compares everything that can be compared.
    static func tell(
        _ scenario: Scenario, on addresses: [ConnectionString], slony: SlonyCluster? = nil
    ) async throws {
        let home = try temporaryDirectory()
        defer { try? FileManager.default.removeItem(atPath: home) }
        let journal = Journal(environment: ["XDG_STATE_HOME": home])
        try await ScenarioRun(scenario: scenario, addresses: addresses, slony: slony, journal: journal).tell()
    }

    private func tell() async throws {
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
        var text = last.walk.difference.golden + last.walk.plan.golden + last.end
        if scenario.interruptAfter != nil {
            last = try await apply(declared, allowed: scenario.allowed)
            text += "\nagain\n" + last.walk.plan.golden + last.end
        }
        if scenario.goesOn {
            try await run("next")
            if let next = scenario.text("next.yaml") { declared = try self.declared(next, "next.yaml") }
            last = try await apply(declared, allowed: scenario.allowedNext)
            text += "\nnext\n" + last.walk.difference.golden + last.walk.plan.golden + last.end
        }
        try await compare(text, with: "plan.txt")
        try await compareSecondPlan(declared, last, failover: scenario.goesOn ? nil : scenario.failover)
        try await compare(await answers(), with: "after.txt")
    }

    /// A plan that was carried out leaves nothing to do; one that was refused is the same again.
    private func compareSecondPlan(_ declared: DeclaredCluster, _ first: Applied, failover: NodeName?) async throws {
        let second = await look(at: declared, Choices(failover: failover, journal: journal)).plan
        guard let outcomes = first.outcomes else {
            expectNoDifference(second.golden, first.walk.plan.golden)
            return
        }
        if outcomes.stopped == nil { expectNoDifference(second.stages, []) }
    }

    // MARK: - The route

    private struct Applied {
        let walk: Walk
        /// Nil where the plan was empty or refused.
        var outcomes: Outcomes?

        var end: String {
            outcomes?.golden ?? (walk.plan.isEmpty ? "outcome\n  nothing to do\n" : "outcome\n  refused\n")
        }
    }

    private func declared(_ text: String, _ file: String) throws -> DeclaredCluster {
        try declare(ClusterSource(path: file, text: text), environment: Scenario.environment(addresses))
    }

    /// Lock, then look, then act, then look again.
    private func apply(
        _ declared: DeclaredCluster, allowed: Set<Gate>, failover: NodeName? = nil, interruptAfter: Int? = nil
    ) async throws -> Applied {
        let choices = Choices(failover: failover, journal: journal)
        let locks = try await RunLocks.take(
            on: declared.nodes, required: [], cluster: declared.name, connectTimeout: choices.connectTimeout)
        var applied = Applied(
            walk: try await look(at: declared, choices, holding: locks).selected(by: choices.selection))
        let walk = applied.walk
        if walk.difference.missingRights.isEmpty, !walk.plan.isEmpty, allowed.isSuperset(of: walk.plan.required) {
            let outcomes = try await carryOut(walk, holding: locks, choices, allowed, interruptAfter ?? .max)
            applied.outcomes = outcomes
        }
        await locks.release()
        return applied
    }

    private func carryOut(
        _ walk: Walk, holding locks: RunLocks, _ choices: Choices, _ allowed: Set<Gate>, _ limit: Int
    ) async throws -> Outcomes {
        let journal = try await journal.begin(scenario.name, walk)
        let records = RecordKeeping(walk)
        await records.before(journal)
        let counter = Counter(limit: limit)
        let outcomes = await execute(
            walk.plan, on: walk.declared.nodes, observed: walk.observed, holding: locks,
            label: RunLabel(run: scenario.name, plan: String(walk.fingerprint.prefix(12))),
            policy: walk.declared.policy, allowed: allowed, engineLock: walk.declared.engineLock,
            connectTimeout: choices.connectTimeout,
            reopening: { walk.plan.reopening(after: $0, from: walk.observed) },
            interruption: { counter.isReached ? .finish : .none },
            events: { event in
                switch event {
                case .stageBegan(.open, _): await records.opening(journal)
                case .reopening: await records.before(journal)
                case .ended(_, let steps): counter.add(steps.count)
                default: break
                }
                await journal.note(event)
            })
        let after = await look(at: walk.declared, choices)
        if after.difference.isInSync { await records.after(journal) }
        #expect(await journal.failure == nil)
        compareModel(walk.observed, outcomes, after)
        return outcomes
    }

    /// What the model makes of the steps that were done is what the nodes say.
    private func compareModel(_ observed: ObservedState, _ outcomes: Outcomes, _ after: Walk) {
        var model = observed
        for end in outcomes.steps + outcomes.reopened where end.outcome.changedSomething { model.apply(end.step) }
        for name in after.declared.nodes.map(\.name) {
            guard let expected = model.node(name), let node = after.observed.node(name) else { continue }
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

/// Counts steps as they end.
private final class Counter: Sendable {
    private let limit: Int
    private let count = Atomic(0)

    init(limit: Int) { self.limit = limit }

    var isReached: Bool { count.load(ordering: .relaxed) >= limit }

    func add(_ number: Int) { count.add(number, ordering: .relaxed) }
}
