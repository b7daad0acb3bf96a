import CLibPQ

/// How to reach one node: a libpq connection string, as keywords and values or as a URI, that libpq has read.
///
/// Never printed with a password: its description, its debug description and its mirror are ``redacted``.
public struct ConnectionString: Hashable, Sendable {
    /// The text as it was written, password included.
    public let text: String
    /// What libpq made of it, in libpq's order; only what the text itself says, no environment, no service file.
    let settings: [Setting]

    struct Setting: Hashable, Sendable {
        let keyword: String
        let value: String
    }

    /// Reads the text as libpq would; nothing is looked up and nobody is asked.
    public init(_ text: String) throws(InvalidConnectionString) {
        guard !text.utf8.contains(0) else { throw InvalidConnectionString(message: "holds a NUL character") }
        var words: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(text, &words) else {
            defer { PQfreemem(words) }
            let message = words.map { String(cString: $0) } ?? "out of memory"
            throw InvalidConnectionString(message: message, about: text)
        }
        defer { PQconninfoFree(options) }
        self.text = text
        settings = sequence(first: options) { $0 + 1 }.lazy.prefix { $0.pointee.keyword != nil }.compactMap {
            guard let keyword = $0.pointee.keyword, let value = $0.pointee.val else { return nil }
            return Setting(keyword: String(cString: keyword), value: String(cString: value))
        }
    }

    /// What the text says for a keyword of libpq (`host`, `port`, `dbname`, `user`, `service` …); nil where it is silent.
    public func value(of keyword: String) -> String? {
        settings.first { $0.keyword == keyword }?.value
    }

    /// The text that connects a ``Session``: what was written, `defaults` where it is silent, and `forced` over it.
    func completed(defaults: KeyValuePairs<String, String>, forced: KeyValuePairs<String, String>) -> String {
        let silent = defaults.filter { value(of: $0.key) == nil }.map(Setting.init)
        let kept = settings.filter { setting in !forced.contains { $0.key == setting.keyword } }
        return (silent + kept + forced.map(Setting.init)).map(\.text).joined(separator: " ")
    }
}

extension ConnectionString.Setting {
    init(_ pair: (key: String, value: String)) {
        self.init(keyword: pair.key, value: pair.value)
    }

    /// As libpq reads it back: quoted where it must be.
    var text: String {
        let bare = !value.isEmpty && value.utf8.allSatisfy { $0 > 32 && $0 != 39 && $0 != 92 && $0 != 127 }
        return bare ? "\(keyword)=\(value)" : "\(keyword)='\(value.escapingQuotes)'"
    }
}

extension String {
    fileprivate var escapingQuotes: String {
        var result = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            if scalar == "'" || scalar == "\\" { result.append("\\") }
            result.append(scalar)
        }
        return String(result)
    }
}
