import ClusterFile
import Replication
import TestSupport
import Testing

@Suite struct `the order of tables` {
    /// Parts that begin alike, beyond the bytes that are compared at once too, and letters whose order is not their bytes'.
    private let parts = [
        "a", "a$", "a_", "aa", "a.b", "A", "a b", "é", "e\u{301}", "z", "orders_1", "orders_10", "orders_9",
        "a_name_that_is_longer_than_24_bytes", "a_name_that_is_longer_than_24_bytes_too", "\u{1F600}", "\u{FFFD}",
    ]

    private func read(_ names: [QualifiedName]) throws(InvalidClusterFile) -> [QualifiedName] {
        let tables = names.map { "  - '\($0.quoted)'\n" }.joined()
        let text = file(sets: "origin: berlin\ntables:\n" + tables)
        return try readCluster(Array(text.utf8), file: "shop.yaml", environment: [:]).sets[0].tables.map(\.name)
    }

    @Test func `tables written in any order are read in the order of their names`() throws {
        var random = Dice(seed: 7)
        for parts in [parts, parts.filter { $0.utf8.allSatisfy { $0 < 0x80 } }] {
            let all = parts.flatMap { schema in parts.map { QualifiedName(Identifier(schema), Identifier($0)) } }
            for _ in 0..<20 {
                let names = all.shuffled(using: &random)
                #expect(try read(names) == names.sorted())
                let some = Array(names.prefix(.random(in: 1...9, using: &random)))
                #expect(try read(some) == some.sorted())
            }
        }
    }

    @Test func `names, mappings with any key first and variables are read in one order`() throws {
        let tables = """
              - {triggers: {t: {origin: always}}, name: public.d}
              - public.c
              - {rules: {a: {origin: always}, b: {origin: always}}, name: public.f}
              - ${LAST:-public.z}
              - {schema: sales, match: "*"}
              - {name: public.b}
              - "public.\\"E\\""
              - {name: "${FIRST:-public.a}", triggers: {}}

            """
        let text = file(sets: "origin: berlin\ntables:\n" + tables)
        let set = try readCluster(Array(text.utf8), file: "shop.yaml", environment: ["LAST": "public.y"]).sets[0]
        #expect(set.tables.map(\.name.name.text) == ["E", "a", "b", "c", "d", "f", "y"])
        #expect(set.tables.map { $0.triggers.count + 2 * $0.rules.count } == [0, 0, 0, 0, 1, 4, 0])
        #expect(set.patterns.map(\.schema) == ["sales"])
        #expect(Set(set.tables.map(\.because.line)).count == 7)
    }

    @Test func `patterns stay in the order of the file`() throws {
        let tables = """
              - {schema: sales, match: "o*"}
              - {match: "*", schema: app}
              - public.b
              - {schema: app, match: "a*"}
              - {schema: app, match: "*"}

            """
        let text = file(sets: "origin: berlin\ntables:\n" + tables)
        let patterns = try readCluster(Array(text.utf8), file: "shop.yaml", environment: [:]).sets[0].patterns
        #expect(patterns.map { "\($0.schema).\($0.match)" } == ["sales.o*", "app.*", "app.a*", "app.*"])
        #expect(patterns.map(\.because.line) == [6, 7, 9, 10])
    }

    @Test func `a table written twice is found wherever it stands`() {
        let long = "a_name_that_is_longer_than_24_bytes"
        for name in ["orders", long, "é"] {
            let tables = "[1️⃣public.\(name), public.\(long)_2, public.z, public.b, 2️⃣public.\(name)]"
            expect(
                file(sets: "origin: berlin\ntables: \(tables)"),
                Expected(
                    2, "set 'default' lists the table \(QualifiedName("public", Identifier(name))) twice",
                    notes: [(1, "first given here")]))
        }
    }
}
