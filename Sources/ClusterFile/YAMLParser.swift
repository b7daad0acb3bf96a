import CLibYAML
import Replication

// Turns libyaml's events into a tree whose scalars lie in one array of bytes, and resolves anchors, aliases and merge keys
// on the way; beside the stream of events nothing else sees libyaml. What only spoils a part of the tree (an alias to
// nothing, a key given twice) is noted and leaves a `broken` node; what spoils the rest of the text stops.

/// What a cluster file may not exceed.
public enum Bounds {
    /// How long a cluster file may be.
    public static let bytes = 64 * 1024 * 1024
    static let nodes = 1_000_000
    static let nesting = 64
    /// libyaml compares each with all before it.
    static let tagDirectives = 100
    /// Tables times the weight of patterns of other sets.
    static let matches = 5_000_000
}

extension YAMLDocument {
    /// Reads the one document of a YAML file; nil where nothing can be made of it. What is wrong goes to `diagnostics`.
    init?(_ bytes: [UInt8], file: String, diagnostics: inout [Diagnostic]) {
        guard bytes.count <= Bounds.bytes else {
            diagnostics.append(.init(at: Position(file, .start), "the file is larger than 64 MiB"))
            return nil
        }
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let text = bytes.starts(with: mark) ? bytes[3...] : bytes[...]
        let composed = text.withUnsafeBufferPointer { input in
            var composer = Composer(input, file: file)
            let document = composer.document()
            diagnostics += composer.diagnostics
            return document
        }
        guard let composed else { return nil }
        self = composed
    }
}

/// Makes one tree of the events of one text.
private struct Composer: ~Copyable {
    private let isEmpty: Bool
    private var source: SourceText
    private let events: EventStream
    private var anchors = Anchors()
    private var tree = Tree()
    /// The entries of the mappings that are being read.
    private var open: [Node.Entry] = []
    private(set) var diagnostics: [Diagnostic] = []

    init(_ input: UnsafeBufferPointer<UInt8>, file: String) {
        isEmpty = input.isEmpty
        source = SourceText(input, file: file)
        events = EventStream(input)
        // Room that is never used is never touched; an array that grows touches it twice.
        tree.text.reserveCapacity(input.count)
        tree.entries.reserveCapacity(min(input.count / 4, Bounds.nodes))
    }

    mutating func document() -> YAMLDocument? {
        guard !isEmpty else { return empty() }
        do {
            try checkDirectives()
            try advance()  // the stream begins
            try advance()
            guard event.pointee.type == YAML_DOCUMENT_START_EVENT else { return empty() }
            try advance()
            let isNothing = events.isAtNothing
            let root = try node(depth: 0)
            try advance()  // the document ends
            try advance()
            if event.pointee.type != YAML_STREAM_END_EVENT {
                report("a second document begins here; a cluster file is one document")
            } else if isNothing {
                return empty()
            }
            return isNothing ? nil : YAMLDocument(root: root, tree: tree)
        } catch {
            diagnostics.append(error.diagnostic)
            return nil
        }
    }

    private mutating func empty() -> YAMLDocument? {
        diagnostics.append(.init(at: source.position(.start), "the file is empty"))
        return nil
    }

    private var event: UnsafeMutablePointer<yaml_event_t> { events.event }
    private var place: Place { events.place }

    private func advance() throws(Refusal) { try events.advance(in: source) }
}

// MARK: - Values

extension Composer {
    /// The value that begins with the event at hand; afterwards the event at hand is its last one.
    private mutating func node(depth: Int) throws(Refusal) -> Node {
        if let much = anchors.addValue() { throw tooMuch(much) }
        let place = place
        switch event.pointee.type {
        case YAML_SCALAR_EVENT:
            let begun = event.pointee.data.scalar
            refuse(tag: begun.tag, but: ["str", "int", "float", "bool", "null", "merge"], at: place)
            let scalar = keep(begun.value, begun.length, isPlain: begun.style == YAML_PLAIN_SCALAR_STYLE)
            let place = begun.length == 0 ? source.inside(place) : place
            let node = Node(content: .scalar(scalar), place: place, height: 0)
            if let anchor = begun.anchor { anchors.define(String(cString: anchor), as: node, bytes: begun.length) }
            return node
        case YAML_ALIAS_EVENT:
            return try aliased(String(cString: event.pointee.data.alias.anchor), at: place, depth: depth)
        case YAML_SEQUENCE_START_EVENT:
            let begun = event.pointee.data.sequence_start
            refuse(tag: begun.tag, but: ["seq"], at: place)
            let anchor = anchors.open(begun.anchor.map { String(cString: $0) })
            let node = try sequence(at: place, depth: try deeper(depth))
            anchors.close(anchor, as: node)
            return node
        default:
            let begun = event.pointee.data.mapping_start
            refuse(tag: begun.tag, but: ["map"], at: place)
            let anchor = anchors.open(begun.anchor.map { String(cString: $0) })
            let node = try mapping(at: place, depth: try deeper(depth))
            anchors.close(anchor, as: node)
            return node
        }
    }

    private mutating func sequence(at place: Place, depth: Int) throws(Refusal) -> Node {
        var elements: [Node] = []
        var height: UInt8 = 0
        while true {
            try advance()
            if event.pointee.type == YAML_SEQUENCE_END_EVENT { break }
            let element = try node(depth: depth)
            height = max(height, element.height)
            elements.append(element)
        }
        let start = tree.elements.count
        // The list of 50,000 tables mostly is the only one.
        if start == 0 { tree.elements = elements } else { tree.elements += elements }
        return Node(content: .sequence(.init(start..<tree.elements.count)), place: place, height: height + 1)
    }

    private mutating func mapping(at place: Place, depth: Int) throws(Refusal) -> Node {
        var entries = EntryList(on: open)
        var merges: [Node] = []
        var height: UInt8 = 0
        while true {
            try advance()
            if event.pointee.type == YAML_MAPPING_END_EVENT { break }
            let key = try node(depth: depth)
            try advance()
            let value = try node(depth: depth)
            height = max(height, value.height)
            guard case .scalar(let scalar) = key.content else {
                if case .broken = key.content { continue }
                report("a key must be a text, not a list or a mapping", at: key.place)
                continue
            }
            let entry = Node.Entry(key: scalar, keyPlace: key.place, value: value)
            if let first = entries.add(entry, to: &open, tree.text) {
                let note = Diagnostic(.note, at: source.position(first.keyPlace), "first given here")
                report("key \(shown(scalar)) is given twice", at: key.place, notes: [note])
            } else if scalar.isMergeKey(in: tree.text) {
                merges.append(value)
            }
        }
        if !merges.isEmpty { merge(merges, into: &entries) }
        let part = entries.close(&open, into: &tree.entries)
        return Node(content: .mapping(part), place: place, height: height + 1)
    }

    /// Adds the entries of `<<` that the mapping does not give itself; of several, the first to give a key wins.
    private mutating func merge(_ merges: some Sequence<Node>, into entries: inout EntryList) {
        entries.removeMergeKey(from: &open, tree.text)
        for merge in merges {
            switch merge.content {
            case .mapping(let part):
                for entry in tree.entries[part.range] { _ = entries.add(entry, to: &open, tree.text) }
            case .sequence(let part) where tree.elements[part.range].allSatisfy(\.isMapping):
                self.merge(tree.elements[part.range], into: &entries)
            case .broken: break
            case .scalar, .sequence: report("'<<' takes a mapping or a list of mappings", at: merge.place)
            }
        }
    }

    private mutating func aliased(_ name: String, at place: Place, depth: Int) throws(Refusal) -> Node {
        switch anchors.meaning(of: name) {
        case .nothing(let nearest):
            let note = nearest.map { Diagnostic(.note, at: source.position(place), "did you mean '*\($0)'?") }
            report("alias \("*\(name)".inQuotes) refers to nothing", at: place, notes: note.map { [$0] } ?? [])
            return Node(content: .broken, place: place, height: 0)
        case .unfinished:
            report("alias \("*\(name)".inQuotes) refers to what it stands in", at: place)
            return Node(content: .broken, place: place, height: 0)
        case .value(let node, let extent):
            guard depth + Int(node.height) <= Bounds.nesting else { throw tooDeep(at: place) }
            if let much = anchors.add(extent) { throw tooMuch(much) }
            return node.standing(at: place)
        }
    }
}

// MARK: - Bounds, tags, scalars, errors

extension Composer {
    private func tooMuch(_ what: String) -> Refusal {
        Refusal(diagnostic: Diagnostic(at: source.position(place), "more than \(what) once aliases are expanded"))
    }

    private func checkDirectives() throws(Refusal) {
        guard let excess = source.tagDirective(after: Bounds.tagDirectives) else { return }
        throw Refusal(diagnostic: Diagnostic(at: excess, "more than \(Bounds.tagDirectives) %TAG directives"))
    }

    private func deeper(_ depth: Int) throws(Refusal) -> Int {
        guard depth < Bounds.nesting else { throw tooDeep(at: place) }
        return depth + 1
    }

    private func tooDeep(at place: Place) -> Refusal {
        Refusal(diagnostic: Diagnostic(at: source.position(place), "nested deeper than \(Bounds.nesting) levels"))
    }

    /// `!include`, `!vault`, `!!binary` and their like would silently be read as what is written.
    private mutating func refuse(tag: UnsafeMutablePointer<UInt8>?, but plain: [String], at place: Place) {
        guard let tag else { return }
        let name = String(cString: tag)
        if name != "!", !plain.contains(where: { name == "tag:yaml.org,2002:" + $0 }) {
            report("the tag \(name.inQuotes) means nothing in a cluster file", at: place)
        }
    }

    private mutating func keep(_ value: UnsafeMutablePointer<UInt8>, _ length: Int, isPlain: Bool) -> Node.Scalar {
        let start = tree.text.count
        anchors.add(bytes: length)
        tree.text.append(contentsOf: UnsafeBufferPointer(start: value, count: length))
        let hasDollar = memchr(value, Int32(UInt8(ascii: "$")), length) != nil
        return Node.Scalar(
            part: .init(start..<tree.text.count), isPlain: isPlain,
            holdsVariable: hasDollar && tree.text[start...].holdsVariable)
    }

    private func shown(_ scalar: Node.Scalar) -> String {
        String(decoding: tree.text[scalar.range], as: UTF8.self).inQuotes
    }

    private mutating func report(_ message: String, at place: Place? = nil, notes: [Diagnostic] = []) {
        diagnostics.append(Diagnostic(at: source.position(place ?? self.place), message, notes: notes))
    }
}

extension Node {
    fileprivate var isMapping: Bool {
        switch content {
        case .mapping, .broken: true
        case .scalar, .sequence: false
        }
    }
}
