/// A name or argument with places to fill in, such as `_{cluster}_logtrigger` or `{table}_deny`.
public struct Pattern: Hashable, Sendable, ExpressibleByStringLiteral {
    /// What a pattern can ask for.
    public enum Placeholder: String, Hashable, Sendable, CaseIterable {
        /// The engine's cluster name.
        case cluster
        /// The table's schema.
        case schema
        /// The table's name.
        case table
        /// The table's number in the engine's catalog.
        case tableID = "table_id"
        /// The key mask of the registered index, computed from live columns.
        case keyMask = "key_mask"
    }

    /// One part of a pattern.
    public enum Piece: Hashable, Sendable {
        /// Text that stands as it is.
        case literal(String)
        /// A place to fill in.
        case placeholder(Placeholder)
    }

    /// The parts in order.
    public let pieces: [Piece]

    /// Reads a pattern; `nil` where a brace is not closed or holds an unknown word.
    public init?(parsing text: String) {
        var pieces: [Piece] = []
        var rest = Substring(text)
        // By scalars: an accent may follow a brace.
        while let open = rest.unicodeScalars.firstIndex(of: "{") {
            let after = rest[rest.unicodeScalars.index(after: open)...]
            guard let close = after.unicodeScalars.firstIndex(of: "}"),
                let word = Placeholder(rawValue: String(after[..<close]))
            else { return nil }
            if open > rest.startIndex { pieces.append(.literal(String(rest[..<open]))) }
            pieces.append(.placeholder(word))
            rest = after[after.unicodeScalars.index(after: close)...]
        }
        if !rest.isEmpty { pieces.append(.literal(String(rest))) }
        self.pieces = pieces
    }

    /// A pattern in an engine table.
    public init(stringLiteral text: String) {
        guard let pattern = Pattern(parsing: text) else { preconditionFailure("not a pattern: \(text)") }
        self = pattern
    }

    /// The pattern as it is written.
    public var text: String {
        pieces.map { piece in
            switch piece {
            case .literal(let text): text
            case .placeholder(let word): "{\(word.rawValue)}"
            }
        }.joined()
    }

    /// Whether the result depends on the table.
    public var dependsOnTable: Bool {
        pieces.contains { piece in
            switch piece {
            case .literal, .placeholder(.cluster): false
            case .placeholder: true
            }
        }
    }

    /// Fills the pattern in; `nil` where a value it asks for is not known.
    public func filled(_ value: (Placeholder) -> String?) -> String? {
        var result = ""
        for piece in pieces {
            switch piece {
            case .literal(let text): result += text
            case .placeholder(let word):
                guard let text = value(word) else { return nil }
                result += text
            }
        }
        return result
    }
}

extension String {
    /// The text as the server stores it in a `name`: cut at 63 bytes, on a character boundary.
    ///
    /// Source: PostgreSQL's `truncate_identifier`, `NAMEDATALEN` 64, `pg_mbcliplen`.
    public var cutAsIdentifier: String {
        guard utf8.count > 63 else { return self }
        var end = utf8.index(utf8.startIndex, offsetBy: 63)
        while end.samePosition(in: unicodeScalars) == nil { end = utf8.index(before: end) }
        return String(self[..<end])
    }
}
