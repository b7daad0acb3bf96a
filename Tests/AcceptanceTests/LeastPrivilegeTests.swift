import Foundation
import Postgres
import SafetyTally
import Sandbox
import TestSupport
import Testing

// MARK: - Looking

private let bruce = """
    CREATE SCHEMA bruce;
    CREATE FUNCTION bruce.logtransactiontrigger() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
    CREATE FUNCTION bruce.logsnapshottrigger() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
    CREATE FUNCTION bruce.denyaccesstrigger() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''no''; END';
    """
let custom = """
    CREATE SCHEMA repl;
    CREATE TABLE repl.log (seq bigserial PRIMARY KEY); INSERT INTO repl.log DEFAULT VALUES;
    CREATE TABLE repl.progress (applied_seq bigint); INSERT INTO repl.progress VALUES (9);
    CREATE FUNCTION repl.capture() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
    CREATE FUNCTION repl.deny() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''no''; END';
    """
let customEngine = """
    engine:
      type: custom
      triggers:
        - {purpose: log, name: "{table}_log", function: repl.capture, timing: after, level: row, events: [insert, update, delete], origin: enabled, subscriber: disabled}
        - {purpose: deny, name: "{table}_deny", function: repl.deny, timing: before, level: row, events: [insert, update, delete], origin: disabled, subscriber: enabled}
      drained:
        sql: "select p.applied_seq >= $1::bigint from repl.progress as p"
        origin_position: "select max(seq) from repl.log"
    policy: {sequences: ignore}
    """

@Test(arguments: [("builtin", "", ""), ("bruce", bruce, "engine: bruce"), ("custom", custom, customEngine)])
func `a role with CONNECT alone sees the roles, triggers and changes that a superuser sees`(
    engine: String, setup: String, more: String
) async throws {
    try await Shop.lend("connect_" + engine, isApplied: false) { shop in
        for node in Shop.nodes where !setup.isEmpty { try await shop.ask(node, setup) }
        try shop.declare(more: more)
        #expect(try await shop.polarity("apply", "--yes", "-q", "--allow", "SUBSCRIBE_TABLE").status == 0)
        try await shop.ask("paris", "ALTER TABLE public.orders DISABLE TRIGGER USER")
        try await shop.close()
        let watcher = "watcher_" + engine
        try await shop.withRoles([watcher]) {
            var looks = 0
            func looked(_ arguments: [String], as role: String?) async throws -> (SeenReport, Int32) {
                if let role { try shop.declare(as: role, more: more) } else { try shop.declare(more: more) }
                let answer = try await shop.start(arguments + ["-o", "json"]).wait()
                #expect(answer.errorOutput == "")
                looks += 1
                return (try SeenReport(answer.output), answer.status)
            }
            for (command, status) in [(["status"], Int32(2)), (["apply", "--dry-run"], 0)] {
                let (all, whole) = try await looked(command, as: nil)
                let (part, code) = try await looked(command, as: watcher)
                #expect(whole == status && code == status)
                #expect(part.roles == all.roles && part.changes == all.changes)
                #expect(part.changes.isEmpty == false)
                let unread = part.findings.filter { $0.message.contains("may not read the engine's schema") }
                #expect(Set(unread.compactMap(\.node)) == (engine == "builtin" ? Set(Shop.nodes) : []))
            }
            guard engine == "builtin" else { return tallyLooks(engine, looks) }
            // In sync, and not known to be: what the statements give makes it so.
            try await shop.ask("paris", "ALTER TABLE public.orders ENABLE TRIGGER \"00_polarity_deny\"")
            try await shop.ask("paris", "ALTER TABLE public.orders ENABLE TRIGGER \"00_polarity_truncate_deny\"")
            let (blind, code) = try await looked(["status"], as: watcher)
            #expect(code == 2 && blind.changes.isEmpty)
            try await shop.grant(blind)
            #expect(try await looked(["status"], as: watcher).1 == 0)
            // Where a change happened may be read, what a row held may not.
            await #expect(throws: PostgresError.self) {
                try await shop.ask("paris", "SET ROLE \(watcher); SELECT row FROM polarity.log")
            }
            tallyLooks(engine, looks)
        }
    }
}

private func tallyLooks(_ engine: String, _ times: Int) {
    let seen = "roles, triggers and changes as a superuser sees them"
    tally(
        .privileges, "status and a dry run under \(engine) with CONNECT alone", times: times,
        seen: engine == "builtin" ? seen + "; the records need the GRANTs that PRIVILEGE_MISSING shows" : seen)
}

// MARK: - Applying, one right less

/// Something to be mended on paris, and a right that is taken away there.
private struct Theft: CustomTestStringConvertible {
    let description: String
    let sql: String
    /// What the message says beside the node and the role.
    let says: String
    /// The statement, less the role.
    let grants: String

    init(_ description: String, _ sql: String, says: String, grants: String) {
        (self.description, self.sql, self.says, self.grants) = (description, sql, says, grants)
    }

    var testDescription: String { description }
}

private let open = #"ALTER TABLE public.orders DISABLE TRIGGER "00_polarity_deny";"#
private let missing = #"DROP TRIGGER "00_polarity_deny" ON public.orders;"#

/// Sort by sort.
private let thefts = [
    [
        Theft(
            "the table's owner", open + "ALTER TABLE public.orders OWNER TO proprietor",
            says: "public.orders on 'paris' belongs to proprietor", grants: #"GRANT "proprietor" TO"#),
        Theft(
            "INHERIT",
            open + "REVOKE proprietor FROM deployer; GRANT proprietor TO deployer; ALTER ROLE deployer NOINHERIT",
            says: "belongs to proprietor", grants: #"ALTER ROLE "deployer" INHERIT"#),
        Theft(
            "a table that a superuser owns", open + "ALTER TABLE public.orders OWNER TO postgres",
            says: "belongs to postgres", grants: #"ALTER TABLE "public"."orders" OWNER TO"#),
    ],
    [
        Theft(
            "USAGE on the table's schema", open + "REVOKE USAGE ON SCHEMA public FROM deployer",
            says: "lacks USAGE on its schema", grants: #"GRANT USAGE ON SCHEMA "public" TO"#),
        Theft(
            "UPDATE, DELETE and TRUNCATE on the table",
            open + "REVOKE UPDATE, DELETE, TRUNCATE ON public.orders FROM deployer;"
                + "DO $$BEGIN IF current_setting('server_version_num')::int >= 170000 THEN "
                + "EXECUTE 'REVOKE MAINTAIN ON public.orders FROM deployer'; END IF; END$$", says: "LOCK TABLE needs",
            grants: #"GRANT UPDATE ON TABLE "public"."orders" TO"#),
        Theft(
            "TRIGGER on the table", missing + "REVOKE TRIGGER ON public.orders FROM deployer",
            says: "lacks TRIGGER on it",
            grants: #"GRANT TRIGGER ON TABLE "public"."orders" TO"#),
    ],
    [
        Theft(
            "a partition's owner",
            #"ALTER TABLE public.parts DISABLE TRIGGER "00_polarity_deny";"#
                + "REVOKE proprietor FROM deployer; ALTER TABLE public.parts1 OWNER TO proprietor",
            says: "public.parts1 on 'paris' belongs to proprietor", grants: #"GRANT "proprietor" TO"#)
    ],
    [
        Theft(
            "EXECUTE on the lock's function",
            open + "REVOKE EXECUTE ON FUNCTION pg_catalog.pg_try_advisory_xact_lock(bigint) FROM PUBLIC",
            says: "pg_try_advisory_xact_lock(bigint)",
            grants: "GRANT EXECUTE ON FUNCTION pg_catalog.pg_try_advisory_xact_lock(bigint) TO"),
        Theft(
            "EXECUTE on what looks for the lock",
            open + """
                REVOKE EXECUTE ON FUNCTION pg_catalog.pg_try_advisory_xact_lock_shared(bigint),
                    pg_catalog.pg_advisory_xact_lock_shared(bigint) FROM PUBLIC
                """,
            says: "pg_advisory_xact_lock_shared(bigint)",
            grants: "GRANT EXECUTE ON FUNCTION pg_catalog.pg_advisory_xact_lock_shared(bigint) TO"),
        Theft(
            "EXECUTE on what makes a commit durable",
            open + "REVOKE EXECUTE ON FUNCTION pg_catalog.pg_logical_emit_message(boolean,text,text) FROM PUBLIC",
            says: "pg_logical_emit_message", grants: "GRANT EXECUTE ON FUNCTION pg_catalog.pg_logical_emit_message("),
    ],
    [
        Theft(
            "EXECUTE on the engine's function",
            missing + "REVOKE ALL ON FUNCTION polarity.deny_change() FROM deployer",
            says: "may not make triggers with polarity.deny_change()",
            grants: #"GRANT EXECUTE ON FUNCTION "polarity"."deny_change"() TO"#)
    ],
    [
        Theft(
            "USAGE on the engine's schema", missing + "REVOKE ALL ON SCHEMA polarity FROM deployer",
            says: "may not read the engine's schema polarity", grants: #"GRANT USAGE ON SCHEMA "polarity" TO"#),
        Theft(
            "SELECT on polarity.applied", open + "REVOKE SELECT ON polarity.applied FROM deployer",
            says: "may not read the engine's schema polarity",
            grants: #"GRANT SELECT ON TABLE "polarity"."applied" TO"#),
    ],
    [
        Theft(
            "USAGE on the language",
            "DELETE FROM polarity.member WHERE node = 'tokyo'; REVOKE USAGE ON LANGUAGE plpgsql FROM PUBLIC",
            says: "language plpgsql", grants: "GRANT USAGE ON LANGUAGE plpgsql TO")
    ],
    [
        Theft(
            "what is in the schema polarity",
            "DELETE FROM polarity.member WHERE node = 'tokyo'; ALTER FUNCTION polarity.log_change() OWNER TO postgres",
            says: "holds what is not its owner's",
            grants: #"ALTER FUNCTION polarity.log_change() OWNER TO "deployer""#),
        Theft(
            "the schema polarity",
            "DELETE FROM polarity.member WHERE node = 'tokyo'; REASSIGN OWNED BY deployer TO proprietor;"
                + "REVOKE proprietor FROM deployer; GRANT USAGE ON SCHEMA polarity TO deployer;"
                + "GRANT SELECT ON ALL TABLES IN SCHEMA polarity TO deployer;"
                + "GRANT SELECT ON ALL SEQUENCES IN SCHEMA polarity TO deployer",
            says: "schema polarity on 'paris' belongs to proprietor", grants: #"GRANT "proprietor" TO"#),
    ],
]

@Test func `a right that apply lacks is named before anything is touched, and what is printed gives it`() async throws {
    try await Shop.lend("rights_one_less", isApplied: false) { shop in
        try await shop.close()
        try await shop.withRoles(["proprietor", "deployer"]) {
            for node in Shop.nodes {
                try await shop.ask(
                    node,
                    """
                    CREATE TABLE public.parts (id int, k int, PRIMARY KEY (id, k)) PARTITION BY LIST (k);
                    CREATE TABLE public.parts1 PARTITION OF public.parts FOR VALUES IN (1);
                    """)
            }
            let more = "  - public.parts\npolicy: {sequences: ignore}"
            try shop.declare(as: "deployer", more: more)
            func apply() async throws -> CommandResult { try await shop.polarity("apply", "--yes", "-o", "json") }
            // From CONNECT alone to a cluster that stands, by what is printed.
            try await shop.grant(SeenReport(apply().output))
            #expect(try await apply().status == 0)
            let tried = thefts.flatMap { Faults.some(of: $0, every: $0.count) }
            for theft in tried {
                try await shop.ask("paris", theft.sql)
                let before = try await shop.everything()
                let refused = try await apply()
                #expect(refused.status == 77, "\(theft.description): \(refused.output)")
                #expect(try await shop.everything() == before, "\(theft.description)")
                let report = try SeenReport(refused.output)
                let named = report.findings.filter(\.blocking)
                #expect(named.contains { $0.message.contains(theft.says) }, "\(theft.description): \(named)")
                let isNamed = named.allSatisfy { $0.node == "paris" && $0.message.contains("deployer") }
                #expect(isNamed, "\(theft.description): \(named)")
                #expect(report.grants.contains { $0.statements.contains(theft.grants) }, "\(report.grants)")
                try await shop.grant(report)
                let done = try await apply()
                #expect(done.status == 0, "\(theft.description): \(done.output)\(done.errorOutput)")
            }
            tally(
                .privileges, "an apply without one right on one node, in \(thefts.count) sorts", times: tried.count,
                seen:
                    "exit 77, nothing changed on any node; with the statement that was printed the next apply converged: without "
                    + tried.map(\.description).joined(separator: "; without ")
            )
        }
    }
}

// MARK: - Opening, one right less

@Test func `rights that only a move needs are asked for before it`() async throws {
    try await Shop.lend("rights_to_move", isApplied: false) { shop in
        for node in Shop.nodes { try await shop.ask(node, custom) }
        try await shop.withRoles(["mover", "stock"]) {
            for node in Shop.nodes {
                try await shop.ask(
                    node,
                    """
                    ALTER TABLE public.orders OWNER TO mover; ALTER TABLE public.order_items OWNER TO mover;
                    ALTER TABLE sales."Order Line" OWNER TO mover; GRANT USAGE ON SCHEMA sales, repl TO mover;
                    REVOKE ALL ON SEQUENCE public.orders_id_seq FROM mover
                    """)
            }
            let more = customEngine.replacing("sequences: ignore", with: "sequences: advance")
            try shop.declare(as: "mover", more: more)
            #expect(try await shop.polarity("apply", "--yes", "-q").status == 0)
            try shop.declare(as: "mover", origin: "paris", more: more)
            let before = try await shop.everything()
            let move = ["apply", "--yes", "--allow", "ORIGIN_CHANGE", "-o", "json"]
            let refused = try await shop.start(move).wait()
            #expect(refused.status == 77, "\(refused.output)")
            #expect(try await shop.everything() == before)
            let statements = try SeenReport(refused.output).grants.map { "\($0.node): \($0.statements)" }
            for node in Shop.nodes {
                let what = node == "paris" ? "SELECT, UPDATE" : "SELECT"
                #expect(
                    statements.contains(#"\#(node): GRANT \#(what) ON SEQUENCE "public"."orders_id_seq" TO "mover""#))
            }
            #expect(
                statements.contains(
                    #"paris: GRANT SELECT ON TABLE "repl"."log" TO "mover"; GRANT SELECT ON TABLE "repl"."progress" TO "mover""#
                ), "\(statements)")
            try await shop.grant(SeenReport(refused.output))
            let done = try await shop.start(move).wait()
            #expect(done.status == 0, "\(done.output)")
            tally(
                .privileges, "a move without SELECT on the custom engine's progress, SELECT and UPDATE on a sequence",
                times: statements.count, seen: "exit 77, nothing changed; with what was printed the set moved")
        }
    }
}

@Test func `a role that may not be become, and one that does not exist, are named`() async throws {
    try await Shop.lend("rights_role", isApplied: false) { shop in
        try await shop.withRoles(["clerk_r", "owner_r"]) {
            for node in Shop.nodes {
                try await shop.ask(
                    node,
                    """
                    ALTER TABLE public.orders OWNER TO owner_r; ALTER TABLE public.order_items OWNER TO owner_r;
                    ALTER TABLE sales."Order Line" OWNER TO owner_r; GRANT USAGE ON SCHEMA sales TO owner_r;
                    GRANT CREATE ON DATABASE \(quoted(shop.addresses[node]?.value(of: "dbname") ?? "")) TO clerk_r
                    """)
            }
            for (role, says, exists) in [("owner_r", "may not become owner_r", true), ("nobody_r", "no role", false)] {
                let nodes = Shop.nodes.map { node in
                    let address = shop.addresses[node]?.text.replacing("user=postgres", with: "user=clerk_r") ?? ""
                    return "  \(node): {conninfo: \"\(address)\", role: \(role)}\n"
                }
                let text = shop.file().replacing(/nodes:\n(  .*\n)+/, with: "nodes:\n" + nodes.joined())
                try shop.write(text, to: "polarity.yaml")
                let before = try await shop.everything()
                let answer = try await shop.polarity("apply", "--yes", "-o", "json")
                #expect(answer.status == 77, "\(answer.output)")
                let report = try SeenReport(answer.output)
                #expect(report.findings.contains { $0.code == "NOT_OWNER" && $0.message.contains(says) })
                #expect(try await shop.everything() == before)
                guard exists else { continue }
                try await shop.grant(report)
                #expect(try await shop.polarity("apply", "--yes", "-q").status == 0)
                try await shop.ask("paris", open)
            }
        }
    }
}
