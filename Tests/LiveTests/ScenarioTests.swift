import Postgres
import Sandbox
import TestSupport
import Testing

@Suite struct `a scenario` {
    @Test(arguments: Scenario.all.filter { !$0.isSlony })
    func `is planned, applied and verified on three servers`(scenario: Scenario) async throws {
        try await withRoles(scenario.words("roles")) {
            try await SharedServers.three().withDatabases(named: scenario.name) { addresses in
                try await ScenarioRun.tell(scenario, on: addresses)
            }
        }
    }

    @Test(arguments: Scenario.all.filter(\.isSlony))
    func `is planned, applied and verified on a real Slony-I cluster`(scenario: Scenario) async throws {
        try await SlonyCluster.lend(as: scenario.name.replacing("-", with: "_")) { cluster in
            try await ScenarioRun.tell(scenario, on: cluster.addresses, slony: cluster)
        }
    }
}

/// Makes login roles on every shared server, and drops them when their databases are gone.
private func withRoles(_ roles: [String], _ body: () async throws -> Void) async throws {
    let servers = try await SharedServers.three().servers
    func onEvery(_ statement: (String) -> String) async throws {
        for server in servers {
            for role in roles { try await ConnectionString(server.connectionString()).ask(statement(quoted(role))) }
        }
    }
    try await onEvery { "CREATE ROLE \($0) LOGIN" }
    do {
        try await body()
    } catch {
        try await onEvery { "DROP ROLE \($0)" }
        throw error
    }
    try await onEvery { "DROP ROLE \($0)" }
}
