import Replication

/// Reads values from a tree and collects what is wrong with them.
struct Reader {
    private let file: String
    private let environment: [String: String]
    private let tree: Tree
    private(set) var diagnostics: [Diagnostic] = []
    var guesses = Guesses()
    /// How many bytes variables may still fill in.
    private var fillable = Bounds.bytes

    init(_ document: YAMLDocument, file: String, environment: [String: String]) {
        tree = document.tree
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
            guard scalar.holdsVariable else { return tree.text[scalar.range] }
            do throws(Complaint) {
                return try tree.text[scalar.range].filled(from: environment, left: &fillable)[...]
            } catch {
                return complain(error, at: node)
            }
        case .sequence: return report("expected a text, found a list", at: node)
        case .mapping: return report("expected a text, found a mapping", at: node)
        case .broken: return nil
        }
    }

    /// The elements of a list; `complaint` is what to say about a list without any.
    mutating func elements(of node: Node, empty complaint: String? = nil) -> ArraySlice<Node>? {
        switch node.content {
        case .sequence(let part):
            if let complaint, part.length == 0 { return report(complaint, at: node) }
            return tree.elements[part.range]
        case .mapping: return report("expected a list, found a mapping", at: node)
        case .scalar(let scalar): return report("expected a list, found \(scalar.sort)", at: node)
        case .broken: return nil
        }
    }

    /// Elements in the order of their texts, byte by byte; a mapping goes by its first value.
    func sorted(_ elements: ArraySlice<Node>) -> some Sequence<Node> {
        var labels = elements.indices.map { (text: label(of: elements[$0]), place: $0) }
        tree.text.withUnsafeBufferPointer { text in
            labels.sort { text[$0.text.range].lexicographicallyPrecedes(text[$1.text.range]) }
        }
        return labels.lazy.map { elements[$0.place] }
    }

    private func label(of node: Node) -> Node.Part {
        switch node.content {
        case .scalar(let scalar): scalar.part
        case .mapping(let part) where part.length > 0: label(of: tree.entries[part.range.lowerBound].value)
        case .mapping, .sequence, .broken: Node.Part(0..<0)
        }
    }

    mutating func entries(of node: Node, _ what: String = "a mapping") -> ArraySlice<Node.Entry>? {
        switch node.content {
        case .mapping(let part): tree.entries[part.range]
        case .sequence: report("expected \(what), found a list", at: node)
        case .scalar(let scalar): report("expected \(what), found \(scalar.sort)", at: node)
        case .broken: nil
        }
    }

    /// Keys are taken as they are written: variables are for values.
    func string(_ scalar: Node.Scalar) -> String { String(decoding: tree.text[scalar.range], as: UTF8.self) }

    mutating func complain<Value>(_ complaint: Complaint, at node: Node) -> Value? {
        let notes = complaint.note.map { [Diagnostic(.note, at: position(node), $0)] } ?? []
        return report(complaint.message, at: position(node), notes: notes)
    }
}

extension Node.Scalar {
    /// What it is where a list or a mapping should be: a key may have been left without a value.
    fileprivate var sort: String { range.isEmpty ? "nothing" : "a text" }
}

// MARK: - Keys

/// The values of one mapping, by key.
struct Fields {
    let node: Node
    /// Where in the tree its entries lie.
    fileprivate let entries: Range<Int>
}

extension Reader {
    /// The mapping's values, after unknown and missing keys are reported; nil where the value is no mapping.
    mutating func fields(of node: Node, _ keys: Keys) -> Fields? {
        guard let entries = entries(of: node, keys.what)?.indices else { return nil }
        for entry in entries where !keys.entries.contains(where: { isWritten($0, at: entry) }) {
            let entry = tree.entries[entry]
            reportUnknown(string(entry.key), at: position(entry.keyPlace), keys)
        }
        let fields = Fields(node: node, entries: entries)
        for key in keys.required where entry(key, in: fields) == nil {
            report("\(keys.what) needs the key '\(key.name)'", at: position(node))
        }
        return fields
    }

    private func isWritten(_ key: KeyEntry, at entry: Int) -> Bool {
        let range = tree.entries[entry].key.range
        return range.count == key.bytes.count
            && key.bytes.indices.allSatisfy { tree.text[range.lowerBound + $0] == key.bytes[$0] }
    }

    private func entry(_ key: KeyEntry, in fields: Fields) -> Node.Entry? {
        fields.entries.first { isWritten(key, at: $0) }.map { tree.entries[$0] }
    }

    /// Whether a key is given, whatever its value.
    func gives<Value>(_ key: Key<Value>, in fields: Fields) -> Bool { entry(key.entry, in: fields) != nil }

    private mutating func reportUnknown(_ name: String, at position: Position, _ keys: Keys) {
        let names = keys.entries.map(\.name)
        let help = nearest(to: name, among: names).map { "did you mean '\($0)'?" }
        let note = Diagnostic(.note, at: position, help ?? "known here: " + names.joined(separator: ", "))
        report("unknown key \(name.inQuotes) in \(keys.what)", at: position, notes: [note])
    }

    /// The value of a key; nil where the key is missing or its value is wrong.
    mutating func value<Value>(_ key: Key<Value>, in fields: Fields) -> Value? {
        guard let entry = entry(key.entry, in: fields) else { return nil }
        return key.form.read(entry.value, &self)
    }

    /// Where a key stands, or else its mapping.
    func position<Value>(of key: Key<Value>, in fields: Fields) -> Position {
        entry(key.entry, in: fields).map { position($0.keyPlace) } ?? position(fields.node)
    }

    /// Where the value of a key stands, or else the mapping.
    func position<Value>(ofValue key: Key<Value>, in fields: Fields) -> Position {
        position(entry(key.entry, in: fields)?.value ?? fields.node)
    }
}
