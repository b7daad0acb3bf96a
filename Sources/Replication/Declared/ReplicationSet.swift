/// Tables that share one origin.
public struct ReplicationSet: Hashable, Sendable {
    /// The name in the file; `default` in the short form.
    public let name: SetName
    /// The set's number in the engine's catalog, where declared.
    public let id: Int?
    /// Where the set is written; `nil` is `origin: none`, a set closed on every node.
    public let origin: NodeName?
    /// Where the file names the origin.
    public let originPosition: Position
    /// The read-only members, sorted; never the origin.
    public let subscribers: [NodeName]
    /// The tables named one by one, sorted.
    public let tables: [DeclaredTable]
    /// The patterns, in the order of the file.
    public let patterns: [TablePattern]
    /// Where the file declares the set.
    public let because: Position

    /// Declares a set; subscribers and tables are sorted. With `origin: none` every member is a subscriber.
    public init(
        name: SetName, id: Int? = nil, origin: NodeName?, originPosition: Position, subscribers: [NodeName],
        tables: [DeclaredTable], patterns: [TablePattern] = [], because: Position
    ) {
        self.name = name
        self.id = id
        self.origin = origin
        self.originPosition = originPosition
        self.subscribers = subscribers.sorted()
        let isSorted = tables.indices.dropFirst().allSatisfy { !(tables[$0].name < tables[$0 - 1].name) }
        self.tables = isSorted ? tables : tables.sorted { $0.name < $1.name }
        self.patterns = patterns
        self.because = because
    }

    /// The origin and the subscribers, sorted.
    public var members: [NodeName] { ((origin.map { [$0] } ?? []) + subscribers).sorted() }

    /// A node's declared part in this set.
    public func role(of node: NodeName) -> Role {
        node == origin ? .origin : subscribers.contains(node) ? .subscriber : .bystander
    }
}

/// One replicated table.
public struct DeclaredTable: Hashable, Sendable {
    /// Schema and name.
    public let name: TableName
    /// The user's own triggers with a declared mode per role.
    public var triggers: [OwnObject] { own?.triggers ?? [] }
    /// The user's own rules with a declared mode per role.
    public var rules: [OwnObject] { own?.rules ?? [] }
    /// The own triggers of the partitioned tables above a partition: their clones here have the same modes.
    var inherited: [OwnObject] { own?.inherited ?? [] }
    /// Where the file names the table.
    public let because: Position
    private let own: OwnObjects?

    /// Declares a table.
    public init(name: TableName, triggers: [OwnObject] = [], rules: [OwnObject] = [], because: Position) {
        self.init(name, triggers, rules, inherited: [], because)
    }

    private init(
        _ name: TableName, _ triggers: [OwnObject], _ rules: [OwnObject], inherited: [OwnObject], _ because: Position
    ) {
        self.name = name
        self.because = because
        own =
            triggers.isEmpty && rules.isEmpty && inherited.isEmpty
            ? nil : .objects(triggers: triggers, rules: rules, inherited: inherited)
    }

    /// The same table as a partition of others that have triggers of their own.
    func inheriting(_ inherited: [OwnObject]) -> DeclaredTable {
        DeclaredTable(name, triggers, rules, inherited: inherited, because)
    }

    /// Lies apart from the table, for most of 50,000 tables have none.
    private indirect enum OwnObjects: Hashable, Sendable {
        case objects(triggers: [OwnObject], rules: [OwnObject], inherited: [OwnObject])

        var triggers: [OwnObject] {
            switch self {
            case .objects(let triggers, _, _): triggers
            }
        }

        var rules: [OwnObject] {
            switch self {
            case .objects(_, let rules, _): rules
            }
        }

        var inherited: [OwnObject] {
            switch self {
            case .objects(_, _, let inherited): inherited
            }
        }
    }
}

/// A trigger or rule of the user's own, with a mode per role; a role that is not named leaves it alone.
public struct OwnObject: Hashable, Sendable {
    /// The trigger's or rule's name.
    public let name: TriggerName
    /// The mode for each role the file names.
    public let modes: [Role: FiringMode]
    /// Where the file names it.
    public let because: Position

    /// Declares a mode per role.
    public init(name: TriggerName, modes: [Role: FiringMode], because: Position) {
        self.name = name
        self.modes = modes
        self.because = because
    }
}

/// Tables named by a glob within one schema.
public struct TablePattern: Hashable, Sendable {
    /// The schema, exactly.
    public let schema: Identifier
    /// The glob that a table's name must match as a whole: `*` stands for any characters, `?` for one.
    public let match: String
    /// Globs whose tables are left out.
    public let exclude: [String]
    /// Where the file gives the pattern.
    public let because: Position

    /// Declares a pattern.
    public init(schema: Identifier, match: String, exclude: [String] = [], because: Position) {
        self.schema = schema
        self.match = match
        self.exclude = exclude
        self.because = because
    }

    /// Whether a table is meant.
    public func matches(_ table: TableName) -> Bool {
        table.schema == schema && globMatches(match, table.name.text)
            && !exclude.contains { globMatches($0, table.name.text) }
    }
}

/// Whether a glob (`*`, `?`) matches a whole text, scalar by scalar.
public func globMatches(_ glob: String, _ text: String) -> Bool {
    let glob = Array(glob.unicodeScalars)
    let text = Array(text.unicodeScalars)
    var (at, place) = (0, 0)
    var retry: (glob: Int, text: Int)?
    while place < text.count {
        if at < glob.count, glob[at] == "*" {
            retry = (at, place)
            at += 1
        } else if at < glob.count, glob[at] == "?" || glob[at] == text[place] {
            (at, place) = (at + 1, place + 1)
        } else if let last = retry {
            retry = (last.glob, last.text + 1)
            (at, place) = (last.glob + 1, last.text + 1)
        } else {
            return false
        }
    }
    return glob[at...].allSatisfy { $0 == "*" }
}
