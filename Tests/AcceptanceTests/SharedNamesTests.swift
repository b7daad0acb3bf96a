import Sandbox
import Testing

/// Two clusters on three databases: each has a `primary` of its own, and paris is the `replica` of both.
@Suite struct `two clusters that share one node and call their others alike` {
    private let words = "✗ NODE_NAME_SHARED  cluster 'orders', which 'replica' is a member of, too, has a 'primary'"

    /// A file of one cluster.
    private func file(_ shop: Shop, _ cluster: String, _ nodes: [String: String], origin: String) -> String {
        let lines = nodes.sorted { $0.key < $1.key }.map {
            "  \($0.key): \"\(shop.addresses[$0.value]?.text ?? "")\"\n"
        }
        return """
            version: 1
            cluster: \(cluster)
            nodes:
            \(lines.joined())origin: \(origin)
            tables: [\(cluster == "orders" ? "public.orders" : #"'sales."Order Line"'"#)]
            policy: {sequences: ignore}

            """
    }

    private func withFiles(_ name: String, _ body: (Shop) async throws -> Void) async throws {
        try await Shop.lend(name, isApplied: false) { shop in
            let billing = ["primary": "tokyo", "replica": "paris"]
            try shop.write(
                file(shop, "orders", ["primary": "berlin", "replica": "paris"], origin: "primary"), to: "orders.yaml")
            try shop.write(file(shop, "billing", billing, origin: "primary"), to: "billing.yaml")
            try shop.write(file(shop, "billing", billing, origin: "replica"), to: "moved.yaml")
            try shop.write(
                file(shop, "billing", ["till": "tokyo", "replica": "paris"], origin: "till"), to: "renamed.yaml")
            try await body(shop)
        }
    }

    private func apply(_ shop: Shop, _ file: String) async throws -> CommandResult {
        try await shop.polarity("apply", "-f", file, "--yes", "--allow", "ORIGIN_CHANGE")
    }

    @Test func `are told so before the second one is on record`() async throws {
        try await withFiles("namesakes") { shop in
            #expect(try await apply(shop, "orders.yaml").status == 0)
            try await shop.ask("paris", "INSERT INTO polarity.applied (origin, seq) VALUES ('primary', 0)")
            let refused = try await apply(shop, "billing.yaml")
            #expect(refused.status == 4 && refused.output.contains(words), "\(refused.output)")
            let recorded = "SELECT count(*) FROM polarity.node WHERE cluster = 'billing'"
            #expect(try await shop.ask("paris", recorded) == "0")
            let renamed = try await apply(shop, "renamed.yaml")
            #expect(renamed.status == 0, "\(renamed.output)")
            for name in ["orders.yaml", "renamed.yaml"] {
                #expect(try await shop.polarity("status", "-f", name).status == 0)
            }
        }
    }

    @Test func `move nothing upon the other one's number, and go on under another name`() async throws {
        try await withFiles("moved_namesakes") { shop in
            #expect(try await apply(shop, "orders.yaml").status == 0)
            let first = try await apply(shop, "billing.yaml")
            #expect(first.status == 0 && first.output.contains(words), "\(first.output)")
            try await shop.ask("tokyo", #"INSERT INTO sales."Order Line" DEFAULT VALUES"#)
            try await shop.ask("paris", "INSERT INTO polarity.applied (origin, seq) VALUES ('primary', 1000)")
            let before = try await shop.modes()
            let refused = try await apply(shop, "moved.yaml")
            #expect(refused.status == 4 && refused.output.contains(words), "\(refused.output)")
            #expect(try await shop.modes() == before)

            for node in ["paris", "tokyo"] {
                try await shop.ask(node, "DELETE FROM polarity.node WHERE cluster = 'billing'")
            }
            let renamed = try await apply(shop, "renamed.yaml")
            #expect(renamed.status == 0, "\(renamed.output)")
            #expect(try await shop.modes() == before)
            #expect(try await shop.polarity("status", "-f", "renamed.yaml").status == 0)
        }
    }
}
