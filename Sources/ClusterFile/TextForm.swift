import Replication

// The sorts of text. YAML's own opinion about numbers and booleans plays no part: every scalar is text, converted where
// it is read, so that a node may be called `no`. The schema therefore lets numbers, booleans and null pass for texts, and
// a variable pass for anything.

extension Form {
    /// A text, converted; what the schema says holds unless the text has a variable in it.
    static func text(_ schema: JSON, _ convert: @escaping @Sendable (String) throws(Complaint) -> Value) -> Form {
        Form(schema: .orVariable(schema)) { node, reader in
            guard let text = reader.text(of: node) else { return nil }
            do throws(Complaint) {
                return try convert(text)
            } catch {
                return reader.complain(error, at: node)
            }
        }
    }

    /// One of the words of an enumeration.
    static func word() -> Form where Value: RawRepresentable<String> & CaseIterable & Sendable {
        .text(["enum": .array(Value.allCases.map { .text($0.rawValue) })]) { text throws(Complaint) in
            if let value = Value(rawValue: text) { return value }
            throw unknownWord(text, of: Value.allCases.map(\.rawValue))
        }
    }
}

/// A text that is none of a few words.
func unknownWord(_ text: String, of words: [String]) -> Complaint {
    Complaint(
        "\(text.inQuotes) is none of " + words.joined(separator: ", "),
        note: nearest(to: text, among: words).map { "did you mean '\($0)'?" })
}

/// The sorts of text that are no words of an enumeration.
enum Text {
    /// Any text but the empty one, for SQL and connection strings.
    static let some = Form<String>.text(.someText + .noVariable) { text throws(Complaint) in
        guard !text.isEmpty else { throw Complaint("expected a text, found nothing") }
        guard !text.utf8.contains(0) else { throw Complaint("a NUL character is not allowed") }
        return text
    }

    /// A name of polarity's own, a node's or a set's or a cluster's: 1 to 63 bytes without control characters.
    static let ownName = Form<String>.text(.ownName + .noVariable) { text throws(Complaint) in
        try checkedOwnName(text)
    }

    /// A name as PostgreSQL stores it, exactly: 1 to 63 bytes.
    static let storedName = Form<String>.text(.storedName + .noVariable) { text throws(Complaint) in
        try checkedStoredName(text)
    }

    /// A schema as PostgreSQL stores it; who reads on says whose schemas hold no tables of the user's.
    static let schemaName = Form<String>.text(.schemaName + .noVariable) { text throws(Complaint) in
        try checkedStoredName(text)
    }

    /// A number of up to 64 bits without sign, kept as text, as the server writes it: it is compared letter by letter.
    static let systemIdentifier = Form<String>.text(
        .number(upTo: .max, "^\(JSON.digits(upTo: .max))$")
    ) { text throws(Complaint) in
        guard text.utf8.allSatisfy(isDigit), UInt64(text) != nil, !text.hasPrefix("0") else {
            throw Complaint(
                "\(text.inQuotes) is not a system identifier",
                note: "SELECT system_identifier FROM pg_control_system() answers one")
        }
        return text
    }
}

extension JSON {
    /// The types that pass for texts.
    static let anyText: JSON = ["type": ["string", "number", "boolean", "null"]]

    /// See ``Text/some``.
    static let someText = anyText + ["minLength": 1, "pattern": "^[^\\u0000]*$"]

    /// See ``Text/storedName``.
    static let storedName = someText + ["maxLength": 63]

    /// See ``Text/ownName``.
    static let ownName =
        anyText + ["minLength": 1, "maxLength": 63, "pattern": "^[^\\u0000-\\u001f\\u007f-\\u009f]*$"]

    /// A schema that does not hold for a text with a variable.
    static func orVariable(_ schema: JSON) -> JSON { ["anyOf": [schema, ["$ref": "#/$defs/variable"]]] }

    /// Beside what lets any text pass, so that one with a variable is well written; keys have none.
    static let noVariable: JSON = ["not": ["type": "string", "pattern": "\\$\\{"]]

    /// A number, or a text that matches a pattern.
    static func number(from least: UInt64 = 1, upTo greatest: UInt64, _ pattern: String) -> JSON {
        let number: JSON = ["type": "integer", "minimum": .number(least), "maximum": .number(greatest)]
        return ["anyOf": [number, ["type": "string", "pattern": .text(pattern)]]]
    }

    /// A number from 1 in decimal digits without zeros in front: one that has fewer than the bound, or the same up to one
    /// that is less, or the bound itself.
    static func digits(upTo greatest: UInt64) -> String {
        let bound = Array(String(greatest))
        let shorter = bound.count > 1 ? ["[1-9][0-9]{0,\(bound.count - 2)}"] : []
        let less = bound.enumerated().compactMap { place, character -> String? in
            let least = place == 0 ? 1 : 0
            guard let digit = character.wholeNumberValue, digit > least else { return nil }
            return String(bound[..<place]) + "[\(least)-\(digit - 1)][0-9]{\(bound.count - place - 1)}"
        }
        return "(" + (shorter + less + [String(bound)]).joined(separator: "|") + ")"
    }
}

/// See ``Text/ownName``.
func checkedOwnName(_ text: String) throws(Complaint) -> String {
    guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
        throw Complaint("the name \(text.inQuotes) holds a control character")
    }
    return try checkedStoredName(text)
}

/// See ``Text/storedName``.
func checkedStoredName(_ text: String) throws(Complaint) -> String {
    guard !text.isEmpty else { throw Complaint("expected a name, found nothing") }
    guard text.utf8.count <= 63 else { throw Complaint("the name \(text.inQuotes) is longer than 63 bytes") }
    guard !text.utf8.contains(0) else { throw Complaint("the name \(text.inQuotes) holds a NUL character") }
    return text
}

private func isDigit(_ byte: UInt8) -> Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte }

/// A whole number in decimal digits; nil for anything else and for what exceeds 64 bits.
private func wholeNumber(_ text: some StringProtocol) -> Int? { text.utf8.allSatisfy(isDigit) ? Int(text) : nil }

extension Text {
    /// A whole number from 1.
    static func number(upTo greatest: Int) -> Form<Int> {
        let bound = UInt64(greatest)
        return .text(.number(upTo: bound, "^0*\(JSON.digits(upTo: bound))$")) { text throws(Complaint) in
            guard let value = wholeNumber(text), 1...greatest ~= value else {
                throw Complaint("\(text.inQuotes) is not a whole number from 1 to \(greatest)")
            }
            return value
        }
    }

    /// A number in an engine's catalog.
    static let catalogID = number(upTo: Int(Int32.max))
}

extension Text {
    /// A time such as `500ms`, `2s` or `5m`; never zero, and at most what PostgreSQL's timeouts hold.
    static let duration = Form<Duration>.text(durationSchema) { text throws(Complaint) in
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = wholeNumber(digits),
            let unit = units.first(where: { $0.key == text[digits.endIndex...] })?.value
        else {
            throw Complaint("\(text.inQuotes) is not a duration such as 500ms, 2s or 5m")
        }
        let (milliseconds, overflow) = number.multipliedReportingOverflow(by: unit)
        guard !overflow, 1...Int(Int32.max) ~= milliseconds else {
            throw Complaint("\(text.inQuotes) is not between 1ms and \(Int32.max)ms")
        }
        return .milliseconds(milliseconds)
    }

    private static let units: KeyValuePairs = ["ms": 1, "s": 1_000, "m": 60_000]

    private static var durationSchema: JSON {
        let forms = units.map { JSON.digits(upTo: UInt64(Int(Int32.max) / $0.value)) + $0.key }
        return ["type": "string", "pattern": .text("^0*(\(forms.joined(separator: "|")))$")]
    }
}

extension Text {
    /// `25%` or a number.
    static let changeLimit = Form<ChangeLimit>.text(
        .number(
            from: 0, upTo: UInt64(Int.max),
            "^(0+%?|0*(\(JSON.digits(upTo: UInt64(Int.max)))|\(JSON.digits(upTo: 100))%))$")
    ) { text throws(Complaint) in
        if text.hasSuffix("%"), let percent = wholeNumber(text.dropLast()), 0...100 ~= percent {
            return .percent(percent)
        }
        guard let count = wholeNumber(text) else {
            throw Complaint("\(text.inQuotes) is neither a number of changes nor a share such as 25%")
        }
        return .count(count)
    }
}

/// Reads a text with `{placeholders}`, of which only some mean something where it stands.
func pattern(_ text: String, _ allowed: [Pattern.Placeholder], _ what: String) throws(Complaint) -> Pattern {
    guard !text.utf8.contains(0) else { throw Complaint("\(text.inQuotes) holds a NUL character") }
    let words = allowed.map(\.rawValue)
    let known = "known here: " + words.map { "{\($0)}" }.joined(separator: ", ")
    var rest = text[...]
    while let open = rest.utf8.firstIndex(of: UInt8(ascii: "{")) {
        rest = rest[rest.utf8.index(after: open)...]
        guard let close = rest.utf8.firstIndex(of: UInt8(ascii: "}")) else {
            throw Complaint("\(text.inQuotes) has a '{' without its '}'", note: known)
        }
        let word = String(rest[..<close])
        guard words.contains(word) else {
            let help = nearest(to: word, among: words).map { "did you mean '{\($0)}'?" }
            throw Complaint("\("{\(word)}".inQuotes) means nothing in \(what)", note: help ?? known)
        }
        rest = rest[rest.utf8.index(after: close)...]
    }
    guard let pattern = Pattern(parsing: text) else { throw Complaint("\(text.inQuotes) is not a pattern") }
    return pattern
}
