import Postgres
import Testing

@Suite struct `The builtin deny triggers` {
    static let writes = [
        "INSERT INTO orders VALUES (2, 'b')", "UPDATE orders SET v = 'c'", "DELETE FROM orders", "TRUNCATE orders",
    ]

    @Test(arguments: writes) func `say where the table is written instead`(write: String) async throws {
        try await withBuiltinNodes("deny_where") { sessions, _ in
            let node = sessions[0]
            try await node.prepareOrders(origin: "paris")
            #expect(
                try await node.refusal(write).map(Words.init)
                    == Words(
                        sqlState: "25006",
                        message:
                            #"public.orders is read-only on node berlin: its set "orders" is written on node paris"#,
                        hint: "Write on node paris, or move the origin of the set."))
            #expect(try await node.texts("SELECT v FROM orders") == ["a"])
        }
    }

    @Test func `speak of maintenance, of drift and of a missing record, and refuse all the same`() async throws {
        try await withBuiltinNodes("deny_reasons") { sessions, _ in
            let node = sessions[0]
            try await node.prepareOrders(origin: nil)
            func words() async throws -> [String?] {
                let error = try await node.refusal("DELETE FROM orders")
                return [error?.sqlState, error?.message]
            }
            #expect(
                try await words() == [
                    "25006",
                    "public.orders on node berlin is closed: its set \"orders\" has no origin on record",
                ])
            try await node.record(table: "orders", origin: "berlin")
            #expect(
                try await words() == [
                    "25006", "public.orders is closed on node berlin, the origin of its set \"orders\"",
                ])
            _ = try await node.run("DELETE FROM polarity.node")
            let nowhere = "it is replicated, but this node has no record of its set"
            #expect(try await words() == ["25006", "public.orders is read-only: \(nowhere)"])
        }
    }

    @Test func `find the set of a partition through its root`() async throws {
        try await withBuiltinNodes("deny_partition") { sessions, _ in
            let node = sessions[0]
            _ = try await node.run(
                """
                CREATE TABLE orders (id int PRIMARY KEY) PARTITION BY RANGE (id);
                CREATE TABLE "Orders 1" PARTITION OF orders FOR VALUES FROM (0) TO (10)
                """)
            try await node.record(table: "orders", origin: "paris")
            try await node.attachDeny("\"Orders 1\"")
            let words = #"public."Orders 1" is read-only on node berlin: its set "orders" is written on node paris"#
            for write in ["INSERT INTO orders VALUES (1)", "TRUNCATE orders"] {
                #expect(try await node.refusal(write)?.message == words)
            }
        }
    }

    @Test(arguments: ["REPEATABLE READ", "SERIALIZABLE"])
    func `refuse at once what is newer than the snapshot, and know the set of a new partition`(level: String)
        async throws
    {
        try await withBuiltinNodes("deny_newer") { sessions, addresses in
            let node = sessions[0]
            let other = try await Session.connect(to: addresses[0], timeout: .seconds(10))
            _ = try await node.run(
                "SET statement_timeout = '5s'; CREATE TABLE orders (id int PRIMARY KEY) PARTITION BY RANGE (id)")
            try await node.record(table: "orders", origin: "paris")
            let newer = [
                ("CREATE TABLE fresh (id int PRIMARY KEY)", "fresh", "this node has no record of its set"),
                ("CREATE TABLE low PARTITION OF orders FOR VALUES FROM (0) TO (10)", "low", "is written on node paris"),
            ]
            for (definition, table, reason) in newer {
                for write in ["INSERT INTO \(table) VALUES (1)", "TRUNCATE \(table)"] {
                    _ = try await node.run("BEGIN ISOLATION LEVEL \(level); SELECT 1")
                    _ = try await other.run("DROP TABLE IF EXISTS \(table); \(definition)")
                    try await other.attachDeny(table)
                    let refusal = try await node.refusal(write)
                    #expect(refusal?.sqlState == "25006", "\(write)")
                    #expect(refusal?.message.contains(reason) ?? false, "\(write)")
                }
            }
            await other.close()
        }
    }
}

private struct Words: Equatable {
    let sqlState: String
    let message: String
    let hint: String?

    init(sqlState: String, message: String, hint: String?) {
        self.sqlState = sqlState
        self.message = message
        self.hint = hint
    }

    init(_ error: PostgresError) {
        self.init(sqlState: error.sqlState, message: error.message, hint: error.hint)
    }
}

extension Session {
    /// A table `orders` with one row, then denied.
    func prepareOrders(origin: String?) async throws {
        _ = try await run("CREATE TABLE orders (id int PRIMARY KEY, v text); INSERT INTO orders VALUES (1, 'a')")
        try await record(table: "orders", origin: origin)
        try await attachDeny("orders")
    }
}
