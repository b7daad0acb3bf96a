import Replication

/// One row of the relations.
struct Relation {
    /// The table as far as this row describes it.
    var table: ObservedTable
    /// `relowner`.
    let owner: UInt32
    /// The partitioned table above a partition.
    let parent: UInt32?

    init(_ rows: inout CopyRows) {
        let oid: UInt32 = rows.number()
        let name = TableName(Identifier(rows.sharedText()), Identifier(rows.text()))
        let kind = RelationKind(rawValue: String(rows.letter())) ?? .other
        let persistence = Persistence(rawValue: String(rows.letter())) ?? .permanent
        owner = rows.number()
        parent = rows.optionalNumber()
        let hasPages = rows.flag()
        table = ObservedTable(
            oid: oid, name: name, kind: kind, persistence: persistence, owner: "", mayAlter: false,
            hasPrimaryKey: false, mayHoldRows: hasPages)
    }
}

extension ObservedTrigger {
    /// Reads the columns behind the table's OID; nil where the row says what no catalog says.
    init?(_ rows: inout CopyRows, _ functions: [UInt32: FunctionName]) {
        let name = TriggerName(rows.sharedText())
        let function = functions[rows.number()]
        let type: Int16 = rows.number()
        let mode = FiringMode(letter: rows.letter())
        let arguments = TriggerArguments(bytes: rows.sharedBytes())
        let columns = rows.numbers()
        let (hasCondition, isConstraint, isClone) = (rows.flag(), rows.flag(), rows.flag())
        guard let function, let mode else { return nil }
        self.init(
            name: name, function: function, type: type, mode: mode, arguments: arguments, columns: columns,
            hasCondition: hasCondition, isConstraint: isConstraint, isClone: isClone)
    }
}

extension NodeIdentity {
    /// Reads the one row of the identity.
    init(_ rows: CopyRows) {
        var rows = rows
        self.init(
            systemIdentifier: rows.text(), timeline: rows.number(), database: Identifier(rows.text()),
            databaseOID: rows.number(), serverVersion: rows.number(), inRecovery: rows.flag(), readOnly: rows.flag())
    }
}

extension NodeRights {
    /// Reads the one row of the rights.
    init(_ rows: CopyRows, roundTrip: Duration) {
        var rows = rows
        self.init(
            loginRole: Identifier(rows.text()), mayBecomeRole: rows.flag(), mayCreateSchema: rows.flag(),
            isSuperuser: rows.flag(), deadlockTimeout: .milliseconds(rows.number() as Int64), roundTrip: roundTrip)
    }
}
