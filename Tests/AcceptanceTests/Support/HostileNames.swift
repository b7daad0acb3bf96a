import Foundation
import Postgres
import Sandbox
import TestSupport

/// Names that mean harm, the same for the same seed: each tries to get out of its quotes and to call `public.pwn()`.
struct HostileNames {
    private var dice: Dice
    private var taken: Set<[UInt8]> = []

    init(seed: Int) { dice = Dice(seed: seed) }

    /// What is tried to get a statement out of a name.
    private static let injections = [
        #"";SELECT public.pwn();--"#, "';SELECT public.pwn();--", #"\';SELECT public.pwn();--"#,
        "$$;SELECT public.pwn();$$", "$polarity$;SELECT public.pwn();--", "*/SELECT public.pwn();/*",
        "\n;SELECT public.pwn();\n", "%s' || public.pwn() || '%", #"""||public.pwn()||"""#, "\\.\n\\! touch pwned\n",
        #"E'\x';SELECT public.pwn();--"#, #"");SELECT public.pwn();--"#, "{`touch pwned`,\"$(touch pwned)\"}",
        "${HOME}';SELECT public.pwn();--", "\\gexec :pwned :'pwned'",
    ]

    /// What a terminal, a parser or an array would stumble over.
    private static let noise = [
        "\u{1b}[31m", "\u{1b}]0;x\u{7}", "\r", "\t", "\u{7f}", "\u{9b}2J", "\u{85}", "\u{202e}", "\u{2066}", "\u{2028}",
        "\u{feff}", "\u{a0}", "\\", "\\N", "{", "}", ",", "|", "\"", "'", "%", "`", "<b>", "::error::", "e\u{301}", "漢",
        "🐘", "é", " ", "/", ".", "*", "\u{301}", "",
    ]

    /// Names that are hard in other ways.
    static let edges = [
        " ", "select", "null", "42", "1e5", "~", "true", "-", "*", "?", "\\.", "\\N", "{}", ",", "%", "%s", "$$", "$1",
        "é", "e\u{301}", "\"", "'", "\\", "\n", "\u{202e}", "00_polarity_deny", "pg_class", "log",
        String(repeating: "é", count: 31), String(repeating: "é", count: 31) + "x", String(repeating: "漢", count: 21),
        String(repeating: "🐘", count: 15) + "abc", String(repeating: "x", count: 62) + "'",
        String(repeating: "\"", count: 63), String(repeating: "\\", count: 63),
    ]

    /// A name that was not given before, of 63 bytes at most.
    ///
    /// - Parameters:
    ///   - isOwn: Whether it is one of polarity's own, which holds no control characters.
    ///   - isKey: Whether it stands as a key in the file, where no variable is filled in.
    mutating func next(isOwn: Bool = false, isKey: Bool = false) -> String {
        while true {
            let injection = Self.injections[dice.below(Self.injections.count)]
            let text =
                Self.noise[dice.below(Self.noise.count)] + injection + Self.noise[dice.below(Self.noise.count)]
                + Self.noise[dice.below(Self.noise.count)] + Self.noise[dice.below(Self.noise.count)]
            var name = String.UnicodeScalarView()
            for scalar in text.unicodeScalars {
                guard !isOwn || scalar.properties.generalCategory != .control else { continue }
                guard String(name).utf8.count + String(scalar).utf8.count <= 63 else { break }
                name.append(scalar)
            }
            if isKey && String(name).utf8.firstRange(of: "${".utf8) != nil { continue }
            if taken.insert(Array(String(name).utf8)).inserted { return String(name) }
        }
    }
}

/// A text as a scalar of YAML that says exactly this, also where variables are filled in.
func yaml(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
        switch scalar.value {
        case 0x22, 0x5c: result += "\\" + String(scalar)
        case 0x20...0x7e: result.unicodeScalars.append(scalar)
        default: result += String(format: "\\U%08x", scalar.value)
        }
    }
    return result.replacing("${", with: "${DOLLAR:-$}{") + "\""
}

/// What stands raw in an output although a terminal would obey or hide it; lines end, and nothing else.
func raw(in text: String) -> [String] {
    // Bytes first: a journal is long, and most of it is plain.
    guard text.utf8.contains(where: { $0 > 0x7e || ($0 < 0x20 && $0 != 0x0a) }) else { return [] }
    return text.unicodeScalars.filter { scalar in
        guard scalar.value > 0x7e || (scalar.value < 0x20 && scalar != "\n") else { return false }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: return true
        default: return false
        }
    }.map { String(format: "U+%04X", $0.value) }
}

extension Server {
    /// How often the server has logged a text.
    func logged(_ text: String) throws -> Int {
        let log = try Data(contentsOf: URL(filePath: logFile))
        let words = Data(text.utf8)
        var (count, rest) = (0, log[...])
        while let place = rest.range(of: words) {
            count += 1
            rest = log[place.upperBound...]
        }
        return count
    }
}
