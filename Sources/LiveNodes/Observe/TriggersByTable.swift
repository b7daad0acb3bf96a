import Replication

/// A node's triggers, table by table, each table's sorted by name.
struct TriggersByTable {
    private(set) var tables: [UInt32: [ObservedTrigger]] = [:]

    /// A table's triggers mostly come one after the other: they are gathered, and the table looked up once.
    init(_ rows: CopyRows, _ functions: [UInt32: FunctionName]) {
        var rows = rows
        var gathered: [ObservedTrigger] = []
        var table: UInt32 = 0
        while !rows.isAtEnd {
            let next: UInt32 = rows.number()
            if next != table {
                add(&gathered, to: table)
                gathered = []
                gathered.reserveCapacity(4)
                table = next
            }
            if let trigger = ObservedTrigger(&rows, functions) { gathered.append(trigger) }
        }
        add(&gathered, to: table)
    }

    /// Sorts in place what belongs to nobody else yet.
    private mutating func add(_ triggers: inout [ObservedTrigger], to table: UInt32) {
        guard !triggers.isEmpty else { return }
        if let others = tables[table] { triggers += others }
        triggers.sort { $0.name < $1.name }
        tables[table] = triggers
    }
}

extension [UInt32: FunctionName] {
    /// Reads trigger functions by OID.
    init(_ rows: CopyRows) {
        self.init()
        var rows = rows
        while !rows.isAtEnd {
            let oid: UInt32 = rows.number()
            self[oid] = FunctionName(Identifier(rows.sharedText()), Identifier(rows.text()))
        }
    }
}
