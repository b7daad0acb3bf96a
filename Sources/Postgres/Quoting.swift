/// The identifier as SQL text, always in double quotes, so that case, spaces and reserved words are kept.
public func quoted(_ identifier: String) -> String {
    "\"" + identifier.doubling("\"") + "\""
}

/// The text as a string literal of SQL that means the same whatever `standard_conforming_strings` says:
/// `'…'`, or `E'…'` with its backslashes doubled where there are any.
public func literal(_ text: String) -> String {
    let body = text.doubling("'")
    return body.utf8.contains(UInt8(ascii: "\\")) ? "E'" + body.doubling("\\") + "'" : "'" + body + "'"
}

extension String {
    /// Looks at bytes, not characters: a quote with a combining mark behind it is a quote to the server.
    func doubling(_ special: Unicode.Scalar) -> String {
        let special = UInt8(ascii: special)
        guard utf8.contains(special) else { return self }
        var result: [UInt8] = []
        result.reserveCapacity(utf8.count + 16)
        for byte in utf8 {
            if byte == special { result.append(special) }
            result.append(byte)
        }
        return String(decoding: result, as: UTF8.self)
    }
}
