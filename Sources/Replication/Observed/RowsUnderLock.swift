/// The rows that a step's transaction compares with the plan, under its lock.
///
/// One line a trigger or rule, sorted by bytes (`COLLATE "C"`). Names and arguments are in hexadecimal, and so are
/// functions, each a JSON array of schema and name: no name can forge a line, and all of it is ASCII. The same text is built on the server by `rows_under_lock.sql`.
extension ObservedTable {
    /// All triggers and rules as one text.
    public var rowsUnderLock: String {
        let rows = triggers.map(\.rowUnderLock) + rules.map(\.rowUnderLock)
        let sorted = rows.sorted { $0.lexicographicallyPrecedes($1) }
        return String(decoding: Array(sorted.joined(separator: "\n".utf8)), as: UTF8.self)
    }
}

// Bytes, not texts: every step of a plan has such rows.

extension ObservedTrigger {
    /// `t:name:mode:type:function:arguments:columns:condition:constraint:clone`.
    fileprivate var rowUnderLock: [UInt8] {
        var row = Array("t:".utf8)
        row.reserveCapacity(256)
        row.append(hex: name.text.utf8)
        row += ":\(mode.letter):\(type):".utf8
        row.append(hex: json(function))
        row += ":".utf8
        row.append(hex: arguments.bytes)
        row += ":".utf8
        row += columns.map { String($0) }.joined(separator: " ").utf8
        for flag in [hasCondition, isConstraint, isClone] { row += (flag ? ":1" : ":0").utf8 }
        return row
    }
}

extension ObservedRule {
    /// `r:name:mode:instead`.
    fileprivate var rowUnderLock: [UInt8] {
        var row = Array("r:".utf8)
        row.append(hex: name.text.utf8)
        return row + ":\(mode.letter):\(isInstead ? 1 : 0)".utf8
    }
}

extension [UInt8] {
    /// Appends lower-case hexadecimal, as `encode(…, 'hex')` writes it.
    fileprivate mutating func append(hex bytes: some Sequence<UInt8>) {
        func digit(_ value: UInt8) -> UInt8 { value + (value < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") - 10) }
        for byte in bytes {
            append(digit(byte >> 4))
            append(digit(byte & 15))
        }
    }
}

/// `["schema","name"]`, as `array_to_json` writes it.
private func json(_ function: FunctionName) -> [UInt8] {
    var result = Array("[".utf8)
    result.append(json: function.schema.text)
    result += ",".utf8
    result.append(json: function.name.text)
    return result + "]".utf8
}

extension [UInt8] {
    /// Appends a JSON string as the server's `escape_json` writes it (src/backend/utils/adt/json.c).
    fileprivate mutating func append(json text: String) {
        self += "\"".utf8
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): self += "\\\"".utf8
            case UInt8(ascii: "\\"): self += "\\\\".utf8
            case 0x08: self += "\\b".utf8
            case 0x09: self += "\\t".utf8
            case 0x0a: self += "\\n".utf8
            case 0x0c: self += "\\f".utf8
            case 0x0d: self += "\\r".utf8
            case ..<0x20:
                self += "\\u00".utf8
                append(hex: CollectionOfOne(byte))
            default: append(byte)
            }
        }
        self += "\"".utf8
    }
}
