import FaultProxy
import Foundation
import Postgres
import Sandbox
import TestSupport
import Testing

/// A shop whose nodes are reached through proxies, and a look at the doors that asks the servers themselves.
struct GuardedShop: Sendable {
    let shop: Shop
    let injector: Injector
    let proxies: [String: FaultProxy]
    private let sessions: [String: Session]

    /// Lends one with a row that berlin logged and the others applied, and things of the user's own beside the file's.
    static func lend(
        _ name: String, isApplied: Bool = true, _ body: (GuardedShop) async throws -> Void
    ) async throws {
        try await Shop.lend(name, isApplied: false) { shop in try await stand(before: shop, isApplied: isApplied, body)
        }
    }

    /// Stands proxies before a shop that has no triggers yet.
    static func stand(
        before shop: Shop, isApplied: Bool = true, _ body: (GuardedShop) async throws -> Void
    ) async throws {
        let injector = Injector()
        var proxies: [String: FaultProxy] = [:]
        for (node, address) in shop.addresses {
            try await shop.ask(node, own)
            proxies[node] = try FaultProxy(to: address, as: node) { injector.decide($0) }
        }
        let guarded = GuardedShop(
            shop: shop, injector: injector, proxies: proxies, sessions: try await sessions(to: shop))
        try guarded.declare(origin: "berlin")
        if isApplied { try await guarded.begin() }
        try await body(guarded)
        for session in guarded.sessions.values { await session.close() }
        for proxy in proxies.values { proxy.stop() }
    }

    private static func sessions(to shop: Shop) async throws -> [String: Session] {
        var sessions: [String: Session] = [:]
        for (node, address) in shop.addresses {
            sessions[node] = try await Session.connect(to: address, timeout: .seconds(20), applicationName: "guard")
        }
        return sessions
    }

    /// The same with new sessions, after a server went and came, or gave its place to another.
    func reconnected(_ moved: [String: ConnectionString] = [:]) async throws -> GuardedShop {
        for session in sessions.values { await session.close() }
        for (node, address) in moved { try proxies[node]?.lead(to: address) }
        let shop = Shop(directory: shop.directory, addresses: shop.addresses.merging(moved) { $1 })
        return GuardedShop(
            shop: shop, injector: injector, proxies: proxies, sessions: try await Self.sessions(to: shop))
    }

    /// What nobody declared.
    private static let own = """
        CREATE TABLE public.notes (id int PRIMARY KEY, note text);
        CREATE FUNCTION public.own() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
        CREATE TRIGGER own_a BEFORE INSERT ON public.notes FOR EACH ROW EXECUTE FUNCTION public.own();
        CREATE TRIGGER own_b AFTER INSERT ON public.orders FOR EACH ROW EXECUTE FUNCTION public.own();
        ALTER TABLE public.notes ENABLE ALWAYS TRIGGER own_a;
        ALTER TABLE public.orders ENABLE REPLICA TRIGGER own_b;
        CREATE RULE own_rule AS ON DELETE TO public.notes DO ALSO NOTHING;
        """

    private func begin() async throws {
        let first = try await shop.polarity("apply", "--yes", "--quiet")
        guard first.status == 0 else { throw SandboxError(message: first.output + first.errorOutput) }
        try await ask("berlin", "INSERT INTO public.orders (customer) VALUES ('Ada')")
        try await ship()
    }

    /// The row is on the others, and they say so; sequences are not what is tried here.
    func ship(from origin: String = "berlin") async throws {
        let seq = try await ask(origin, "SELECT coalesce(max(seq), 0) FROM polarity.log") ?? "0"
        for node in Shop.nodes where node != origin {
            try await ask(
                node,
                """
                INSERT INTO polarity.applied (origin, seq) VALUES ('\(origin)', \(seq))
                    ON CONFLICT (origin) DO UPDATE SET seq = EXCLUDED.seq
                """)
        }
    }

    /// Writes the file, with the proxies as the way to the nodes.
    func declare(origin: String, more: String = "policy: {sequences: ignore}") throws {
        try shop.declare(origin: origin, conninfos: proxies.mapValues(\.conninfo), more: more)
    }

    @discardableResult
    func ask(_ node: String, _ sql: String) async throws -> String? {
        guard let session = sessions[node] else { throw SandboxError(message: "no node \(node)") }
        return try await session.run(sql).value
    }

    /// Does something on a proxy's thread, which waits for its end.
    func onThread(_ body: @Sendable @escaping () async throws -> Void) {
        let ended = DispatchSemaphore(value: 0)
        Task {
            await #expect(throws: Never.self) { try await body() }
            ended.signal()
        }
        ended.wait()
    }

    /// Runs polarity to its end while the injector watches for a point.
    ///
    /// - Parameter script: For bash, which starts polarity with `"$0" "$@"`.
    func run(
        _ arguments: [String], through script: String? = nil,
        for target: @escaping @Sendable (Point) -> Bool = { _ in false },
        _ blow: @escaping @Sendable (Int32) -> Fault = { _ in .forward }
    ) async throws -> (answer: CommandResult, seen: [Point], hasStruck: Bool) {
        injector.watch(for: target, blow)
        let child =
            if let script {
                try Child(
                    "bash", ["-c", script, Binary.path] + arguments,
                    environment: Binary.environment(home: shop.directory, [:]), workingDirectory: shop.directory)
            } else {
                try shop.start(arguments)
            }
        injector.aim(at: child.processID)
        let answer = await child.wait()
        let (seen, hasStruck) = injector.rest()
        return (answer, seen, hasStruck)
    }

    /// Runs polarity to its end, and asks what is to happen at every boundary.
    func run(
        _ arguments: [String], everywhere decide: @escaping @Sendable (Boundary) -> Fault
    ) async throws -> CommandResult {
        injector.watch(everywhere: decide)
        let answer = try await shop.start(arguments).wait()
        _ = injector.rest()
        return answer
    }

    /// Waits until no server process works for polarity any more.
    func settled() async throws {
        let quiet = try await eventually {
            for node in Shop.nodes {
                let sql = """
                    SELECT count(*) FROM pg_stat_activity
                     WHERE datname = current_database() AND application_name LIKE 'polarity%'
                    """
                if try await ask(node, sql) != "0" { return false }
            }
            return true
        }
        #expect(quiet, "a server still works for a polarity that is gone")
    }

    // MARK: - The doors

    /// Every node as it stands.
    func look() async throws -> Doors {
        var doors = Doors()
        for node in Shop.nodes {
            let rows = try await sessions[node]?.run(Self.question).last
            for row in rows?.values ?? [] {
                let place = row[1] ?? ""
                switch row[0] {
                case "table":
                    doors.tables["\(node) \(place)"] = row[2] ?? ""
                case "record": doors.records["\(node) \(place)"] = row[2] ?? ""
                default: doors.own[node] = row[2] ?? ""
                }
            }
        }
        return doors
    }

    /// The modes of deny, log, truncate deny and truncate log of each table, what is recorded, and all that is not ours.
    private static let question = """
        SELECT 'table', c.oid::regclass::text, string_agg(coalesce(t.tgenabled, '-'), '' ORDER BY w.place)
          FROM pg_class AS c
         CROSS JOIN (VALUES (1, '00_polarity_deny'), (2, '00_polarity_log'), (3, '00_polarity_truncate_deny'),
                            (4, '00_polarity_truncate_log')) AS w (place, name)
          LEFT JOIN pg_trigger AS t ON t.tgrelid = c.oid AND t.tgname = w.name
         WHERE c.oid IN ('public.orders'::regclass, 'public.order_items'::regclass, 'sales."Order Line"'::regclass)
         GROUP BY c.oid
        UNION ALL
        SELECT 'record', x.name, x.text
          FROM (VALUES ('origin'), ('member'), ('replicated'), ('node')) AS w (name),
               LATERAL (SELECT w.name, CASE WHEN to_regclass('polarity.' || w.name) IS NULL THEN '-' ELSE
                        query_to_xml('SELECT string_agg(x::text, '','' ORDER BY x::text) AS rows FROM polarity.'
                                     || w.name || ' AS x', true, true, '')::text
                        END) AS x (name, text)
        UNION ALL
        SELECT 'own', '', md5(string_agg(o.text, ',' ORDER BY o.text))
          FROM (SELECT format('t %s %s %s %s', tgrelid::regclass, tgname, tgenabled, pg_get_triggerdef(oid)) AS text
                  FROM pg_trigger WHERE tgname NOT LIKE '00\\_polarity\\_%' AND NOT tgisinternal
                UNION ALL
                SELECT format('r %s %s %s', ev_class::regclass, rulename, ev_enabled)
                  FROM pg_rewrite WHERE ev_class >= 16384
                UNION ALL
                SELECT format('f %s %s %s', p.oid::regprocedure, p.prosrc, p.proacl) FROM pg_proc AS p
                 WHERE p.pronamespace IN ('public'::regnamespace, 'sales'::regnamespace)
                UNION ALL
                SELECT format('c %s %s %s %s', c.oid::regclass, c.relkind, c.relowner, c.relacl)
                  FROM pg_class AS c WHERE c.relnamespace IN ('public'::regnamespace, 'sales'::regnamespace)
                UNION ALL
                SELECT format('o %s', o) FROM public.orders AS o
                UNION ALL
                SELECT format('s %s', n.nspname) FROM pg_namespace AS n
                 WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'polarity'
               ) AS o
        """

    /// Every node as it stands: what decides who may write, what is recorded, and what is none of polarity's business.
    struct Doors: Hashable, Sendable {
        var tables: [String: String] = [:]
        var records: [String: String] = [:]
        var own: [String: String] = [:]

        /// The nodes that accept writes of a table, for rows or for TRUNCATE.
        func open(_ table: String, truncate: Bool = false) -> Set<String> {
            Set(Shop.nodes.filter { !fires(truncate ? 2 : 0, $0, table) })
        }

        /// The nodes that accept writes of a table and do not log them.
        func unlogged(_ table: String, truncate: Bool = false) -> Set<String> {
            open(table, truncate: truncate).filter { !fires(truncate ? 3 : 1, $0, table) }
        }

        var names: [String] { Set(tables.keys.map { String($0.drop { $0 != " " }.dropFirst()) }).sorted() }

        private func fires(_ place: Int, _ node: String, _ table: String) -> Bool {
            let modes = Array(tables["\(node) \(table)"] ?? "----")
            return modes[place] == "O" || modes[place] == "A"
        }

        /// What stands against these doors, beside those that were found; nothing when the laws hold.
        func breaches(since found: Doors) -> [String] {
            var breaches: [String] = []
            for table in names {
                for truncate in [false, true] {
                    let (now, then) = (open(table, truncate: truncate), found.open(table, truncate: truncate))
                    if now.count > 1, !now.isSubset(of: then) {
                        breaches.append("\(table) is open on \(now.sorted()), was on \(then.sorted())")
                    }
                    let lost = unlogged(table, truncate: truncate)
                        .subtracting(found.unlogged(table, truncate: truncate))
                    if !lost.isEmpty { breaches.append("\(table) is open and unlogged on \(lost.sorted())") }
                }
            }
            if own != found.own { breaches.append("something undeclared was changed") }
            return breaches
        }
    }
}
