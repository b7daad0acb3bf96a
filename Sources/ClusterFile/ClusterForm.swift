import Postgres
import Replication

/// What the whole file says, before names are looked up in one another.
struct WrittenCluster {
    let name: Located<String>?
    let engine: WrittenEngine?
    let nodes: WrittenNodes?
    let sets: [WrittenSet]
    let policy: Policy
    let because: Position
}

/// The nodes that could be read, and the names of all, so that a mistake in one node is not reported at its uses again.
struct WrittenNodes {
    let nodes: [DeclaredNode]
    let names: [NodeName: Position]
}

enum ClusterKeys {
    static let version = Key("version", Text.version, required: true, "The version of this format: 1.")
    static let cluster = Key("cluster", Text.ownName.located, required: true, "The cluster's name.")
    static let engine = Key("engine", EngineKeys.form, "How the cluster replicates; builtin unless given.")
    static let nodes = Key("nodes", NodeKeys.map, required: true, "The databases that take part, by name.")
    static let origin = Key(
        "origin", SetKeys.origin.form, "With tables, short for one set named default: the node where it is written.")
    static let tables = Key("tables", SetKeys.tables.form, "With origin, short for one set named default: its tables.")
    static let sets = Key(
        "sets", .list(of: SetKeys.form, unique: true, empty: "a cluster needs at least one set"),
        "Tables that share one origin.")
    static let policy = Key("policy", PolicyKeys.form, "Limits and choices.")

    static let all = Keys(
        "the cluster file",
        [
            version.entry, cluster.entry, engine.entry, nodes.entry, origin.entry, tables.entry, sets.entry,
            policy.entry,
        ],
        constraints: [
            "oneOf": [
                ["required": ["origin", "tables"], "properties": ["sets": false]],
                ["required": ["sets"], "properties": ["origin": false, "tables": false]],
            ],
            "if": [
                "required": ["engine"],
                "properties": [
                    "engine": [
                        "anyOf": [
                            ["const": "slony"],
                            ["type": "object", "properties": ["cluster": false]] + EngineKeys.isSlony,
                        ]
                    ]
                ],
            ],
            "then": ["properties": ["cluster": .slonyName]],
            "allOf": [
                [
                    "if": uses(.builtin, orNone: true),
                    "then": TableKeys.without(
                        "polarity", triggers: Engine.builtin(cluster: "").templates.map(\.name.text)),
                ],
                ["if": uses(.bruce), "then": TableKeys.without("bruce")],
                [
                    "if": [
                        "required": ["engine"],
                        "properties": [
                            "engine": [
                                "type": "object", "required": ["catalog"],
                                "properties": ["catalog": ["const": "polarity"]],
                            ]
                        ],
                    ],
                    "then": TableKeys.without("polarity"),
                ],
            ],
        ])

    /// Of a file: whether its engine is that, or it has none.
    private static func uses(_ engine: EngineType, orNone isUsual: Bool = false) -> JSON {
        let word = JSON.text(engine.rawValue)
        let isIt: JSON = [
            "anyOf": [
                ["const": word], ["type": "object", "required": ["type"], "properties": ["type": ["const": word]]],
            ]
        ]
        return (isUsual ? [:] : ["required": ["engine"]]) + ["properties": ["engine": isIt]]
    }

    static let form = Form<WrittenCluster>.mapping(all) { fields, reader in
        _ = reader.value(version, in: fields)
        let builtin = WrittenEngine(type: .builtin, cluster: nil, position: reader.position(fields.node))
        return WrittenCluster(
            name: reader.value(cluster, in: fields),
            engine: reader.gives(engine, in: fields) ? reader.value(engine, in: fields) : builtin,
            nodes: reader.value(nodes, in: fields), sets: readSets(fields, &reader),
            policy: reader.value(policy, in: fields) ?? Policy(), because: reader.position(fields.node))
    }

    /// Both forms are read even where only one may stand, so that every mistake is seen at once.
    private static func readSets(_ fields: Fields, _ reader: inout Reader) -> [WrittenSet] {
        let long = reader.value(sets, in: fields) ?? []
        let givesSets = reader.gives(sets, in: fields)
        let (givesOrigin, givesTables) = (reader.gives(origin, in: fields), reader.gives(tables, in: fields))
        guard givesOrigin || givesTables else {
            if !givesSets { reader.report("the cluster file needs origin and tables, or sets", at: fields.node) }
            return long
        }
        let because = givesOrigin ? reader.position(of: origin, in: fields) : reader.position(of: tables, in: fields)
        if givesSets {
            let note = Diagnostic(.note, at: because, "the short form of a single set begins here")
            reader.report(
                "sets cannot stand beside origin and tables", at: reader.position(of: sets, in: fields), notes: [note])
        } else {
            for (given, key) in [(givesOrigin, origin.entry), (givesTables, tables.entry)] where !given {
                reader.report("the cluster file needs the key '\(key.name)'", at: fields.node)
            }
        }
        let short = WrittenSet(
            name: Located(value: "default", position: because), id: nil, origin: reader.value(origin, in: fields),
            subscribers: nil, tables: reader.value(tables, in: fields) ?? TableList(), because: because)
        return givesSets ? long : [short]
    }
}

extension Text {
    fileprivate static let version = Form<Int>.text(["enum": [1, "1"]]) { text throws(Complaint) in
        guard text == "1" else {
            throw Complaint("version \(text.inQuotes) is not known", note: "this polarity reads version 1")
        }
        return 1
    }
}

enum NodeKeys {
    static let id = Key("id", Text.catalogID, "The node's number in the engine's catalog.")
    static let conninfo = Key(
        "conninfo", Text.conninfo, required: true, "A libpq connection string or URI without a password.")
    static let role = Key("role", Text.storedName, "The role to become before anything is changed, exactly.")
    static let expect = Key("expect", ExpectKeys.form, "What must turn out to be there.")

    static let all = Keys("a node", [id.entry, conninfo.entry, role.entry, expect.entry])

    static let map = Form<WrittenNodes>(
        schema: [
            "type": "object", "minProperties": 1,
            "propertyNames": .ownName + .notNone,
            "additionalProperties": ["anyOf": [Text.conninfo.schema, all.schema]],
        ]
    ) { node, reader in
        guard let entries = reader.entries(of: node, "a mapping of nodes by name") else { return nil }
        if entries.isEmpty { return reader.report("a cluster needs at least one node", at: node) }
        var names: [NodeName: Position] = [:]
        var ids: [Int: DeclaredNode] = [:]
        let nodes = entries.compactMap { entry -> DeclaredNode? in
            let position = reader.position(entry.keyPlace)
            let name = NodeName(reader.string(entry.key))
            names[name] = position
            guard reader.checkedKey(entry, checkedNodeName) != nil,
                let node = read(name, entry.value, position, &reader)
            else { return nil }
            if let id = node.id, let first = ids.updateValue(node, forKey: id) {
                let note = Diagnostic(.note, at: first.because, "first given here")
                let message = "nodes \(first.name.text.inQuotes) and \(name.text.inQuotes) both have the id \(id)"
                reader.report(message, at: position, notes: [note])
            }
            return node
        }
        return WrittenNodes(nodes: nodes, names: names)
    }

    private static func read(
        _ name: NodeName, _ node: Node, _ because: Position, _ reader: inout Reader
    ) -> DeclaredNode? {
        guard case .mapping = node.content else {
            return Text.conninfo.read(node, &reader).map {
                DeclaredNode(name: name, conninfo: $0, because: because)
            }
        }
        guard let fields = reader.fields(of: node, all) else { return nil }
        let id = reader.value(id, in: fields)
        let role = reader.value(role, in: fields)
        let expect = reader.value(expect, in: fields)
        return reader.value(conninfo, in: fields).map {
            DeclaredNode(
                name: name, conninfo: $0, id: id, role: role.map { Identifier($0) },
                expectedDatabase: expect?.database.map { Identifier($0) },
                expectedSystemIdentifier: expect?.systemIdentifier, because: because)
        }
    }
}

/// `origin: none` must not mean a node.
private func checkedNodeName(_ text: String) throws(Complaint) -> String {
    guard text != "none" else { throw Complaint("a node cannot be named 'none': origin: none means no node at all") }
    return try checkedOwnName(text)
}

extension JSON {
    /// Beside the schema of a name, so that it may be a node's.
    static let notNone: JSON = ["not": ["const": "none"]]
}

extension Text {
    /// What libpq takes for a connection string, without a password; never quoted in a message.
    static let conninfo = Form<String>(schema: conninfoSchema) { node, reader in
        guard let text = some.read(node, &reader) else { return nil }
        do throws(InvalidConnectionString) {
            let connection = try ConnectionString(text)
            guard connection.containsPassword else { return text }
            let note = Diagnostic(
                .note, at: reader.position(node), "keep it in .pgpass, in a service file or in PGPASSWORD")
            return reader.report("the conninfo holds a password", at: reader.position(node), notes: [note])
        } catch {
            return reader.report("not a libpq connection string: \(error.message.escaped)", at: node)
        }
    }
}

extension Text {
    /// Settings or a URI, or nothing but blanks, which leaves everything to the environment.
    private static let conninfoSchema = JSON.orVariable([
        "type": "string", "pattern": "=|^postgres(ql)?://|^\\s+$", "not": ["pattern": "\\u0000|\\$\\{"],
    ])
}

/// What `expect:` says.
struct Expectation: Sendable {
    let database: String?
    let systemIdentifier: String?
}

enum ExpectKeys {
    static let database = Key("database", Text.storedName, "The name of the database, exactly.")
    static let systemIdentifier = Key(
        "system_identifier", Text.systemIdentifier, "The server's system identifier, in decimal digits.")

    static let all = Keys("expect", [database.entry, systemIdentifier.entry])

    static let form = Form<Expectation>.mapping(all) { fields, reader in
        Expectation(
            database: reader.value(database, in: fields), systemIdentifier: reader.value(systemIdentifier, in: fields))
    }
}

enum PolicyKeys {
    static let lockTimeout = Key("lock_timeout", Text.duration, "The longest single wait for a lock; 2s unless given.")
    static let retries = Key(
        "retries", Text.number(upTo: 1_000_000), "How often a busy table is tried; 10 unless given.")
    static let applyTimeout = Key(
        "apply_timeout", Text.duration, "The longest a whole apply may take; 5m unless given.")
    static let maxChanges = Key(
        "max_changes", Text.changeLimit, "More changes than this number or share (25%) need --allow MASS_CHANGE.")
    static let sequences = Key(
        "sequences", Form<SequencePolicy>.word(), "A new origin's sequence behind the old one's; check unless given.")

    static let all = Keys(
        "policy",
        [lockTimeout.entry, retries.entry, applyTimeout.entry, maxChanges.entry, sequences.entry])

    static let form = Form<Policy>.mapping(all) { fields, reader in
        var policy = Policy()
        policy.lockTimeout = reader.value(lockTimeout, in: fields) ?? policy.lockTimeout
        policy.retries = reader.value(retries, in: fields) ?? policy.retries
        policy.applyTimeout = reader.value(applyTimeout, in: fields) ?? policy.applyTimeout
        policy.maxChanges = reader.value(maxChanges, in: fields)
        policy.sequences = reader.value(sequences, in: fields) ?? policy.sequences
        return policy
    }
}
