/// A JSON value whose objects keep their order.
enum JSON: Sendable {
    case object([Member])
    case array([JSON])
    case text(String)
    case number(UInt64)
    case truth(Bool)

    struct Member: Sendable {
        let name: String
        let value: JSON
    }

    /// The members of two objects, one after the other; anything else has none.
    static func + (left: JSON, right: JSON) -> JSON { .object(left.members + right.members) }

    private var members: [Member] {
        if case .object(let members) = self { members } else { [] }
    }
}

extension JSON: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral, ExpressibleByStringLiteral,
    ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral
{
    init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(elements.map { Member(name: $0.0, value: $0.1) })
    }

    init(arrayLiteral elements: JSON...) { self = .array(elements) }
    init(stringLiteral value: String) { self = .text(value) }
    init(integerLiteral value: UInt64) { self = .number(value) }
    init(booleanLiteral value: Bool) { self = .truth(value) }
}

extension JSON: CustomStringConvertible {
    /// Indented by two blanks a level; lists of short things stay on one line.
    var description: String { rendered(indent: "") }

    private func rendered(indent: String) -> String {
        switch self {
        case .object(let members):
            if members.isEmpty { return "{}" }
            let inner = indent + "  "
            let lines = members.map { inner + $0.name.asJSON + ": " + $0.value.rendered(indent: inner) }
            return "{\n" + lines.joined(separator: ",\n") + "\n" + indent + "}"
        case .array(let elements):
            if elements.allSatisfy(\.isSimple) {
                return "[" + elements.map { $0.rendered(indent: "") }.joined(separator: ", ") + "]"
            }
            let inner = indent + "  "
            let lines = elements.map { inner + $0.rendered(indent: inner) }
            return "[\n" + lines.joined(separator: ",\n") + "\n" + indent + "]"
        case .text(let text): return text.asJSON
        case .number(let number): return String(number)
        case .truth(let truth): return truth ? "true" : "false"
        }
    }

    private var isSimple: Bool {
        switch self {
        case .text, .number, .truth: true
        case .object, .array: false
        }
    }
}

extension String {
    /// In double quotes; everything but printable ASCII escaped, which YAML's double quotes read just the same.
    var asJSON: String {
        var result = "\""
        for unit in utf16 {
            switch unit {
            case 0x22: result += "\\\""
            case 0x5C: result += "\\\\"
            case 0x0A: result += "\\n"
            case 0x20...0x7E: result.unicodeScalars.append(Unicode.Scalar(UInt8(unit)))
            default:
                let digits = String(unit, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
        return result + "\""
    }
}
