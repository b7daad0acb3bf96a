import Postgres
import Replication

/// Reads whether the nodes that a plan would have opened are still shut, before the old origin is opened again.
struct Doors {
    let plan: Plan
    /// What was observed, with every step that is done; nothing is opened yet.
    let world: ObservedState
    let run: Run

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

    /// One table that would be opened.
    private struct Opening: Hashable, Sendable {
        let node: NodeName
        let table: TableName
    }

    private func openings(besides step: Step) -> [Opening] {
        guard let table = step.table else { return [] }
        let planned = plan.steps.filter { $0.stage == .open && $0.table == table && $0.node != step.node }
        let drained = plan.drains.filter {
            $0.set == step.set && $0.newOrigin != step.node && $0.tables.contains(table)
        }
        return Set(planned.map(\.node) + drained.map(\.newOrigin)).sorted().map { Opening(node: $0, table: table) }
    }

    /// - Returns: Those that read as they must.
    private func read(_ openings: [Opening]) async -> Set<Opening> {
        guard let node = openings.first?.node, let tables = world.node(node)?.tables else { return [] }
        let oids = openings.compactMap { tables[$0.table]?.oid }
        let found = await Result { () async throws(PostgresError) -> [UInt32: ReadBack.Table] in
            let time = run.control.patience(.seconds(30))
            let session = try await run.session(on: node)
            try await run.flush(node, through: session)
            let tables = try await ReadBack(session: session).tables(oids, within: time)
            await session.close()
            return tables
        }.recovered { _ in [:] }
        return Set(
            openings.filter { opening in
                guard let table = tables[opening.table] else { return false }
                return found[table.oid] == ReadBack.Table(table)
            })
    }
}
