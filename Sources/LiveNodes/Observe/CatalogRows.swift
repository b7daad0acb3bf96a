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
        let kind = rows.letter(of: RelationKind.self) ?? .other
        let persistence = rows.letter(of: Persistence.self) ?? .permanent
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
        let apart = rows.optionalText() ?? ""
        guard let function, let mode else { return nil }
        self.init(
            name: name, function: function, type: type, mode: mode, arguments: arguments, columns: columns,
            hasCondition: apart.contains("w"), isConstraint: apart.contains("c"), isClone: apart.contains("p"))
    }
}

extension ObservedRule {
    /// Reads the columns behind the table's OID; nil where the row says what no catalog says.
    init?(_ rows: inout CopyRows) {
        let name = TriggerName(rows.text())
        let mode = FiringMode(letter: rows.letter())
        let isInstead = rows.flag()
        guard let mode else { return nil }
        self.init(name: name, mode: mode, isInstead: isInstead)
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
            deadlockTimeout: .milliseconds(rows.number() as Int64), roundTrip: roundTrip)
        (roleExists, inherits, mayUseLanguage) = (rows.flag(), rows.flag(), rows.flag())
        closedServerFunctions = rows.list()
    }
}

extension EngineSchemaRights {
    /// Reads the one row of the engine's schema; `nil` where it is not there.
    init?(_ rows: CopyRows) {
        var rows = rows
        guard rows.flag() else { return nil }
        self.init(
            owner: Identifier(rows.text()), ownerIsSuperuser: rows.flag(), mayBecomeOwner: rows.flag(),
            mayUse: rows.flag(), missing: rows.list().map { Identifier($0) },
            unreadable: rows.list().map { Identifier($0) }, mayLock: rows.flag(), foreign: rows.list(),
            ownerMayUseLanguage: rows.flag(),
            isTrusted: rows.flag())
    }
}

extension [ClosedObject] {
    /// Reads what may not be used, and why.
    init(_ rows: CopyRows) {
        self.init()
        var rows = rows
        while !rows.isAtEnd {
            let name = QualifiedName(Identifier(rows.text()), Identifier(rows.text()))
            append(ClosedObject(name: name, isHidden: rows.flag(), isClosed: rows.flag()))
        }
        sort { $0.name < $1.name }
    }
}

extension [SessionRoleSetting] {
    /// Reads whose sessions begin in another session role than `origin`. What this session began in is the server's own
    /// configuration where nothing that is set explains it.
    init(_ rows: CopyRows, in database: UInt32, as login: Identifier) {
        self.init()
        var rows = rows
        var unexplained: SessionRole?
        while !rows.isAtEnd {
            unexplained = SessionRole(rawValue: rows.text())
            let (role, name) = (rows.optionalNumber() as UInt32?, Identifier(rows.text()))
            let (home, settings) = (rows.number() as UInt32, rows.list())
            guard let role, home == 0 || home == database else { continue }
            for setting in settings where setting.hasPrefix("session_replication_role=") {
                guard let set = SessionRole(rawValue: setting.drop { $0 != "=" }.dropFirst().lowercased()) else {
                    continue
                }
                append(SessionRoleSetting(.sessions(of: role == 0 ? nil : name, isHere: home != 0), set))
            }
        }
        let explained = contains { setting in
            if case .sessions(let role, _) = setting.place { role == nil || role == login } else { false }
        }
        if let unexplained, !explained { append(SessionRoleSetting(.server, unexplained)) }
        // What is set in the database goes before what is set in every one.
        let places = Set(map(\.place))
        removeAll { setting in
            guard case .sessions(let role, isHere: false) = setting.place else { return false }
            return places.contains(.sessions(of: role, isHere: true))
        }
        removeAll { $0.role == .origin }
    }
}

extension CopyRows {
    /// Texts with a separator that no name holds between them.
    fileprivate mutating func list() -> [String] { text().split(separator: "\u{1f}").map { String($0) } }
}
