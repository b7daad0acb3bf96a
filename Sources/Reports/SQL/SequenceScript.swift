import Replication

// Where sequences stand is read when the script runs, after the question of the stage `drain`, as apply reads it once the
// old origin is closed: by then it has handed out more than the plan saw. psql keeps each value in a variable.

extension Script {
    /// Reads every sequence on the other members, and puts each ahead of what was read.
    func advances(_ sequences: [SequenceAdvance]) -> [String] {
        let others = Set(sequences.flatMap(\.others)).sorted()
        let readings = others.flatMap { node in
            reading(on: node, sequences.enumerated().filter { $1.others.contains(node) }.map { ($0, $1.name) }, others)
        }
        let steps = sequences.enumerated().compactMap { index, sequence in
            let variables = others.enumerated().filter { sequence.others.contains($1) }.map {
                variable(index, $0.offset)
            }
            return step(sequence, aheadOf: variables)
        }
        return readings + visits(steps).flatMap(visit)
    }

    private func reading(on node: NodeName, _ sequences: [(index: Int, name: QualifiedName)], _ others: [NodeName])
        -> [String]
    {
        let role = report.cluster.node(node)?.role.map { "SET LOCAL ROLE \($0.quoted);" }
        let begin = ["", "BEGIN READ ONLY;", "SET LOCAL search_path = pg_catalog, pg_temp;", role].compactMap { $0 }
        let number = others.firstIndex(of: node) ?? 0
        let questions = sequences.map { index, name in
            """
            SELECT coalesce((SELECT pg_sequence_last_value(oid)::text FROM pg_class
             WHERE oid = to_regclass(\(literal(name.quoted))) AND relkind = 'S'
               AND has_sequence_privilege(oid, 'SELECT, USAGE')), 'NULL') AS \(variable(index, number)) \\gset
            """
        }
        return arrive(node) + (begin + questions + ["COMMIT;"]).map(visibleSQL)
    }

    private func variable(_ sequence: Int, _ node: Int) -> String { "polarity_\(sequence + 1)_\(node + 1)" }

    /// The step of the plan with the values that psql has read in place of those that the plan saw.
    private func step(_ sequence: SequenceAdvance, aheadOf variables: [String]) -> Step? {
        let name = literal(sequence.name.quoted)
        let values = variables.map { "(:\($0)::bigint)" }.joined(separator: ", ")
        let statement = """
            SELECT setval(s.seqrelid, ahead.value)
              FROM pg_sequence AS s
             CROSS JOIN LATERAL (
                SELECT CASE WHEN s.seqincrement > 0 THEN max(v.value) ELSE min(v.value) END
                       + \(SequenceAdvance.margin) * s.seqincrement AS value
                  FROM (VALUES \(values)) AS v (value)) AS ahead
             WHERE s.seqrelid = \(name)::regclass
               AND CASE WHEN s.seqincrement > 0 THEN pg_sequence_last_value(s.seqrelid) < ahead.value
                        ELSE pg_sequence_last_value(s.seqrelid) > ahead.value END IS NOT FALSE
            """
        // Whatever stands on the others, to either side: a step there is, unless nothing is left of the sequence.
        return sequence.step(aheadOf: [.min, .max]).map { step in
            Step(
                stage: step.stage, node: step.node, set: step.set, table: step.table, tableOID: step.tableOID,
                changes: step.changes, statements: [statement], lock: step.lock, expectedRows: step.expectedRows,
                role: step.role)
        }
    }
}

/// A string literal, where `standard_conforming_strings` is on.
private func literal(_ text: String) -> String { "'" + text.replacing("'", with: "''") + "'" }
