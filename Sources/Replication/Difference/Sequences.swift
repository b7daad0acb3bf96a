/// A sequence of a table that is to be opened, behind another member's.
struct SequenceLag {
    let node: NodeName
    let table: TableName
    let sequence: QualifiedName
    let value: Int64?
    let greatest: Int64
    let increment: Int64
}

/// The tables that are closed on the declared origin; of partitioned ones those with a closed table anywhere below.
func tablesToOpen(_ set: ReplicationSet, _ judged: [TableJudgement]) -> Set<TableName> {
    let here = judged.indices.lazy.filter { judged[$0].desired.node == set.origin }
    let closed = here.filter { judged[$0].doors?.rows.isClosed ?? false }
    var names = Set(closed.map { judged[$0].desired.name })
    guard here.contains(where: { judged[$0].kind == .partitionedTable }) else { return names }
    let parents = here.reduce(into: [TableName: TableName]()) { parents, index in
        parents[judged[index].desired.name] = judged[index].observed?.partitionOf
    }
    for index in closed {
        var name = judged[index].desired.name
        while let parent = parents[name], names.insert(parent).inserted { name = parent }
    }
    return names
}

/// The sequences that are behind on a node whose tables go from closed to open.
func sequenceLags(_ set: ReplicationSet, _ judged: [TableJudgement]) -> [SequenceLag] {
    guard let origin = set.origin else { return [] }
    let names = tablesToOpen(set, judged)
    let opening = judged.filter { $0.desired.node == origin && names.contains($0.desired.name) }
    guard opening.contains(where: { !($0.observed?.sequences.isEmpty ?? true) }) else { return [] }
    let others = Dictionary(
        grouping: judged.lazy.filter { $0.desired.node != origin && $0.desired.role != .bystander }, by: \.desired.name)
    return opening.flatMap { table -> [SequenceLag] in
        (table.observed?.sequences ?? []).filter(\.mayRead).compactMap { sequence in
            let values = (others[table.desired.name] ?? []).flatMap { other in
                (other.observed?.sequences ?? []).filter { $0.name == sequence.name }.compactMap(\.lastValue)
            }
            let ahead = sequence.increment < 0 ? values.min() : values.max()
            guard let ahead else { return nil }
            let isBehind = sequence.lastValue.map { sequence.increment < 0 ? ahead < $0 : ahead > $0 } ?? true
            return isBehind
                ? SequenceLag(
                    node: origin, table: table.desired.name, sequence: sequence.name, value: sequence.lastValue,
                    greatest: ahead, increment: sequence.increment) : nil
        }
    }
}
