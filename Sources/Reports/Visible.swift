/// The text with everything escaped that a terminal would obey or hide instead of show.
///
/// Control characters and newlines, ANSI escapes, marks that turn the direction of writing, other characters without
/// a shape, and blanks that are not the blank. `\n`, `\t` and `\r` are written so, the others as `\u{1B}`.
public func visible(_ text: String) -> String {
    guard text.utf8.contains(where: { $0 < 0x20 || $0 > 0x7e }) else { return text }
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
        if isHostile(scalar) { result.append(contentsOf: escape(scalar).unicodeScalars) } else { result.append(scalar) }
    }
    return String(result)
}

/// A byte as psql and the shells read it back.
func hexadecimal(_ byte: UInt8) -> String { "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16) }

extension String {
    /// With words in place of characters that mean something where the text is to stand. By scalars: what a quote or a bar
    /// stands beside, a combining mark or one that joins what follows, makes it no other to a shell or a server.
    func replacing(_ words: [Unicode.Scalar: String]) -> String {
        var result = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            if let word = words[scalar] {
                result.append(contentsOf: word.unicodeScalars)
            } else {
                result.append(scalar)
            }
        }
        return String(result)
    }
}

/// Whether a terminal would obey or hide a character.
func isHostile(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.value < 0x7f { return scalar.value < 0x20 }
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse, .spaceSeparator:
        return true
    default:
        // An emoji may have one of the first selectors behind it; nothing else that is never seen is let through.
        return scalar.properties.isDefaultIgnorableCodePoint && !(0xfe00...0xfe0f).contains(scalar.value)
    }
}

private func escape(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\n": "\\n"
    case "\r": "\\r"
    case "\t": "\\t"
    default: "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
    }
}

/// How many columns of a terminal a text takes: none for combining marks, two for the wide characters of East Asia.
func displayWidth(_ text: String) -> Int {
    if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.utf8.count }
    return text.unicodeScalars.reduce(0) { $0 + displayWidth($1) }
}

private func displayWidth(_ scalar: Unicode.Scalar) -> Int {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark: return 0
    default: break
    }
    switch scalar.value {
    case 0x1100...0x115f, 0x2e80...0xa4cf, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f, 0xff00...0xff60,
        0xffe0...0xffe6, 0x1f300...0x1f64f, 0x1f900...0x1f9ff, 0x20000...0x3fffd:
        return 2
    default:
        return 1
    }
}
