/// The statements that make changes, and the locks they take; nothing else in the house writes DDL for user tables.
///
/// Mode changes of one table are one `ALTER TABLE`, so that log and deny change hands together. Renames come last: all
/// else names a trigger as it was found.
struct Statements {
    private(set) var texts: [String] = []
    private(set) var lock: LockMode = .none

    /// - Parameters:
    ///   - changes: The changes of one table that stand in one stage.
    ///   - table: The table as it is when they run.
    ///   - serverVersion: `server_version_num`.
    init(_ changes: [Change], on table: ObservedTable, serverVersion: Int) {
        let target = table.name.quoted
        var modes: [String] = []
        var modesOfNewClones: [String] = []
        var renames: [String] = []
        func setMode(of made: DesiredTrigger) {
            guard let mode = made.mode, mode != .enabled else { return }
            let clause = mode.clause(of: "TRIGGER", made.name)
            // What is made on a partitioned table is made on its partitions, too.
            if table.kind == .partitionedTable && TriggerType(bits: made.type).level == .row {
                modesOfNewClones.append(clause)
            } else {
                modes.append(clause)
            }
        }
        for change in changes {
            switch change.action {
            case .install: break
            case .create(let trigger):
                create(trigger, on: target, serverVersion)
                setMode(of: trigger)
            case .replace(let observed, let trigger):
                replace(observed, by: trigger, on: target, serverVersion)
                setMode(of: trigger)
            case .setMode(let name, _, let mode): modes.append(mode.clause(of: "TRIGGER", name))
            case .setRuleMode(let name, _, let mode):
                modes.append(mode.clause(of: "RULE", name))
                take(.accessExclusive)
            case .rename(let name, let new):
                renames.append("ALTER TRIGGER \(name.quoted) ON \(target) RENAME TO \(new.quoted)")
            case .drop(let observed): add("DROP TRIGGER \(observed.name.quoted) ON \(target)", .accessExclusive)
            }
        }
        if !modesOfNewClones.isEmpty {
            add("ALTER TABLE \(target) " + modesOfNewClones.joined(separator: ", "), .shareRowExclusive)
        }
        if !modes.isEmpty { add("ALTER TABLE ONLY \(target) " + modes.joined(separator: ", "), .shareRowExclusive) }
        for rename in renames { add(rename, .accessExclusive) }
    }

    private mutating func create(_ trigger: DesiredTrigger, on target: String, _ serverVersion: Int) {
        add("CREATE TRIGGER " + trigger.body(on: target, serverVersion), .shareRowExclusive)
    }

    /// `OR REPLACE` resets the mode to enabled; the mode is set again in the same transaction.
    private mutating func replace(
        _ observed: ObservedTrigger, by trigger: DesiredTrigger, on target: String, _ serverVersion: Int
    ) {
        if serverVersion >= 140_000 && !observed.isConstraint {
            add("CREATE OR REPLACE TRIGGER " + trigger.body(on: target, serverVersion), .shareRowExclusive)
        } else {
            add("DROP TRIGGER \(observed.name.quoted) ON \(target)", .accessExclusive)
            create(trigger, on: target, serverVersion)
        }
    }

    private mutating func add(_ text: String, _ lock: LockMode) {
        texts.append(text)
        take(lock)
    }

    private mutating func take(_ stronger: LockMode) {
        switch (lock, stronger) {
        case (.accessExclusive, _), (_, .none), (.shareRowExclusive, .shareRowExclusive): break
        case (_, .accessExclusive), (.none, .shareRowExclusive): lock = stronger
        }
    }
}

extension FiringMode {
    /// `DISABLE TRIGGER "name"` and its like.
    fileprivate func clause(of what: String, _ name: TriggerName) -> String {
        switch self {
        case .disabled: "DISABLE \(what) \(name.quoted)"
        case .enabled: "ENABLE \(what) \(name.quoted)"
        case .replica: "ENABLE REPLICA \(what) \(name.quoted)"
        case .always: "ENABLE ALWAYS \(what) \(name.quoted)"
        }
    }
}

extension DesiredTrigger {
    /// What follows CREATE TRIGGER.
    fileprivate func body(on target: String, _ serverVersion: Int) -> String {
        let words = TriggerType(bits: type).sql
        let arguments = arguments.texts.map(literal).joined(separator: ", ")
        let execute = serverVersion >= 110_000 ? "EXECUTE FUNCTION" : "EXECUTE PROCEDURE"
        return "\(name.quoted) \(words.timingAndEvents) ON \(target) \(words.level) "
            + "\(execute) \(function.quoted)(\(arguments))"
    }
}

/// A string literal for SQL: quotes doubled, backslashes in an E string, whatever `standard_conforming_strings` says.
func literal(_ text: String) -> String {
    let quote = UInt8(ascii: "'")
    let backslash = UInt8(ascii: "\\")
    guard text.utf8.contains(where: { $0 == quote || $0 == backslash }) else { return "'" + text + "'" }
    var body = ""
    var hasBackslash = false
    for scalar in text.unicodeScalars {
        if scalar == "'" || scalar == "\\" { body.unicodeScalars.append(scalar) }
        if scalar == "\\" { hasBackslash = true }
        body.unicodeScalars.append(scalar)
    }
    return (hasBackslash ? " E'" : "'") + body + "'"
}

extension QualifiedName {
    /// For statements that look it up: the quoted name as a string literal.
    public var quotedLiteral: String { literal(quoted) }
}
