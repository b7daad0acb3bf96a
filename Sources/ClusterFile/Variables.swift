/// What is wrong with a text, and what may help.
struct Complaint: Error {
    let message: String
    let note: String?

    init(_ message: String, note: String? = nil) {
        self.message = message
        self.note = note
    }
}

// `${VAR}`, `${VAR:-default}` and `${VAR:?message}`, as the shell reads them. The default and the message are taken as
// they stand up to the next `}`, so `${DOLLAR:-$}{` is how to write a literal `${`. What a variable holds is never
// looked at again and never printed.

extension ArraySlice<UInt8> {
    /// Whether `${` is in the bytes.
    var holdsVariable: Bool {
        let bytes = span
        for index in bytes.indices.dropFirst() where bytes[index] == UInt8(ascii: "{") {
            if bytes[index - 1] == UInt8(ascii: "$") { return true }
        }
        return false
    }
}

extension String {
    /// The text with every variable replaced by what the environment says.
    func filled(from environment: [String: String]) throws(Complaint) -> String {
        var result = ""
        var rest = self[...]
        while let open = rest.utf8.firstRange(of: "${".utf8) {
            result += rest[..<open.lowerBound]
            rest = rest[open.upperBound...]
            guard let close = rest.utf8.firstIndex(of: UInt8(ascii: "}")) else {
                throw Complaint("'${' without its '}'", note: "write ${DOLLAR:-$}{ for a literal ${")
            }
            result += try value(of: rest[..<close], environment)
            rest = rest[rest.utf8.index(after: close)...]
        }
        return result + rest
    }

    private func value(of expression: Substring, _ environment: [String: String]) throws(Complaint) -> String {
        let name = expression.prefix { $0 == "_" || $0.isASCII && ($0.isLetter || $0.isNumber) }
        let tail = expression[name.endIndex...]
        guard let first = name.first, !first.isNumber else {
            throw Complaint("\("${\(expression)}".inQuotes) does not name a variable")
        }
        let known = environment[String(name)]
        if tail.isEmpty {
            guard let known else {
                throw Complaint("variable '\(name)' is not set", note: "give it a default: ${\(name):-…}")
            }
            return known
        }
        if let known, !known.isEmpty, tail.hasPrefix(":-") || tail.hasPrefix(":?") { return known }
        if tail.hasPrefix(":-") { return String(tail.dropFirst(2)) }
        if tail.hasPrefix(":?") {
            let message = String(tail.dropFirst(2))
            throw Complaint("variable '\(name)' is not set" + (message.isEmpty ? "" : ": \(message.escaped)"))
        }
        throw Complaint(
            "\("${\(expression)}".inQuotes) is not a form of variable",
            note: "the forms are ${VAR}, ${VAR:-default} and ${VAR:?message}")
    }
}
