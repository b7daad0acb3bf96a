import Replication

/// Reads values from a tree and collects what is wrong with them.
struct Reader {
    private let file: String
    private let environment: [String: String]
    private let text: [UInt8]
    private(set) var diagnostics: [Diagnostic] = []
    var guesses = Guesses()
    /// How many bytes variables may still fill in.
    private var fillable = Bounds.bytes

    init(_ document: YAMLDocument, file: String, environment: [String: String]) {
        text = document.text
        self.file = file
        self.environment = environment
    }

    func position(_ node: Node) -> Position { Position(file, node.place) }
    func position(_ place: Place) -> Position { Position(file, place) }

    /// Reports an error; answers nil, so that a reading function can end with it.
    mutating func report<Value>(_ message: String, at position: Position, notes: [Diagnostic] = []) -> Value? {
        diagnostics.append(Diagnostic(at: position, message, notes: notes))
        return nil
    }

    mutating func report<Value>(_ message: String, at node: Node) -> Value? { report(message, at: position(node)) }

    mutating func report(_ message: String, at position: Position, notes: [Diagnostic] = []) {
        diagnostics.append(Diagnostic(at: position, message, notes: notes))
    }

    mutating func report(_ message: String, at node: Node) { report(message, at: position(node)) }
}

// MARK: - The three shapes

extension Reader {
    /// The text of a scalar with its variables filled in.
    mutating func text(of node: Node) -> String? {
        bytes(of: node).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The same as bytes in UTF-8, not copied where no variable is in them.
    mutating func bytes(of node: Node) -> ArraySlice<UInt8>? {
        switch node.content {
        case .scalar(let scalar):
            guard scalar.holdsVariable else { return text[scalar.range] }
            do throws(Complaint) {
                return try text[scalar.range].filled(from: environment, left: &fillable)[...]
            } catch {
                return complain(error, at: node)
            }
        case .sequence: return report("expected a text, found a list", at: node)
        case .mapping: return report("expected a text, found a mapping", at: node)
        case .broken: return nil
        }
    }

    mutating func elements(of node: Node) -> [Node]? {
        switch node.content {
        case .sequence(let elements): elements
        case .mapping: report("expected a list, found a mapping", at: node)
        case .scalar: report("expected a list, found a text", at: node)
        case .broken: nil
        }
    }

    mutating func entries(of node: Node, _ what: String = "a mapping") -> [Node.Entry]? {
        switch node.content {
        case .mapping(let entries): entries
        case .sequence: report("expected \(what), found a list", at: node)
        case .scalar: report("expected \(what), found a text", at: node)
        case .broken: nil
        }
    }

    /// Keys are taken as they are written: variables are for values.
    func string(_ scalar: Node.Scalar) -> String { String(decoding: text[scalar.range], as: UTF8.self) }

    mutating func complain<Value>(_ complaint: Complaint, at node: Node) -> Value? {
        let notes = complaint.note.map { [Diagnostic(.note, at: position(node), $0)] } ?? []
        return report(complaint.message, at: position(node), notes: notes)
    }
}

// MARK: - Keys

/// The values of one mapping, by key.
struct Fields {
    let node: Node
    fileprivate let entries: [Node.Entry]
    fileprivate let text: [UInt8]

    /// Whether a key is given, whatever its value.
    func gives<Value>(_ key: Key<Value>) -> Bool { place(of: key.entry) != nil }

    fileprivate func entry<Value>(_ key: Key<Value>) -> Node.Entry? { place(of: key.entry).map { entries[$0] } }

    fileprivate func place(of key: KeyEntry) -> Int? {
        entries.indices.first { key.isWritten(entries[$0].key, in: text) }
    }
}

extension KeyEntry {
    fileprivate func isWritten(_ scalar: Node.Scalar, in text: [UInt8]) -> Bool {
        Int(scalar.length) == name.utf8.count && text[scalar.range].elementsEqual(name.utf8)
    }
}

extension Reader {
    /// The mapping's values, after unknown and missing keys are reported; nil where the value is no mapping.
    mutating func fields(of node: Node, _ keys: Keys) -> Fields? {
        guard let entries = entries(of: node, keys.what) else { return nil }
        for entry in entries where !keys.entries.contains(where: { $0.isWritten(entry.key, in: text) }) {
            reportUnknown(string(entry.key), at: position(entry.keyPlace), keys)
        }
        let fields = Fields(node: node, entries: entries, text: text)
        for key in keys.required where fields.place(of: key) == nil {
            report("\(keys.what) needs the key '\(key.name)'", at: position(node))
        }
        return fields
    }

    private mutating func reportUnknown(_ name: String, at position: Position, _ keys: Keys) {
        let names = keys.entries.map(\.name)
        let help = nearest(to: name, among: names).map { "did you mean '\($0)'?" }
        let note = Diagnostic(.note, at: position, help ?? "known here: " + names.joined(separator: ", "))
        report("unknown key \(name.inQuotes) in \(keys.what)", at: position, notes: [note])
    }

    /// The value of a key; nil where the key is missing or its value is wrong.
    mutating func value<Value>(_ key: Key<Value>, in fields: Fields) -> Value? {
        guard let entry = fields.entry(key) else { return nil }
        return key.form.read(entry.value, &self)
    }

    /// Where a key stands, or else its mapping.
    func position<Value>(of key: Key<Value>, in fields: Fields) -> Position {
        fields.entry(key).map { position($0.keyPlace) } ?? position(fields.node)
    }

    /// Where the value of a key stands, or else the mapping.
    func position<Value>(ofValue key: Key<Value>, in fields: Fields) -> Position {
        position(fields.entry(key)?.value ?? fields.node)
    }
}
