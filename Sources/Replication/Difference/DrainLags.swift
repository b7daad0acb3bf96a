/// A member that has not certainly applied everything that another's log holds of a set.
struct DrainLag {
    let source: NodeName
    let node: NodeName
    let logged: Int64
    /// `nil` where nothing on the node says how far it is.
    let applied: Int64?
}

/// Who lacks what of a set under the builtin engine, as the nodes were read; a log without rows proves itself.
func drainLags(_ set: SetName, among members: Set<NodeName>, _ observed: ObservedState) -> [DrainLag] {
    members.sorted().flatMap { source -> [DrainLag] in
        guard let logged = observed.node(source)?.builtin?.logged[set] else { return [] }
        return members.subtracting([source]).sorted().compactMap { node in
            guard let seen = observed.node(node) else { return nil }
            let applied = seen.builtin?.applied[source]
            return applied.map { $0 >= logged } ?? false
                ? nil : DrainLag(source: source, node: node, logged: logged, applied: applied)
        }
    }
}
