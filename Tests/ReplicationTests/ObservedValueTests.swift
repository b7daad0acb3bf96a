import Replication
import Testing

@Suite struct `The tables that a node has on record` {
    private let a = tableName("public.a")
    private let b = tableName("public.b")
    private let c = tableName("public.c")

    @Test func `are in the order of their names, each once, however they came`() {
        let (early, late) = (TableName("s", "caf\u{e9}"), TableName("s", "cafe\u{301}"))
        var rows = [c, a, late, b, early].map { RecordedTables.Row($0, "one") }
        let sorted = RecordedTables(rows)
        #expect(sorted.rows.map(\.table) == [c, a, late, b, early].sorted())
        for _ in 0..<20 {
            rows.shuffle()
            #expect(RecordedTables(rows) == sorted)
        }
        #expect(RecordedTables([b, a, b].map { .init($0, "one") }) == [a: "one", b: "one"])
        for table in [a, b, c, early, late] { #expect(sorted[table] == "one") }
        #expect(sorted[tableName("public.d")] == nil && sorted[tableName("a.a")] == nil)
        #expect(RecordedTables([])[a] == nil)
    }

    @Test func `leave the set that they were in when another records them`() {
        var tables: RecordedTables = [a: "one", b: "one", c: "two"]
        tables.record([b, c], of: "three")
        #expect(tables == [a: "one", b: "three", c: "three"])
        tables.record([a], of: "three")
        #expect(tables == [a: "three"] && tables.tables(of: "three") == [a] && tables.tables(of: "one") == [])
        tables.record([], of: "three")
        #expect(tables == [:])
    }
}

@Test func `a table from which all was taken away again is one that never had it`() {
    let bare = ObservedTable(oid: 1, name: tableName("public.a"))
    var table = bare
    table.lacks = [.lock]
    table.partitionOf = tableName("public.b")
    table.inheritanceChildren = [tableName("public.c")]
    table.rules.append(ObservedRule(name: "r", mode: .enabled, isInstead: true))
    let full = ObservedTable(
        oid: 1, name: tableName("public.a"), partitionOf: tableName("public.b"),
        inheritanceChildren: [tableName("public.c")],
        rules: [ObservedRule(name: "r", mode: .enabled, isInstead: true)])
    #expect(table != bare && table != full && table.lacks == [.lock])
    table.lacks = []
    #expect(table == full && table.hashValue == full.hashValue)
    table.partitionOf = nil
    table.inheritanceChildren = []
    table.rules = []
    #expect(table == bare && table.hashValue == bare.hashValue)
}
