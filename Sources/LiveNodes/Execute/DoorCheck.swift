import Postgres
import Replication

/// Reads whether other nodes are as they were left before anything is opened: the new origin, or the old one again.
struct DoorCheck {
    /// The nodes that the plan would open, by table.
    let planned: [TableName: Set<NodeName>]
    /// What was observed, with every step that is done; nothing is opened yet.
    let world: ObservedState
    let run: Run

    /// What else than these steps has the tables that they open, and is not as this run left it, or as it was observed; the
    /// first by name. A node that cannot be read is lost to the run.
    ///
    /// Slony changes its triggers itself, and is asked under its own lock.
    ///
    /// - Parameters:
    ///   - read: Steps whose tables were read back just now.
    ///   - isAgain: Whether they were looked at before: then a node that refuses one session more, on which this run may be
    ///     at work as well, is passed over.
    func disturbed(beside steps: [Step], read: [Step] = [], again isAgain: Bool = false) async -> StopReason? {
        guard run.engineLock == nil else { return nil }
        let known = Set(read.compactMap { step in step.table.map { Opening(node: step.node, table: $0) } })
        var others: [NodeName: [Opening]] = [:]
        for node in run.nodes.keys {
            guard let there = world.node(node) else { continue }
            for step in steps where step.node != node {
                guard let table = step.table, !(planned[table]?.contains(node) ?? false) else { continue }
                for name in [table] + there.partitions(below: table) {
                    let opening = Opening(node: node, table: name)
                    guard there.tables[name] != nil, !known.contains(opening), !(planned[name]?.contains(node) ?? false)
                    else { continue }
                    others[node, default: []].append(opening)
                }
            }
        }
        let answers = await atOnce(others) { openings in
            await Result { () async throws(PostgresError) in try await self.asLeft(openings, flushing: false) }
        }
        for (node, answer) in answers.sorted(by: { $0.key < $1.key }) {
            do throws(PostgresError) {
                let found = try answer.get()
                let changed = (others[node] ?? []).filter { !found.contains($0) }.map(\.table).min()
                if let changed { return .disturbed(node, changed) }
            } catch {
                if isAgain, !error.refusals.isEmpty { continue }
                run.lose(node, error)
            }
        }
        return run.control.reason
    }

    /// Of these steps, those for whose table every node that the plan would open reads as it must while it is shut: as
    /// this run left it, or else as it was observed.
    func shut(besides steps: [Step]) async -> Set<Step> {
        let opened = Dictionary(steps.map { ($0, openings(besides: $0)) }) { first, _ in first }
        let byNode = Dictionary(grouping: Set(opened.values.joined()), by: \.node)
        let answers = await atOnce(byNode) { await self.read($0) }
        return Set(
            steps.filter { step in
                opened[step]?.allSatisfy { answers[$0.node]?.contains($0) ?? false } ?? true
            })
    }

    /// The nodes that the plan would open for the tables of these steps.
    func others(than steps: [Step]) -> Set<NodeName> {
        steps.reduce(into: []) { $0.formUnion(openings(besides: $1).map(\.node)) }
    }

    /// One table that would be opened.
    private struct Opening: Hashable, Sendable {
        let node: NodeName
        let table: TableName
    }

    /// What is opened with a table or with a partitioned one above it, whose deny trigger may be the table's, too.
    private func openings(besides step: Step) -> Set<Opening> {
        guard let table = step.table, let node = world.node(step.node) else { return [] }
        var result: Set<Opening> = []
        for name in [table] + node.tables(above: table) {
            for other in planned[name] ?? [] where other != step.node {
                result.insert(Opening(node: other, table: name))
                if world.node(other)?.tables[table] != nil { result.insert(Opening(node: other, table: table)) }
            }
        }
        return result
    }

    /// - Returns: Those that read as they must.
    private func read(_ openings: [Opening]) async -> Set<Opening> {
        await Result { () async throws(PostgresError) in try await self.asLeft(openings, flushing: true) }
            .recovered { _ in [] }
    }

    /// - Returns: Those of one node that read as they must.
    private func asLeft(_ openings: [Opening], flushing: Bool) async throws(PostgresError) -> Set<Opening> {
        guard let node = openings.first?.node, let tables = world.node(node)?.tables else { return [] }
        let session = try await run.session(on: node)
        let answer = await Result { () async throws(PostgresError) in
            if flushing { try await run.flush(node, through: session) }
            let oids = openings.compactMap { tables[$0.table]?.oid }
            return try await ReadBack(session: session).tables(oids, within: run.control.patience(.seconds(30)))
        }
        await session.close()
        let found = try answer.get()
        return Set(
            openings.filter { opening in
                guard let table = tables[opening.table] else { return false }
                return found[table.oid] == ReadBack.Table(table)
            })
    }
}

extension Plan {
    /// The nodes that it would open, by table.
    var openings: [TableName: Set<NodeName>] {
        var nodes: [TableName: Set<NodeName>] = [:]
        for step in steps where step.stage == .open {
            if let table = step.table { nodes[table, default: []].insert(step.node) }
        }
        for drain in drains {
            for table in drain.tables { nodes[table, default: []].insert(drain.newOrigin) }
        }
        return nodes
    }
}
