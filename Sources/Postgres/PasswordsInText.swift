// A message may quote what someone pasted in the wrong place: a connection string as a path, as a node's name, as a key.
// What can be told for a password there is not repeated. Too much is taken away rather than too little.
//
// The text may be anything of any length, so every byte is looked at a fixed number of times. Regular expressions for the
// same would go over the rest of a line again for every colon in it.

extension String {
    /// The text with `***` for whatever looks like the password of a connection string in it: what stands between `://`
    /// and the last `@` of the line where that holds a colon, and what follows `password=` and `sslpassword=`, percent
    /// signs in the keyword or not.
    public var withoutPasswords: String {
        guard utf8.contains(where: { $0 == UInt8(ascii: "=") || $0 == UInt8(ascii: "@") }) else { return self }
        let text = Array(utf8)
        let shown = text.hiding(text.passwordsInURIs)
        return String(decoding: shown.hiding(shown.passwordsAfterKeywords), as: UTF8.self)
    }
}

extension [UInt8] {
    fileprivate func hiding(_ passwords: [Range<Int>]) -> [UInt8] {
        var shown: [UInt8] = []
        var start = 0
        for password in passwords {
            shown += self[start..<password.lowerBound] + Array("***".utf8)
            start = password.upperBound
        }
        return shown + self[start...]
    }
}

// MARK: - postgresql://user:password@host

extension [UInt8] {
    fileprivate var passwordsInURIs: [Range<Int>] {
        split(separator: UInt8(ascii: "\n")).compactMap(\.passwordInURI)
    }
}

extension ArraySlice<UInt8> {
    /// In one line: from the first `postgresql://` with a colon before the next `@`, up to the last `@`.
    fileprivate var passwordInURI: Range<Int>? {
        guard let last = lastIndex(of: UInt8(ascii: "@")) else { return nil }
        var start: Int?
        for place in startIndex..<last {
            switch self[place] {
            case UInt8(ascii: "@"): start = nil
            case UInt8(ascii: ":"): if let start { return start..<last }
            case UInt8(ascii: "/"): if self[...place].endsInScheme { start = place + 1 }
            default: break
            }
        }
        return nil
    }

    private var endsInScheme: Bool {
        ["postgres://", "postgresql://"].contains { scheme in
            suffix(scheme.utf8.count).elementsEqual(scheme.utf8) { $0.inLowerCase == $1 }
        }
    }
}

// MARK: - password=

extension [UInt8] {
    fileprivate var passwordsAfterKeywords: [Range<Int>] {
        var passwords: [Range<Int>] = []
        var place = 0
        while place < count {
            guard let start = startOfValue(ofKeywordAt: place) else {
                place += 1
                continue
            }
            place = endOfValue(at: start)
            if place > start { passwords.append(start..<place) }
        }
        return passwords
    }

    /// Where `password=` at a place is followed by a value; an `ssl` before it makes no difference.
    private func startOfValue(ofKeywordAt place: Int) -> Int? {
        var place = place
        for letter in "password".utf8 {
            guard let next = endOf(letter, at: place) else { return nil }
            place = next
        }
        place = endOfBlanks(at: place)
        guard place < count, self[place] == UInt8(ascii: "=") else { return nil }
        return endOfBlanks(at: place + 1)
    }

    /// A letter, or `%` and its two hexadecimal digits.
    private func endOf(_ letter: UInt8, at place: Int) -> Int? {
        guard place < count else { return nil }
        if self[place].inLowerCase == letter { return place + 1 }
        guard self[place] == UInt8(ascii: "%"), place + 2 < count else { return nil }
        let digits = String(letter, radix: 16).utf8
        return self[place + 1...place + 2].elementsEqual(digits) { $0.inLowerCase == $1 } ? place + 3 : nil
    }

    private func endOfBlanks(at place: Int) -> Int {
        var place = place
        while place < count {
            // No scalar takes more than four bytes.
            let next = String(decoding: self[place...].prefix(4), as: UTF8.self).unicodeScalars.first
            guard let next, next.properties.isWhitespace else { break }
            place += UTF8.width(next)
        }
        return place
    }

    /// In single quotes, or up to what libpq or a URI ends it with; a backslash takes the next byte of its line along.
    private func endOfValue(at start: Int) -> Int {
        let isQuoted = start < count && self[start] == UInt8(ascii: "'")
        var place = isQuoted ? start + 1 : start
        while place < count {
            switch self[place] {
            case UInt8(ascii: "'"): return isQuoted ? place + 1 : place
            case UInt8(ascii: "\\"):
                guard place + 1 < count, !self[place + 1].isLineBreak else { return place }
                place += 2
            case UInt8(ascii: "&"), UInt8(ascii: "\""), UInt8(ascii: " "), UInt8(ascii: "\t")...UInt8(ascii: "\r"):
                guard isQuoted else { return place }
                place += 1
            default: place += 1
            }
        }
        return place
    }
}

extension UInt8 {
    fileprivate var inLowerCase: UInt8 { UInt8(ascii: "A")...UInt8(ascii: "Z") ~= self ? self + 32 : self }

    /// Line feed, vertical tab, form feed, carriage return.
    fileprivate var isLineBreak: Bool { 10...13 ~= self }
}
