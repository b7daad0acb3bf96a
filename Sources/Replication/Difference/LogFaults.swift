extension SetAudit {
    /// What apply does not take away, for it is someone's: the engine's own log loses or refuses what is written to it.
    mutating func findLogFaults(_ observed: ObservedState) {
        for node in judgement.members.subtracting(judgement.unread).sorted() {
            guard let builtin = observed.node(node)?.builtin, !builtin.isNewer else { continue }
            // What an older version had is not compared: its tables are another's.
            for fault in builtin.logFaults where !fault.isOfVersion || builtin.version == BuiltinSchema.version {
                add(
                    Finding(
                        .logAltered, set: set.name, node: node, trigger: fault.name, "\(fault.words) on '\(node)'",
                        next: "make sure that nobody needs it so, then run on '\(node)': \(fault.mending)",
                        because: declared.node(node)?.because ?? set.because))
            }
        }
    }
}

extension LogFault {
    fileprivate var name: TriggerName? {
        switch self {
        case .rule(let name), .trigger(let name): name
        case .unlogged, .noIdentity, .numbering, .child, .rowSecurity, .column, .primaryKey, .fields: nil
        }
    }

    /// Whether it compares the schema with what one version of it has.
    fileprivate var isOfVersion: Bool {
        switch self {
        case .column, .primaryKey, .fields: true
        case .rule, .trigger, .unlogged, .noIdentity, .numbering, .child, .rowSecurity: false
        }
    }

    fileprivate var words: String {
        switch self {
        case .rule(let name): "rule \(name.shown) stands on polarity.log, and decides what is logged"
        case .trigger(let name): "trigger \(name.shown) stands on polarity.log, and decides what is logged"
        case .unlogged: "polarity.log is UNLOGGED, so that a crash empties it,"
        case .noIdentity: "nothing numbers the rows of polarity.log, so that every write is refused,"
        case .numbering:
            "the numbers of polarity.log do not go up one by one without end, so that shippers pass over changes or writes "
                + "are refused,"
        case .child(let name): "table \(name) inherits from polarity.log, and is read with it,"
        case .rowSecurity(let table): "row security stands on polarity.\(table), and hides its rows,"
        case .column(let table, let definition, isMissing: true): "polarity.\(table) lacks column \(definition)"
        case .column(let table, let definition, isMissing: false):
            "polarity.\(table) has another type than that of column \(definition)"
        case .primaryKey(let table, let columns): "polarity.\(table) has no primary key (\(columns))"
        case .fields: "type polarity.fields was altered, so that writes are refused or logged wrongly,"
        }
    }

    fileprivate var mending: String {
        switch self {
        case .rule(let name): "DROP RULE \(name.quoted) ON polarity.log"
        case .trigger(let name): "DROP TRIGGER \(name.quoted) ON polarity.log"
        case .unlogged: "ALTER TABLE polarity.log SET LOGGED"
        case .noIdentity:
            "ALTER TABLE polarity.log ALTER seq ADD GENERATED ALWAYS AS IDENTITY (START …), above every seq in the log "
                + "and in the other nodes' polarity.applied"
        case .numbering:
            "ALTER TABLE polarity.log ALTER seq SET GENERATED ALWAYS; ALTER SEQUENCE polarity.log_seq_seq AS bigint CACHE 1 "
                + "INCREMENT BY 1 NO MAXVALUE NO CYCLE; then end the sessions that write, which keep the numbers that they "
                + "hold in stock"
        case .child(let name): "ALTER TABLE \(name) NO INHERIT polarity.log"
        case .rowSecurity(let table):
            "ALTER TABLE polarity.\(table) DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY"
        case .column(let table, let definition, isMissing: true):
            "ALTER TABLE polarity.\(table) ADD \(definition), with what it held"
        case .column(let table, let definition, isMissing: false):
            Self.retyping(table, definition.split(separator: " ", maxSplits: 1).map(String.init))
        case .primaryKey(let table, let columns): "ALTER TABLE polarity.\(table) ADD PRIMARY KEY (\(columns))"
        case .fields: "DROP TYPE polarity.fields; then let polarity apply make it anew"
        }
    }

    private static func retyping(_ table: String, _ definition: [String]) -> String {
        let (name, type) = (Identifier(definition.first ?? "").quoted, definition.last ?? "")
        return "ALTER TABLE polarity.\(table) ALTER \(name) TYPE \(type) USING \(name)::\(type)"
    }
}
