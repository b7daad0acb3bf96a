import Foundation
import Postgres
import Sandbox
import Testing

/// What a report says that may be compared between roles, and what it asks to be granted.
struct SeenReport: Decodable {
    struct Role: Decodable, Hashable {
        let set, node, declared, observed, acceptsWrites, logsWrites: String
    }
    struct Change: Decodable, Hashable {
        let node, set, action: String
        let table, trigger, from, to: String?
    }
    struct Finding: Decodable, Hashable {
        let code, message, next: String
        let blocking: Bool
        let node: String?
    }

    let roles: [Role]
    let changes: [Change]
    let findings: [Finding]

    init(_ text: String) throws {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        self = try decoder.decode(SeenReport.self, from: Data(text.utf8))
    }

    /// The statements that the report says to run, each once, in order.
    var grants: [(node: String, statements: String)] {
        var seen: Set<String> = []
        return findings.compactMap { finding in
            guard let match = finding.next.firstMatch(of: /run on '(.+?)': (.+)$/),
                seen.insert(String(match.output.0)).inserted
            else { return nil }
            return (node: String(match.output.1), statements: String(match.output.2))
        }
    }
}

extension Shop {
    /// Makes roles on every node, hands them to the body, and drops them with all that is theirs.
    func withRoles(_ roles: [String], _ body: () async throws -> Void) async throws {
        let databases = addresses["berlin"]?.value(of: "dbname") ?? ""
        for node in Self.nodes {
            for role in roles {
                try await ask(
                    node, "CREATE ROLE \(role) LOGIN; GRANT CONNECT ON DATABASE \(quoted(databases)) TO \(role)")
            }
        }
        let answer: Result<Void, any Error>
        do { answer = .success(try await body()) } catch { answer = .failure(error) }
        for node in Self.nodes {
            for role in roles {
                try await ask(node, "REASSIGN OWNED BY \(role) TO postgres; DROP OWNED BY \(role); DROP ROLE \(role)")
            }
        }
        try answer.get()
    }

    /// Takes everything from PUBLIC that a careful administrator takes away.
    func close() async throws {
        let database = quoted(addresses["berlin"]?.value(of: "dbname") ?? "")
        for node in Self.nodes {
            try await ask(
                node, "REVOKE ALL ON DATABASE \(database) FROM PUBLIC; REVOKE ALL ON SCHEMA public FROM PUBLIC")
        }
    }

    /// Writes a file in which every node is reached as a role.
    func declare(as role: String, origin: String = "berlin", more: String = "") throws {
        try declare(
            origin: origin,
            conninfos: addresses.mapValues { $0.text.replacing("user=postgres", with: "user=\(role)") }, more: more)
    }

    /// Runs what a report says to run, where it says so.
    func grant(_ report: SeenReport) async throws {
        for grant in report.grants { try await ask(grant.node, grant.statements) }
    }

    /// Every trigger, and what the schema polarity holds, on all nodes.
    func everything() async throws -> [String] {
        var all = try await modes()
        for node in Self.nodes {
            all.append(
                try await ask(
                    node,
                    """
                    SELECT coalesce(string_agg(format('%s %s %s', c.relname, c.relowner::regrole, c.relacl), ',' ORDER BY 1), '')
                           || coalesce((SELECT string_agg(p.oid::regprocedure || ' ' || p.xmin, ',' ORDER BY 1)
                                          FROM pg_proc AS p WHERE p.pronamespace = to_regnamespace('polarity')), '')
                      FROM pg_class AS c WHERE c.relnamespace = to_regnamespace('polarity')
                    """) ?? "")
        }
        return all
    }
}
