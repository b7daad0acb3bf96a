import Replication

// `engine:` is a word or a mapping. A custom engine is the same table of templates that the built-in engines are, so
// everything they are made of can be written down.

/// What `engine:` says; `{cluster}` is known only when the whole file is read.
struct WrittenEngine {
    let type: EngineType
    let cluster: Located<String>?
    var catalog: EngineCatalog = .none
    var templates: [TriggerTemplate] = []
    var drained: DrainQuery?
    let position: Position

    func engine(cluster: String) -> Engine {
        switch type {
        case .slony: .slony(cluster: cluster)
        case .bruce: .bruce(cluster: cluster)
        case .builtin: .builtin(cluster: cluster)
        case .custom:
            Engine(name: "custom", cluster: cluster, catalog: catalog, templates: templates, drained: drained)
        }
    }

    /// Whether the cluster's name must be one that Slony-I accepts.
    var isSlony: Bool { type == .slony || (type == .custom && catalog == .slony) }
}

/// The words after `engine:`.
enum EngineType: String, CaseIterable, Sendable {
    case slony
    case bruce
    case builtin
    case custom
}

enum EngineKeys {
    static let type = Key("type", Form<EngineType>.word(), required: true, "The engine.")
    static let cluster = Key(
        "cluster", Text.ownName.located, "What fills {cluster}; under slony, the name of its schema without the _.")
    static let catalog = Key(
        "catalog", Form<EngineCatalog>.word(), "Custom only: where the engine itself records sets and origins; none.")
    static let triggers = Key(
        "triggers", .list(of: TriggerKeys.form, unique: true, empty: "a custom engine needs at least one trigger"),
        "Custom only: the triggers of one table.")
    static let drained = Key(
        "drained", DrainKeys.form, "Custom only: what proves that a subscriber has everything the closed origin held.")

    static let all = Keys(
        "an engine", [type.entry, cluster.entry, catalog.entry, triggers.entry, drained.entry],
        constraints: [
            "allOf": [
                [
                    "if": ["properties": ["type": ["enum": ["slony", "bruce", "builtin"]]]],
                    "then": ["properties": ["catalog": false, "triggers": false, "drained": false]],
                ],
                ["if": ["properties": ["type": ["const": "custom"]]], "then": ["required": ["triggers"]]],
                ["if": isSlony, "then": ["properties": ["cluster": .slonyName]]],
                [
                    "if": ["properties": ["catalog": ["enum": ["none", "polarity"]]]],
                    "then": ["properties": ["triggers": ["items": TriggerKeys.withoutSlony]]],
                ],
                [
                    "if": ["properties": ["triggers": ["contains": TriggerKeys.isClosing]]],
                    "then": ["properties": ["triggers": ["contains": TriggerKeys.mayClose]]],
                ],
            ]
        ])

    /// Of a mapping: whether the cluster's name must be one that Slony-I accepts.
    static let isSlony: JSON = [
        "anyOf": [
            ["required": ["type"], "properties": ["type": ["const": "slony"]]],
            ["required": ["catalog"], "properties": ["catalog": ["const": "slony"]]],
        ]
    ]

    static let form = Form<WrittenEngine>.either(word, or: mapping)

    private static let word = Form<WrittenEngine>(
        schema: Form<EngineType>.text(["enum": ["slony", "bruce", "builtin"]]) { _ in .builtin }.schema
    ) { node, reader in
        guard let type = Form<EngineType>.word().read(node, &reader) else { return nil }
        guard type != .custom else {
            return reader.report("a custom engine is a mapping: {type: custom, triggers: […]}", at: node)
        }
        return WrittenEngine(type: type, cluster: nil, position: reader.position(node))
    }

    private static let mapping = Form<WrittenEngine>.mapping(all) { fields, reader in
        let type = reader.value(type, in: fields)
        let cluster = reader.value(cluster, in: fields)
        let catalog = reader.value(catalog, in: fields) ?? .none
        let templates = reader.value(triggers, in: fields) ?? []
        let drained = reader.value(drained, in: fields)
        guard let type else { return nil }
        if type == .custom {
            if !reader.gives(triggers, in: fields) {
                reader.report("a custom engine needs the key 'triggers'", at: reader.position(of: triggers, in: fields))
            }
        } else {
            reader.refuseCustomOnly(triggers, in: fields, type)
            reader.refuseCustomOnly(Self.drained, in: fields, type)
            reader.refuseCustomOnly(Self.catalog, in: fields, type)
        }
        reader.checkTemplates(templates, catalog)
        reader.checkDenies(templates.filter { $0.template.purpose == .deny })
        return WrittenEngine(
            type: type, cluster: cluster, catalog: catalog, templates: templates.map(\.template), drained: drained,
            position: reader.position(of: Self.type, in: fields))
    }
}

extension Reader {
    fileprivate mutating func refuseCustomOnly<Value>(_ key: Key<Value>, in fields: Fields, _ type: EngineType) {
        guard gives(key, in: fields) else { return }
        report(
            "the key '\(key.entry.name)' belongs to type: custom; \(type.rawValue) brings its own",
            at: position(of: key, in: fields))
    }

    /// Names and definitions must differ, and what Slony's catalog fills needs that catalog.
    fileprivate mutating func checkTemplates(_ templates: [WrittenTemplate], _ catalog: EngineCatalog) {
        var names: [Pattern: Position] = [:]
        var definitions: [TemplateDefinition: Position] = [:]
        for written in templates {
            let name = written.template.name
            let definition = TemplateDefinition(written.template)
            if let first = names[name] {
                let note = Diagnostic(.note, at: first, "first given here")
                report("two triggers have the name \(name.text.inQuotes)", at: written.name, notes: [note])
            } else if let first = definitions[definition] {
                let note = Diagnostic(.note, at: first, "the same under another name; give one of them other args")
                report(
                    "nothing but its name tells the trigger \(name.text.inQuotes) from another", at: written.name,
                    notes: [note])
            }
            names[name] = names[name] ?? written.name
            definitions[definition] = definitions[definition] ?? written.name
            let words = written.template.arguments.flatMap(\.pieces)
            for word in [Pattern.Placeholder.tableID, .keyMask]
            where catalog != .slony && words.contains(.placeholder(word)) {
                report("'{\(word.rawValue)}' needs catalog: slony, which alone knows it", at: written.arguments)
            }
        }
    }

    /// A deny that refuses what is to be written is none, nor are those that refuse nothing. One may be for bystanders alone.
    fileprivate mutating func checkDenies(_ denies: [WrittenTemplate]) {
        for written in denies where written.template.origin?.firesForApplications ?? false {
            report(
                "the trigger \(written.template.name.text.inQuotes) would refuse every write on the origin",
                at: written.origin)
        }
        let closing = denies.filter { $0.template.origin != nil || $0.template.subscriber != nil }
        guard let first = closing.first, !closing.contains(where: \.template.isDecisive) else { return }
        let note = Diagnostic(.note, at: first.subscriber, "say subscriber: enabled, or leave it out with its purpose")
        report(
            "the trigger \(first.template.name.text.inQuotes) would refuse no write on a subscriber",
            at: first.subscriber, notes: [note])
    }
}

enum DrainKeys {
    static let sql = Key(
        "sql", Text.some, required: true, "Run on every subscriber; $1 is the origin's position; true is proven.")
    static let originPosition = Key(
        "origin_position", Text.some, required: true, "Run once on the closed origin, after the last close.")
    static let timeout = Key("timeout", Text.duration, "How long a pending drain is waited for; 60s unless given.")

    static let all = Keys("drained", [sql.entry, originPosition.entry, timeout.entry])

    static let form = Form<DrainQuery>.mapping(all) { fields, reader in
        let sql = reader.value(sql, in: fields)
        let originPosition = reader.value(originPosition, in: fields)
        let timeout = reader.value(timeout, in: fields) ?? .seconds(60)
        guard let sql, let originPosition else { return nil }
        return DrainQuery(sql: sql, originPosition: originPosition, timeout: timeout)
    }
}
