/// The identifier as SQL text, always in double quotes, so that case, spaces and reserved words are kept.
public func quoted(_ identifier: String) -> String {
    "\"" + identifier.doubling("\"") + "\""
}

/// The text as a string literal of SQL that means the same whatever `standard_conforming_strings` says:
/// `'…'`, or `E'…'` with its backslashes doubled where there are any.
public func literal(_ text: String) -> String {
    let body = text.doubling("'")
    return body.holds("\\") ? "E'" + body.doubling("\\") + "'" : "'" + body + "'"
}

extension String {
    /// Looks at bytes, not characters: a quote with a combining mark behind it is a quote to the server.
    func doubling(_ special: Unicode.Scalar) -> String {
        guard holds(special) else { return self }
        let special = UInt8(ascii: special)
        var result: [UInt8] = []
        result.reserveCapacity(utf8.count + 16)
        for byte in utf8 {
            if byte == special { result.append(special) }
            result.append(byte)
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// Most texts do not, and looking through a buffer is much faster than looking through a string.
    fileprivate func holds(_ special: Unicode.Scalar) -> Bool {
        let special = UInt8(ascii: special)
        return utf8.withContiguousStorageIfAvailable { $0.contains(special) } ?? utf8.contains(special)
    }
}
