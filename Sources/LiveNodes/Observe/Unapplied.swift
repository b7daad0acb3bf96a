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
    let questions = beyond.mapValues { ["\($0)"] as [String?] }
    let answers = await askAside(
        questions, PackageResources.builtin_unapplied_sql.text, of: nodes, within: connectTimeout)
    return answers.mapValues { rows in
        rows.values.reduce(into: [TableName: Int]()) { counts, row in
            let table = TableName(Identifier(row[0] ?? ""), Identifier(row[1] ?? ""))
            counts[table] = row[2].flatMap { Int($0) }
        }
    }
}
