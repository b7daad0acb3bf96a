import Replication

// One definition of the keys serves two readers. A `Form` says how a value is written: as JSON Schema for editors, and
// as the function that reads it for us. A `Key` is a form with a name and a sentence about it; a `Keys` is the list of
// all keys that may stand in one mapping. The tables of keys are in ClusterForm, SetForm and EngineForm.

/// How one sort of value is written in a cluster file.
struct Form<Value>: Sendable {
    /// The form as JSON Schema.
    let schema: JSON
    /// Reads a value; nil where it is wrong, which is then already reported.
    let read: @Sendable (Node, inout Reader) -> Value?
}

/// One key of a mapping.
struct Key<Value>: Sendable {
    let entry: KeyEntry
    let form: Form<Value>

    init(_ name: String, _ form: Form<Value>, required: Bool = false, _ description: String) {
        entry = KeyEntry(
            name: name, bytes: Array(name.utf8), schema: form.schema, isRequired: required, description: description)
        self.form = form
    }
}

/// What a key is, the type of its value aside.
struct KeyEntry: Sendable {
    let name: String
    /// The name as it stands in a file.
    let bytes: [UInt8]
    let schema: JSON
    let isRequired: Bool
    let description: String
}

/// All keys that may stand in one mapping.
struct Keys: Sendable {
    /// With an article, as messages name it: `a set`.
    let what: String
    let entries: [KeyEntry]
    /// Those without which a mapping is not complete.
    let required: [KeyEntry]
    /// What the schema says beyond the single keys.
    let constraints: JSON

    init(_ what: String, _ entries: [KeyEntry], constraints: JSON = [:]) {
        self.what = what
        self.entries = entries
        required = entries.filter(\.isRequired)
        self.constraints = constraints
    }

    var schema: JSON {
        let required = required.map { JSON.text($0.name) }
        let properties = entries.map { entry in
            JSON.Member(name: entry.name, value: ["description": .text(entry.description)] + entry.schema)
        }
        return ["type": "object", "properties": .object(properties), "additionalProperties": false]
            + (required.isEmpty ? [:] : ["required": .array(required)]) + constraints
    }
}

/// A value and where it stands.
struct Located<Value> {
    let value: Value
    let position: Position
}

extension Form {
    /// The same value with its place.
    var located: Form<Located<Value>> {
        let read = read
        return Form<Located<Value>>(schema: schema) { node, reader in
            read(node, &reader).map { Located(value: $0, position: reader.position(node)) }
        }
    }

    /// A list; what is wrong in it is reported and left out. `complaint` is what to say about a list without elements.
    static func list<Element>(of element: Form<Element>, unique: Bool = false, empty complaint: String? = nil) -> Form
    where Value == [Element] {
        let schema =
            JSON.list(of: element.schema, mayBeEmpty: complaint == nil) + (unique ? ["uniqueItems": true] : [:])
        return Form(schema: schema) { node, reader in
            reader.elements(of: node, empty: complaint)?.compactMap { element.read($0, &reader) }
        }
    }

    /// A mapping with the keys of one table.
    static func mapping(
        _ keys: Keys, _ read: @escaping @Sendable (Fields, inout Reader) -> Value?
    ) -> Form {
        Form(schema: keys.schema) { node, reader in
            guard let fields = reader.fields(of: node, keys) else { return nil }
            return read(fields, &reader)
        }
    }

    /// A text alone, or a mapping.
    static func either(_ text: Form, or mapping: Form) -> Form {
        Form(schema: ["anyOf": [text.schema, mapping.schema]]) { node, reader in
            switch node.content {
            case .mapping: mapping.read(node, &reader)
            case .scalar, .sequence, .broken: text.read(node, &reader)
            }
        }
    }
}

extension JSON {
    /// The schema of a list.
    static func list(of element: JSON, mayBeEmpty: Bool) -> JSON {
        ["type": "array", "items": element] + (mayBeEmpty ? [:] : ["minItems": 1])
    }
}
