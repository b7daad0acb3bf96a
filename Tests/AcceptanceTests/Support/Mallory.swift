import Foundation
import Postgres
import Sandbox
import TestSupport

/// A role without rights of her own, on every server, who owns or writes what a test gives her.
struct Mallory: Sendable {
    let shop: Shop
    let name: String

    /// Lends her; what she owns in the shop's databases goes with her.
    static func lend(to shop: Shop, _ body: (Mallory) async throws -> Void) async throws {
        let mallory = Mallory(shop: shop, name: "mallory_\(shop.database)")
        for node in Shop.nodes {
            try await shop.ask(
                node,
                """
                CREATE ROLE \(mallory.name) LOGIN;
                GRANT ALL ON SCHEMA public, sales TO \(mallory.name);
                GRANT CREATE ON DATABASE \(shop.database) TO \(mallory.name);
                CREATE SCHEMA mallory AUTHORIZATION \(mallory.name);
                """)
        }
        try await body(mallory)
        for node in Shop.nodes {
            try await shop.ask(
                node,
                """
                SET search_path = pg_catalog; DROP OWNED BY \(mallory.name) CASCADE; DROP ROLE \(mallory.name)
                """)
        }
    }

    /// How she reaches a node.
    func conninfo(_ node: String) -> String {
        (shop.addresses[node]?.text ?? "").replacing("user=postgres", with: "user=\(name)")
    }

    /// A session of hers; whoever asks for it closes it.
    func connect(_ node: String) async throws -> Session {
        try await Session.connect(to: ConnectionString(conninfo(node)), timeout: .seconds(20), applicationName: "hers")
    }

    /// Runs SQL as her.
    func run(_ node: String, _ sql: String) async throws {
        let session = try await connect(node)
        _ = try await session.run(sql)
        await session.close()
    }

    /// Functions of hers that tell on whoever calls them, for every place where a table's owner can name one.
    static let functions = """
        CREATE FUNCTION mallory.say(anyelement) RETURNS text IMMUTABLE LANGUAGE plpgsql AS
            \(literal(Traps.body("RETURN 'said'")));
        CREATE FUNCTION mallory.ask(anyelement) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS
            \(literal(Traps.body("RETURN true")));
        CREATE FUNCTION mallory.fire() RETURNS trigger LANGUAGE plpgsql AS
            \(literal(Traps.body("RETURN coalesce(NEW, OLD)")));
        """

    /// Traps in every place that its owner has on a table; all of its columns but `id` have defaults.
    static func trap(_ table: String) -> String {
        """
        CREATE DOMAIN mallory.answer AS text CHECK (mallory.ask(VALUE));
        ALTER TABLE \(table) ADD COLUMN a mallory.answer DEFAULT 'a', ADD COLUMN b text DEFAULT mallory.say('b'::text),
            ADD COLUMN c text GENERATED ALWAYS AS (mallory.say('c'::text)) STORED,
            ADD CHECK (mallory.ask(1)), ADD EXCLUDE USING btree ((mallory.say(id)) WITH =);
        CREATE INDEX ON \(table) (mallory.say(1)) WHERE mallory.ask(1);
        CREATE STATISTICS mallory.told ON (mallory.say(id)) FROM \(table);
        CREATE TRIGGER "000" BEFORE INSERT OR UPDATE OR DELETE ON \(table) FOR EACH ROW EXECUTE FUNCTION mallory.fire();
        CREATE TRIGGER "zzz" AFTER INSERT OR UPDATE OR DELETE ON \(table) FOR EACH ROW EXECUTE FUNCTION mallory.fire();
        CREATE TRIGGER "001" BEFORE TRUNCATE ON \(table) EXECUTE FUNCTION mallory.fire();
        CREATE TRIGGER "zz1" AFTER INSERT ON \(table) EXECUTE FUNCTION mallory.fire();
        CREATE RULE told AS ON DELETE TO \(table) DO ALSO SELECT mallory.say(1);
        ALTER TABLE \(table) ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
        CREATE POLICY told ON \(table) USING (mallory.ask(id)) WITH CHECK (mallory.ask(id));
        """
    }
}

extension Shop {
    /// The name of its databases.
    var database: String { addresses["berlin"]?.value(of: "dbname") ?? "" }

    /// Waits until nobody is connected to a node but who asks, so that all counters are written.
    func settled(_ node: String) async throws -> Bool {
        try await eventually {
            try await ask(
                node,
                """
                SET search_path = pg_catalog;
                SELECT count(*) FROM pg_stat_activity
                 WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
                """) == "0"
        }
    }
}
