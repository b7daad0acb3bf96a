import Replication

/// Puts a node's triggers together table by table, each table's sorted by name.
///
/// Most tables of a set have the same triggers: a row that says the same as an earlier one is not read again, and tables
/// that are alike in all rows share one array. The rows come as they lie in the catalog, which after some changes is in
/// pieces and in any order. So a table has a number that stands for the rows that it has had so far, and every row
/// leads from one number to the next; which one it is likely to be, the row before it tells.
struct TriggersByTable {
    /// A row behind its table's OID, and what it means.
    private struct Row {
        let text: [UInt8]
        let trigger: ObservedTrigger?
        /// The row that last came behind this one.
        var next: Int
    }

    /// A number of rows that are the same for several tables.
    private struct Collection {
        /// Which rows, sorted.
        let rows: [Int]
        var triggers: [ObservedTrigger] = []
        /// The collection with one row more.
        var larger: [Int: Int] = [:]
    }

    /// Rows beyond that many are taken to be of one table alone, as those of Slony are, whose arguments name the table.
    private static let limit = 1000

    private var rows: [Row] = []
    private var places: [[UInt8]: Int] = [:]
    private var collections = [Collection(rows: [])]
    private var numbers: [[Int]: Int] = [[]: 0]
    private var last = 0

    /// A row of a table: one that others may share, or one of its own.
    enum Found {
        case shared(Int)
        case own(ObservedTrigger?)
    }

    /// Reads what stands behind the table's OID.
    mutating func read(_ text: inout CopyRows, _ functions: [UInt32: FunctionName]) -> Found {
        if !rows.isEmpty, text.skip(rows[rows[last].next].text) {
            last = rows[last].next
            return .shared(last)
        }
        let line = text.line
        if let row = places[line], text.skip(line) {
            follow(row)
            return .shared(row)
        }
        let trigger = ObservedTrigger(&text, functions)
        guard rows.count < Self.limit else { return .own(trigger) }
        places[line] = rows.count
        rows.append(Row(text: line, trigger: trigger, next: 0))
        follow(rows.count - 1)
        return .shared(last)
    }

    private mutating func follow(_ row: Int) {
        rows[last].next = row
        last = row
    }

    /// What a row means.
    func trigger(_ row: Int) -> ObservedTrigger? { rows[row].trigger }

    /// The number of a collection with one row more.
    mutating func adding(_ row: Int, to collection: Int) -> Int {
        if let larger = collections[collection].larger[row] { return larger }
        let all = (collections[collection].rows + [row]).sorted()
        let number = numbers[all] ?? collections.count
        if number == collections.count {
            let triggers = all.compactMap { rows[$0].trigger }.sorted { $0.name < $1.name }
            collections.append(Collection(rows: all, triggers: triggers))
            numbers[all] = number
        }
        collections[collection].larger[row] = number
        return number
    }

    /// The triggers of a collection, sorted.
    func triggers(of collection: Int) -> [ObservedTrigger] { collections[collection].triggers }
}

extension [UInt32: QualifiedName] {
    /// Reads trigger functions, or relations, by OID.
    init(_ rows: CopyRows) {
        self.init()
        var rows = rows
        while !rows.isAtEnd {
            let oid: UInt32 = rows.number()
            self[oid] = QualifiedName(Identifier(rows.sharedText()), Identifier(rows.text()))
        }
    }
}
