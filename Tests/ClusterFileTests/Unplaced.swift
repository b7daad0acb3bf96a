import Replication

private let nowhere = Position(file: "", line: 1, column: 1)

extension DeclaredCluster {
    /// The same cluster, all positions alike.
    var unplaced: DeclaredCluster {
        DeclaredCluster(
            name: name, engine: engine,
            nodes: nodes.map {
                DeclaredNode(
                    name: $0.name, conninfo: $0.conninfo, id: $0.id, role: $0.role,
                    expectedDatabase: $0.expectedDatabase, expectedSystemIdentifier: $0.expectedSystemIdentifier,
                    because: nowhere)
            }, sets: sets.map(\.unplaced), policy: policy, because: nowhere)
    }
}

extension ReplicationSet {
    /// The same set, all positions alike.
    fileprivate var unplaced: ReplicationSet {
        ReplicationSet(
            name: name, id: id, origin: origin, originPosition: nowhere, subscribers: subscribers,
            tables: tables.map {
                DeclaredTable(
                    name: $0.name, triggers: $0.triggers.map(\.unplaced), rules: $0.rules.map(\.unplaced),
                    because: nowhere)
            },
            patterns: patterns.map {
                TablePattern(schema: $0.schema, match: $0.match, exclude: $0.exclude, because: nowhere)
            }, because: nowhere)
    }
}

extension OwnObject {
    fileprivate var unplaced: OwnObject { OwnObject(name: name, modes: modes, because: nowhere) }
}
