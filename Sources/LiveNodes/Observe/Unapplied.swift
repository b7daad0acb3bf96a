import Postgres
import Replication

/// Counts what some nodes logged beyond a place in their logs, by table. Nothing is written.
///
/// - Parameters:
///   - nodes: The declared nodes.
///   - beyond: What ``ObservedState/unapplied(by:)`` answered; most often nothing, and no connection is made.
/// - Returns: The counts of the nodes that answered.
public func unapplied(
    _ nodes: [DeclaredNode], beyond: [NodeName: Int64], connectTimeout: Duration
) async -> [NodeName: [TableName: Int]] {
    let asked = nodes.reduce(into: [NodeName: (node: DeclaredNode, seq: Int64)]()) { asked, node in
        if let seq = beyond[node.name] { asked[node.name] = (node: node, seq: seq) }
    }
    return await atOnce(asked) { asked in
        await Result { () async throws(PostgresError) -> [TableName: Int] in
            let session = try await connect(to: asked.node, within: connectTimeout)
            let rows = await Result { () async throws(PostgresError) -> Rows in
                try await session.query(
                    PackageResources.builtin_unapplied_sql.text, ["\(asked.seq)"],
                    in: "BEGIN TRANSACTION READ ONLY; \(patiently) SET LOCAL search_path = pg_catalog, pg_temp")
            }
            await session.close()
            return try rows.get().values.reduce(into: [TableName: Int]()) { counts, row in
                let table = TableName(Identifier(row[0] ?? ""), Identifier(row[1] ?? ""))
                counts[table] = row[2].flatMap { Int($0) }
            }
        }.recovered { _ in [:] }
    }
}
