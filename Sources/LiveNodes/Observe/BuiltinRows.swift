import Replication

extension BuiltinRegistrations {
    /// Joins the lists of the schema `polarity`; nil where it is not installed. A role that may not read its tables
    /// learns the version, and whether the functions are intact.
    ///
    /// - Parameter replicated: What `polarity.replicated` says.
    init?(_ lists: Lists, _ replicated: ReplicatedRows, readable: Bool) {
        let functions = BuiltinFunction.installed(lists[.builtinFunctions])
        guard let version = functions["version()"]?.number else { return nil }
        self.init(version: version, functionsIntact: BuiltinFunction.areIntact(functions))
        var faults = lists[.builtinLogFaults]
        while !faults.isAtEnd {
            let (letter, name) = (faults.letter(), faults.text())
            // Without the type the functions are none; apply makes both.
            if letter == "m" { functionsIntact = false }
            if let fault = LogFault(letter, name) { logFaults.append(fault) }
        }
        guard readable else { return }
        readRecorded(lists)
        tables = RecordedTables(replicated.rows)
        otherClusters = replicated.otherClusters
        var rows = lists[.builtinLogged]
        while !rows.isAtEnd { logged[SetName(rows.text())] = rows.number() as Int64 }
        rows = lists[.builtinLogEnd]
        if !rows.isAtEnd { logEnd = rows.optionalNumber() }
        rows = lists[.builtinOtherMembers]
        while !rows.isAtEnd {
            let cluster = Identifier(rows.text())
            let node = NodeName(rows.text())
            otherMembers.insert(OtherMember(cluster: cluster, node: node, isHere: rows.flag()))
        }
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

extension LogFault {
    /// Reads a letter, and a name or a table with what it lacks; nil where the letter is unknown.
    fileprivate init?(_ letter: Character, _ name: String) {
        let table = String(name.prefix { $0 != "." })
        let part = String(name.dropFirst(table.count + 1))
        switch letter {
        case "r": self = .rule(TriggerName(name))
        case "t": self = .trigger(TriggerName(name))
        case "u": self = .unlogged
        case "i": self = .noIdentity
        case "n": self = .numbering
        case "h": self = .child(name)
        case "s": self = .rowSecurity(table: name)
        case "c": self = .column(table: table, definition: part, isMissing: true)
        case "y": self = .column(table: table, definition: part, isMissing: false)
        case "p": self = .primaryKey(table: table, columns: part)
        case "f": self = .fields
        default: return nil
        }
    }
}

/// The rows of `polarity.replicated`: who has taken which tables.
struct ReplicatedRows {
    private(set) var rows: [RecordedTables.Row] = []
    private(set) var otherClusters: [TableName: String] = [:]
    private let cluster: Identifier

    init(of cluster: String) { self.cluster = Identifier(cluster) }

    mutating func read(_ list: CopyRows) {
        var list = list
        while !list.isAtEnd {
            let table = TableName(Identifier(list.sharedText()), Identifier(list.text()))
            let set = SetName(list.sharedText())
            let owner = Identifier(list.sharedText())
            if owner == cluster { rows.append(.init(table, set)) } else { otherClusters[table] = owner.text }
        }
    }
}

/// One function of the schema `polarity`: everything that changes what it does.
struct BuiltinFunction: Hashable {
    /// What it returns, as `pg_get_function_result` says it.
    var result: String
    /// `prosrc`.
    var source: String
    /// `pg_language.lanname`.
    var language: String
    /// `prosecdef`.
    var isSecurityDefiner: Bool
    /// `proconfig`, sorted; parameter names in lower case.
    var settings: [String]
    /// Whether its owner is the schema's, with whose rights it is to write the log.
    var isOwners = true

    /// What `polarity.version()` answers, read from its source: a function of someone else's is never called.
    var number: Int? {
        source.hasPrefix("SELECT ") ? Int(source.dropFirst("SELECT ".count)) : nil
    }

    /// By name and arguments, with the names that those have: an overload is another function.
    static func installed(_ rows: CopyRows) -> [String: BuiltinFunction] {
        var rows = rows
        var result: [String: BuiltinFunction] = [:]
        while !rows.isAtEnd {
            let name = rows.text()
            let returned = rows.text()
            let language = rows.text()
            let isSecurityDefiner = rows.flag()
            let settings = rows.text().split(separator: "\u{1f}").map { setting(String($0)) }
            let isOwners = rows.flag()
            result[name] = BuiltinFunction(
                result: returned, source: rows.text(), language: language, isSecurityDefiner: isSecurityDefiner,
                settings: settings.sorted(), isOwners: isOwners)
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
        let pieces = Array(BuiltinSchema.sql.utf8)[...].split(at: "CREATE OR REPLACE FUNCTION polarity.")
        return Dictionary(pieces.dropFirst().compactMap(parsed)) { first, _ in first }
    }()

    /// Reads `name(…) RETURNS t LANGUAGE l [SECURITY DEFINER] [SET p = v]… AS 'source'` or `AS $tag$source$tag$`.
    private static func parsed(_ definition: ArraySlice<UInt8>) -> (String, BuiltinFunction)? {
        let body = definition.split(at: "\nAS ")
        guard let header = body.first, body.count > 1 else { return nil }
        let text = definition.dropFirst(header.count + "\nAS ".utf8.count)
        let dollar = UInt8(ascii: "$")
        let quote = text.first == dollar ? "$" + text.dropFirst().until(dollar) + "$" : "'"
        guard let source = text.dropFirst(quote.utf8.count).split(at: quote).first else { return nil }
        let language = header.split(at: "LANGUAGE ").dropFirst().first?.until(UInt8(ascii: " "), UInt8(ascii: "\n"))
        let settings = header.split(at: "SET ").dropFirst().map { clause in
            let parts = clause.prefix { $0 != UInt8(ascii: "\n") }.split(at: " = ")
            let value = parts.dropFirst().first?.filter { $0 != UInt8(ascii: "'") } ?? []
            return setting("\(parts[0].text)=\(value[...].text)")
        }
        let signature = header.split(at: " RETURNS ").first ?? []
        let result = header.dropFirst(signature.count + " RETURNS ".utf8.count).until(UInt8(ascii: "\n"))
        return (
            signature.text,
            BuiltinFunction(
                result: result, source: source.text, language: language ?? "",
                isSecurityDefiner: header.split(at: "SECURITY DEFINER").count > 1, settings: settings.sorted())
        )
    }
}

extension ArraySlice<UInt8> {
    fileprivate var text: String { String(decoding: self, as: UTF8.self) }

    /// The pieces between the places where some text stands: at least one.
    /// The standard library's `split` takes ninety times as long, which every first look would wait for.
    fileprivate func split(at separator: String) -> [Self] {
        let separator = Array(separator.utf8)
        var pieces: [Self] = []
        var (start, place) = (startIndex, startIndex)
        while place < endIndex {
            if self[place] == separator[0] && self[place...].starts(with: separator) {
                pieces.append(self[start..<place])
                place += separator.count
                start = place
            } else {
                place += 1
            }
        }
        return pieces + [self[start...]]
    }

    /// What stands before the first of some bytes.
    fileprivate func until(_ ends: UInt8...) -> String { prefix { !ends.contains($0) }.text }
}
