import Foundation
import Postgres
import SafetyTally
import Sandbox
import TestSupport
import Testing

/// Something that moves on paris between review and apply, and the way back.
private struct Move: Sendable {
    let statement: String
    let back: String

    init(_ statement: String, _ back: String) {
        self.statement = statement
        self.back = back
    }

    /// The log trigger of `public.orders` with another definition.
    private static func trigger(_ events: String, _ call: String = "polarity.log_change()") -> Move {
        Move(logTrigger(events, call), logTrigger(rows, "polarity.log_change()"))
    }

    private static func logTrigger(_ events: String, _ call: String) -> String {
        """
        CREATE OR REPLACE TRIGGER "00_polarity_log" AFTER \(events) EXECUTE FUNCTION \(call);
        ALTER TABLE public.orders DISABLE TRIGGER "00_polarity_log"
        """
    }

    private static let rows = "INSERT OR UPDATE OR DELETE ON public.orders FOR EACH ROW"
    private static let foreignKey = """
        ALTER TABLE public.order_items ADD CONSTRAINT order_items_order_id_fkey
            FOREIGN KEY (order_id) REFERENCES public.orders (id)
        """
    private static let noForeignKey = "ALTER TABLE public.order_items DROP CONSTRAINT order_items_order_id_fkey"
    private static let database = "EXECUTE format('ALTER DATABASE %I"

    static let all: [Move] =
        [
            // What a trigger is.
            Move(
                #"ALTER TABLE public.orders ENABLE REPLICA TRIGGER "00_polarity_log""#,
                #"ALTER TABLE public.orders DISABLE TRIGGER "00_polarity_log""#),
            trigger(rows, "polarity.deny_change()"), trigger("INSERT ON public.orders FOR EACH ROW"),
            trigger(rows, "polarity.log_change('x')"),
            trigger("INSERT OR UPDATE OF customer OR DELETE ON public.orders FOR EACH ROW"),
            trigger(rows + " WHEN (pg_trigger_depth() = 0)"),
            Move(
                #"ALTER TRIGGER "00_polarity_log" ON public.orders RENAME TO other"#,
                #"ALTER TRIGGER other ON public.orders RENAME TO "00_polarity_log""#),
            Move(
                "CREATE TRIGGER own BEFORE \(rows) EXECUTE FUNCTION suppress_redundant_updates_trigger()",
                "DROP TRIGGER own ON public.orders"),
            Move(
                "CREATE CONSTRAINT TRIGGER own AFTER \(rows) EXECUTE FUNCTION suppress_redundant_updates_trigger()",
                "DROP TRIGGER own ON public.orders"),
            // Rules.
            Move(
                "CREATE RULE shadow AS ON DELETE TO public.orders DO ALSO NOTHING", "DROP RULE shadow ON public.orders"),
            Move(
                "CREATE RULE shadow AS ON DELETE TO public.orders DO INSTEAD NOTHING",
                "DROP RULE shadow ON public.orders"),
        ] + tables + engine + others

    private static let tables = [
        Move("ALTER TABLE public.orders RENAME TO elsewhere", "ALTER TABLE public.elsewhere RENAME TO orders"),
        Move("ALTER TABLE public.order_items SET UNLOGGED", "ALTER TABLE public.order_items SET LOGGED"),
        Move("ALTER TABLE public.orders OWNER TO pg_monitor", "ALTER TABLE public.orders OWNER TO postgres"),
        Move(
            "ALTER TABLE public.order_items DROP CONSTRAINT order_items_pkey",
            "ALTER TABLE public.order_items ADD PRIMARY KEY (order_id, position)"),
        Move("CREATE TABLE public.child () INHERITS (public.order_items)", "DROP TABLE public.child"),
        Move(
            #"ALTER SEQUENCE sales."Order Line_Id_seq" INCREMENT 2"#,
            #"ALTER SEQUENCE sales."Order Line_Id_seq" INCREMENT 1"#),
        Move(
            #"ALTER SEQUENCE sales."Order Line_Id_seq" MAXVALUE 5000"#,
            #"ALTER SEQUENCE sales."Order Line_Id_seq" NO MAXVALUE"#),
        Move(
            #"ALTER SEQUENCE sales."Order Line_Id_seq" OWNED BY NONE"#,
            #"ALTER SEQUENCE sales."Order Line_Id_seq" OWNED BY sales."Order Line"."Id""#),
        Move(noForeignKey, foreignKey),
        Move("\(noForeignKey); \(foreignKey) ON DELETE CASCADE", "\(noForeignKey); \(foreignKey)"),
    ]

    private static let engine = [
        Move(
            "CREATE OR REPLACE FUNCTION polarity.version() RETURNS integer LANGUAGE sql AS 'SELECT 0'",
            """
            CREATE OR REPLACE FUNCTION polarity.version() RETURNS integer
            LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS 'SELECT 2'
            """),
        Move(
            "ALTER FUNCTION polarity.deny_change() SECURITY INVOKER",
            "ALTER FUNCTION polarity.deny_change() SECURITY DEFINER"),
        Move("UPDATE polarity.origin SET origin = 'paris'", "UPDATE polarity.origin SET origin = 'berlin'"),
        Move("UPDATE polarity.node SET node = 'tokyo'", "UPDATE polarity.node SET node = 'paris'"),
        Move(
            "DELETE FROM polarity.member WHERE node = 'tokyo'",
            "INSERT INTO polarity.member SELECT cluster, set_name, 'tokyo' FROM polarity.origin"),
        Move(
            "DELETE FROM polarity.replicated WHERE table_name = 'orders'",
            "INSERT INTO polarity.replicated SELECT 'public', 'orders', cluster, set_name FROM polarity.origin"),
        Move(
            """
            INSERT INTO polarity.node VALUES ('stock', 'paris'); INSERT INTO polarity.origin VALUES ('stock', 's');
            UPDATE polarity.replicated SET (cluster, set_name) = ('stock', 's') WHERE table_name = 'orders'
            """,
            """
            UPDATE polarity.replicated SET (cluster, set_name) = ('shop', 'default');
            DELETE FROM polarity.node WHERE cluster = 'stock'
            """),
    ]

    private static let others = [
        Move(
            """
            CREATE TABLE public.undeclared (id integer PRIMARY KEY);
            CREATE TRIGGER "00_polarity_log" AFTER INSERT OR UPDATE OR DELETE ON public.undeclared
                FOR EACH ROW EXECUTE FUNCTION polarity.log_change()
            """, "DROP TABLE public.undeclared"),
        Move(
            """
            CREATE FUNCTION public.guard() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
            CREATE EVENT TRIGGER guard ON ddl_command_end EXECUTE FUNCTION public.guard()
            """, "DROP FUNCTION public.guard() CASCADE"),
        Move(
            "DO $$ BEGIN \(database) SET default_transaction_read_only = on', current_database()); END $$",
            """
            BEGIN READ WRITE;
            DO $$ BEGIN \(database) RESET default_transaction_read_only', current_database()); END $$;
            COMMIT
            """),
    ]
}

@Suite struct `a plan that was reviewed` {
    private let unlog = #"ALTER TABLE public.orders DISABLE TRIGGER "00_polarity_log""#

    @Test func `is refused after whatever moved meanwhile, and good again when that is taken back`() async throws {
        try await Shop.lend("moved") { shop in
            try await shop.ask("berlin", unlog)
            #expect(try await shop.polarity("apply", "--dry-run", "--out", "plan.json").status == 0)
            let moves = Faults.some(of: Move.all, every: 4)
            for move in moves {
                try await shop.ask("paris", move.statement)
                let before = try await shop.modes()
                let answer = try await shop.polarity("apply", "plan.json")
                #expect(answer.status == 4, "\(move.statement): \(answer.output)\(answer.errorOutput)")
                #expect(
                    answer.output.contains("✗ STALE_PLAN: the world has moved since the review: "), "\(move.statement)")
                #expect(try await shop.modes() == before, "\(move.statement)")
                try await shop.ask("paris", move.back)
            }
            // What applications write moves no plan.
            try await shop.ask("berlin", #"INSERT INTO sales."Order Line" ("Note") VALUES ('x')"#)
            let answer = try await shop.polarity("apply", "plan.json")
            #expect(answer.status == 0, "\(answer.output)")
            #expect(try await shop.polarity("status").status == 0)
            tally(
                .stalePlan, "Something moved on a node between review and apply", times: moves.count,
                seen: "each ended with 4 and `STALE_PLAN`, nothing changed; taken back, the same plan was carried out")
        }
    }

    @Test func `is refused when another table stands under a name, or another database behind one`() async throws {
        try await Shop.lend("swapped") { shop in
            try shop.declare(conninfos: ["paris": "${PARIS}"])
            let addresses = shop.addresses.mapValues(\.text)
            let paris = ["PARIS": addresses["paris"] ?? ""]
            try await shop.ask("berlin", unlog)
            #expect(
                try await shop.polarity("apply", "--dry-run", "--out", "plan.json", environment: paris).status == 0)
            let before = try await shop.modes()
            let swapped = try await shop.polarity(
                "apply", "plan.json", environment: ["PARIS": addresses["tokyo"] ?? ""])
            #expect(swapped.status == 4)
            #expect(swapped.output.contains("✗ STALE_PLAN: "))
            #expect(try await shop.modes() == before)
            try await shop.ask(
                "paris",
                """
                DROP TABLE public.order_items;
                CREATE TABLE public.order_items (order_id bigint NOT NULL REFERENCES public.orders (id),
                    position integer NOT NULL, article text NOT NULL, quantity integer NOT NULL DEFAULT 1,
                    PRIMARY KEY (order_id, position))
                """)
            let replaced = try await shop.polarity("apply", "plan.json", environment: paris)
            #expect(replaced.status == 4)
            #expect(replaced.output.contains("✗ STALE_PLAN: "))
            #expect(try await shop.polarity("apply", "--yes", environment: paris).status == 0)
            #expect(try await shop.polarity("status", environment: paris).status == 0)
            tally(
                .stalePlan, "Another table under a name, another database behind a name, between review and apply",
                times: 2, seen: "each ended with 4 and `STALE_PLAN`, nothing changed")
        }
    }
}
