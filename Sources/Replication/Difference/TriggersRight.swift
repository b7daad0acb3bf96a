extension Difference {
    /// How many of the engine's triggers stand as they should, over all nodes that were read and are what was declared.
    public var triggersRight: Int {
        let unknown = Set(roles.filter { $0.observed == .unknown }.map(\.node))
        return desired.declared.nodes.reduce(0) { count, node in
            guard !unknown.contains(node.name), let seen = observed.node(node.name) else { return count }
            return count + triggersRight(on: seen, node.name)
        }
    }

    /// Most tables of a node are alike: what was counted of one holds for the next.
    private func triggersRight(on seen: ObservedNode, _ node: NodeName) -> Int {
        var last: (wanted: [DesiredTrigger], found: [ObservedTrigger], right: Int) = ([], [], 0)
        let tables = desired.tables
        return tables.indices.reduce(0) { count, index in
            guard tables[index].node == node, let wanted = tables[index].triggers,
                let found = seen.tables[tables[index].name]?.triggers,
                seen.lists(tables[index].name, by: desired.declared.engine.catalog)
            else { return count }
            if last.wanted != wanted || last.found != found {
                last = (wanted, found, wanted.count { $0.isRight(among: found) })
            }
            return count + last.right
        }
    }
}

extension DesiredTrigger {
    /// Where it must not stand, or its arguments are not known, there is nothing to count.
    fileprivate func isRight(among found: [ObservedTrigger]) -> Bool {
        hasKnownArguments && mode != nil
            && found.contains { $0.mode == mode && ($0.name == name || match == .function) && isSameDefinition(as: $0) }
    }
}

extension ObservedNode {
    /// Whether the engine's catalog lists a table, where it lists any.
    fileprivate func lists(_ table: TableName, by catalog: EngineCatalog) -> Bool {
        !catalog.listsTables || tables[table].flatMap { slony?.registration(of: $0, beside: tables) } != nil
    }
}
