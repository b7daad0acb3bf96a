// A connection string with a password is shown the way libpq understood it, keyword by keyword, and no longer the way it
// was written: what libpq has taken apart needs no second parser of percent signs, quotes and backslashes. Two mistakes
// that libpq takes for something else are looked for in the text: an `@` or a `/` that should have been escaped in the
// password of a URI, and a whole connection string as the name of the database.

extension ConnectionString {
    /// The text fit for messages: as it was written where it holds no password, else rewritten as keywords and values
    /// with `***` for each password.
    public var redacted: String {
        guard containsPassword else { return text }
        if let address = addressBehindStrayPassword { return "postgresql://***@\(address)" }
        return settings.map { setting in
            if setting.isSecret { return "\(setting.keyword)=***" }
            return Setting(keyword: setting.keyword, value: setting.nested?.redacted ?? setting.value).text
        }.joined(separator: " ")
    }

    /// Whether the text itself gives `password` or `sslpassword`, in whatever form; a service file or `PGPASSWORD`
    /// does not count.
    public var containsPassword: Bool {
        addressBehindStrayPassword != nil || settings.contains { $0.isSecret || $0.nested?.containsPassword == true }
    }

    /// What follows the last `@` of a URI whose password was not escaped, so that libpq cut it in the wrong place.
    private var addressBehindStrayPassword: Substring? {
        guard text.hasPrefix("postgresql://") || text.hasPrefix("postgres://") else { return nil }
        let address = text.prefix { $0 != "?" }.drop { $0 != "/" }.dropFirst(2)
        guard let at = address.lastIndex(of: "@"), address[..<at].contains(":") else { return nil }
        let misread =
            value(of: "password") == nil || ["host", "dbname"].contains { value(of: $0)?.contains("@") == true }
        return misread ? address[address.index(after: at)...] : nil
    }
}

extension ConnectionString.Setting {
    fileprivate var isSecret: Bool { keyword == "password" || keyword == "sslpassword" }

    /// libpq takes a connection string as the name of a database, and so do people.
    fileprivate var nested: ConnectionString? {
        guard keyword == "dbname", value.contains("=") || value.contains("://") else { return nil }
        return try? ConnectionString(value)
    }
}

extension ConnectionString: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The same as ``redacted``.
    public var description: String { redacted }
    /// The same as ``redacted``.
    public var debugDescription: String { redacted }
    /// Shows ``redacted`` alone, so that no dump prints a password either.
    public var customMirror: Mirror { Mirror(self, children: ["redacted": redacted]) }
}

/// A text that libpq does not take for a connection string.
public struct InvalidConnectionString: Error, Hashable, Sendable, CustomStringConvertible {
    /// libpq's own words, without what it quotes from a text that may hold a password.
    public let message: String

    init(message: String) {
        self.message = message
    }

    /// libpq quotes the fragment it stumbled over, sometimes the whole text. Where that may be part of a password, the
    /// message ends at the first quoted piece longer than one character.
    init(message: String, about text: String) {
        let words = message.split(separator: "\n").joined(separator: " ")
        let suspicious = text.lowercased().contains("pass") || text.contains("@") || text.contains("%")
        self.message = suspicious ? words.cutAtQuotedFragment : words
    }

    /// The same as ``message``.
    public var description: String { message }
}

extension String {
    fileprivate var cutAtQuotedFragment: String {
        let pieces = split(separator: "\"", omittingEmptySubsequences: false)
        let fragment = pieces.indices.first { $0 % 2 == 1 && pieces[$0].count > 1 }
        guard let fragment else { return self }
        return pieces[..<fragment].joined(separator: "\"") + "\"…\""
    }
}
