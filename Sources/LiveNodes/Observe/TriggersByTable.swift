import Replication

/// Puts a node's triggers together table by table, each table's sorted by name.
///
/// A table's rows mostly come one after the other, and most tables of a set have the same triggers: a row that says the
/// same as the one in its place at the table before is not read again, and tables that are alike in all rows share one
/// array.
struct TriggersByTable {
    /// The rows of one table behind its OID, and what they mean.
    private struct Pattern {
        var rows: [(text: [UInt8], trigger: ObservedTrigger?)] = []
        /// What the rows mean, sorted.
        var triggers: [ObservedTrigger] = []
    }

    /// A table, and its triggers as far as their rows stood together.
    typealias Found = (table: UInt32, triggers: [ObservedTrigger])

    private var table: UInt32 = 0
    private var pattern = Pattern()
    /// How many rows of the table came.
    private var count = 0
    /// Whether one of them was unlike the table's before.
    private var isNew = false

    /// Takes rows, and gives every table behind whose rows another one's began; ``last()`` gives the last.
    mutating func read(_ rows: CopyRows, _ functions: [UInt32: FunctionName]) -> [Found] {
        var rows = rows
        var found: [Found] = []
        while !rows.isAtEnd {
            let next: UInt32 = rows.number()
            if next != table {
                if let last = last() { found.append(last) }
                table = next
            }
            if count >= pattern.rows.count || !rows.skip(pattern.rows[count].text) {
                isNew = true
                let start = rows.at
                let trigger = ObservedTrigger(&rows, functions)
                let row = (text: rows.bytes(since: start), trigger: trigger)
                if count < pattern.rows.count { pattern.rows[count] = row } else { pattern.rows.append(row) }
            }
            count += 1
        }
        return found
    }

    /// The table whose rows came last; nil where none came since this was asked.
    mutating func last() -> Found? {
        guard count > 0 else { return nil }
        if isNew || count < pattern.rows.count {
            pattern.rows.removeLast(pattern.rows.count - count)
            pattern.triggers = pattern.rows.compactMap(\.trigger).sorted { $0.name < $1.name }
        }
        (count, isNew) = (0, false)
        return (table, pattern.triggers)
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
