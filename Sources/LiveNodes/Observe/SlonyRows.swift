import Replication

extension SlonyRegistrations {
    /// Joins the lists of Slony's schema with those of the registered indexes.
    init(_ lists: Lists) {
        var local = lists[.slonyLocalNode]
        let number: Int = local.number()
        self.init(localNode: number < 0 ? nil : number)
        readMoves(lists[.slonyMoves])
        readNodes(lists[.slonyNodes])
        readSets(lists[.slonySets])
        readSubscriptions(lists[.slonySubscriptions])
        readTables(lists[.slonyTables], KeyColumns(lists))
    }

    private mutating func readNodes(_ rows: CopyRows) {
        var rows = rows
        while !rows.isAtEnd { nodes[rows.number()] = rows.flag() }
    }

    private mutating func readSets(_ rows: CopyRows) {
        var rows = rows
        while !rows.isAtEnd {
            let id: Int = rows.number()
            sets[id] = SlonySet(origin: rows.number(), isLocked: rows.flag())
        }
    }

    private mutating func readSubscriptions(_ rows: CopyRows) {
        var rows = rows
        while !rows.isAtEnd {
            let (set, receiver): (Int, Int) = (rows.number(), rows.number())
            subscribers[set, default: []].insert(receiver)
            if !rows.flag() { noBackups[set, default: []].insert(receiver) }
        }
    }

    private mutating func readMoves(_ rows: CopyRows) {
        var rows = rows
        while !rows.isAtEnd { movesInFlight.insert(rows.number()) }
    }

    private mutating func readTables(_ rows: CopyRows, _ keys: KeyColumns) {
        var rows = rows
        while !rows.isAtEnd {
            let oid: UInt32 = rows.number()
            let (id, set): (Int, Int) = (rows.number(), rows.number())
            let name = TableName(Identifier(rows.sharedText()), Identifier(rows.text()))
            let index = Identifier(rows.text())
            tables[oid] = SlonyTable(
                id: id, set: set, name: name, index: index, keyMask: keys.mask(table: oid, index: index))
        }
    }
}

/// What Slony's key masks are computed from: the columns of unique indexes, and the columns that are no longer there.
private struct KeyColumns {
    private struct Index: Hashable {
        let table: UInt32
        let name: Identifier
    }

    private var columns: [Index: [Int16]] = [:]
    private var dropped: [UInt32: Set<Int16>] = [:]

    init(_ lists: Lists) {
        var rows = lists[.uniqueIndexes]
        while !rows.isAtEnd {
            let index = Index(table: rows.number(), name: Identifier(rows.text()))
            columns[index] = rows.numbers()
        }
        rows = lists[.droppedColumns]
        while !rows.isAtEnd { dropped[rows.number(), default: []].insert(rows.number()) }
    }

    /// As Slony's `determineAttkindUnique` does; nil where the index is gone, or is one on expressions.
    func mask(table: UInt32, index: Identifier) -> String? {
        guard let key = columns[Index(table: table, name: index)], let last = key.max(), !key.contains(0) else {
            return nil
        }
        let gone = dropped[table] ?? []
        return (1...max(last, 1)).filter { !gone.contains($0) }.map { key.contains($0) ? "k" : "v" }.joined()
    }
}
