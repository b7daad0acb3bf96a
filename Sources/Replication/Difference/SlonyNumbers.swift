/// Slony's node numbers by the file's names: read from the nodes, else as declared, else what is left over.
func slonyNames(_ declared: DeclaredCluster, _ observed: ObservedState) -> [Int: NodeName] {
    var names: [Int: NodeName] = [:]
    var unnumbered: [NodeName] = []
    var numbers: Set<Int> = []
    for node in declared.nodes {
        let slony = observed.node(node.name)?.slony
        if let slony {
            numbers.formUnion(slony.nodes.keys)
            numbers.formUnion(slony.sets.values.map(\.origin))
            for receivers in slony.subscribers.values { numbers.formUnion(receivers) }
        }
        if let id = slony?.localNode ?? node.id { names[id] = node.name } else { unnumbered.append(node.name) }
    }
    // A single node that cannot be read is the single number that nobody has.
    let left = numbers.subtracting(names.keys)
    if let node = unnumbered.first, let number = left.first, unnumbered.count == 1, left.count == 1 {
        names[number] = node
    }
    return names
}

/// Slony's number of a set: as declared, else the one that Slony lists the set's tables in.
func slonySetID(_ set: ReplicationSet, _ declared: DeclaredCluster, _ observed: ObservedState) -> Int? {
    if let id = set.id { return id }
    for node in declared.nodes {
        guard let seen = observed.node(node.name), let slony = seen.slony else { continue }
        for table in set.tables {
            if let found = seen.tables[table.name],
                let listed = slony.registration(of: found, beside: seen.tables)
            {
                return listed.set
            }
        }
        let matching = seen.tables.values.filter { table in set.patterns.contains { $0.matches(table.name) } }
        let listed = matching.sorted { $0.name < $1.name }.lazy
            .compactMap { slony.registration(of: $0, beside: seen.tables) }
        if let found = listed.first { return found.set }
    }
    return nil
}
