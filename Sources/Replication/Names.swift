/// A name that PostgreSQL or the cluster file gives to one sort of thing.
///
/// Two names are equal when their bytes are, as PostgreSQL compares them: a precomposed `é` and an `e` with a combining
/// accent are two names, although Swift's `String` calls them equal.
public struct Name<Sort>: Sendable, CustomStringConvertible, ExpressibleByStringLiteral {
    /// The name as it is stored, without quotes.
    public let text: String

    /// Names one thing; the text is not checked.
    public init(_ text: String) { self.text = text }

    /// Names one thing in a test or an engine table.
    public init(stringLiteral text: String) { self.text = text }

    /// The name as it is stored; not escaped for a terminal.
    public var description: String { text }
}

extension Name: Hashable, Comparable {
    /// Whether both names have the same bytes: what Swift calls equal to an ASCII text and is as long is that text.
    public static func == (left: Name, right: Name) -> Bool {
        left.text == right.text
            && (left.text.utf8Span.isKnownASCII && left.text.utf8.count == right.text.utf8.count
                || left.text.utf8.elementsEqual(right.text.utf8))
    }

    /// A total order; by bytes where Swift's own order calls different bytes equal.
    public static func < (left: Name, right: Name) -> Bool {
        left.text < right.text || (left.text == right.text && left.text.utf8.lexicographicallyPrecedes(right.text.utf8))
    }

    /// Feeds the text, whose hash is equal where its bytes are.
    public func hash(into hasher: inout Hasher) { hasher.combine(text) }
}

/// Sorts of names; never instantiated.
public enum NameSort {
    /// See ``NodeName``.
    public enum Node {}
    /// See ``SetName``.
    public enum Set {}
    /// See ``TriggerName``.
    public enum Trigger {}
    /// See ``Identifier``.
    public enum Identifier {}
}

/// A node's name in the cluster file.
public typealias NodeName = Name<NameSort.Node>
/// A set's name in the cluster file.
public typealias SetName = Name<NameSort.Set>
/// A trigger's or rule's name as `pg_trigger.tgname` or `pg_rewrite.rulename` holds it.
public typealias TriggerName = Name<NameSort.Trigger>
/// Any other name in a catalog: a schema, a role, a column.
public typealias Identifier = Name<NameSort.Identifier>

/// A name inside a schema: a table, a sequence or a function.
public struct QualifiedName: Hashable, Comparable, Sendable {
    /// The schema, `pg_namespace.nspname`.
    public let schema: Identifier
    /// The name within the schema.
    public let name: Identifier

    /// Names something in a schema.
    public init(_ schema: Identifier, _ name: Identifier) {
        self.schema = schema
        self.name = name
    }

    /// Orders by schema, then by name; by bytes only where Swift's own order calls both equal, which is rare.
    public static func < (left: QualifiedName, right: QualifiedName) -> Bool {
        if left.schema.text != right.schema.text { return left.schema.text < right.schema.text }
        if left.name.text < right.name.text { return true }
        if left.name.text != right.name.text { return false }
        return left.schema == right.schema ? left.name < right.name : left.schema < right.schema
    }
}

extension QualifiedName: CustomStringConvertible {
    /// As a person would write it in SQL: quoted only where SQL asks for it. For display, not for statements.
    public var description: String { schema.shown + "." + name.shown }

    /// For statements: both parts always quoted.
    public var quoted: String { schema.quoted + "." + name.quoted }
}

/// A table's schema and name.
public typealias TableName = QualifiedName
/// A function's schema and name.
public typealias FunctionName = QualifiedName

extension Name {
    /// For statements: in double quotes, with inner quotes doubled.
    public var quoted: String {
        guard text.utf8.contains(UInt8(ascii: "\"")) else { return "\"" + text + "\"" }
        var result = "\""
        for character in text.unicodeScalars {
            if character == "\"" { result.unicodeScalars.append("\"") }
            result.unicodeScalars.append(character)
        }
        return result + "\""
    }

    /// For display: quoted only where SQL asks for it.
    public var shown: String {
        let plain = text.utf8.enumerated().allSatisfy { index, byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"): true
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "$"): index > 0
            default: false
            }
        }
        return plain && !text.isEmpty ? text : quoted
    }
}

/// Where in a cluster file something was asked for; lines and columns count from 1.
public struct Position: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The file's path as it was given, `-` for standard input.
    public let file: String
    /// The line, from 1.
    public var line: Int { Int(shortLine) }
    /// The column in characters, from 1.
    public var column: Int { Int(shortColumn) }
    // Half as long as an Int: a cluster file of 50,000 tables has as many positions.
    private let shortLine: UInt32
    private let shortColumn: UInt32

    /// A place in a file.
    public init(file: String, line: Int, column: Int) {
        self.file = file
        shortLine = UInt32(clamping: line)
        shortColumn = UInt32(clamping: column)
    }

    /// Orders by file, line and column.
    public static func < (left: Position, right: Position) -> Bool {
        (left.file, left.line, left.column) < (right.file, right.line, right.column)
    }

    /// `file:line:column`.
    public var description: String { "\(file):\(line):\(column)" }
}
