import Sandbox
import Testing

@Suite struct `the log of an origin` {
    private let move = ["apply", "--yes", "--allow", "ORIGIN_CHANGE"]

    /// Says on both subscribers how far berlin's log was applied.
    private func applied(_ seq: String, _ shop: Shop) async throws {
        for node in ["paris", "tokyo"] {
            try await shop.ask(
                node,
                """
                INSERT INTO polarity.applied (origin, seq) VALUES ('berlin', \(seq))
                    ON CONFLICT (origin) DO UPDATE SET seq = EXCLUDED.seq
                """)
        }
    }

    /// Nothing moves, and nothing was touched.
    private func refuses(_ shop: Shop, _ status: Int32, _ word: String) async throws {
        let before = try await shop.modes()
        try shop.declare(origin: "paris", more: "policy: {sequences: ignore}")
        let refused = try await shop.start(move + ["--apply-timeout", "2s"]).wait()
        #expect(refused.status == status && refused.output.contains(word), "\(refused.output)\(refused.errorOutput)")
        #expect(try await shop.modes() == before)
        try shop.declare(more: "policy: {sequences: ignore}")
    }

    @Test func `that is restored from an older copy proves no move by what was applied of the newer one`() async throws
    {
        try await Shop.lend("restored") { shop in
            for _ in 0..<10 { try await shop.ask("berlin", "INSERT INTO public.orders (customer) VALUES ('Ada')") }
            // What the copy of the files has forgotten.
            try await applied("100", shop)
            let status = try await shop.polarity("status")
            #expect(status.status == 2 && status.output.contains("LOG_REPLACED"), "\(status.output)")
            try await shop.ask("berlin", "INSERT INTO public.orders (customer) VALUES ('Grace')")
            try await refuses(shop, 4, "LOG_REPLACED")
            try await applied("11", shop)
            #expect(try await shop.polarity("status").status == 0)
            try shop.declare(origin: "paris", more: "policy: {sequences: ignore}")
            let moved = try await shop.start(move).wait()
            #expect(moved.status == 0, "\(moved.output)\(moved.errorOutput)")
        }
    }

    @Test func `that was dropped is made anew above what was applied of it`() async throws {
        try await Shop.lend("dropped_log") { shop in
            for _ in 0..<3 { try await shop.ask("berlin", "INSERT INTO public.orders (customer) VALUES ('Ada')") }
            try await applied("3", shop)
            try await shop.ask("berlin", "DROP TABLE polarity.log")
            let repaired = try await shop.polarity("apply", "--yes")
            #expect(repaired.status == 0, "\(repaired.output)\(repaired.errorOutput)")
            #expect(try await shop.polarity("status").status == 0)
            try await shop.ask("berlin", "INSERT INTO public.orders (customer) VALUES ('Grace')")
            #expect(try await shop.ask("berlin", "SELECT min(seq) FROM polarity.log") == "4")
            try await refuses(shop, 75, "has applied 3 of 4")
        }
    }

    /// Writes the file with another name for one of its tables.
    private func declare(_ name: String, for former: String, _ origin: String, _ shop: Shop) throws {
        let file = shop.file(origin: origin, more: "policy: {sequences: ignore}")
        try shop.write(file.replacing("- \(former)\n", with: "- \(name)\n"), to: "polarity.yaml")
    }

    @Test(arguments: [true, false])
    func `holds what a table logged before it was renamed, and a move waits for that`(isRecorded: Bool) async throws {
        try await Shop.lend("renamed") { shop in
            try await applied("0", shop)
            try await shop.ask("berlin", "INSERT INTO public.orders (customer) VALUES ('Ada')")
            for node in Shop.nodes { try await shop.ask(node, "ALTER TABLE public.orders RENAME TO purchases") }
            if isRecorded {
                try declare("public.purchases", for: "public.orders", "berlin", shop)
                let renamed = try await shop.polarity("apply", "--yes")
                #expect(renamed.status == 0, "\(renamed.output)\(renamed.errorOutput)")
            }
            try declare("public.purchases", for: "public.orders", "paris", shop)
            let before = try await shop.modes()
            let refused = try await shop.start(move + ["--apply-timeout", "2s"]).wait()
            #expect(refused.status == 75, "\(refused.output)\(refused.errorOutput)")
            #expect(refused.output.contains("has applied 0 of 1"), "\(refused.output)")
            #expect(try await shop.modes() == before)
            try await applied("1", shop)
            let moved = try await shop.start(move).wait()
            #expect(moved.status == 0, "\(moved.output)\(moved.errorOutput)")
        }
    }

    @Test func `that loses or refuses what is written to it is told by status, and mended by hand`() async throws {
        try await Shop.lend("faulty_log") { shop in
            let faults = [
                (
                    "CREATE RULE silence AS ON INSERT TO polarity.log DO INSTEAD NOTHING",
                    #"DROP RULE "silence" ON polarity.log"#
                ),
                (
                    """
                    CREATE FUNCTION public.swallow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
                    CREATE TRIGGER swallow BEFORE INSERT ON polarity.log FOR EACH ROW EXECUTE PROCEDURE public.swallow()
                    """, #"DROP TRIGGER "swallow" ON polarity.log"#
                ),
                ("ALTER TABLE polarity.log SET UNLOGGED", "ALTER TABLE polarity.log SET LOGGED"),
                (
                    "ALTER TABLE polarity.log ALTER seq DROP IDENTITY",
                    "ALTER TABLE polarity.log ALTER seq ADD GENERATED ALWAYS AS IDENTITY"
                ),
                (
                    "ALTER SEQUENCE polarity.log_seq_seq CACHE 100",
                    "ALTER TABLE polarity.log ALTER seq SET GENERATED ALWAYS; ALTER SEQUENCE polarity.log_seq_seq AS bigint "
                        + "CACHE 1 INCREMENT BY 1 NO MAXVALUE NO CYCLE"
                ),
                (
                    "ALTER TABLE polarity.log ENABLE ROW LEVEL SECURITY",
                    "ALTER TABLE polarity.log DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY"
                ),
                (
                    "ALTER TABLE polarity.log ALTER row TYPE text",
                    #"ALTER TABLE polarity.log ALTER "row" TYPE jsonb USING "row"::jsonb"#
                ),
            ]
            for (fault, mending) in faults {
                try await shop.ask("berlin", fault)
                let status = try await shop.polarity("status", "-o", "json")
                #expect(status.status == 2 && status.output.contains("LOG_ALTERED"), "\(fault): \(status.output)")
                #expect(status.output.contains(mending.replacing("\"", with: "\\\"")), "\(fault): \(status.output)")
                try await refuses(shop, 4, "LOG_ALTERED")
                try await shop.ask("berlin", mending)
                #expect(try await shop.polarity("status").status == 0, "\(mending)")
            }
        }
    }

    @Test func `that a newer program has made is left to it`() async throws {
        try await Shop.lend("newer") { shop in
            let newer = "CREATE OR REPLACE FUNCTION polarity.version() RETURNS integer LANGUAGE sql AS 'SELECT 3'"
            try await shop.ask("paris", newer)
            let plan = try await shop.polarity("apply", "--dry-run")
            #expect(plan.output.contains("ENGINE_NEWER") && !plan.output.contains("version 3 →"), "\(plan.output)")
            #expect(try await shop.polarity("status").status == 2)
            try await refuses(shop, 4, "ENGINE_NEWER")
            #expect(try await shop.ask("paris", "SELECT polarity.version()") == "3")
        }
    }

    @Test func `whose rows are hidden from who moves an origin proves nothing`() async throws {
        try await Shop.lend("hidden_rows") { shop in
            let login = "reader_of_the_log"
            try await shop.ask("berlin", "INSERT INTO public.orders (customer) VALUES ('Ada')")
            try await shop.ask(
                "berlin",
                """
                CREATE ROLE \(login) LOGIN; GRANT USAGE ON SCHEMA polarity TO \(login);
                GRANT SELECT ON ALL TABLES IN SCHEMA polarity TO \(login);
                GRANT SELECT ON ALL SEQUENCES IN SCHEMA polarity TO \(login);
                ALTER TABLE polarity.log ENABLE ROW LEVEL SECURITY
                """)
            let address = try #require(shop.addresses["berlin"]).text
            try shop.declare(origin: "paris", conninfos: ["berlin": address + " user=\(login)"])
            let status = try await shop.polarity("status")
            #expect(status.output.contains("row-level security"), "\(status.output)")
            #expect(try await shop.start(move).wait().status != 0)
            try await shop.ask("berlin", "DROP OWNED BY \(login); DROP ROLE \(login)")
        }
    }

    @Test func `whose function is another role's is told by status`() async throws {
        try await Shop.lend("foreign_function") { shop in
            try await shop.ask("berlin", "CREATE ROLE bob_of_the_log")
            try await shop.ask("berlin", "ALTER FUNCTION polarity.log_change() OWNER TO bob_of_the_log")
            let status = try await shop.polarity("status")
            #expect(status.status == 2 && status.output.contains("FUNCTION_ALTERED"), "\(status.output)")
            #expect(status.output.contains("ALTER FUNCTION polarity.log_change() OWNER TO"), "\(status.output)")
            try await shop.ask("berlin", "ALTER FUNCTION polarity.log_change() OWNER TO CURRENT_USER")
            #expect(try await shop.polarity("status").status == 0)
            try await shop.ask("berlin", "DROP ROLE bob_of_the_log")
        }
    }
}
