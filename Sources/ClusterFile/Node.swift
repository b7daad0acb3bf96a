/// A YAML file read whole: one tree, with aliases and merge keys already resolved.
struct YAMLDocument {
    /// The topmost value.
    let root: Node
    /// What it is made of.
    let tree: Tree
}

/// The parts of a tree, each sort in one array: 50,000 tables need no allocation for each of them.
struct Tree {
    /// The bytes of all scalars, one after the other.
    var text: [UInt8] = []
    /// The elements of all lists; those of one list stand together.
    var elements: [Node] = []
    /// The entries of all mappings; those of one mapping stand together.
    var entries: [Node.Entry] = []
}

/// One value of a YAML file.
struct Node {
    /// What the value is.
    enum Content {
        case scalar(Scalar)
        /// A part of ``Tree/elements``.
        case sequence(Part)
        /// A part of ``Tree/entries``.
        case mapping(Part)
        /// Already reported; whoever meets it keeps silent.
        case broken
    }

    /// What stands together in one of the arrays of a ``Tree``.
    struct Part {
        let start: UInt32
        let length: UInt32

        init(_ range: Range<Int>) {
            start = UInt32(range.lowerBound)
            length = UInt32(range.count)
        }

        var range: Range<Int> { Int(start)..<Int(start) + Int(length) }
    }

    /// A text.
    struct Scalar {
        /// A part of ``Tree/text``.
        let part: Part
        /// Whether it was written without quotes.
        let isPlain: Bool
        /// Whether `${` is in it.
        let holdsVariable: Bool

        var range: Range<Int> { part.range }

        /// Whether it is YAML's `<<`, which stands for the entries of another mapping.
        func isMergeKey(in text: [UInt8]) -> Bool { isPlain && text[range].elementsEqual("<<".utf8) }
    }

    /// A key, always a scalar, and its value.
    struct Entry {
        let key: Scalar
        let keyPlace: Place
        let value: Node
    }

    let content: Content
    /// Where it begins; for an alias, where the alias stands.
    let place: Place
    /// How many collections stand inside one another here; 0 for a scalar.
    let height: UInt8

    func standing(at place: Place) -> Node { Node(content: content, place: place, height: height) }
}

/// A line and a column, from 1; columns count characters.
struct Place {
    let line: UInt32
    let column: UInt32

    static let start = Place(line: 1, column: 1)
}
