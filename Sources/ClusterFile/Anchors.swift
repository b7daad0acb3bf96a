/// How much a value is once its aliases are expanded.
struct Extent {
    var nodes = 0
    var bytes = 0

    static func + (left: Extent, right: Extent) -> Extent {
        Extent(nodes: left.nodes + right.nodes, bytes: left.bytes + right.bytes)
    }

    static func - (left: Extent, right: Extent) -> Extent {
        Extent(nodes: left.nodes - right.nodes, bytes: left.bytes - right.bytes)
    }
}

/// The values that aliases may stand for, and how much was read, as if each alias were a copy.
///
/// Aliased trees are shared: whoever walks them later walks at most `Bounds.nodes` values all the same.
struct Anchors {
    /// What an alias stands for.
    enum Meaning {
        case value(Node, Extent)
        /// The value that the alias stands in.
        case unfinished
        /// Nothing, and the anchor that was probably meant.
        case nothing(nearest: String?)
    }

    /// An anchored collection that is being read.
    struct Unfinished {
        fileprivate let name: String?
        fileprivate let before: Extent
    }

    private enum Anchor {
        case value(Node, Extent)
        case unfinished
    }

    private var anchors: [String: Anchor] = [:]
    private var guesses = Guesses()
    /// What was read so far.
    private var read = Extent()

    /// - Returns: What there is too much of, if anything is.
    mutating func addValue() -> String? {
        read.nodes += 1
        return read.nodes > Bounds.nodes ? "1,000,000 values" : nil
    }

    /// The text of a scalar; a file's own is bounded by the file's size.
    mutating func add(bytes: Int) { read.bytes += bytes }

    /// Adds what an alias, already counted as one value, stands for.
    ///
    /// - Returns: What there is too much of, if anything is.
    mutating func add(_ copied: Extent) -> String? {
        read = read + copied - Extent(nodes: 1)
        if read.nodes > Bounds.nodes { return "1,000,000 values" }
        return read.bytes > Bounds.bytes ? "64 MiB of text" : nil
    }

    mutating func define(_ name: String, as scalar: Node, bytes: Int) {
        anchors[name] = .value(scalar, Extent(nodes: 1, bytes: bytes))
    }

    /// Begins a collection that was counted as one value.
    mutating func open(_ name: String?) -> Unfinished {
        if let name { anchors[name] = .unfinished }
        return Unfinished(name: name, before: read - Extent(nodes: 1))
    }

    mutating func close(_ unfinished: Unfinished, as collection: Node) {
        if let name = unfinished.name { anchors[name] = .value(collection, read - unfinished.before) }
    }

    mutating func meaning(of alias: String) -> Meaning {
        switch anchors[alias] {
        case .value(let node, let extent): .value(node, extent)
        case .unfinished: .unfinished
        case nil: .nothing(nearest: guesses.nearest(to: alias, among: anchors.keys))
        }
    }
}
