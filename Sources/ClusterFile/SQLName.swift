import Replication

// A text that holds a schema and a name is written as in SQL: `public.orders`, `sales."Order Line"`. Inside double quotes
// everything stands for itself and `""` is one quote; outside, A to Z are folded to a to z, as the server does (it leaves
// other letters alone). Every other name in a cluster file is a text of its own and stands for itself, quotes and all.

/// Reads the qualified name of a table; the server holds names of 1 to 63 bytes.
func qualifiedName(_ text: String) throws(Complaint) -> QualifiedName {
    var scanner = SQLNameScanner(text, placeholders: false)
    let schema = try scanner.part()
    try scanner.dot()
    let name = try scanner.part()
    try scanner.end()
    guard schema.utf8.count <= 63, name.utf8.count <= 63 else {
        throw Complaint("\(text.inQuotes) has a part longer than 63 bytes, which PostgreSQL cannot store")
    }
    return QualifiedName(Identifier(schema), Identifier(name))
}

/// Reads the qualified name of a function, whose parts may hold `{cluster}`.
func qualifiedPattern(_ text: String) throws(Complaint) -> (schema: Pattern, name: Pattern) {
    var scanner = SQLNameScanner(text, placeholders: true)
    let schema = try scanner.part()
    try scanner.dot()
    let name = try scanner.part()
    try scanner.end()
    return (try pattern(schema, [.cluster], "a function's name"), try pattern(name, [.cluster], "a function's name"))
}

private struct SQLNameScanner {
    private let text: String
    private let bytes: String.UTF8View
    private let placeholders: Bool
    private var place: String.Index

    init(_ text: String, placeholders: Bool) {
        self.text = text
        self.placeholders = placeholders
        bytes = text.utf8
        place = bytes.startIndex
    }

    private var next: UInt8? { place < bytes.endIndex ? bytes[place] : nil }

    /// One name, unquoted or quoted.
    mutating func part() throws(Complaint) -> String {
        if next == UInt8(ascii: "\"") { return try quotedPart() }
        let start = place
        var isFolded = true
        while let byte = next {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"), 0x80...: break
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): isFolded = false
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "$"):
                if place == start { throw needsQuotes }
            case UInt8(ascii: "{") where placeholders: break
            case UInt8(ascii: "}") where placeholders: break
            case UInt8(ascii: "."): return try finished(text[start..<place], isFolded)
            default: throw needsQuotes
            }
            bytes.formIndex(after: &place)
        }
        return try finished(text[start..<place], isFolded)
    }

    private func finished(_ part: Substring, _ isFolded: Bool) throws(Complaint) -> String {
        if part.isEmpty { throw Complaint("\(text.inQuotes) has an empty part") }
        return isFolded ? String(part) : part.foldedAsSQL
    }

    private mutating func quotedPart() throws(Complaint) -> String {
        var result: [UInt8] = []
        bytes.formIndex(after: &place)
        while let byte = next {
            bytes.formIndex(after: &place)
            if byte == UInt8(ascii: "\"") {
                guard next == byte else {
                    if result.isEmpty { throw Complaint("\(text.inQuotes) has an empty part") }
                    return String(decoding: result, as: UTF8.self)
                }
                bytes.formIndex(after: &place)
            }
            if byte == 0 { throw Complaint("\(text.inQuotes) holds a NUL character") }
            result.append(byte)
        }
        throw Complaint("\(text.inQuotes) has a double quote without its partner")
    }

    mutating func dot() throws(Complaint) {
        guard let byte = next else {
            throw Complaint("\(text.inQuotes) has no schema", note: "write it as in SQL: schema.name")
        }
        guard byte == UInt8(ascii: ".") else { throw needsQuotes }
        bytes.formIndex(after: &place)
    }

    func end() throws(Complaint) {
        guard let byte = next else { return }
        guard byte == UInt8(ascii: ".") else { throw needsQuotes }
        throw Complaint("\(text.inQuotes) has more than a schema and a name", note: "write it as in SQL: schema.name")
    }

    private var needsQuotes: Complaint {
        Complaint(
            "\(text.inQuotes) is not a name as SQL writes it",
            note: "other characters than letters, digits, _ and $ need double quotes: sales.\"Order Line\"")
    }
}

extension Substring {
    /// A to Z as a to z; nothing else, as the server folds an unquoted name in UTF-8.
    fileprivate var foldedAsSQL: String {
        String(
            decoding: utf8.map { UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 ? $0 + 32 : $0 }, as: UTF8.self)
    }
}
