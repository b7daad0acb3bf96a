import Testing

@Suite struct `a Slony-I cluster` {
    @Test func `carries rows along both sets, over the forwarder`() async throws {
        try await SlonyCluster.lend(as: "carries_rows") { cluster in
            try await cluster.sabotage("INSERT INTO public.orders (id, customer) VALUES (1, 'Ada')", on: 1)
            try await cluster.sabotage(#"INSERT INTO sales."Order Line" ("Note") VALUES ('hello')"#, on: 2)
            try await cluster.waitUntilReplicated()
            for node in 2...3 {
                let rows = try await cluster.sabotage("SELECT id, customer FROM public.orders", on: node)
                #expect(rows == [["1", "Ada"]])
            }
            #expect(try await cluster.sabotage(#"SELECT "Note" FROM sales."Order Line""#, on: 1) == [["hello"]])
            #expect(try await cluster.sabotage(#"SELECT "Note" FROM sales."Order Line""#, on: 3) == [])
        }
    }
}
