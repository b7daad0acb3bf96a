import Postgres
import Replication

/// Asks some nodes once more how far their logs have come: nodes are read one beside the other, and what a log got after
/// it was read may have been applied elsewhere by the time that was read. Nothing is written.
///
/// - Parameters:
///   - nodes: The declared nodes.
///   - overtaken: Those of ``ObservedState/overtakenLogs(among:)``; most often none, and no connection is made.
/// - Returns: The ends of the nodes that answered.
public func logEnds(
    _ nodes: [DeclaredNode], of overtaken: Set<NodeName>, connectTimeout: Duration
) async -> [NodeName: Int64] {
    let asked = nodes.reduce(into: [NodeName: DeclaredNode]()) { asked, node in
        if overtaken.contains(node.name) { asked[node.name] = node }
    }
    return await atOnce(asked) { node in
        await Result { () async throws(PostgresError) -> Int64? in
            let session = try await connect(to: node, within: connectTimeout)
            let rows = await Result { () async throws(PostgresError) -> Rows in
                try await session.query(
                    PackageResources.builtin_log_end_sql.text,
                    in: "BEGIN TRANSACTION READ ONLY; \(patiently) SET LOCAL search_path = pg_catalog, pg_temp")
            }
            await session.close()
            return try rows.get().values.first?.first?.flatMap { Int64($0) }
        }.recovered { _ in nil }
    }.compactMapValues { $0 }
}
