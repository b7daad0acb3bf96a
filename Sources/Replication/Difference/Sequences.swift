/// A sequence that would hand out again what another member has handed out.
public struct SequenceLag: Hashable, Sendable, CustomStringConvertible {
    /// Where it is behind.
    public let node: NodeName
    /// Schema and name.
    public let sequence: QualifiedName
    /// Where it stands; `nil` where it was never used.
    public let value: Int64?
    /// The value furthest ahead of all other members.
    public let greatest: Int64
    /// Where it ends by its bounds, if that is before the other's: nothing can put it ahead.
    public let end: Int64?

    /// `public.orders_id_seq on 'paris' stands at 41, and another member's at 42`
    public var description: String {
        let place = "\(sequence) on '\(node)'"
        if let end { return "\(place) ends at \(end), and another member's stands at \(greatest)" }
        return "\(place) stands at \(value.map { "\($0)" } ?? "its start"), and another member's at \(greatest)"
    }

    /// What to do where it cannot be advanced.
    var next: String? {
        end.map { _ in "give the sequence on '\(node)' bounds, and its column a type, that hold that value" }
    }
}

extension ObservedSequence {
    /// The value furthest ahead in its own direction.
    func furthest(of values: [Int64]) -> Int64? { increment < 0 ? values.min() : values.max() }

    /// Whether a value is one that it can hand out, as far as its bounds say.
    func holds(_ value: Int64) -> Bool { minimum <= value && value <= maximum }

    /// Where it ends, if it does so before it comes to a value.
    private func end(before value: Int64) -> Int64? {
        if increment < 0 { return value < minimum ? minimum : nil }
        return value > maximum ? maximum : nil
    }

    /// Where it stands, and the furthest of other members' values that it has not come to; `nil` where it has.
    ///
    /// - Parameter own: Where it stands as read since; it never goes back.
    func lag(behind values: [Int64], from own: Int64? = nil) -> (value: Int64?, greatest: Int64)? {
        let value = furthest(of: [lastValue, own].compactMap { $0 })
        guard let greatest = furthest(of: values), value.map({ furthest(of: [greatest, $0]) != $0 }) ?? true
        else { return nil }
        return (value, greatest)
    }

    /// The same on its node, with whether its bounds leave a way out.
    func lag(on node: NodeName, behind values: [Int64], from own: Int64? = nil) -> SequenceLag? {
        lag(behind: values, from: own).map { value, greatest in
            SequenceLag(node: node, sequence: name, value: value, greatest: greatest, end: end(before: greatest))
        }
    }
}

extension ObservedTable {
    /// The sequences of the column that has this one on another member, whatever each node names them. Of several in one
    /// column it is the namesake, where there is one.
    func sequences(beside other: ObservedSequence) -> [ObservedSequence] {
        let owned = sequences.filter { $0.column == other.column }
        let namesake = owned.filter { $0.name == other.name }
        return namesake.isEmpty ? owned : namesake
    }
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

/// The sequences that are behind any other member's on a node whose tables go from closed to open. An old origin is a
/// member though the file leaves it out from now on.
func sequenceLags(
    _ judgement: SetJudgement, _ judged: [TableJudgement], by policy: SequencePolicy
) -> [(table: TableName, lag: SequenceLag)] {
    guard let origin = judgement.set.origin, judgement.mayHandOverSequences(by: policy) else { return [] }
    let names = tablesToOpen(judgement.set, judged).filter { judgement.handsOverSequences(of: $0, by: policy) }
    guard !names.isEmpty else { return [] }
    let opening = judged.filter { $0.desired.node == origin && names.contains($0.desired.name) }
    guard opening.contains(where: { !($0.observed?.sequences.isEmpty ?? true) }) else { return [] }
    let others = Dictionary(
        grouping: judged.lazy.filter { table in
            let (node, name) = (table.desired.node, table.desired.name)
            return names.contains(name) && node != origin && judgement.members(of: name).contains(node)
        }, by: \.desired.name)
    return opening.flatMap { table in
        (table.observed?.sequences ?? []).filter(\.mayRead).compactMap { sequence in
            let values = (others[table.desired.name] ?? []).flatMap { other in
                (other.observed?.sequences(beside: sequence) ?? []).compactMap(\.lastValue)
            }
            return sequence.lag(on: origin, behind: values).map { (table.desired.name, $0) }
        }
    }
}
