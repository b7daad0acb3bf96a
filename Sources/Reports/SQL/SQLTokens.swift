/// A statement with everything written in a terminal's own characters: identifiers that hold control characters, or
/// others that a terminal hides, become `U&"…"`, literals `U&'…'`; newlines stay where they stand outside of names.
func visibleSQL(_ statement: String) -> String {
    guard statement.unicodeScalars.contains(where: { isHostile($0) }) else { return statement }
    var reader = SQLReader(text: Array(statement.unicodeScalars))
    return reader.rewritten()
}

/// Walks over a statement token by token.
///
/// Source: PostgreSQL manual, "Lexical Structure".
private struct SQLReader {
    let text: [Unicode.Scalar]
    var at = 0
    var result = String.UnicodeScalarView()

    mutating func rewritten() -> String {
        while at < text.count {
            switch text[at] {
            case "\"": copyQuoted("\"")
            case "'" where isAfterE: copyEscapeString()
            case "'": copyQuoted("'")
            case "$" where !isInsideName: copyDollarQuoted()
            default: copyPlain()
            }
        }
        return String(result)
    }

    /// A dollar sign within a name does not begin a literal.
    private var isInsideName: Bool { isName(at - 1) }

    /// Whether the `E` of an escape string stands before.
    private var isAfterE: Bool { at > 0 && (text[at - 1] == "E" || text[at - 1] == "e") && !isName(at - 2) }

    private func isName(_ place: Int) -> Bool {
        guard text.indices.contains(place) else { return false }
        let scalar = text[place]
        return scalar == "_" || scalar == "$" || scalar.properties.isAlphabetic || scalar.properties.numericType != nil
    }

    /// What stands outside of quotes: blanks for whatever is hidden there, since SQL knows no other use of it.
    private mutating func copyPlain() {
        let scalar = text[at]
        at += 1
        result.append(scalar != "\n" && isHostile(scalar) ? " " : scalar)
    }

    private mutating func copyQuoted(_ quote: Unicode.Scalar) {
        let start = at
        var content: [Unicode.Scalar] = []
        at += 1
        while at < text.count {
            let scalar = text[at]
            at += 1
            if scalar == quote {
                guard at < text.count, text[at] == quote else { break }
                at += 1
            }
            content.append(scalar)
        }
        let mayStay = { (scalar: Unicode.Scalar) in quote == "'" && scalar == "\n" }
        if content.contains(where: { isHostile($0) && !mayStay($0) }) {
            append(content, quote)
        } else {
            result.append(contentsOf: text[start..<at])
        }
    }

    /// `E'…'`, which has an escape of its own for what is hidden.
    private mutating func copyEscapeString() {
        result.append(text[at])
        at += 1
        while at < text.count {
            let isEscape = text[at] == "\\" && at + 1 < text.count
            let isPair = isEscape || (text[at] == "'" && at + 1 < text.count && text[at + 1] == "'")
            let scalar = text[isPair ? at + 1 : at]
            if scalar != "\n" && isHostile(scalar) {
                let digits = String(scalar.value, radix: 16)
                result.append(
                    contentsOf: "\\U\(String(repeating: "0", count: 8 - digits.count))\(digits)".unicodeScalars)
            } else {
                result.append(contentsOf: text[at...(isPair ? at + 1 : at)])
            }
            at += isPair ? 2 : 1
            if scalar == "'" && !isPair { return }
        }
    }

    /// `$tag$…$tag$`; stays unless something hidden other than newlines stands in it.
    private mutating func copyDollarQuoted() {
        guard let tagEnd = text[(at + 1)...].firstIndex(of: "$"),
            text[(at + 1)..<tagEnd].allSatisfy({
                $0 == "_" || $0.properties.isAlphabetic || $0.properties.numericType != nil
            })
        else { return copyPlain() }
        let tag = Array(text[at...tagEnd])
        var end = tagEnd + 1
        while end + tag.count <= text.count, Array(text[end..<(end + tag.count)]) != tag { end += 1 }
        guard end + tag.count <= text.count else { return copyPlain() }
        let content = Array(text[(tagEnd + 1)..<end])
        if content.contains(where: { isHostile($0) && $0 != "\n" }) {
            append(content, "'")
        } else {
            result.append(contentsOf: text[at..<(end + tag.count)])
        }
        at = end + tag.count
    }

    /// `U&"…"` or `U&'…'`.
    private mutating func append(_ content: [Unicode.Scalar], _ quote: Unicode.Scalar) {
        result.append(contentsOf: "U&".unicodeScalars)
        result.append(quote)
        for scalar in content {
            if scalar == quote || scalar == "\\" {
                result.append(contentsOf: [scalar, scalar])
            } else if isHostile(scalar) {
                let digits = String(scalar.value, radix: 16)
                let isShort = digits.count <= 4
                result.append(contentsOf: (isShort ? "\\" : "\\+").unicodeScalars)
                result.append(
                    contentsOf: String(repeating: "0", count: (isShort ? 4 : 6) - digits.count).unicodeScalars)
                result.append(contentsOf: digits.unicodeScalars)
            } else {
                result.append(scalar)
            }
        }
        result.append(quote)
    }
}
