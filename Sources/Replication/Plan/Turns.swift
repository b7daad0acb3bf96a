/// The turns in which the steps of a stage are taken, by their places in it: one turn begins when all of the one before it
/// succeeded, and the nodes of one turn go on side by side.
///
/// Two clusters may want the same tables for the first time at once, and on each node whoever records them first has them.
/// So nodes where tables are recorded that no record of this cluster names yet come one after another, ordered by what
/// every cluster file agrees on, the identities of their databases: whoever is first on the first node that both want is
/// first on all, and the other has no node that both want. Everything else is one turn, the last.
///
/// - Parameters:
///   - steps: Of one stage, in the plan's order.
///   - observed: What the stage begins with.
/// - Returns: Every step's place once.
public func turns(of steps: [Step], in observed: ObservedState) -> [[Int]] {
    let records = steps.indices.filter { steps[$0].table == nil }
    let claimed = Set(records.filter { steps[$0].claims(in: observed) }.map { steps[$0].node })
    let claims = claimed.sorted { observed.precedes($0, $1) }.map { node in records.filter { steps[$0].node == node } }
    let rest = steps.indices.filter { steps[$0].table != nil || !claimed.contains(steps[$0].node) }
    return claims + (rest.isEmpty ? [] : [rest])
}

extension ObservedState {
    /// The order of the nodes' databases, whatever a file calls them.
    fileprivate func precedes(_ left: NodeName, _ right: NodeName) -> Bool {
        guard let first = node(left)?.identity, let second = node(right)?.identity else { return left < right }
        return (first.systemIdentifier, first.databaseOID, left) < (second.systemIdentifier, second.databaseOID, right)
    }
}

extension Step {
    /// Whether it records tables on its node that the cluster had none of there.
    fileprivate func claims(in observed: ObservedState) -> Bool {
        let recorded = observed.node(node)?.builtin?.tables ?? [:]
        return changes.contains { change in
            change.action.installation?.record.tables.contains { recorded[$0] == nil } ?? false
        }
    }
}
