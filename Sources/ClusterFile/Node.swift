/// A YAML file read whole: one tree, with aliases and merge keys already resolved.
struct YAMLDocument {
    /// The topmost value.
    let root: Node
    /// The bytes of all scalars, one after the other: a tree of 50,000 names needs no allocation for each of them.
    let text: [UInt8]
}

/// One value of a YAML file.
struct Node {
    /// What the value is.
    enum Content {
        case scalar(Scalar)
        case sequence([Node])
        case mapping([Entry])
        /// Already reported; whoever meets it keeps silent.
        case broken
    }

    /// A text, as a range of ``YAMLDocument/text``.
    struct Scalar {
        let start: UInt32
        let length: UInt32
        /// Whether it was written without quotes.
        let isPlain: Bool
        /// Whether `${` is in it.
        let holdsVariable: Bool

        var range: Range<Int> { Int(start)..<Int(start) + Int(length) }
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
