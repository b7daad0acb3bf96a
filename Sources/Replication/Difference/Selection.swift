/// What `--node`, `--set` and `--table` limit the changes to; never what is read, locked or judged.
public struct Selection: Hashable, Sendable {
    /// Globs over node names; all nodes where empty.
    public let nodes: [String]
    /// Globs over set names; all sets where empty.
    public let sets: [String]
    /// Globs over tables as `schema.table`, without quotes or with those that SQL asks for; all tables where empty.
    public let tables: [String]

    /// Selects by glob.
    public init(nodes: [String] = [], sets: [String] = [], tables: [String] = []) {
        self.nodes = nodes
        self.sets = sets
        self.tables = tables
    }

    /// Whether nothing is left out.
    public var isEverything: Bool { nodes.isEmpty && sets.isEmpty && tables.isEmpty }

    func selects(_ change: Change) -> Bool {
        matches(nodes, [change.node.text]) && matches(sets, [change.set.text])
            && (change.table.map { matches(tables, $0.spellings) } ?? true)
    }

    /// The globs that select nothing at all, slips of the pen most likely; with what they were to select.
    ///
    /// - Parameter desired: The tables are those of it, patterns expanded on the nodes that could be read.
    public func unmatched(by desired: DesiredState) -> [(what: String, glob: String)] {
        guard !isEverything else { return [] }
        let names = [
            ("node", nodes, desired.declared.nodes.map(\.name.text)),
            ("set", sets, desired.declared.sets.map(\.name.text)),
            ("table", tables, desired.tables.flatMap(\.name.spellings)),
        ]
        return names.flatMap { what, globs, names in
            globs.filter { glob in !names.contains { globMatches(glob, $0) } }.map { (what, $0) }
        }
    }

    private func matches(_ globs: [String], _ texts: [String]) -> Bool {
        globs.isEmpty || globs.contains { glob in texts.contains { globMatches(glob, $0) } }
    }
}

extension TableName {
    /// How a person may write it: without any quotes, and as every output does.
    fileprivate var spellings: [String] {
        let plain = schema.text + "." + name.text
        return description == plain ? [plain] : [plain, description]
    }
}

extension Difference {
    /// The same difference with the changes that a selection leaves out taken away.
    ///
    /// Nothing opens beside a node whose closing was left out, and a set of which anything is left out is not recorded
    /// as done.
    public func limited(to selection: Selection) -> Difference {
        guard !selection.isEverything else { return self }
        let partial = Set(changes.filter { !selection.selects($0) }.map(\.set))
        let isSelected = { (change: Change) in
            selection.selects(change)
                && (change.action.installation?.preparation != .conclusion || !partial.contains(change.set))
        }
        return with(changes: changes.filter(isSelected), leftOut: changes.filter { !isSelected($0) })
    }
}
