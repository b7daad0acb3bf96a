import Replication

/// One trigger of a custom engine, with the places that later checks speak of.
struct WrittenTemplate {
    let template: TriggerTemplate
    let name: Position
    let arguments: Position
    let origin: Position
    let subscriber: Position
}

/// What a trigger is known by, its name apart.
struct TemplateDefinition: Hashable {
    private let function: [Pattern]
    private let type: Int16
    private let arguments: [Pattern]

    init(_ template: TriggerTemplate) {
        function = [template.functionSchema, template.functionName]
        type = template.type
        arguments = template.arguments
    }
}

/// A firing mode, or no trigger at all; only an engine's triggers may be absent.
enum Presence: Hashable, Sendable {
    case absent
    case present(FiringMode)

    var mode: FiringMode? {
        switch self {
        case .absent: nil
        case .present(let mode): mode
        }
    }
}

extension Text {
    static let presence = Form<Presence>.text(["enum": .array(words.map { .text($0) })]) { text throws(Complaint) in
        if text == "absent" { return .absent }
        guard let mode = FiringMode(rawValue: text) else { throw unknownWord(text, of: words) }
        return .present(mode)
    }

    private static let words = FiringMode.allCases.map(\.rawValue) + ["absent"]
}

/// The words of `events:`.
enum EventWord: String, CaseIterable, Sendable {
    case insert
    case update
    case delete
    case truncate

    var events: TriggerEvents {
        switch self {
        case .insert: .insert
        case .update: .update
        case .delete: .delete
        case .truncate: .truncate
        }
    }
}

enum TriggerKeys {
    static let purpose = Key("purpose", Form<Purpose>.word(), required: true, "What the trigger is for.")
    static let name = Key(
        "name",
        Form<Pattern>.text(.placeholders("cluster|schema|table", minimum: 1)) { text throws(Complaint) in
            guard !text.isEmpty else { throw Complaint("expected a name, found nothing") }
            return try pattern(text, [.cluster, .schema, .table], "a trigger's name")
        }, required: true, "The trigger's name, with {cluster}, {schema}, {table}; cut at 63 bytes as PostgreSQL does.")
    static let function = Key(
        "function",
        Form<QualifiedPattern>.text(.qualifiedPattern) { text throws(Complaint) in
            try QualifiedPattern(qualifiedPattern(text))
        }, required: true, "Schema and name of the function, as in SQL, with {cluster}.")
    static let timing = Key("timing", Form<TriggerTiming>.word(), required: true, "Before or after the change.")
    static let level = Key("level", Form<TriggerLevel>.word(), required: true, "For each row or each statement.")
    static let events = Key(
        "events", .list(of: Form<EventWord>.word().located, unique: true, empty: "a trigger needs at least one event"),
        required: true, "What fires the trigger.")
    static let arguments = Key(
        "args",
        .list(
            of: Form<Pattern>.text(.placeholders("cluster|schema|table|table_id|key_mask", minimum: 0)) {
                text throws(Complaint) in try pattern(text, Pattern.Placeholder.allCases, "a trigger's argument")
            }),
        "The trigger's arguments, with {cluster}, {schema}, {table} and, with catalog: slony, {table_id}, {key_mask}.")
    static let origin = Key("origin", Text.presence, "The firing mode on the origin; absent unless given.")
    static let subscriber = Key("subscriber", Text.presence, "The firing mode on a subscriber; absent unless given.")
    static let bystander = Key("bystander", Text.presence, "The firing mode on a bystander; absent unless given.")
    static let match = Key(
        "match", Form<TriggerMatch>.word(), "function: a trigger of any name is accepted and never renamed; tuple.")

    /// Of a trigger whose engine does not have Slony-I's catalog.
    static let withoutSlony: JSON = [
        "properties": [
            "args": ["items": .orVariable(["not": ["type": "string", "pattern": "\\{(table_id|key_mask)\\}"]])]
        ]
    ]

    private static let isDeny: JSON = ["required": ["purpose"], "properties": ["purpose": ["const": "deny"]]]
    private static func modes(_ isMeant: (FiringMode) -> Bool) -> [JSON] {
        FiringMode.allCases.filter(isMeant).map { .text($0.rawValue) }
    }
    private static let mode: JSON = ["enum": .array(modes { _ in true })]
    /// Of a deny that stands on an origin or a subscriber.
    static let isClosing =
        isDeny + [
            "anyOf": [
                ["required": ["origin"], "properties": ["origin": mode]],
                ["required": ["subscriber"], "properties": ["subscriber": mode]],
            ]
        ]
    /// Of a deny that refuses writes on a subscriber, or whose variable may say so.
    static let mayClose =
        isDeny + [
            "not": ["properties": ["subscriber": ["enum": .array(modes { !$0.firesForApplications } + ["absent"])]]]
        ]

    static let all = Keys(
        "a trigger",
        [
            purpose.entry, name.entry, function.entry, timing.entry, level.entry, events.entry, arguments.entry,
            origin.entry, subscriber.entry, bystander.entry, match.entry,
        ],
        constraints: [
            "anyOf": [["required": ["origin"]], ["required": ["subscriber"]], ["required": ["bystander"]]],
            "allOf": [
                [
                    "if": isDeny,
                    "then": ["properties": ["origin": ["not": ["enum": .array(modes(\.firesForApplications))]]]],
                ]
            ],
            "if": ["properties": ["purpose": ["enum": ["log", "deny"]]]],
            "then": ["properties": ["events": ["items": ["not": ["const": "truncate"]]]]],
            "else": [
                "if": ["properties": ["purpose": ["enum": ["truncate_log", "truncate_deny"]]]],
                "then": [
                    "properties": [
                        "events": ["items": ["not": ["enum": ["insert", "update", "delete"]]]],
                        "level": ["not": ["const": "row"]],
                    ]
                ],
            ],
        ])

    static let form = Form<WrittenTemplate>.mapping(all) { fields, reader in
        let purpose = reader.value(purpose, in: fields)
        let name = reader.value(name, in: fields)
        let function = reader.value(function, in: fields)
        let timing = reader.value(timing, in: fields)
        let level = reader.value(level, in: fields)
        let events = reader.value(events, in: fields)
        let arguments = reader.value(arguments, in: fields) ?? []
        let modes = [origin, subscriber, bystander].map { reader.value($0, in: fields) }
        let match = reader.value(match, in: fields) ?? .tuple
        if ![origin, subscriber, bystander].contains(where: { reader.gives($0, in: fields) }) {
            reader.report("a trigger needs a mode for origin, subscriber or bystander", at: fields.node)
        }
        guard let purpose, let name, let function, let timing, let level, let events else { return nil }
        let words = reader.checked(events, for: purpose)
        if level == .row, words.contains(.truncate) {
            reader.report("TRUNCATE fires no row triggers", at: reader.position(ofValue: Self.level, in: fields))
        }
        let template = TriggerTemplate(
            purpose, name, function: (function.schema, function.name), timing, level, words, arguments: arguments,
            origin: modes[0]?.mode, subscriber: modes[1]?.mode, bystander: modes[2]?.mode, match: match)
        return WrittenTemplate(
            template: template, name: reader.position(ofValue: Self.name, in: fields),
            arguments: reader.position(ofValue: Self.arguments, in: fields),
            origin: reader.position(ofValue: Self.origin, in: fields),
            subscriber: reader.position(ofValue: Self.subscriber, in: fields))
    }
}

/// A function's schema and name with places to fill in.
struct QualifiedPattern: Sendable {
    let schema: Pattern
    let name: Pattern

    init(_ parts: (schema: Pattern, name: Pattern)) { (schema, name) = parts }
}

extension Reader {
    /// The events as a set; each is given once, and the purposes for rows and for TRUNCATE do not mix.
    fileprivate mutating func checked(_ words: [Located<EventWord>], for purpose: Purpose) -> TriggerEvents {
        var events: TriggerEvents = []
        for word in words {
            let event = word.value.events
            if events.contains(event) { report("the event '\(word.value.rawValue)' is given twice", at: word.position) }
            events.insert(event)
            let fits =
                switch purpose.door {
                case .rows: TriggerEvents.changes.contains(event)
                case .truncate: event == .truncate
                }
            if !fits {
                report("the purpose '\(purpose.rawValue)' has no event '\(word.value.rawValue)'", at: word.position)
            }
        }
        return events
    }
}

extension JSON {
    /// See ``pattern(_:_:_:)``.
    static func placeholders(_ words: String, minimum: UInt64) -> JSON {
        anyText + ["minLength": .number(minimum), "pattern": .text("^([^{\\u0000]|\\{(\(words))\\})*$")]
    }
}
