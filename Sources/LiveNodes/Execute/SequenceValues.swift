import Postgres
import Replication

/// Reads where sequences stand on the nodes that no longer hand out their values.
struct SequenceValues {
    let run: Run
    let sequences: [SequenceAdvance]

    /// - Returns: The values of each sequence, on whatever node; a node that does not say is lost to the run.
    func read() async -> [QualifiedName: [Int64]] {
        let others = Set(sequences.flatMap(\.others))
        let answers = await atOnce(Dictionary(others.map { ($0, $0) }) { first, _ in first }) { node in
            await Result { () async throws(PostgresError) in try await read(on: node) }
        }
        for (node, error) in answers.compactMapValues(\.failure).sorted(by: { $0.key < $1.key }) {
            run.lose(node, error)
        }
        return answers.values.reduce(into: [:]) { values, answer in
            for (name, value) in (try? answer.get()) ?? [:] { values[name, default: []].append(value) }
        }
    }

    private func read(on node: NodeName) async throws(PostgresError) -> [QualifiedName: Int64] {
        let names = sequences.filter { $0.others.contains(node) }.map(\.name)
        let session = try await run.session(on: node)
        let role = run.nodes[node]?.role.map { "SET LOCAL ROLE \($0.quoted)" } ?? ""
        let begin = """
            \(run.label.comment) BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED, READ ONLY;
            SET LOCAL search_path = pg_catalog, pg_temp; \(role)
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
