import CustomDump
import LiveNodes
import Postgres
import Replication
import Sandbox
import Testing

@Suite struct `a node is observed` {
    @Test func `with its identity and the rights of a superuser`() async throws {
        try await withNode("identity", "SELECT 1") { session, node in
            _ = try await session.run(
                """
                CREATE FUNCTION e() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
                CREATE EVENT TRIGGER frozen ON ddl_command_start EXECUTE PROCEDURE e();
                CREATE EVENT TRIGGER off ON sql_drop EXECUTE PROCEDURE e();
                ALTER EVENT TRIGGER off DISABLE;
                """)
            let facts = try await session.query(
                """
                SELECT (SELECT system_identifier FROM pg_control_system()), current_database(),
                       (SELECT oid FROM pg_database WHERE datname = current_database())
                """)
            let node = try await observed(node.reached(by: "options='-c deadlock_timeout=1500ms'"), scope([]))
            expectNoDifference(
                node.identity,
                NodeIdentity(
                    systemIdentifier: facts[0, 0] ?? "", database: Identifier(facts[0, 1] ?? ""),
                    databaseOID: facts[0, 2].flatMap { UInt32($0) } ?? 0,
                    serverVersion: Int(session.serverVersion)))
            var rights = node.rights
            #expect(rights.roundTrip > .zero)
            rights.roundTrip = .zero
            expectNoDifference(rights, NodeRights(deadlockTimeout: .milliseconds(1500)))
            #expect(node.eventTriggers == ["frozen"])
        }
    }

    @Test func `with the rights of a role that may only connect, and of roles it may become`() async throws {
        try await withNode(
            "rights",
            """
            CREATE ROLE guest LOGIN; CREATE ROLE owner; CREATE ROLE member LOGIN IN ROLE owner;
            CREATE ROLE apart LOGIN NOINHERIT IN ROLE owner;
            CREATE SCHEMA s; CREATE TABLE s.t (id serial); INSERT INTO s.t DEFAULT VALUES;
            ALTER TABLE s.t OWNER TO owner;
            """
        ) { session, node in
            let scope = scope([TableName("s", "t")])
            func seen(by login: String, role: Identifier? = nil) async throws -> Seen {
                let node = try await observed(
                    node.reached(by: "user=\(login) options='-c default_transaction_read_only=on'", role: role), scope)
                let table = try #require(node.tables[TableName("s", "t")])
                #expect(node.identity.readOnly && table.owner == "owner")
                return Seen(
                    login: node.rights.loginRole, mayBecomeRole: node.rights.mayBecomeRole,
                    mayCreateSchema: node.rights.mayCreateSchema,
                    mayAlter: table.mayAlter, lastValue: table.sequences.first?.lastValue)
            }
            do {
                try await expectRights(seen)
                _ = try await session.run("DROP OWNED BY owner; DROP ROLE guest, owner, member, apart")
            } catch {
                _ = try await session.run("DROP OWNED BY owner; DROP ROLE guest, owner, member, apart")
                throw error
            }
        }
    }

    private func expectRights(_ seen: (String, Identifier?) async throws -> Seen) async throws {
        let found = [
            try await seen("guest", nil), try await seen("guest", "owner"), try await seen("guest", "nobody"),
            try await seen("member", nil), try await seen("apart", nil), try await seen("apart", "owner"),
            try await seen("postgres", "guest"),
        ]
        expectNoDifference(
            found,
            [
                Seen(login: "guest"), Seen(login: "guest", mayBecomeRole: false, mayAlter: true),
                Seen(login: "guest", mayBecomeRole: false), Seen(login: "member", mayAlter: true, lastValue: 1),
                Seen(login: "apart"), Seen(login: "apart", mayAlter: true, lastValue: 1),
                Seen(login: "postgres", mayCreateSchema: true),
            ])
    }

    @Test func `with tables that their owner may only maintain, where that is enough for a lock`() async throws {
        try await withNode(
            "maintained", "CREATE ROLE keeper LOGIN; CREATE TABLE t (); ALTER TABLE t OWNER TO keeper"
        ) { session, node in
            do {
                _ = try await session.run("REVOKE UPDATE, DELETE, TRUNCATE ON t FROM keeper")
                let table = try #require(
                    try await observed(node.reached(by: "user=keeper", role: nil), scope(["t"])).tables["t"])
                _ = try await session.run("SET ROLE keeper")
                let locked: ()? = try? await { _ = try await session.run("LOCK TABLE t IN SHARE ROW EXCLUSIVE MODE") }()
                #expect(table.lacks == (locked == nil ? [.lock] : []))
                #expect((locked == nil) == (session.serverVersion < 170_000))
                _ = try await session.run("RESET ROLE; DROP OWNED BY keeper; DROP ROLE keeper")
            } catch {
                _ = try await session.run("ROLLBACK; RESET ROLE; DROP OWNED BY keeper; DROP ROLE keeper")
                throw error
            }
        }
    }

    @Test func `beside others that fail in their own ways`() async throws {
        try await withNode("beside", "CREATE TABLE t ()") { session, good in
            let server = try await SharedServers.three().servers[0]
            func node(_ name: NodeName, _ conninfo: String) -> DeclaredNode {
                DeclaredNode(name: name, conninfo: conninfo, because: .test)
            }
            _ = try await session.run("BEGIN; LOCK TABLE pg_catalog.pg_trigger IN ACCESS EXCLUSIVE MODE")
            let busy = await observe(
                [good], reading: scope(["t"]), connectTimeout: .seconds(5), statementTimeout: .milliseconds(300))
            _ = try await session.run("ROLLBACK")
            // Whoever is heard to cancel is up.
            #expect(busy[good.name]?.failure?.sort == .unusable)
            #expect(busy[good.name]?.failure?.sqlState == "57014")

            let answers = await observe(
                [
                    good, node("closed", "host=127.0.0.1 port=1 password=secret"),
                    node("empty", server.connectionString(database: "missing") + " password=secret"),
                    node("wrong", "postgresql://secret@[::1"),
                    node("stranger", "host=\(server.socketDirectory) port=\(server.port) user=stranger"),
                ], reading: scope(["t"]), connectTimeout: .seconds(5))
            guard case .observed(let read) = answers[good.name] else { throw Missing() }
            #expect(read.tables.keys.map { $0 } == ["t"])
            let sorts = answers.compactMapValues(\.failure?.sort)
            expectNoDifference(
                sorts, ["closed": .unreachable, "empty": .unusable, "wrong": .unusable, "stranger": .unusable])
            #expect(answers["empty"]?.failure?.message.hasSuffix("FATAL:  database \"missing\" does not exist") == true)
            for answer in answers.values { #expect(answer.failure?.message.contains("secret") != true) }
        }
    }

    @Test func `for an apply only where it holds its lock`() async throws {
        try await SharedServers.three().withDatabases(named: "moved") { addresses in
            func nodes(_ places: Int...) -> [DeclaredNode] {
                zip(["berlin", "paris", "tokyo"], places).map {
                    DeclaredNode(name: $0, conninfo: addresses[$1].text, because: .test)
                }
            }
            let locks = try await RunLocks.take(
                on: nodes(0, 1), required: [], cluster: "moved", connectTimeout: .seconds(10))
            func states(_ nodes: [DeclaredNode]) async -> [NodeName: String?] {
                await observe(nodes, reading: scope([]), connectTimeout: .seconds(10), holding: locks)
                    .mapValues(\.failure?.message)
            }
            let elsewhere = "the name leads to where this run does not hold its lock"
            let (here, moved) = (await states(nodes(0, 1)), await states(nodes(1, 0, 2)))
            expectNoDifference(here, ["berlin": nil, "paris": nil])
            expectNoDifference(
                moved, ["berlin": elsewhere, "paris": elsewhere, "tokyo": "it is not locked"])
            await locks.release()
        }
    }

    @Test func `once where two names mean one database`() async throws {
        try await SharedServers.three().withDatabases(named: "same") { addresses in
            let berlin = DeclaredNode(name: "berlin", conninfo: addresses[0].text, because: .test)
            let alias = DeclaredNode(
                name: "alias", conninfo: addresses[0].text + " application_name=alias", because: .test)
            let paris = DeclaredNode(name: "paris", conninfo: addresses[1].text, because: .test)
            let nodes = [berlin, alias, paris]
            var answers = await observe(nodes, reading: scope([]), connectTimeout: .seconds(5))
            let found = await sameDatabases(nodes, among: answers, connectTimeout: .seconds(5))
            #expect(found == [["alias", "berlin"]])

            // As a base backup would: the identity is copied, the database is another.
            answers["paris"] = answers["berlin"]
            let copied = await sameDatabases(nodes, among: answers, connectTimeout: .seconds(5))
            #expect(copied == [["alias", "berlin"]])
        }
    }
}

private struct Missing: Error {}

/// What one login sees of a table.
private struct Seen: Equatable {
    var login: Identifier
    var mayBecomeRole = true
    var mayCreateSchema = false
    var mayAlter = false
    var lastValue: Int64?
}

extension NodeAnswer {
    fileprivate var failure: NodeFailure? {
        switch self {
        case .observed: nil
        case .failed(let failure): failure
        }
    }
}
