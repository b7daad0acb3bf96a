import Foundation
import Postgres
import SafetyTally
import Sandbox
import TestSupport
import Testing

/// The statements of the page on privileges, by the comment that stands before them.
struct PrivilegesPage {
    private let blocks: [String: [String]]

    init() throws {
        blocks = try documentation("Privileges").matches(of: #/```sql\n-- ([^\n]*)\n((?s:.*?))```/#).reduce(into: [:]) {
            blocks, match in
            let statements = match.output.2.split(separator: ";").map {
                $0.trimmingCharacters(in: .whitespacesAndNewlines)
            }
            blocks[String(match.output.1)] = statements.filter { !$0.isEmpty }
        }
    }

    /// The statements of some blocks, for another database and for roles of their own.
    func statements(_ names: String..., database: String) throws -> [String] {
        try names.flatMap { try #require(blocks[$0], "there is no block \($0)") }.map { statement in
            statement.replacing("DATABASE shop", with: "DATABASE \(quoted(database))")
                .replacing(#/\b(watcher|deployer|shop_owner|second)\b/#) { "page_" + $0.output.1 }
        }
    }
}

/// Takes back what a statement grants.
private func inverse(of grant: String) -> String {
    grant.replacing("GRANT ", with: "REVOKE ").replacing(" TO page_", with: " FROM page_")
}

private let roles = ["page_watcher", "page_deployer", "page_shop_owner", "page_second"]

extension Shop {
    /// Shows that statements are enough for a command, and that it fails without any one of them on paris, changing nothing.
    ///
    /// - Returns: How many statements were left out.
    fileprivate func needs(
        _ statements: [String], _ arguments: [String], failing codes: Set<String>
    ) async throws -> Int {
        for node in Self.nodes { for statement in statements { try await ask(node, statement) } }
        for statement in statements {
            try await ask("paris", inverse(of: statement))
            let before = try await everything()
            // Without a login the node counts as unreachable, and others may be closed meanwhile.
            let isLogin = statement.contains("GRANT CONNECT")
            let answer = try await start((isLogin ? ["status"] : arguments) + ["-o", "json"]).wait()
            let report = try SeenReport(answer.output)
            #expect(answer.status != 0, "without \(statement)")
            let found = Set(report.findings.filter { $0.blocking && $0.node == "paris" }.map(\.code))
            #expect(found.isEmpty == false && found.isSubset(of: codes), "without \(statement): \(found)")
            #expect(isLogin == (found == ["NODE_UNREACHABLE"]), "without \(statement): \(found)")
            #expect(isLogin || arguments[0] != "apply" || answer.status == 77, "without \(statement)")
            #expect(try await everything() == before, "without \(statement)")
            try await ask("paris", statement)
        }
        let answer = try await start(arguments).wait()
        #expect(answer.status == 0, "\(answer.output)\(answer.errorOutput)")
        return statements.count
    }

    /// Closes everything to PUBLIC and gives the tables to their owner.
    fileprivate func handOver() async throws {
        try await close()
        let database = quoted(addresses["berlin"]?.value(of: "dbname") ?? "")
        for node in Self.nodes {
            try await ask(
                node,
                """
                REVOKE CONNECT ON DATABASE \(database) FROM \(roles.joined(separator: ", "));
                GRANT USAGE ON SCHEMA public, sales TO page_shop_owner;
                ALTER TABLE public.orders OWNER TO page_shop_owner;
                ALTER TABLE public.order_items OWNER TO page_shop_owner;
                ALTER TABLE sales."Order Line" OWNER TO page_shop_owner;
                """)
        }
    }
}

private let missing: Set = ["NOT_OWNER", "PRIVILEGE_MISSING", "NODE_UNREACHABLE"]

@Test func `the page on privileges gives what is needed and no more`() async throws {
    let page = try PrivilegesPage()
    var count = 0
    try await Shop.lend("page_builtin", isApplied: false) { shop in
        let database = shop.addresses["berlin"]?.value(of: "dbname") ?? ""
        try await shop.withRoles(roles) {
            try await shop.handOver()
            let policy = "policy: {sequences: ignore}"
            try shop.declare(as: "page_deployer", more: policy)
            let first = try page.statements("applying", "applying, builtin, the first time", database: database)
            count += try await shop.needs(first, ["apply", "--yes"], failing: missing)
            // What may be revoked afterwards is.
            for node in Shop.nodes { try await shop.ask(node, inverse(of: try #require(first.last))) }
            try await shop.ask("paris", "ALTER TABLE public.orders DISABLE TRIGGER USER")
            #expect(try await shop.polarity("apply", "--yes", "-q").status == 0)

            try shop.declare(as: "page_watcher", more: policy)
            let looking = try page.statements("looking", "looking, builtin", database: database)
            count += try await shop.needs(looking, ["status"], failing: missing)

            try shop.declare(as: "page_second", more: policy)
            for node in Shop.nodes {
                try await shop.ask(node, "GRANT CONNECT ON DATABASE \(quoted(database)) TO page_second")
                try await shop.ask(node, "DELETE FROM polarity.member WHERE node = 'tokyo'")
            }
            let other = try page.statements("applying, builtin, as another role", database: database)
            count += try await shop.needs(other, ["apply", "--yes"], failing: missing)
        }
    }
    try await Shop.lend("page_custom", isApplied: false) { shop in
        let database = shop.addresses["berlin"]?.value(of: "dbname") ?? ""
        for node in Shop.nodes { try await shop.ask(node, custom) }
        try await shop.withRoles(roles) {
            try shop.declare(more: customEngine)
            #expect(try await shop.polarity("apply", "--yes", "-q").status == 0)
            try await shop.handOver()
            try shop.declare(as: "page_watcher", more: customEngine)
            count += try await shop.needs(
                page.statements("looking", database: database), ["status"], failing: missing)
            try shop.declare(as: "page_deployer", origin: "paris", more: customEngine)
            count += try await shop.needs(
                page.statements("applying", "applying, custom", database: database),
                ["apply", "--yes", "--allow", "ORIGIN_CHANGE"], failing: missing)
        }
    }
    tally(
        .privileges, "each statement of the page on privileges, left out on one node (builtin, custom)", times: count,
        seen: "with all of them done; without any one the right is named and nothing changed")
}
