import Replication

/// Reads what `COPY … TO STDOUT` sent in text format, field by field, straight from its bytes.
///
/// Who reads states the shape of the rows by the calls it makes, one for each field, in order. A backslash is looked
/// at only where there is one.
struct CopyRows {
    private let bytes: [UInt8]
    /// Where the next field begins.
    private var at = 0
    private var names: [UInt64: String] = [:]
    private var byteStrings: [UInt64: [UInt8]] = [:]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Whether every row was read.
    var isAtEnd: Bool { at >= bytes.count }

    /// What is left of the row that is being read, with the newline that ends it.
    var line: [UInt8] {
        let end = bytes[at...].firstIndex(of: Byte.newline) ?? bytes.endIndex - 1
        return Array(bytes[at...end])
    }

    /// Passes over what comes next where it is a text, byte for byte.
    mutating func skip(_ text: [UInt8]) -> Bool {
        guard bytes.count - at >= text.count else { return false }
        for index in text.indices where bytes[at + index] != text[index] { return false }
        at += text.count
        return true
    }

    /// A number; nil is NULL.
    mutating func optionalNumber<Number: FixedWidthInteger>() -> Number? {
        var (value, digits, negative): (Number, Int, Bool) = (0, 0, false)
        while at < bytes.count {
            let byte = bytes[at]
            at += 1
            switch byte {
            case Byte.tab, Byte.newline: return digits > 0 ? value : nil
            case UInt8(ascii: "-"): negative = true
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                let digit = Number(byte - UInt8(ascii: "0"))
                value = negative ? value &* 10 &- digit : value &* 10 &+ digit
                digits += 1
            default: break
            }
        }
        return digits > 0 ? value : nil
    }

    /// A number where the column is never NULL.
    mutating func number<Number: FixedWidthInteger>() -> Number { optionalNumber() ?? 0 }

    /// A boolean; NULL is false.
    mutating func flag() -> Bool { letter() == "t" }

    /// The first character of a `"char"`.
    mutating func letter() -> Character {
        let field = nextField()
        return field.isEmpty ? " " : Character(Unicode.Scalar(bytes[field.lowerBound]))
    }

    /// A `"char"` as the value that it stands for, each one letter; nil where it stands for none.
    mutating func letter<Value: CaseIterable & RawRepresentable<String>>(of values: Value.Type) -> Value? {
        let field = nextField()
        guard field.count == 1 else { return nil }
        let letter = bytes[field.lowerBound]
        return values.allCases.first { $0.rawValue.utf8.first == letter }
    }

    /// A text; nil is NULL.
    mutating func optionalText() -> String? {
        let field = nextField()
        return isNull(field) ? nil : text(in: field)
    }

    /// A text where the column is never NULL.
    mutating func text() -> String { optionalText() ?? "" }

    /// A text that many rows share: each is kept once, unless it is so short that a string holds it in itself.
    mutating func sharedText() -> String {
        let field = nextField()
        guard field.count > 15 else { return text(in: field) }
        let hash = hash(field)
        if let known = names[hash], known.utf8.elementsEqual(bytes[field]) { return known }
        let text = text(in: field)
        names[hash] = text
        return text
    }

    /// A `bytea` in the form `\x…`, which many rows share: each is kept once.
    mutating func sharedBytes() -> [UInt8] {
        let field = nextField()
        // COPY doubles the backslash of `\x`.
        let digits = field.dropFirst(3)
        guard !digits.isEmpty else { return [] }
        let hash = hash(field)
        if let known = byteStrings[hash], known.isWritten(in: bytes, at: digits) { return known }
        var result: [UInt8] = []
        result.reserveCapacity(digits.count / 2)
        for place in stride(from: digits.lowerBound, to: digits.upperBound - 1, by: 2) {
            result.append(hexadecimal(bytes[place]) << 4 | hexadecimal(bytes[place + 1]))
        }
        byteStrings[hash] = result
        return result
    }

    /// Numbers with blanks between them: an `int2vector`.
    mutating func numbers() -> [Int16] {
        let field = nextField()
        guard !field.isEmpty else { return [] }
        return bytes[field].split(separator: Byte.blank).compactMap { Int16(String(decoding: $0, as: UTF8.self)) }
    }

    private mutating func nextField() -> Range<Int> {
        let start = at
        while at < bytes.count {
            let byte = bytes[at]
            if byte == Byte.tab || byte == Byte.newline {
                at += 1
                return start..<(at - 1)
            }
            at += 1
        }
        return start..<at
    }

    private func isNull(_ field: Range<Int>) -> Bool {
        field.count == 2 && bytes[field.lowerBound] == Byte.backslash
            && bytes[field.lowerBound + 1] == UInt8(ascii: "N")
    }

    private func text(in field: Range<Int>) -> String {
        var place = field.lowerBound
        while place < field.upperBound, bytes[place] != Byte.backslash { place += 1 }
        let isPlain = place == field.upperBound
        return String(decoding: isPlain ? bytes[field] : unescaped(field)[...], as: UTF8.self)
    }

    private func unescaped(_ field: Range<Int>) -> [UInt8] {
        var result: [UInt8] = []
        var place = field.lowerBound
        while place < field.upperBound {
            var byte = bytes[place]
            if byte == Byte.backslash, place + 1 < field.upperBound {
                place += 1
                byte = Byte.meant(by: bytes[place])
            }
            result.append(byte)
            place += 1
        }
        return result
    }

    /// FNV-1a, 64 bits; whoever finds something under it compares the bytes too.
    private func hash(_ field: Range<Int>) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for place in field { hash = (hash ^ UInt64(bytes[place])) &* 0x100_0000_01b3 }
        return hash
    }
}

/// The characters that mean something in COPY's text format.
private enum Byte {
    static let tab = UInt8(ascii: "\t")
    static let newline = UInt8(ascii: "\n")
    static let blank = UInt8(ascii: " ")
    static let backslash = UInt8(ascii: "\\")

    /// What follows a backslash stands for; the server writes no octal or hexadecimal escapes.
    static func meant(by letter: UInt8) -> UInt8 {
        switch letter {
        case UInt8(ascii: "b"): 8
        case UInt8(ascii: "t"): 9
        case UInt8(ascii: "n"): 10
        case UInt8(ascii: "v"): 11
        case UInt8(ascii: "f"): 12
        case UInt8(ascii: "r"): 13
        default: letter
        }
    }
}

extension [UInt8] {
    /// Whether the hexadecimal digits at a place stand for these bytes.
    fileprivate func isWritten(in text: [UInt8], at digits: Range<Int>) -> Bool {
        guard digits.count == count * 2 else { return false }
        return indices.allSatisfy { index in
            let place = digits.lowerBound + index * 2
            return hexadecimal(text[place]) << 4 | hexadecimal(text[place + 1]) == self[index]
        }
    }
}

private func hexadecimal(_ digit: UInt8) -> UInt8 {
    digit <= UInt8(ascii: "9") ? digit - UInt8(ascii: "0") : (digit | 32) - UInt8(ascii: "a") + 10
}
