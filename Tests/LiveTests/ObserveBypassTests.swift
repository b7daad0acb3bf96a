import CustomDump
import LiveNodes
import Postgres
import Replication
import Sandbox
import Testing

@Suite struct `a node is observed with what lets sessions past the triggers` {
    /// A server of its own: what roles have set counts in every database.
    @Test func `which roles, databases and the server have set`() async throws {
        let server = try await Server.create(name: "berlin", settings: ["session_replication_role": "replica"])
        let address = try ConnectionString(server.connectionString(database: "postgres"))
        let node = DeclaredNode(name: "berlin", conninfo: address.text, because: .test)
        let session = try await Session.connect(to: address, timeout: .seconds(10))
        let served = try await observed(node, scope([])).sessionRoles
        expectNoDifference(served, [SessionRoleSetting(.server, .replica)])
        for sql in [
            "ALTER SYSTEM SET session_replication_role = origin", "SELECT pg_reload_conf()",
            "CREATE DATABASE elsewhere",
        ] {
            _ = try await session.run(sql)
        }
        _ = try await session.run(
            """
            CREATE ROLE "Past'em"; CREATE ROLE plain;
            ALTER ROLE "Past'em" SET session_replication_role = 'Replica'; ALTER ROLE "Past'em" SET work_mem = '8MB';
            ALTER ROLE "Past'em" IN DATABASE postgres SET session_replication_role = local;
            ALTER ROLE plain SET session_replication_role = local;
            ALTER ROLE plain IN DATABASE elsewhere SET session_replication_role = replica;
            ALTER DATABASE elsewhere SET session_replication_role = replica;
            ALTER ROLE ALL SET session_replication_role = local;
            ALTER DATABASE postgres SET session_replication_role = replica;
            """)
        let set = try await observed(node, scope([])).sessionRoles
        expectNoDifference(
            Set(set),
            [
                SessionRoleSetting(.sessions(of: "Past'em", isHere: true), .local),
                SessionRoleSetting(.sessions(of: "plain", isHere: false), .local),
                SessionRoleSetting(.sessions(of: nil, isHere: true), .replica),
            ])
        #expect(set.count == 3)
        // What is nearer to a session goes before what is further.
        _ = try await session.run(
            """
            ALTER ROLE "Past'em" IN DATABASE postgres SET session_replication_role = origin;
            ALTER DATABASE postgres SET session_replication_role = origin;
            ALTER ROLE plain RESET session_replication_role;
            """)
        let overridden = try await observed(node, scope([])).sessionRoles
        #expect(overridden == [])
        await session.close()
        try await server.remove()
    }

    @Test func `by a daemon's function, while PUBLIC may execute it`() async throws {
        try await withNode("daemon", "SELECT 1") { session, node in
            func isPublic(_ sql: String, _ engine: Engine = .bruce(cluster: "shop")) async throws -> Bool {
                _ = try await session.run(sql)
                return try await observed(node, scope([], engine: engine)).isDaemonModePublic
            }
            let answers = [
                try await isPublic("CREATE SCHEMA bruce"),
                try await isPublic(
                    "CREATE FUNCTION bruce.daemonmode(i integer) RETURNS integer LANGUAGE sql AS 'SELECT 1'"),
                try await isPublic("CREATE FUNCTION bruce.daemonmode() RETURNS integer LANGUAGE sql AS 'SELECT 1'"),
                try await isPublic("GRANT USAGE ON SCHEMA bruce TO PUBLIC"),
                try await isPublic("SELECT 1", .builtin(cluster: "shop")),
                try await isPublic("REVOKE EXECUTE ON FUNCTION bruce.daemonmode() FROM PUBLIC"),
            ]
            expectNoDifference(answers, [false, false, false, true, false, false])
        }
    }
}
