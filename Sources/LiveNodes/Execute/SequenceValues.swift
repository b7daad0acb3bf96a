import Postgres
import Replication

/// Reads where sequences stand once no node hands out their values.
struct SequenceValues {
    let run: Run
    let sequences: [SequenceHandover]

    /// - Returns: The value of each sequence on each node; a node that does not say is lost to the run.
    func read() async -> [NodeName: [QualifiedName: Int64]] {
        let nodes = Set(sequences.flatMap(\.all).map(\.node))
        let answers = await atOnce(Dictionary(uniqueKeysWithValues: nodes.map { ($0, $0) })) { node in
            await Result { () async throws(PostgresError) in try await read(on: node) }
        }
        for (node, error) in answers.compactMapValues(\.failure).sorted(by: { $0.key < $1.key }) {
            run.lose(node, error)
        }
        return answers.compactMapValues { try? $0.get() }
    }

    private func read(on node: NodeName) async throws(PostgresError) -> [QualifiedName: Int64] {
        let names = sequences.flatMap(\.all).filter { $0.node == node }.map(\.name)
        let session = try await run.session(on: node)
        let role = run.nodes[node]?.role.map { "SET LOCAL ROLE \($0.quoted)" } ?? ""
        let begin = """
            \(run.label.comment) BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED, READ ONLY;
            \(ownSettings(serverVersion: session.serverVersion))
            \(role)
            """
        let rows = try await session.query(
            PackageResources.sequence_values_sql.text,
            [array(names.map(\.schema.text)), array(names.map(\.name.text))], in: begin,
            timeout: run.control.patience(.seconds(30)))
        await session.close()
        return rows.values.reduce(into: [:]) { values, row in
            let name = QualifiedName(Identifier(row[0] ?? ""), Identifier(row[1] ?? ""))
            values[name] = row[2].flatMap { Int64($0) }
        }
    }
}

extension SequenceHandover {
    func step(among values: [NodeName: [QualifiedName: Int64]]) -> Step? {
        step(aheadOf: others.compactMap { values[$0.node]?[$0.name] }, from: values[node]?[name])
    }

    func lag(among values: [NodeName: [QualifiedName: Int64]]) -> SequenceLag? {
        lag(behind: others.compactMap { values[$0.node]?[$0.name] }, from: values[node]?[name])
    }
}
