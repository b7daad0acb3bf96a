import LiveNodes
import Postgres
import Replication
import Sandbox
import TestSupport
import Testing

@Suite struct `what no synchronous standby has confirmed` {
    @Test func `may still be lost, so nothing is opened upon it`() async throws {
        try await withoutStandby { nodes, berlin in
            let waiting = Task { try await endWait(on: berlin) }
            let outcomes = try await nodes.run(
                nodes.plan([nodes.step(0, on: 0), nodes.step(0, on: 1, stage: .open)]))
            try await waiting.value
            #expect(outcomes.words == ["unknown", "not begun"])
            guard case .nodeLost("berlin", let message) = outcomes.stopped else {
                Issue.record("stopped by \(String(describing: outcomes.stopped))")
                return
            }
            #expect(message.contains("canceling wait for synchronous replication"))
            #expect(try await nodes.closed() == [0])
        }
    }

    @Test func `is not called safe when the time is up`() async throws {
        try await withoutStandby { nodes, _ in
            let recorder = Recorder()
            // 10 s are left to what was begun when the time is up.
            let outcomes = try await nodes.run(
                nodes.plan([nodes.step(0, on: 0)]), policy: Policy(applyTimeout: .seconds(1)),
                events: { await recorder.note($0) })
            #expect(outcomes.words == ["unknown"])
            #expect(await !recorder.events.contains(.flushed("berlin", .protect)))
        }
    }

    /// Two nodes of which the first waits for a standby that does not exist.
    private func withoutStandby(_ body: (ExecuteNodes, Server) async throws -> Void) async throws {
        let servers = try await [Server.create(name: "alone"), Server.create(name: "beside")]
        let nodes = try await ExecuteNodes.made(
            on: servers.map { try ConnectionString($0.connectionString()) }, tables: 1)
        _ = try await nodes.sessions[0].run("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
        _ = try await nodes.sessions[0].run("SELECT pg_reload_conf()")
        let address = try ConnectionString(servers[0].connectionString())
        #expect(try await eventually { try await address.ask("SHOW synchronous_standby_names").value == "nobody" })
        try await body(nodes, servers[0])
        for server in servers { try await server.remove() }
    }

    /// Ends the wait of whoever waits for a standby, as an operator would.
    private func endWait(on server: Server) async throws {
        let address = try ConnectionString(server.connectionString())
        let sql = "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
        #expect(try await eventually { try await address.ask(sql).value == "t" })
    }
}
