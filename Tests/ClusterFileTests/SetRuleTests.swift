import Testing

@Suite struct `sets` {
    @Test(arguments: ["nonee", "None"])
    func `an origin that is nearly none is helped`(word: String) {
        expect(
            file(sets: "origin: 1️⃣\(word)\ntables: [public.a]"),
            Expected(
                1, "set 'default' has origin '\(word)', which is not a node", notes: [(1, "did you mean 'none'?")]))
    }

    @Test func `a slip among many nodes is helped, too`() {
        let nodes = (1...1_500).map { "  site_\($0): service=a" }.joined(separator: "\n")
        let text = "version: 1\ncluster: shop\nnodes:\n\(nodes)\norigin: siet_7\ntables: [public.a]\n"
        guard case .failure(let invalid) = read(text) else { return #expect(Bool(false)) }
        #expect(invalid.diagnostics.flatMap(\.notes).map(\.message) == ["did you mean 'site_7', declared here?"])
    }

    @Test func `an origin must be a node, and the near one is shown where it is declared`() {
        expect(
            file(
                nodes: "{1️⃣north: service=a, south: service=b}",
                sets: "sets:\n  - {name: orders, origin: 2️⃣nroth, tables: [public.orders]}"),
            Expected(
                2, "set 'orders' has origin 'nroth', which is not a node",
                notes: [(1, "did you mean 'north', declared here?")]))
    }

    @Test(arguments: [
        ("builtin", "polarity.log", "polarity", "the engine's own"),
        ("slony", "_shop.sl_table", "_shop", "the engine's own"),
        ("bruce", "bruce.transactionlog_1", "bruce", "the engine's own"),
        ("bruce", "{schema: bruce, match: '*'}", "bruce", "the engine's own"),
        ("builtin", "pg_catalog.pg_class", "pg_catalog", "the server's own"),
        ("bruce", "information_schema.sql_parts", "information_schema", "the server's own"),
        ("bruce", "{schema: pg_catalog, match: '*'}", "pg_catalog", "the server's own"),
        ("builtin", "{schema: polarity, match: '*'}", "polarity", "the engine's own"),
    ]) func `a table of the engine's own or the server's is nobody's to replicate`(
        engine: String, table: String, schema: String, whose: String
    ) {
        expect(
            file(sets: "engine: \(engine)\norigin: berlin\ntables: [public.a, 1️⃣\(table)]"),
            Expected(1, "the tables of schema '\(schema)' are \(whose) and cannot be replicated"))
    }

    @Test(arguments: ["ä", "y"]) func `no node is meant by a letter that it does not have`(origin: String) {
        expect(
            file(nodes: "{x: service=a, z: service=b}", sets: "origin: 1️⃣\(origin)\ntables: [a.b]"),
            Expected(1, "set 'default' has origin '\(origin)', which is not a node"))
    }

    @Test func `a node is near to one of its letters, whatever its case`() {
        expect(
            file(nodes: "{b: service=a, 1️⃣A1: service=b}", sets: "origin: 2️⃣a\ntables: [a.b]"),
            Expected(
                2, "set 'default' has origin 'a', which is not a node",
                notes: [(1, "did you mean 'A1', declared here?")]))
    }

    @Test func `a subscriber must be a node, not the origin, and given once`() {
        expect(
            file(
                sets: """
                    sets:
                      - name: orders
                        origin: 1️⃣berlin
                        subscribers: [2️⃣paris, 3️⃣berlin, 4️⃣paris, 5️⃣none, 6️⃣osaka]
                        tables: [public.orders]
                    """),
            Expected(
                3, "'berlin' is the origin of set 'orders' and cannot subscribe to it",
                notes: [(1, "the origin is given here")]),
            Expected(4, "set 'orders' lists the subscriber 'paris' twice", notes: [(2, "first given here")]),
            Expected(5, "set 'orders' has subscriber 'none', which is not a node"),
            Expected(6, "set 'orders' has subscriber 'osaka', which is not a node"))
    }

    @Test func `a mistake in a node is not reported again where the node is used`() {
        expect(
            file(nodes: "{berlin: 1️⃣{conn: x}, paris: service=b}").replacing("conn: x", with: "2️⃣conn: x"),
            Expected(1, "a node needs the key 'conninfo'"),
            Expected(
                2, "unknown key 'conn' in a node", notes: [(2, "known here: id, conninfo, role, expect")]))
    }

    @Test func `two sets cannot have one name or one id`() {
        expect(
            file(
                sets: """
                    sets:
                      - {name: 1️⃣a, id: 2️⃣1, origin: berlin, tables: [public.a]}
                      - {name: 3️⃣a, id: 4️⃣1, origin: berlin, tables: [public.b]}
                    """),
            Expected(3, "two sets have the name 'a'", notes: [(1, "first given here")]),
            Expected(4, "two sets have the id 1", notes: [(2, "first given here")]))
    }

    @Test func `a set has tables, and a cluster sets`() {
        expect(
            file(sets: "sets:\n  - {name: a, origin: berlin, tables: 1️⃣[]}\n  - 2️⃣{name: b, origin: berlin}"),
            Expected(1, "a set needs at least one table"), Expected(2, "a set needs the key 'tables'"))
        expect(file(sets: "sets: 1️⃣[]"), Expected(1, "a cluster needs at least one set"))
    }

    @Test func `the short and the long form exclude each other`() {
        expect(
            file(
                sets: """
                    1️⃣origin: berlin
                    tables: [public.orders]
                    2️⃣sets:
                      - {name: orders, origin: berlin, tables: [public.orders]}
                    """),
            Expected(
                2, "sets cannot stand beside origin and tables",
                notes: [(1, "the short form of a single set begins here")]))
        expect("1️⃣" + file(sets: "origin: berlin"), Expected(1, "the cluster file needs the key 'tables'"))
        expect("1️⃣" + file(sets: "tables: [public.orders]"), Expected(1, "the cluster file needs the key 'origin'"))
    }

    @Test func `with origin none every member subscribes`() throws {
        let cluster = try read(file(sets: "origin: none\ntables: [public.orders]")).get()
        #expect(cluster.sets.map(\.origin) == [nil])
        #expect(cluster.sets.map(\.subscribers) == [["berlin", "paris"]])
    }

    @Test func `a set without subscribers is one that nobody copies`() throws {
        let text = file(sets: "sets: [{name: a, origin: berlin, subscribers: [], tables: [public.orders]}]")
        #expect(try read(text).get().sets.map(\.members) == [["berlin"]])
    }
}

@Suite struct `tables` {
    @Test func `a table stands in one set, once`() {
        expect(
            file(
                sets: """
                    sets:
                      - {name: a, origin: berlin, tables: [1️⃣public.orders, 2️⃣Public.ORDERS]}
                      - {name: b, origin: berlin, tables: [{name: 3️⃣'"public"."orders"'}, 4️⃣public.items]}
                      - {name: c, origin: berlin, tables: [5️⃣{schema: public, match: "item*"}]}
                    """),
            Expected(2, "set 'a' lists the table public.orders twice", notes: [(1, "first given here")]),
            Expected(3, "the table public.orders is in set 'a' and in set 'b'", notes: [(2, "first given here")]),
            Expected(4, "the table public.items is in set 'c' and in set 'b'", notes: [(5, "first given here")]))
    }

    @Test func `a table that two sets have by one alias is told where the second has its name`() {
        expect(
            file(
                sets: """
                    sets:
                      - &one {name: a, origin: berlin, tables: [1️⃣public.orders]}
                      - {<<: *one, name: 2️⃣b}
                    """),
            Expected(2, "the table public.orders is in set 'a' and in set 'b'", notes: [(1, "first given here")]))
    }

    @Test func `names are read as SQL reads them`() throws {
        let text = file(
            sets: #"""
                origin: berlin
                tables:
                  - Sales.Orders
                  - sales."Order Line"
                  - '"a.b"."c""d"'
                  - Ärger.größe
                  - public._x$1
                """#)
        let tables = try read(text).get().sets.flatMap(\.tables).map(\.name.quoted)
        #expect(
            tables == [
                #""a.b"."c""d""#, #""public"."_x$1""#, #""sales"."Order Line""#, #""sales"."orders""#,
                #""Ärger"."größe""#,
            ])
    }

    @Test func `what SQL would not take for a table's name is an error`() {
        let quotes = "other characters than letters, digits, _ and $ need double quotes: sales.\"Order Line\""
        let long = String(repeating: "x", count: 64)
        expect(
            file(
                sets: """
                    origin: berlin
                    tables:
                      - 1️⃣orders
                      - 2️⃣sales.Order Line
                      - 3️⃣shop.public.orders
                      - 4️⃣public.
                      - 5️⃣'public."orders'
                      - 6️⃣public.""
                      - 7️⃣public.\(long)
                      - 8️⃣1public.orders
                      - 9️⃣"public.\\"a\\0\\""
                    """),
            Expected(1, "'orders' has no schema", notes: [(1, "write it as in SQL: schema.name")]),
            Expected(2, "'sales.Order Line' is not a name as SQL writes it", notes: [(2, quotes)]),
            Expected(
                3, "'shop.public.orders' has more than a schema and a name",
                notes: [(3, "write it as in SQL: schema.name")]),
            Expected(4, "'public.' has an empty part"),
            Expected(5, "'public.\"orders' has a double quote without its partner"),
            Expected(6, "'public.\"\"' has an empty part"),
            Expected(7, "'public.\(long)' has a part longer than 63 bytes, which PostgreSQL cannot store"),
            Expected(8, "'1public.orders' is not a name as SQL writes it", notes: [(8, quotes)]),
            Expected(9, "'public.\"a\\u{0}\"' holds a NUL character"))
    }

    @Test func `a table has either a name or a pattern`() {
        expect(
            file(
                sets: """
                    origin: berlin
                    tables:
                      - 1️⃣{name: public.a, match: "b*"}
                      - 2️⃣{}
                      - 3️⃣{match: "b*"}
                      - 4️⃣{schema: public, exclude: []}
                      - {schema: public, match: 5️⃣''}
                    """),
            Expected(1, "a table has either a name or schema and match, not both"),
            Expected(2, "a table needs a name, or schema and match"),
            Expected(3, "a pattern needs the key 'schema'"),
            Expected(4, "a pattern needs the key 'match'"),
            Expected(5, "expected a text, found nothing"))
    }

    /// One table with these lines of its own.
    private func oneTable(_ lines: String...) -> String {
        file(
            sets: "origin: berlin\ntables:\n  - name: public.a\n"
                + lines.map { "    \($0)" }.joined(separator: "\n"))
    }

    @Test func `the user's own triggers have a mode per role, and are never absent`() {
        expect(
            oneTable(
                "triggers: {audit: {origin: 1️⃣absent, subscriber: 2️⃣replicas}, 3️⃣'': {origin: always}}",
                "rules: {shadow: 4️⃣{}, other: 5️⃣enabled}"),
            Expected(1, "'absent' is none of disabled, enabled, replica, always"),
            Expected(
                2, "'replicas' is none of disabled, enabled, replica, always", notes: [(2, "did you mean 'replica'?")]),
            Expected(3, "expected a name, found nothing"),
            Expected(4, "a rule needs a mode for origin, subscriber or bystander"),
            Expected(5, "expected a rule, found a text"))
    }

    @Test func `a trigger of the engine's is none of the user's own, whose modes a file may set`() {
        expect(
            oneTable(
                "triggers: {1️⃣00_polarity_deny: {subscriber: disabled}, 00_polarity_denied: {origin: always}}"),
            Expected(1, "'00_polarity_deny' on public.a is the engine's own trigger"))
    }
}

@Suite struct `policy` {
    @Test func `durations, numbers and shares are checked`() {
        expect(
            file(
                policy: """
                    policy:
                      lock_timeout: 1️⃣2
                      retries: 2️⃣0
                      apply_timeout: 3️⃣0s
                      max_changes: 4️⃣101%
                      sequences: 5️⃣chek
                    """),
            Expected(1, "'2' is not a duration such as 500ms, 2s or 5m"),
            Expected(2, "'0' is not a whole number from 1 to 1000000"),
            Expected(3, "'0s' is not between 1ms and 2147483647ms"),
            Expected(4, "'101%' is neither a number of changes nor a share such as 25%"),
            Expected(5, "'chek' is none of check, advance, ignore", notes: [(5, "did you mean 'check'?")]))
        expect(
            file(policy: "policy: {lock_timeout: 1️⃣99999999999999999m, max_changes: 2️⃣-1}"),
            Expected(1, "'99999999999999999m' is not between 1ms and 2147483647ms"),
            Expected(2, "'-1' is neither a number of changes nor a share such as 25%"))
    }

    @Test func `every limit can be given`() throws {
        let text = file(
            policy: "policy: {lock_timeout: 500ms, retries: 3, apply_timeout: 1m, max_changes: 7, sequences: ignore}")
        let policy = try read(text).get().policy
        #expect(
            policy
                == .init(
                    lockTimeout: .milliseconds(500), retries: 3, applyTimeout: .seconds(60), maxChanges: .count(7),
                    sequences: .ignore))
    }
}
