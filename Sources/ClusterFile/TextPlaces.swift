// What has to be known about a text beside what libyaml says: it names some places as bytes only, and it compares each
// %TAG directive with all before it.

extension Place {
    /// Where a byte stands; a line ends where libyaml lets it end, so that all places in a text are counted alike.
    init(ofByte offset: Int, in text: UnsafeBufferPointer<UInt8>) {
        var (line, column): (UInt32, UInt32) = (1, 1)
        var last: Unicode.Scalar = " "
        for scalar in String(decoding: text.prefix(offset), as: UTF8.self).unicodeScalars {
            switch scalar {
            case "\n" where last == "\r": break
            case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}": (line, column) = (line + 1, 1)
            default: column += 1
            }
            last = scalar
        }
        self.init(line: line, column: column)
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// Where the first `%TAG` beyond so many begins a line, if one does.
    func tagDirective(after limit: Int) -> Int? {
        let lastBytesOfBreaks: [UInt8] = [0x0A, 0x0D, 0x85, 0xA8, 0xA9]
        var count = 0
        for start in indices where self[start] == UInt8(ascii: "%") {
            let beginsLine = start == 0 || lastBytesOfBreaks.contains(self[start - 1])
            guard beginsLine, self[start...].starts(with: "%TAG".utf8) else { continue }
            count += 1
            if count > limit { return start }
        }
        return nil
    }
}
