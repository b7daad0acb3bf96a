import Postgres
import Replication

/// Reads tables as they are to everyone: from a new connection, wherever one is to be had.
struct ReadBack {
    /// A table as it was read, or must be.
    struct Table: Hashable {
        let name: TableName
        /// Sorted by name, and so are the rules.
        let triggers: [ObservedTrigger]
        let rules: [ObservedRule]
    }

    let session: Session

    /// The tables of these OIDs that exist, as one snapshot has them.
    ///
    /// - Parameter time: For each thousand of them.
    func tables(_ oids: [UInt32], within time: Duration) async throws(PostgresError) -> [UInt32: Table] {
        let version = session.serverVersion
        let thousands = stride(from: 0, to: oids.count, by: 1000).map { Array(oids[$0..<min($0 + 1000, oids.count)]) }
        let begin = beginning(serverVersion: version)
        let asked: [Asked] =
            [.sql(begin), .all(.functions)]
            + thousands.flatMap { some in
                [
                    .oids(some), .narrowed(.relationNames), .narrowed(.triggers(serverVersion: version)),
                    .narrowed(.rules),
                ]
            } + [.sql("COMMIT;")]
        let time = time * max(1, thousands.count)
        return try await twiceIfNeeded(session, within: time) { () async throws(PostgresError) in
            try await session.lists(asked, into: TablesByOID(), time) { $0.take($2, of: $1) }
        }.tables
    }
}

extension ReadBack.Table {
    /// A table as it must be read.
    init(_ table: ObservedTable) { self.init(name: table.name, triggers: table.triggers, rules: table.rules) }
}

/// What the lists say of each table.
private struct TablesByOID {
    private var functions: [UInt32: FunctionName] = [:]
    private var names: [UInt32: TableName] = [:]
    private var triggers = TriggersByTable()
    /// Which triggers each table shares with others, and what it has for itself.
    private var shared: [UInt32: Int] = [:]
    private var own: [UInt32: [ObservedTrigger]] = [:]
    private var rules: [UInt32: [ObservedRule]] = [:]

    mutating func take(_ rows: [UInt8], of query: CatalogQuery) {
        var rows = CopyRows(rows)
        switch query {
        case .functions: functions.merge(.init(rows)) { $1 }
        case .relationNames: names.merge(.init(rows)) { $1 }
        case .rules:
            while !rows.isAtEnd {
                let table: UInt32 = rows.number()
                if let rule = ObservedRule(&rows) { rules[table, default: []].append(rule) }
            }
        default:
            while !rows.isAtEnd {
                let table: UInt32 = rows.number()
                switch triggers.read(&rows, functions) {
                case .shared(let row): shared[table] = triggers.adding(row, to: shared[table] ?? 0)
                case .own(let trigger?): own[table, default: []].append(trigger)
                case .own(nil): break
                }
            }
        }
    }

    var tables: [UInt32: ReadBack.Table] {
        Dictionary(
            uniqueKeysWithValues: names.map { oid, name in
                let alike = shared[oid].map(triggers.triggers) ?? []
                let triggers = own[oid].map { (alike + $0).sorted { $0.name < $1.name } } ?? alike
                let rules = (rules[oid] ?? []).sorted { $0.name < $1.name }
                return (oid, ReadBack.Table(name: name, triggers: triggers, rules: rules))
            })
    }
}
