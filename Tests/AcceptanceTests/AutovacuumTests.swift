import Foundation
import Postgres
import SafetyTally
import Sandbox
import TestSupport
import Testing

@Suite struct `autovacuum` {
    /// So slow that it lasts for a minute and more.
    private static let slow = "autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1"

    /// What makes an autovacuum begin: dead rows for one table, more transactions than the other may be behind.
    private static let provocation = """
        ALTER TABLE public.order_items SET (\(slow), autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0);
        ALTER TABLE public.orders SET (\(slow), autovacuum_freeze_max_age = 100000, autovacuum_vacuum_insert_threshold = -1);
        INSERT INTO public.orders (customer) SELECT repeat('x', 1000) FROM generate_series(1, 5000);
        INSERT INTO public.order_items SELECT 1, i, repeat('x', 1000) FROM generate_series(1, 5000) AS i;
        UPDATE public.order_items SET quantity = 2;
        CREATE TABLE public.used (id integer);
        DO $$ BEGIN
            FOR i IN 1..110000 LOOP
                BEGIN INSERT INTO public.used VALUES (1); EXCEPTION WHEN others THEN END;
            END LOOP;
        END $$
        """

    @Test func `gives way after deadlock_timeout; to prevent wraparound it does not, and is named`() async throws {
        let server = try await Server.create(name: "vacuumed", settings: ["autovacuum_naptime": "1s"])
        let directory = try temporaryDirectory()
        let shop = Shop(
            directory: directory, addresses: ["berlin": try ConnectionString(server.connectionString())])
        try await shop.ask("berlin", Sandbox.exampleSchema)
        try shop.write(
            """
            version: 1
            cluster: shop
            nodes: {berlin: "\(shop.addresses["berlin"]?.text ?? "")"}
            origin: berlin
            tables: [public.orders, public.order_items]
            """, to: "polarity.yaml")
        #expect(try await shop.polarity("apply", "--yes").status == 0)
        for table in ["orders", "order_items"] {
            try await shop.ask("berlin", #"ALTER TABLE public.\#(table) DISABLE TRIGGER "00_polarity_log""#)
        }
        try await shop.ask("berlin", Self.provocation)

        #expect(try await eventually { try await shop.ask("berlin", vacuums("order_items")) == "t" })
        let ordinary = try await shop.polarity("apply", "--yes", "--table", "public.order_items")
        #expect(ordinary.status == 0, "\(ordinary.output)\(ordinary.errorOutput)")
        #expect(ordinary.errorOutput.contains("autovacuum worker for 0:"), "\(ordinary.errorOutput)")

        #expect(try await eventually { try await shop.ask("berlin", vacuums("orders (to prevent wraparound)")) == "t" })
        let before = try await shop.modes("berlin")
        let stubborn = try await shop.polarity("apply", "--yes", "--retries", "4")
        #expect(stubborn.status == 75, "\(stubborn.output)")
        let named = #/busy for 4 tries: pid \d+, autovacuum worker \(to prevent wraparound\) for 0:/#
        #expect(stubborn.output.contains(named), "\(stubborn.output)")
        #expect(try await shop.modes("berlin") == before)

        try await shop.ask("berlin", "ALTER SYSTEM SET autovacuum = off")
        try await shop.ask(
            "berlin",
            """
            SELECT pg_reload_conf(), pg_sleep(1.5), pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE backend_type = 'autovacuum worker'
            """)
        #expect(try await shop.polarity("apply", "--yes").status == 0)
        #expect(try await shop.polarity("status").status == 0)
        try await server.remove()
        try FileManager.default.removeItem(atPath: directory)
        tally(
            .locks, "An autovacuum worker had the table, once an ordinary one and once to prevent wraparound", times: 2,
            seen: "the ordinary one gave way after deadlock_timeout and apply went through; the other did not: 75, and "
                + "it was named")
    }

    private func vacuums(_ what: String) -> String {
        """
        SELECT EXISTS (SELECT FROM pg_stat_activity
                        WHERE backend_type = 'autovacuum worker' AND query LIKE 'autovacuum: VACUUM% public.\(what)')
        """
    }
}
