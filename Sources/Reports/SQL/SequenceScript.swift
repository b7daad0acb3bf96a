import Replication

// Where sequences stand is read when the script runs, after the question of the stage `drain`, as apply reads it once the
// old origin is closed: by then it has handed out more than the plan saw. psql keeps each value in a variable.

extension Script {
    /// Reads every sequence on the other members, and puts each ahead of what was read, or stops where one is behind.
    func handOver(_ sequences: [SequenceHandover]) -> [String] {
        let others = sequences.enumerated().flatMap { index, sequence in
            sequence.others.enumerated().map { (other: $1, variable: variable(index, $0)) }
        }
        let readings = Dictionary(grouping: others, by: \.other.node).sorted { $0.key < $1.key }
            .flatMap { reading(on: $0, $1.map { ($0.other.name, $0.variable) }) }
        let steps = sequences.enumerated().map { index, sequence in
            step(sequence, beside: sequence.others.indices.map { variable(index, $0) })
        }
        return readings + visits(steps).flatMap(visit)
    }

    private func reading(on node: NodeName, _ sequences: [(name: QualifiedName, variable: String)]) -> [String] {
        let role = report.cluster.node(node)?.role.map { "SET LOCAL ROLE \($0.quoted);" }
        let begin = ["", "BEGIN READ ONLY;", "SET LOCAL search_path = pg_catalog, pg_temp;", role].compactMap { $0 }
        let questions = sequences.map { name, variable in
            """
            SELECT coalesce((SELECT pg_sequence_last_value(oid)::text FROM pg_class
             WHERE oid = to_regclass(\(name.quotedLiteral)) AND relkind = 'S'
               AND has_sequence_privilege(oid, 'SELECT, USAGE')), 'NULL') AS \(variable) \\gset
            """
        }
        return arrive(node) + (begin + questions + ["COMMIT;"]).map(visibleSQL)
    }

    private func variable(_ sequence: Int, _ other: Int) -> String { "polarity_\(sequence + 1)_\(other + 1)" }

    /// What is done about a sequence by the values that psql has read in place of those that the plan saw.
    private func step(_ sequence: SequenceHandover, beside variables: [String]) -> Step {
        let values = variables.map { "(:\($0)::bigint)" }.joined(separator: ", ")
        return sequence.step(saying: sequence.advances ? [advance(sequence, values)] : check(sequence, values))
    }

    /// As apply does it; where the value is beyond the end of the sequence, setval says so, and psql stops.
    private func advance(_ sequence: SequenceHandover, _ values: String) -> String {
        """
        SELECT setval(s.seqrelid, ahead.value)
          FROM pg_sequence AS s
         CROSS JOIN LATERAL (
            SELECT CASE WHEN s.seqincrement > 0 THEN max(v.value) ELSE min(v.value) END AS value
              FROM (VALUES \(values)) AS v (value)) AS furthest
         CROSS JOIN LATERAL (
            SELECT furthest.value + \(SequenceHandover.margin)::numeric * s.seqincrement AS value) AS margin
         CROSS JOIN LATERAL (
            SELECT CASE WHEN margin.value BETWEEN s.seqmin AND s.seqmax THEN margin.value::bigint
                        ELSE furthest.value END AS value) AS ahead
         WHERE s.seqrelid = \(sequence.name.quotedLiteral)::regclass
           AND CASE WHEN s.seqincrement > 0 THEN ahead.value >= s.seqmin ELSE ahead.value <= s.seqmax END
           AND CASE WHEN s.seqincrement > 0 THEN pg_sequence_last_value(s.seqrelid) < ahead.value
                    ELSE pg_sequence_last_value(s.seqrelid) > ahead.value END IS NOT FALSE
        """
    }

    /// psql puts no variable into a DO block, so what it asks about is set before.
    private func check(_ sequence: SequenceHandover, _ values: String) -> [String] {
        let furthest = sequence.isDescending ? "min" : "max"
        return [
            """
            SELECT set_config('polarity.sequence', \(sequence.name.quotedLiteral), true),
                   set_config('polarity.ahead', coalesce(\(furthest)(v.value)::text, ''), true)
              FROM (VALUES \(values)) AS v (value)
            """,
            """
            DO $$
            DECLARE
                here regclass := current_setting('polarity.sequence')::regclass;
                own bigint := pg_sequence_last_value(here);
                ahead bigint := nullif(current_setting('polarity.ahead'), '')::bigint;
            BEGIN
                IF (own \(sequence.isDescending ? ">" : "<") ahead) IS NOT FALSE AND ahead IS NOT NULL THEN
                    RAISE EXCEPTION 'sequence % stands at %, and another member''s at %: nothing is opened',
                        here, coalesce(own::text, 'its start'), ahead;
                END IF;
            END
            $$
            """,
        ]
    }
}
