/// A member that has not certainly applied everything that another's log holds of a set.
struct DrainLag {
    let source: NodeName
    let node: NodeName
    let logged: Int64
    /// `nil` where nothing on the node says how far it is.
    let applied: Int64?
}

/// Who lacks what of a set's tables that open under the builtin engine, as the nodes were read; a log without rows proves
/// itself. What a table logged counts for the set that it was in.
func drainLags(
    _ set: SetName, opening tables: [TableName], among members: Set<NodeName>, _ observed: ObservedState
) -> [DrainLag] {
    let opening = Set(tables)
    return members.sorted().flatMap { source -> [DrainLag] in
        guard let builtin = observed.node(source)?.builtin else { return [] }
        let sets = builtin.tables.sets(of: opening).union([set])
        guard let logged = sets.compactMap({ builtin.logged[$0] }).max() else { return [] }
        return members.subtracting([source]).sorted().compactMap { node in
            guard let seen = observed.node(node) else { return nil }
            let applied = seen.builtin?.applied[source]
            return applied.map { $0 >= logged } ?? false
                ? nil : DrainLag(source: source, node: node, logged: logged, applied: applied)
        }
    }
}
