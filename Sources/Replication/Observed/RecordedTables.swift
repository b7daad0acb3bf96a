/// The tables that the schema `polarity` on one node records for one cluster, each in one set.
///
/// A sorted list and no dictionary: it is compared with what the file declares, and goes into the fingerprint, as a whole;
/// a table is looked up in it far less often.
public struct RecordedTables: Hashable, Sendable {
    /// One row of `polarity.replicated`.
    public struct Row: Hashable, Sendable {
        /// The table.
        public let table: TableName
        /// The one set that it belongs to.
        public let set: SetName

        /// Records a table.
        public init(_ table: TableName, _ set: SetName) {
            self.table = table
            self.set = set
        }
    }

    /// Sorted by table, each once.
    public private(set) var rows: [Row]

    /// Sorts the rows unless they are sorted; of a table that is given twice one stands.
    public init(_ rows: [Row]) {
        self.rows = rows
        sort()
    }

    /// The set of a table; `nil` where it is not recorded.
    public subscript(table: TableName) -> SetName? {
        var (low, high) = (rows.startIndex, rows.endIndex)
        while low < high {
            let middle = (low + high) / 2
            if rows[middle].table < table { low = middle + 1 } else { high = middle }
        }
        return low < rows.endIndex && rows[low].table == table ? rows[low].set : nil
    }

    /// The tables of a set, sorted.
    public func tables(of set: SetName) -> [TableName] { Array(names(of: set)) }

    /// The sets that these tables are in.
    func sets(of tables: Set<TableName>) -> Set<SetName> {
        Set(rows.lazy.filter { tables.contains($0.table) }.map(\.set))
    }

    /// Whether the tables of a set are these, which are sorted.
    func has(_ tables: some Sequence<TableName>, of set: SetName) -> Bool { names(of: set).elementsEqual(tables) }

    private func names(of set: SetName) -> some Sequence<TableName> { rows.lazy.filter { $0.set == set }.map(\.table) }

    /// Records these tables for a set and no others; they leave the sets that they were in.
    public mutating func record(_ tables: [TableName], of set: SetName) {
        let taken = Set(tables)
        rows = tables.map { Row($0, set) } + rows.filter { $0.set != set && !taken.contains($0.table) }
        sort()
    }

    private mutating func sort() {
        let places = rows.indices.dropFirst()
        if places.allSatisfy({ rows[$0 - 1].table < rows[$0].table }) { return }
        rows.sort { $0.table < $1.table }
        let first = rows.indices.filter { $0 == 0 || rows[$0 - 1].table != rows[$0].table }
        rows = first.map { rows[$0] }
    }
}

extension RecordedTables: ExpressibleByDictionaryLiteral {
    /// Records tables, each with its set.
    public init(dictionaryLiteral rows: (TableName, SetName)...) { self.init(rows.map { Row($0.0, $0.1) }) }
}
