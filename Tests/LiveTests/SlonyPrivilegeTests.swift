import Foundation
import Postgres
import Replication
import SafetyTally
import TestSupport
import Testing

@testable import polarity

/// Compares a Slony-I cluster with the scenarios' file, as some role sees it.
private func difference(_ cluster: SlonyCluster, as role: String) async throws -> Difference {
    let declared = try Scenario.slony(
        on: cluster.addresses.map { try ConnectionString($0.text.replacing("user=postgres", with: "user=" + role)) })
    return await look(at: declared, Choices(journal: Journal(environment: [:], home: nil))).difference
}

/// The statements that a finding says to run.
private func statements(_ finding: Finding) throws -> String {
    String(try #require(finding.next.firstMatch(of: /run on '.+?': (.+)$/)).output.1)
}

/// A block of the page on privileges, for a role of another name.
private func page(_ block: String, for role: String) throws -> String {
    let parts = try documentation("Privileges").split(separator: "-- \(block)\n")
    let block = try #require(parts.last?.split(separator: "```").first)
    return String(block).replacing(/watcher|deployer/, with: role)
}

@Test func `under Slony a role learns which rights it lacks, and needs no others`() async throws {
    let role = "slony_clerk"
    try await SlonyCluster.lend(as: "slony_privileges") { cluster in
        for node in 1...3 {
            try await cluster.sabotage("REVOKE ALL ON SCHEMA _shopcl FROM PUBLIC; CREATE ROLE \(role) LOGIN", on: node)
        }
        // With CONNECT alone.
        let blind = try await difference(cluster, as: role)
        let unread = blind.findings.filter { $0.code == .privilegeMissing }
        #expect(Set(unread.compactMap(\.node)).count == 3 && blind.changes.isEmpty)
        #expect(blind.findings.contains { $0.code == .engineMissing } == false)
        // On one node by what is printed, on the others by the page.
        try await cluster.sabotage(try statements(try #require(unread.first)), on: 1)
        for node in 2...3 { try await cluster.sabotage(try page("looking, slony", for: role), on: node) }
        try await cluster.sabotage("ALTER TABLE public.orders DISABLE TRIGGER _shopcl_denyaccess", on: 2)
        let (seen, whole) = (
            try await difference(cluster, as: role), try await difference(cluster, as: "postgres")
        )
        #expect(seen.roles == whole.roles && seen.changes == whole.changes && seen.changes.count == 1)
        // To apply it: the table, and Slony's lock.
        let lacks = seen.missingRights
        #expect(lacks.map(\.code) == [.notOwner, .privilegeMissing])
        let change = """
            BEGIN; LOCK TABLE ONLY _shopcl.sl_config_lock IN ACCESS EXCLUSIVE MODE;
            ALTER TABLE ONLY public.orders ENABLE TRIGGER _shopcl_denyaccess; ROLLBACK
            """
        let address = try ConnectionString(cluster.addresses[1].text.replacing("user=postgres", with: "user=" + role))
        await #expect(throws: PostgresError.self) { try await address.ask(change) }
        #expect(
            try statements(try #require(lacks.last))
                == #"GRANT UPDATE ON TABLE "_shopcl"."sl_config_lock" TO "slony_clerk""#)
        try await cluster.sabotage(try statements(try #require(lacks.first)), on: 2)
        try await cluster.sabotage(try page("applying, slony", for: role), on: 2)
        #expect(try await difference(cluster, as: role).missingRights.isEmpty)
        try await address.ask(change)
        tally(
            .privileges, "Slony-I with CONNECT alone, and with the GRANTs of the page on privileges", times: 4,
            seen:
                "CONNECT alone: each missing right is named; with the GRANTs what a superuser sees, and its locks and changes"
        )
        for node in 1...3 {
            try await cluster.sabotage(
                "REASSIGN OWNED BY \(role) TO postgres; DROP OWNED BY \(role); DROP ROLE \(role)", on: node)
        }
    }
}
