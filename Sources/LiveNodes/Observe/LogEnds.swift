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
    let questions = Dictionary(uniqueKeysWithValues: overtaken.map { ($0, [String?]()) })
    let answers = await askAside(
        questions, PackageResources.builtin_log_end_sql.text, of: nodes, within: connectTimeout)
    return answers.compactMapValues { $0.values.first?.first?.flatMap { Int64($0) } }
}
