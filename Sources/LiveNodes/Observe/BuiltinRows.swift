import Replication

extension BuiltinRegistrations {
    /// Joins the lists of the schema `polarity`; nil where it is not installed. A role that may not read its tables
    /// learns the version, and whether the functions are intact.
    ///
    /// - Parameter recordedTables: Those of `polarity.replicated`.
    init?(_ lists: Lists, tables recordedTables: RecordedTables, readable: Bool) {
        let functions = BuiltinFunction.installed(lists[.builtinFunctions])
        guard let version = functions["version"]?.number else { return nil }
        self.init(version: version, functionsIntact: BuiltinFunction.areIntact(functions))
        guard readable else { return }
        readRecorded(lists)
        tables = recordedTables.tables
        otherClusters = recordedTables.otherClusters
        var rows = lists[.builtinLogged]
        while !rows.isAtEnd { logged[SetName(rows.text())] = rows.number() as Int64 }
        rows = lists[.builtinApplied]
        while !rows.isAtEnd { applied[NodeName(rows.text())] = rows.number() as Int64 }
    }

    private mutating func readRecorded(_ lists: Lists) {
        var rows = lists[.builtinNode]
        if !rows.isAtEnd { recorded.node = NodeName(rows.text()) }
        rows = lists[.builtinSets]
        while !rows.isAtEnd {
            let set = SetName(rows.text())
            recorded.sets[set] = RecordedSet(origin: rows.optionalText().map { NodeName($0) }, members: [])
        }
        rows = lists[.builtinMembers]
        while !rows.isAtEnd {
            let set = SetName(rows.text())
            recorded.sets[set]?.members.insert(NodeName(rows.text()))
        }
    }
}

/// The rows of `polarity.replicated`: who has taken which tables.
struct RecordedTables {
    private(set) var tables: [TableName: SetName] = [:]
    private(set) var otherClusters: [TableName: String] = [:]
    private let cluster: Identifier

    init(of cluster: String) { self.cluster = Identifier(cluster) }

    mutating func read(_ rows: CopyRows) {
        var rows = rows
        while !rows.isAtEnd {
            let table = TableName(Identifier(rows.sharedText()), Identifier(rows.text()))
            let set = SetName(rows.sharedText())
            let owner = Identifier(rows.sharedText())
            if owner == cluster { tables[table] = set } else { otherClusters[table] = owner.text }
        }
    }
}

/// One function of the schema `polarity`: everything that changes what it does.
struct BuiltinFunction: Hashable {
    /// `prosrc`.
    var source: String
    /// `pg_language.lanname`.
    var language: String
    /// `prosecdef`.
    var isSecurityDefiner: Bool
    /// `proconfig`, sorted; parameter names in lower case.
    var settings: [String]

    /// What `polarity.version()` answers, read from its source: a function of someone else's is never called.
    var number: Int? {
        source.hasPrefix("SELECT ") ? Int(source.dropFirst("SELECT ".count)) : nil
    }

    static func installed(_ rows: CopyRows) -> [String: BuiltinFunction] {
        var rows = rows
        var result: [String: BuiltinFunction] = [:]
        while !rows.isAtEnd {
            let name = rows.text()
            let language = rows.text()
            let isSecurityDefiner = rows.flag()
            let settings = rows.text().split(separator: "\u{1f}").map { setting(String($0)) }
            result[name] = BuiltinFunction(
                source: rows.text(), language: language, isSecurityDefiner: isSecurityDefiner,
                settings: settings.sorted())
        }
        return result
    }

    /// Whether every function that this program installs is there as it would be installed.
    static func areIntact(_ installed: [String: BuiltinFunction]) -> Bool {
        shipped.allSatisfy { name, function in installed[name] == function }
    }

    /// The name of a parameter is canonical in the catalog and as it was written in the SQL text.
    private static func setting(_ text: String) -> String {
        let parts = text.split(separator: "=", maxSplits: 1)
        return (parts.first ?? "").lowercased() + "=" + (parts.dropFirst().first ?? "")
    }

    /// The functions as ``BuiltinSchema/sql`` creates them.
    static let shipped: [String: BuiltinFunction] = {
        let definitions = split(BuiltinSchema.sql, at: "CREATE OR REPLACE FUNCTION polarity.").dropFirst()
        return Dictionary(definitions.compactMap(parsed)) { first, _ in first }
    }()

    /// Reads `name(…) … LANGUAGE l [SECURITY DEFINER] [SET p = v]… AS 'source'` or `AS $tag$source$tag$`.
    private static func parsed(_ definition: Substring) -> (String, BuiltinFunction)? {
        let name = definition.prefix { $0 != "(" }
        let body = split(definition, at: "\nAS ")
        guard let header = body.first, body.count > 1 else { return nil }
        let text = definition.dropFirst(header.count + "\nAS ".count)
        let quote = text.first == "$" ? "$" + text.dropFirst().prefix { $0 != "$" } + "$" : "'"
        guard let source = split(text.dropFirst(quote.count), at: quote).first else { return nil }
        let language = split(header, at: "LANGUAGE ").dropFirst().first?.prefix { !$0.isWhitespace } ?? ""
        let settings = split(header, at: "SET ").dropFirst().map { clause in
            let line = clause.prefix { $0 != "\n" }
            let parts = split(line, at: " = ")
            let value = (parts.dropFirst().first ?? "").drop { $0 == "'" || $0 == " " }
            return setting("\(parts.first ?? "")=\(value.prefix { $0 != "'" })")
        }
        return (
            String(name),
            BuiltinFunction(
                source: String(source), language: String(language),
                isSecurityDefiner: header.contains("SECURITY DEFINER"), settings: settings.sorted())
        )
    }
}

/// The pieces between the places where some text stands.
private func split(_ text: some StringProtocol, at separator: String) -> [Substring] {
    var pieces: [Substring] = []
    var rest = Substring(text)
    while let place = rest.firstRange(of: separator) {
        pieces.append(rest[..<place.lowerBound])
        rest = rest[place.upperBound...]
    }
    return pieces + [rest]
}
