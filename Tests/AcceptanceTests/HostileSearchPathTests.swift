import Foundation
import Postgres
import SafetyTally
import Sandbox
import TestSupport
import Testing

@Suite struct `a search path that means harm` {
    @Test func `leads no session of polarity to anything but the catalogs`() async throws {
        try await Shop.lend("path", isApplied: false) { shop in
            for node in Shop.nodes { try await shop.setTraps(node) }
            let environment = ["PGOPTIONS": "-c search_path=evil,public,pg_catalog"]
            var commands = 0
            let expect = { (arguments: [String], status: Int32) async throws -> CommandResult in
                let answer = try await shop.start(arguments, environment: environment).wait()
                #expect(answer.status == status, "\(arguments): \(answer.output)\(answer.errorOutput)")
                commands += 1
                return answer
            }
            _ = try await expect(["apply", "--yes"], 0)
            _ = try await expect(["status"], 0)
            // A script of psql's, too.
            try await shop.pinned("paris", #"ALTER TABLE public.orders DISABLE TRIGGER "00_polarity_deny""#)
            try shop.write(try await expect(["apply", "--dry-run", "-o", "sql"], 0).output, to: "repair.sql")
            let address = try #require(shop.addresses["tokyo"]).text
            let psql = try await run(
                "psql", ["--no-psqlrc", "--quiet", "--file", "repair.sql", address], workingDirectory: shop.directory)
            #expect(psql.status == 0, "\(psql.errorOutput)")
            _ = try await expect(["status"], 0)
            try await shop.meetEachOther(expect)
            // The evidence, a move, and a lost origin that returns.
            try await shop.pinned("berlin", "INSERT INTO public.orders (customer) VALUES ('Ada')")
            let logged = try await shop.ask("berlin", "SELECT pg_catalog.max(seq) FROM polarity.log") ?? ""
            for node in ["paris", "tokyo"] {
                try await shop.pinned(
                    node, "INSERT INTO polarity.applied (origin, seq) SELECT 'berlin', \(logged) FROM pg_class LIMIT 1")
            }
            try shop.declare(origin: "paris", more: "policy: {sequences: advance}")
            _ = try await expect(["apply", "--yes", "--allow", "ORIGIN_CHANGE"], 0)
            _ = try await expect(["explain", "paris/public.orders"], 0)
            try await shop.pinned("paris", "INSERT INTO public.orders (customer) VALUES ('Bob')")
            try shop.declare(
                origin: "tokyo", conninfos: ["paris": "host=/nowhere"], more: "policy: {sequences: ignore}")
            _ = try await expect(
                ["apply", "--yes", "--failover", "paris", "--allow", "ORIGIN_CHANGE,UNPROVEN_HANDOVER"], 0)
            try shop.declare(origin: "tokyo")
            let returned = try await expect(["status", "-v"], 2)
            #expect(returned.output.contains("public.orders"))
            try await shop.expectTraps(commands)
        }
    }

    @Test func `of a writer does not lead the functions of the log's owner astray`() async throws {
        try await Shop.lend("writer", isApplied: false) { shop in
            try await Mallory.lend(to: shop) { mallory in
                for node in Shop.nodes {
                    try await mallory.run(node, Mallory.functions + Self.things + Self.wide)
                    try await shop.ask(node, "GRANT ALL ON ALL TABLES IN SCHEMA public TO \(mallory.name)")
                }
                try shop.write(shop.file() + "  - mallory.things\n  - mallory.wide\n", to: "polarity.yaml")
                let applied = try await shop.polarity("apply", "--yes")
                #expect(applied.status == 0, "\(applied.output)")
                var statements = 0
                for node in ["berlin", "paris"] {
                    try await mallory.run(node, Traps.everywhere)
                    let session = try await mallory.connect(node)
                    _ = try await session.run(Self.hers)
                    for statement in Self.writes {
                        let error = try await session.message(statement).error
                        // There is no row to update or delete where none could be inserted.
                        let isRefused =
                            node == "paris" && !statement.hasPrefix("UPDATE") && !statement.hasPrefix("DELETE")
                        #expect(error?.sqlState == (isRefused ? "25006" : nil), "\(statement): \(error as Any)")
                        statements += 1
                        if error != nil { _ = try await session.message("ROLLBACK") }
                    }
                    await session.close()
                }
                let operations = try await shop.ask(
                    "berlin", "SELECT string_agg(operation::text, '' ORDER BY seq) FROM polarity.log")
                #expect(operations == "IUDTTIUIDDTIUT")
                let springs = try await Traps.sprung(in: shop.database)
                #expect(!springs.isEmpty)
                let others = springs.filter { !$0.contains(": \(mallory.name) became \(mallory.name) in ") }
                #expect(others.isEmpty, "\(others)")
                tally(
                    .input,
                    "A writer's search path of traps, her temporary tables, operators, types, casts and domains, through the "
                        + "triggers of builtin",
                    times: statements, seen: "writes logged or refused; nothing of hers ran with another's rights")
            }
        }
    }
}

extension `a search path that means harm` {
    /// A table of types of her own, with casts that tell.
    fileprivate static let things = """
        CREATE TYPE mallory.mood AS ENUM ('sad', 'glad');
        CREATE FUNCTION mallory.mood_json(mallory.mood) RETURNS json LANGUAGE plpgsql AS
            \(literal(Traps.body("RETURN '1'")));
        CREATE FUNCTION mallory.mood_text(mallory.mood) RETURNS text LANGUAGE plpgsql AS
            \(literal(Traps.body("RETURN 'x'")));
        CREATE CAST (mallory.mood AS json) WITH FUNCTION mallory.mood_json(mallory.mood) AS IMPLICIT;
        CREATE CAST (mallory.mood AS text) WITH FUNCTION mallory.mood_text(mallory.mood) AS IMPLICIT;
        CREATE DOMAIN mallory.word AS text CHECK (mallory.ask(VALUE));
        CREATE TYPE mallory.pair AS (m mallory.mood, w mallory.word);
        CREATE TABLE mallory.things (id int PRIMARY KEY, m mallory.mood, w mallory.word, p mallory.pair, l mallory.mood[]);
        """
    /// More columns than the log takes at once.
    fileprivate static let wide = """
        CREATE TABLE mallory.wide (id int PRIMARY KEY, \((0..<80).map { "c\($0) mallory.mood" }.joined(separator: ", ")));
        """
    /// What her session makes of itself.
    fileprivate static let hers = """
        CREATE TEMP TABLE pg_class AS SELECT * FROM pg_catalog.pg_class LIMIT 0;
        CREATE TEMP TABLE pg_attribute AS
            SELECT attrelid, attname, attnum, attisdropped FROM pg_catalog.pg_attribute LIMIT 0;
        CREATE TEMP TABLE pg_constraint AS SELECT * FROM pg_catalog.pg_constraint LIMIT 0;
        CREATE TEMP TABLE log AS SELECT 1 AS seq;
        CREATE FUNCTION pg_temp.current_setting(text) RETURNS text LANGUAGE plpgsql AS
            \(literal(Traps.body("RETURN 'local'")));
        CREATE DOMAIN pg_temp.text AS pg_catalog.text CHECK (mallory.ask(1));
        SET quote_all_identifiers = on; SET standard_conforming_strings = off; SET transform_null_equals = on;
        SET array_nulls = off; SET plpgsql.extra_errors = 'all';
        SET search_path = pg_temp, evil, public, pg_catalog;
        """
    fileprivate static let writes = [
        "INSERT INTO public.orders (id, customer) VALUES (1, 'Ada')", "UPDATE public.orders SET customer = 'Bob'",
        "DELETE FROM public.orders", "TRUNCATE public.orders CASCADE",
        "INSERT INTO mallory.things VALUES (1, 'sad', 'w', '(glad,v)', '{sad,glad}')",
        "UPDATE mallory.things SET m = 'glad'",
        "BEGIN ISOLATION LEVEL REPEATABLE READ; INSERT INTO mallory.things VALUES (2, 'sad'); COMMIT",
        "DELETE FROM mallory.things", "TRUNCATE mallory.things",
        "INSERT INTO mallory.wide (id, c1) VALUES (1, 'sad')", "UPDATE mallory.wide SET c2 = 'glad'",
        "TRUNCATE mallory.wide",
    ]
}

extension Shop {
    /// Puts a schema of traps before the catalogs, for every session from now on.
    fileprivate func setTraps(_ node: String) async throws {
        try await ask(
            node,
            """
            \(Traps.everywhere)
            ALTER DATABASE \(database) SET search_path = evil, public, pg_catalog;
            ALTER ROLE postgres IN DATABASE \(database) SET search_path = evil, public, pg_catalog;
            """)
    }

    /// The same as asking, past the traps.
    @discardableResult
    fileprivate func pinned(_ node: String, _ sql: String) async throws -> String? {
        try await ask(node, "SET search_path = pg_catalog; " + sql)
    }

    /// One apply waits for a table, which names the holder; another comes meanwhile, and is told of the first.
    fileprivate func meetEachOther(
        _ expect: ([String], Int32) async throws -> CommandResult
    ) async throws {
        try await pinned("paris", #"ALTER TABLE public.orders DISABLE TRIGGER "00_polarity_deny""#)
        let holder = try await connect("paris")
        _ = try await holder.run("SET search_path = pg_catalog; BEGIN; LOCK TABLE public.orders IN SHARE MODE")
        let apply = try start(["apply", "--yes", "--retries", "1000"])
        #expect(try await eventually { apply.errorOutput.contains("pid \(holder.processID) postgres \"etl\"") })
        let second = try await expect(["apply", "--yes"], 75)
        #expect((second.output + second.errorOutput).contains("polarity lock"), "\(second.output)\(second.errorOutput)")
        _ = try await holder.run("ROLLBACK")
        await holder.close()
        let answer = await apply.wait()
        #expect(answer.status == 0, "\(answer.output)")
    }

    /// Nobody but the test itself was told on.
    fileprivate func expectTraps(_ commands: Int) async throws {
        await #expect(throws: PostgresError.self) { try await ask("berlin", "SELECT 1 = 1, now()") }
        let springs = try await Traps.sprung(in: database)
        #expect(!springs.isEmpty)
        let ours = springs.filter { !$0.contains(" in etl by ") }
        #expect(ours.isEmpty, "\(Set(ours))")
        tally(
            .input,
            "A search path that leads to traps for functions, operators, types and catalogs, of role and database",
            times: commands, seen: "commands of polarity and a script of psql's met none of them")
    }
}
