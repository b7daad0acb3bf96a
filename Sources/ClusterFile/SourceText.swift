import Replication

/// The text that libyaml reads, and what has to be known about it beside what libyaml says: it names some places as bytes
/// only, lets a text without a last line break end as if it had one, calls bytes that are no UTF-8 many things, and compares
/// each %TAG directive with all before it.
struct SourceText {
    private let bytes: UnsafeBufferPointer<UInt8>
    private let file: String
    /// Where the text ends, once that was asked.
    private var end: Place?

    /// - Parameter bytes: Must outlive this.
    init(_ bytes: UnsafeBufferPointer<UInt8>, file: String) {
        self.bytes = bytes
        self.file = file
    }

    func position(_ place: Place) -> Position { Position(file, place) }

    func position(ofByte offset: Int) -> Position { position(place(ofByte: offset)) }

    /// The place of what is not there: never beyond the end.
    mutating func inside(_ place: Place) -> Place {
        guard place.column == 1 else { return place }
        let end = end ?? self.place(ofByte: bytes.count)
        self.end = end
        return place.line > end.line ? end : place
    }

    /// As above, of what libyaml complains about.
    func positionInside(_ place: Place) -> Position { min(position(place), position(ofByte: bytes.count)) }

    /// What is wrong with a byte that libyaml cannot read.
    func error(_ problem: String, atByte offset: Int) -> Diagnostic {
        let position = position(ofByte: offset)
        guard problem.hasPrefix("control characters"), offset < bytes.count else {
            return Diagnostic(at: position, "not valid UTF-8")
        }
        let byte = String(bytes[offset], radix: 16)
        let name = bytes[offset] == 0 ? "a NUL character" : "a control character (byte 0x\(byte))"
        return Diagnostic(at: position, "\(name) is not allowed")
    }

    /// Where the first `%TAG` beyond so many begins a line, if one does.
    func tagDirective(after limit: Int) -> Position? {
        let lastBytesOfBreaks: [UInt8] = [0x0A, 0x0D, 0x85, 0xA8, 0xA9]
        var count = 0
        for start in bytes.indices where bytes[start] == UInt8(ascii: "%") {
            let beginsLine = start == 0 || lastBytesOfBreaks.contains(bytes[start - 1])
            guard beginsLine, bytes[start...].starts(with: "%TAG".utf8) else { continue }
            count += 1
            if count > limit { return position(ofByte: start) }
        }
        return nil
    }

    /// A line ends where libyaml lets it end, so that all places in a text are counted alike.
    private func place(ofByte offset: Int) -> Place {
        var (line, column): (UInt32, UInt32) = (1, 1)
        var last: Unicode.Scalar = " "
        for scalar in String(decoding: bytes.prefix(offset), as: UTF8.self).unicodeScalars {
            switch scalar {
            case "\n" where last == "\r": break
            case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}": (line, column) = (line + 1, 1)
            default: column += 1
            }
            last = scalar
        }
        return Place(line: line, column: column)
    }
}

extension Position {
    init(_ file: String, _ place: Place) {
        self.init(file: file, line: Int(place.line), column: Int(place.column))
    }
}
