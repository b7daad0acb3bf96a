import Replication

/// What one set says; whether its names are nodes is known only when the whole file is read.
struct WrittenSet {
    let name: Located<String>?
    let id: Located<Int>?
    let origin: Located<String>?
    let subscribers: [Located<String>]?
    let tables: TableList
    let because: Position
}

/// What `tables:` says.
struct TableList: Sendable {
    private(set) var tables: [DeclaredTable] = []
    private(set) var patterns: [TablePattern] = []
    /// Once sorted: the places in ``tables`` whose name is that of the place before.
    private(set) var repeated: [Int] = []
    /// Whether the file gives modes to a table's own triggers; of 50,000 most tables have none.
    private(set) var hasOwnTriggers = false

    init(reserving count: Int = 0) { tables.reserveCapacity(count) }

    mutating func add(_ table: DeclaredTable) {
        if !table.triggers.isEmpty { hasOwnTriggers = true }
        tables.append(table)
    }

    mutating func add(_ pattern: TablePattern) { patterns.append(pattern) }

    /// Sorts the tables by name and then by place, which is what makes a table given twice easy to find among 50,000, and
    /// the patterns by place.
    mutating func sort() {
        patterns.sort { $0.because < $1.because }
        let places = tables.indices.dropFirst()
        if places.allSatisfy({ tables[$0 - 1].name < tables[$0].name }) { return }
        // Places are sorted, not tables, which would be copied again and again.
        let order = tables.indices.sorted { [tables] in
            let (one, other) = (tables[$0], tables[$1])
            return one.name < other.name || one.name == other.name && one.because < other.because
        }
        tables = order.map { tables[$0] }
        repeated = places.filter { tables[$0 - 1].name == tables[$0].name }
    }

    /// Once sorted: the places of each schema's tables. Between its first and its last no table is looked at.
    var bySchema: [(schema: Identifier, places: Range<Int>)] {
        var result: [(schema: Identifier, places: Range<Int>)] = []
        while let first = tables.indices.dropFirst(result.last?.places.upperBound ?? 0).first {
            let schema = tables[first].name.schema
            var (low, high) = (first, tables.endIndex)
            while low < high {
                let middle = (low + high) / 2
                if tables[middle].name.schema == schema { low = middle + 1 } else { high = middle }
            }
            result.append((schema, first..<low))
        }
        return result
    }
}

enum SetKeys {
    static let name = Key("name", Text.ownName.located, required: true, "The set's name.")
    static let id = Key("id", Text.catalogID.located, "The set's number in the engine's catalog.")
    static let origin = Key(
        "origin", Text.ownName.located, required: true, "The node where the set is written; none closes it everywhere.")
    static let subscribers = Key(
        "subscribers", .list(of: subscriber.located, unique: true),
        "The read-only members; every other node unless given.")
    static let tables = Key("tables", TableKeys.list, required: true, "The set's tables.")

    /// That `none` is no node is said where names are looked up.
    private static let subscriber = Form<String>(
        schema: Text.ownName.schema + .notNone, read: Text.ownName.read)

    static let all = Keys("a set", [name.entry, id.entry, origin.entry, subscribers.entry, tables.entry])

    static let form = Form<WrittenSet>.mapping(all) { fields, reader in
        WrittenSet(
            name: reader.value(name, in: fields), id: reader.value(id, in: fields),
            origin: reader.value(origin, in: fields), subscribers: reader.value(subscribers, in: fields),
            tables: reader.value(tables, in: fields) ?? TableList(), because: reader.position(fields.node))
    }
}

enum TableKeys {
    static let name = Key(
        "name", Text.tableName,
        "Schema and name as in SQL: unquoted letters are folded to lower case. No schema of the server's or the engine's own."
    )
    static let triggers = Key(
        "triggers", OwnKeys.map("a trigger"), "The user's own triggers, by their exact names, with a mode per role.")
    static let rules = Key(
        "rules", OwnKeys.map("a rule"), "The user's own rules, by their exact names, with a mode per role.")
    static let schema = Key(
        "schema", Text.schemaName, "With match: the schema, exactly; none of the server's or the engine's own.")
    static let match = Key(
        "match", Text.some, "Instead of name: the tables of a schema whose exact names match this glob (* and ?).")
    static let exclude = Key("exclude", .list(of: Text.some), "With match: globs whose tables are left out.")

    static let all = Keys(
        "a table", [name.entry, triggers.entry, rules.entry, schema.entry, match.entry, exclude.entry],
        constraints: [
            "oneOf": [
                ["required": ["name"], "properties": ["schema": false, "match": false, "exclude": false]],
                ["required": ["schema", "match"], "properties": ["name": false, "triggers": false, "rules": false]],
            ]
        ])

    /// Of a file: that it replicates no table of the engine's own schema, and says nothing of the engine's own triggers.
    static func without(_ schema: String, triggers: [String] = []) -> JSON {
        let own: JSON = ["type": "string", "pattern": .text("^(\(JSON.anyCase(schema))|\"\(schema)\")\\.")]
        let isOwn: [JSON] = [
            own, ["type": "object", "required": ["name"], "properties": ["name": own]],
            ["type": "object", "required": ["schema"], "properties": ["schema": ["const": .text(schema)]]],
        ]
        let hasOwn: [JSON] = triggers.map { name in
            [
                "type": "object", "properties": ["triggers": ["type": "object", "required": [.text(name)]]],
                "required": ["triggers"],
            ]
        }
        let tables: JSON = ["properties": ["tables": ["items": ["not": ["anyOf": .array(isOwn + hasOwn)]]]]]
        return tables + ["allOf": [["properties": ["sets": ["items": tables]]]]]
    }

    /// A list of names and mappings.
    ///
    /// Read in the order of its texts, which mostly is that of the names: a table is bigger than a place in the list and
    /// dearer to move.
    static let list = Form<TableList>(
        schema: .list(of: ["anyOf": [Text.tableName.schema, all.schema]], mayBeEmpty: false) + uniqueNames
    ) { node, reader in
        guard let elements = reader.elements(of: node, empty: "a set needs at least one table") else { return nil }
        var list = TableList(reserving: elements.count)
        for element in reader.sorted(elements) { read(element, &reader, into: &list) }
        list.sort()
        return list
    }

    /// A pattern may be given twice.
    private static let uniqueNames: JSON = [
        "anyOf": [["uniqueItems": true], ["contains": ["type": "object", "required": ["match"]]]]
    ]

    private static func read(_ node: Node, _ reader: inout Reader, into list: inout TableList) {
        guard case .mapping = node.content else {
            if let name = reader.tableName(node) {
                list.add(DeclaredTable(name: name, because: reader.position(node)))
            }
            return
        }
        guard let fields = reader.fields(of: node, all) else { return }
        let isPattern =
            reader.gives(schema, in: fields) || reader.gives(match, in: fields) || reader.gives(exclude, in: fields)
        let isNamed =
            reader.gives(name, in: fields) || reader.gives(triggers, in: fields) || reader.gives(rules, in: fields)
        switch (isPattern, isNamed) {
        case (true, true): reader.report("a table has either a name or schema and match, not both", at: node)
        case (true, false): if let pattern = pattern(fields, &reader) { list.add(pattern) }
        case (false, _): if let table = table(fields, &reader) { list.add(table) }
        }
    }

    private static func table(_ fields: Fields, _ reader: inout Reader) -> DeclaredTable? {
        let name = reader.value(name, in: fields)
        let triggers = reader.value(triggers, in: fields) ?? []
        let rules = reader.value(rules, in: fields) ?? []
        guard let name else {
            if !reader.gives(Self.name, in: fields) {
                reader.report("a table needs a name, or schema and match", at: fields.node)
            }
            return nil
        }
        return DeclaredTable(
            name: name, triggers: triggers, rules: rules, because: reader.position(ofValue: Self.name, in: fields))
    }

    private static func pattern(_ fields: Fields, _ reader: inout Reader) -> TablePattern? {
        let schema = reader.value(schema, in: fields)
        let match = reader.value(match, in: fields)
        let exclude = reader.value(exclude, in: fields) ?? []
        if !reader.gives(Self.schema, in: fields) { reader.report("a pattern needs the key 'schema'", at: fields.node) }
        if !reader.gives(Self.match, in: fields) { reader.report("a pattern needs the key 'match'", at: fields.node) }
        guard let schema, let match else { return nil }
        return TablePattern(
            schema: Identifier(schema), match: match, exclude: exclude, because: reader.position(fields.node))
    }
}

extension Text {
    /// `public.orders`, `sales."Order Line"`.
    static let tableName = Form<TableName>(schema: .orVariable(.qualifiedName + .noVariable)) { node, reader in
        reader.tableName(node)
    }
}

enum OwnKeys {
    static let origin = Key("origin", Form<FiringMode>.word(), "The firing mode on the origin.")
    static let subscriber = Key("subscriber", Form<FiringMode>.word(), "The firing mode on a subscriber.")
    static let bystander = Key("bystander", Form<FiringMode>.word(), "The firing mode on a bystander.")

    static func all(_ what: String) -> Keys {
        Keys(what, [origin.entry, subscriber.entry, bystander.entry], constraints: ["minProperties": 1])
    }

    /// Triggers or rules by name; polarity never creates or drops a user's own, so none can be absent.
    static func map(_ what: String) -> Form<[OwnObject]> {
        let keys = all(what)
        let schema: JSON = [
            "type": "object", "propertyNames": .storedName, "additionalProperties": keys.schema,
        ]
        return Form(schema: schema) { node, reader in
            guard let entries = reader.entries(of: node) else { return nil }
            return entries.compactMap { entry in
                let name = reader.checkedKey(entry, checkedStoredName)
                let modes = modes(entry.value, keys, &reader)
                guard let name, let modes else { return nil }
                return OwnObject(name: TriggerName(name), modes: modes, because: reader.position(entry.keyPlace))
            }
        }
    }

    private static func modes(_ node: Node, _ keys: Keys, _ reader: inout Reader) -> [Role: FiringMode]? {
        guard let fields = reader.fields(of: node, keys) else { return nil }
        var modes: [Role: FiringMode] = [:]
        modes[.origin] = reader.value(origin, in: fields)
        modes[.subscriber] = reader.value(subscriber, in: fields)
        modes[.bystander] = reader.value(bystander, in: fields)
        guard [origin, subscriber, bystander].contains(where: { reader.gives($0, in: fields) }) else {
            return reader.report("\(keys.what) needs a mode for origin, subscriber or bystander", at: node)
        }
        return modes
    }
}

extension Reader {
    /// See ``Text/tableName``.
    fileprivate mutating func tableName(_ node: Node) -> TableName? {
        guard let text = bytes(of: node) else { return nil }
        do throws(Complaint) {
            return try qualifiedName(text)
        } catch {
            return complain(error, at: node)
        }
    }

    /// The text of a key that is a name.
    mutating func checkedKey(_ entry: Node.Entry, _ check: (String) throws(Complaint) -> String) -> String? {
        do throws(Complaint) {
            return try check(string(entry.key))
        } catch {
            return report(error.message, at: position(entry.keyPlace))
        }
    }
}
