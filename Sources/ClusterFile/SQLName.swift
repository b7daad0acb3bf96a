import Replication

// A text that holds a schema and a name is written as in SQL: `public.orders`, `sales."Order Line"`. Inside double quotes
// everything stands for itself and `""` is one quote; outside, A to Z are folded to a to z, as the server does (it leaves
// other letters alone). Every other name in a cluster file is a text of its own and stands for itself, quotes and all.

/// Reads the qualified name of a table; the server holds names of 1 to 63 bytes.
func qualifiedName(_ text: ArraySlice<UInt8>) throws(Complaint) -> QualifiedName {
    try text.withUnsafeBufferPointer { text throws(Complaint) in
        var scanner = SQLNameScanner(text, placeholders: false)
        let (schema, name) = try scanner.parts()
        guard schema.utf8.count <= 63, name.utf8.count <= 63 else {
            throw Complaint("\(scanner.shown) has a part longer than 63 bytes, which PostgreSQL cannot store")
        }
        return QualifiedName(Identifier(schema), Identifier(name))
    }
}

/// Reads the qualified name of a function, whose parts may hold `{cluster}`.
func qualifiedPattern(_ text: String) throws(Complaint) -> (schema: Pattern, name: Pattern) {
    let (schema, name) = try Array(text.utf8).withUnsafeBufferPointer { text throws(Complaint) in
        var scanner = SQLNameScanner(text, placeholders: true)
        return try scanner.parts()
    }
    return (try pattern(schema, [.cluster], "a function's name"), try pattern(name, [.cluster], "a function's name"))
}

/// Works on bytes that somebody else keeps: a cluster file may name 50,000 tables.
private struct SQLNameScanner {
    private let text: UnsafeBufferPointer<UInt8>
    private let placeholders: Bool
    private var place = 0

    init(_ text: UnsafeBufferPointer<UInt8>, placeholders: Bool) {
        self.text = text
        self.placeholders = placeholders
    }

    var shown: String { String(decoding: text, as: UTF8.self).inQuotes }

    private var next: UInt8? { place < text.endIndex ? text[place] : nil }

    /// A schema, a dot, a name, and no more.
    mutating func parts() throws(Complaint) -> (schema: String, name: String) {
        let schema = try part()
        try dot()
        let name = try part()
        try end()
        return (schema, name)
    }

    private mutating func part() throws(Complaint) -> String {
        if next == UInt8(ascii: "\"") { return try quotedPart() }
        var isFolded = true
        let start = place
        scan: while let byte = next {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"), 0x80...: break
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): isFolded = false
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "$"):
                if place == start { throw needsQuotes }
            case UInt8(ascii: "{"), UInt8(ascii: "}"):
                if !placeholders { throw needsQuotes }
            case UInt8(ascii: "."): break scan
            default: throw needsQuotes
            }
            place += 1
        }
        if place == start { throw Complaint("\(shown) has an empty part") }
        let part = text[start..<place]
        return isFolded ? String(decoding: part, as: UTF8.self) : part.foldedAsSQL
    }

    private mutating func quotedPart() throws(Complaint) -> String {
        place += 1
        let start = place
        var doubled = false
        while let byte = next {
            place += 1
            if byte == 0 { throw Complaint("\(shown) holds a NUL character") }
            guard byte == UInt8(ascii: "\"") else { continue }
            guard next != byte else {
                doubled = true
                place += 1
                continue
            }
            if place - 1 == start { throw Complaint("\(shown) has an empty part") }
            let part = String(decoding: text[start..<place - 1], as: UTF8.self)
            return doubled ? part.withSingleQuotes : part
        }
        throw Complaint("\(shown) has a double quote without its partner")
    }

    private mutating func dot() throws(Complaint) {
        guard let byte = next else {
            throw Complaint("\(shown) has no schema", note: "write it as in SQL: schema.name")
        }
        guard byte == UInt8(ascii: ".") else { throw needsQuotes }
        place += 1
    }

    private func end() throws(Complaint) {
        guard let byte = next else { return }
        guard byte == UInt8(ascii: ".") else { throw needsQuotes }
        throw Complaint("\(shown) has more than a schema and a name", note: "write it as in SQL: schema.name")
    }

    private var needsQuotes: Complaint {
        Complaint(
            "\(shown) is not a name as SQL writes it",
            note: "other characters than letters, digits, _ and $ need double quotes: sales.\"Order Line\"")
    }
}

extension JSON {
    /// See ``qualifiedName(_:)``; 63 bytes are 63 characters at most. No schema of the server's own, as it is written or
    /// as what is unquoted is folded.
    static let qualifiedName = parts(
        unquoted: "\(letter)\(following){0,62}", quoted: "([^\"\\u0000]|\"\"){1,63}",
        butNot: "\(anyCase("pg_"))|\(anyCase("information_schema"))\\.|\"pg_|\"information_schema\"")

    /// See ``Text/storedName``; of a schema, none of the server's own.
    static let schemaName =
        anyText + ["minLength": 1, "maxLength": 63, "pattern": "^(?!pg_|information_schema$)[^\\u0000]*$"]

    static func anyCase(_ word: String) -> String {
        word.map { $0.isLetter ? "[\($0.uppercased())\($0)]" : "\($0)" }.joined()
    }

    /// See ``qualifiedPattern(_:)``; what is unquoted is folded, `{CLUSTER}` too.
    static let qualifiedPattern = parts(
        unquoted: "(\(letter)|\(braces))(\(following)|\(braces))*",
        quoted: "([^\"{\\u0000]|\"\"|\\{cluster\\})+")

    private static let letter = "[^\\u0000-@\\[-^`{-\\u007f]"
    private static let following = "[^\\u0000-#%-/:-@\\[-^`{-\\u007f]"
    private static let braces = "\\{[Cc][Ll][Uu][Ss][Tt][Ee][Rr]\\}|\\}"

    private static func parts(unquoted: String, quoted: String, butNot others: String? = nil) -> JSON {
        let part = "(\(unquoted)|\"\(quoted)\")"
        let others = others.map { "(?!\($0))" } ?? ""
        return ["type": "string", "pattern": .text("^\(others)\(part)\\.\(part)$")]
    }
}

extension String {
    /// Every `""` as one `"`, which no letter after it joins: scalar by scalar.
    fileprivate var withSingleQuotes: String {
        var result = UnicodeScalarView()
        var isSecond = false
        for scalar in unicodeScalars {
            isSecond = scalar == "\"" && !isSecond
            if scalar != "\"" || isSecond { result.append(scalar) }
        }
        return String(result)
    }
}

extension Slice<UnsafeBufferPointer<UInt8>> {
    /// A to Z as a to z; nothing else, as the server folds an unquoted name in UTF-8.
    fileprivate var foldedAsSQL: String {
        String(decoding: map { UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 ? $0 + 32 : $0 }, as: UTF8.self)
    }
}
