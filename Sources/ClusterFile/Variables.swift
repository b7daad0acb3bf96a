/// What is wrong with a text, and what may help.
struct Complaint: Error {
    let message: String
    let note: String?

    init(_ message: String, note: String? = nil) {
        self.message = message
        self.note = note
    }
}

// `${VAR}`, `${VAR:-default}` and `${VAR:?message}`, as the shell reads them, but for one in another: the default and the
// message are taken as they stand up to the next `}`, and a `${` in them is an error. `${DOLLAR:-$}{` is how to write a
// literal `${`. What a variable holds is never looked at again and never printed.

extension ArraySlice<UInt8> {
    /// Whether `${` is in the bytes.
    var holdsVariable: Bool {
        let bytes = span
        for index in bytes.indices.dropFirst() where bytes[index] == UInt8(ascii: "{") {
            if bytes[index - 1] == UInt8(ascii: "$") { return true }
        }
        return false
    }

    /// The text with every variable replaced by what the environment says; `left` is how many bytes that may still be.
    func filled(from environment: [String: String], left: inout Int) throws(Complaint) -> [UInt8] {
        var result: [UInt8] = []
        var rest = self
        while let dollar = rest.firstIndex(of: UInt8(ascii: "$")) {
            let after = dollar + 1
            guard after < rest.endIndex, rest[after] == UInt8(ascii: "{") else {
                result += rest[..<after]
                rest = rest[after...]
                continue
            }
            result += rest[..<dollar]
            rest = rest[(after + 1)...]
            guard let close = rest.firstIndex(of: UInt8(ascii: "}")) else {
                throw Complaint("'${' without its '}'", note: "write ${DOLLAR:-$}{ for a literal ${")
            }
            let value = try value(of: String(decoding: rest[..<close], as: UTF8.self)[...], environment).utf8
            left -= value.count
            guard left >= 0 else { throw Complaint("more than 64 MiB of text once variables are filled in") }
            result += value
            rest = rest[(close + 1)...]
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
        // By bytes: what follows may join the sign before it.
        let isDefault = tail.utf8.starts(with: ":-".utf8)
        guard isDefault || tail.utf8.starts(with: ":?".utf8) else {
            throw Complaint(
                "\("${\(expression)}".inQuotes) is not a form of variable",
                note: "the forms are ${VAR}, ${VAR:-default} and ${VAR:?message}")
        }
        let text = String(tail.unicodeScalars.dropFirst(2))
        guard !Array(text.utf8)[...].holdsVariable else {
            throw Complaint(
                "variable '\(name)' has a '${' in its \(isDefault ? "default" : "message")",
                note: "variables do not nest: what stands after '\(tail.prefix(2))' is taken as a plain text")
        }
        if let known, !known.isEmpty { return known }
        if isDefault { return text }
        throw Complaint("variable '\(name)' is not set" + (text.isEmpty ? "" : ": \(text.escaped)"))
    }
}
