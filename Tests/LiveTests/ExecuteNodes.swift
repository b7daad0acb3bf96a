import LiveNodes
import Postgres
import Replication
import Sandbox
import Testing

/// Fresh databases with tables `public.t0`, `public.t1` … whose trigger `deny` is disabled.
struct ExecuteNodes {
    let nodes: [DeclaredNode]
    let observed: ObservedState
    /// One session on each node, beside those of the run.
    let sessions: [Session]
    static let because = Position(file: "test.yaml", line: 1, column: 1)
    static let deny: TriggerName = "deny"

    static func with(
        _ count: Int = 1, tables: Int, _ body: (ExecuteNodes) async throws -> Void
    ) async throws {
        try await SharedServers.three().withDatabases(named: "execute") { addresses in
            try await body(made(on: Array(addresses.prefix(count)), tables: tables))
        }
    }

    static func made(on addresses: [ConnectionString], tables: Int) async throws -> ExecuteNodes {
        var nodes: [DeclaredNode] = []
        var observed: [NodeName: NodeAnswer] = [:]
        var sessions: [Session] = []
        for (address, name) in zip(addresses, ["berlin", "paris", "tokyo"] as [NodeName]) {
            let session = try await Session.connect(to: address, timeout: .seconds(10))
            _ = try await session.run(
                """
                CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''refused''; END';
                DO $$ BEGIN FOR i IN 0..\(tables - 1) LOOP
                  EXECUTE format('CREATE TABLE t%s (id int PRIMARY KEY, v text)', i);
                  EXECUTE format('CREATE TRIGGER deny BEFORE INSERT OR UPDATE OR DELETE ON t%s FOR EACH ROW EXECUTE FUNCTION refuse()', i);
                  EXECUTE format('ALTER TABLE t%s DISABLE TRIGGER deny', i);
                END LOOP; END $$;
                """)
            nodes.append(DeclaredNode(name: name, conninfo: address.text, because: because))
            sessions.append(session)
            observed[name] = .observed(
                ObservedNode(
                    identity: NodeIdentity(
                        systemIdentifier: name.text, database: "test", serverVersion: Int(session.serverVersion)),
                    tables: try await Self.tables(through: session)))
        }
        return ExecuteNodes(nodes: nodes, observed: ObservedState(nodes: observed), sessions: sessions)
    }

    private static func tables(through session: Session) async throws -> [TableName: ObservedTable] {
        let rows = try await session.query(
            "SELECT oid, relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
        return Dictionary(
            rows.values.map { row in
                let name = TableName("public", Identifier(row[1] ?? ""))
                let trigger = ObservedTrigger(
                    name: deny, function: FunctionName("public", "refuse"), type: 31, mode: .disabled)
                return (name, ObservedTable(oid: UInt32(row[0] ?? "") ?? 0, name: name, triggers: [trigger]))
            }
        ) { first, _ in first }
    }

    // MARK: - Plans

    static func table(_ number: Int) -> TableName { TableName("public", Identifier("t\(number)")) }

    /// Turns a table's `deny` from one mode into another.
    func step(
        _ number: Int, on node: Int = 0, from: FiringMode = .disabled, to: FiringMode = .enabled,
        stage: StageName = .protect, statements: [String]? = nil
    ) -> Step {
        let name = nodes[node].name
        let table = Self.table(number)
        var found = observed.node(name)?.tables[table]
        found?.triggers[0].mode = from
        let verb = to == .enabled ? "ENABLE" : "DISABLE"
        let change = Change(
            node: name, set: "default", table: table, purpose: .deny, action: .setMode(Self.deny, from: from, to: to),
            because: Self.because)
        return Step(
            stage: stage, node: name, set: "default", table: table, tableOID: found?.oid ?? 0, changes: [change],
            statements: statements ?? ["ALTER TABLE ONLY \(table.quoted) \(verb) TRIGGER \"deny\""],
            lock: .shareRowExclusive, expectedRows: found?.rowsUnderLock ?? "", role: nil)
    }

    func plan(_ steps: [Step], drains: [Drain] = []) -> Plan {
        Plan(
            stages: StageName.allCases.map { name in Stage(name: name, steps: steps.filter { $0.stage == name }) },
            drains: drains, required: [])
    }

    // MARK: - Running

    func takeLocks(cluster: String = "shop") async throws(RunLocksRefused) -> RunLocks {
        try await RunLocks.take(
            on: nodes, required: Set(nodes.map(\.name)), cluster: cluster, connectTimeout: .seconds(10))
    }

    /// Takes the locks, runs the plan and gives the locks back.
    func run(
        _ plan: Plan, policy: Policy = Policy(), allowed: Set<Gate> = [],
        reopening: @Sendable @escaping (Outcomes) -> [Step] = { _ in [] },
        interruption: @Sendable @escaping () -> Interruption = { .none },
        events: @Sendable @escaping (Event) async -> Void = { _ in }
    ) async throws -> Outcomes {
        let locks = try await takeLocks()
        let outcomes = await execute(
            plan, on: nodes, observed: observed, holding: locks, label: RunLabel(run: "test", plan: "f00"),
            policy: policy, allowed: allowed, reopening: reopening, interruption: interruption, events: events)
        await locks.release()
        return outcomes
    }

    /// The tables of a node whose `deny` refuses writes, by number.
    func closed(on node: Int = 0) async throws -> [Int] {
        let rows = try await sessions[node].query(
            """
            SELECT right(c.relname, -1)::int FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid
            WHERE t.tgname = 'deny' AND t.tgenabled = 'O' ORDER BY 1
            """)
        return rows.values.compactMap { $0[0].flatMap { Int($0) } }
    }

    func session(on node: Int = 0) async throws -> Session {
        try await Session.connect(
            to: ConnectionString(nodes[node].conninfo), timeout: .seconds(10), applicationName: "etl")
    }
}

/// What was told, in order.
actor Recorder {
    private(set) var events: [Event] = []
    func note(_ event: Event) { events.append(event) }

    /// The blockers that a table's tries were told to wait for.
    func blockers(of number: Int) -> [Blocker] {
        events.flatMap { event -> [Blocker] in
            guard case .waiting(let step, let blockers) = event, step.step.table == ExecuteNodes.table(number) else {
                return []
            }
            return blockers
        }
    }
}

/// The word for an end, without times and messages.
func word(_ outcome: Outcome) -> String {
    switch outcome {
    case .done(let tries, _): tries == 1 ? "done" : "done later"
    case .busy(let tries, _): "busy after \(tries)"
    case .stale: "stale"
    case .failed(let sqlState, _): "failed \(sqlState)"
    case .notBegun: "not begun"
    case .unknown: "unknown"
    case .unverified: "unverified"
    }
}

extension Outcomes {
    var words: [String] { steps.map { word($0.outcome) } }
}
