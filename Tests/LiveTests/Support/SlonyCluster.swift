import Foundation
import Postgres
import Synchronization
import TestSupport

@testable import Sandbox

// A real Slony-I cluster, lent to one test at a time.
//
// Three servers of its own (LOCK SET waits for old transactions of the whole server, other tests' among them) and one
// database on each are made a cluster once in a process, by the scripts of examples/slony-demo and the tables below. Then
// the daemons end and those databases become templates: every test gets a copy, its own daemons, and leaves nothing
// behind. CREATE DATABASE keeps the OIDs of tables, so Slony's catalog is right in the copy; only the paths between the
// nodes have to be set anew.

/// One copy of the cluster: node 1 (berlin), node 2 (paris), node 3 (tokyo), with a running slon each.
final class SlonyCluster: Sendable {
    /// Slony's name of it; its schema is `_shopcl`.
    static let name = "shopcl"

    /// How libpq reaches node 1, node 2 and node 3.
    let addresses: [ConnectionString]
    private let daemons: Mutex<[Lifeline?]>

    private init(_ addresses: [ConnectionString]) throws {
        self.addresses = addresses
        daemons = try Mutex(addresses.map(slon))
    }

    /// Lends a copy of the cluster, in sync and replicating.
    static func lend<Answer>(as name: String, _ body: (SlonyCluster) async throws -> Answer) async throws -> Answer {
        let servers = try await SlonyTemplate.shared.value.servers
        let addresses = try servers.map { try $0.plainAddress(database: name) }
        for server in servers {
            try await server.plainAddress(database: "postgres").ask("CREATE DATABASE \(quoted(name)) TEMPLATE shop")
            try await server.plainAddress(database: name).ask(
                """
                TRUNCATE _shopcl.sl_nodelock;
                UPDATE _shopcl.sl_path SET pa_conninfo = replace(pa_conninfo, 'dbname=shop ', 'dbname=\(name) ')
                """)
        }
        let answer: Result<Answer, any Error>
        do {
            let cluster = try SlonyCluster(addresses)
            // Twice, so that every node knows what all others have confirmed: slonik asks for that.
            for _ in 1...2 { try await cluster.waitUntilReplicated() }
            answer = .success(try await body(cluster))
        } catch {
            answer = .failure(error)
        }
        for server in servers {
            try await server.plainAddress(database: "postgres").ask(
                "DROP DATABASE IF EXISTS \(quoted(name)) WITH (FORCE)")
        }
        return try answer.get()
    }

    /// Runs a slonik script; the preamble stands before it.
    func slonik(_ script: String) async throws { try await runSlonik(script, addresses) }

    /// Kills the daemons of these nodes (1, 2 or 3).
    func endDaemons(of nodes: [Int]) {
        daemons.withLock { daemons in
            for node in nodes { daemons[node - 1] = nil }
        }
    }

    /// Runs SQL on a node (1, 2 or 3) as its superuser, past Slony.
    @discardableResult
    func sabotage(_ sql: String, on node: Int) async throws -> [[String?]] {
        try await addresses[node - 1].ask(sql).last?.values ?? []
    }

    /// Waits until every node has everything that any node holds now.
    func waitUntilReplicated() async throws {
        for node in 1...3 {
            let event = try await sabotage("SELECT _shopcl.createEvent('_shopcl', 'SYNC')", on: node)[0][0] ?? ""
            let confirmed = """
                SELECT count(*) = 2 FROM _shopcl.sl_node AS n WHERE n.no_id <> \(node) AND EXISTS (
                    SELECT FROM _shopcl.sl_confirm AS c
                     WHERE c.con_origin = \(node) AND c.con_received = n.no_id AND c.con_seqno >= \(event))
                """
            guard try await eventually({ try await addresses[node - 1].ask(confirmed).value == "t" }) else {
                throw SandboxError(message: "event \(event) of node \(node) is not confirmed:\n\(logs())")
            }
        }
    }

    /// The last lines of what the daemons said.
    private func logs() -> String {
        addresses.map { address in
            let text = (try? String(contentsOfFile: log(of: address), encoding: .utf8)) ?? ""
            return text.split(separator: "\n").suffix(8).joined(separator: "\n")
        }.joined(separator: "\n\n")
    }
}

/// The databases `shop` that all copies are made from.
private struct SlonyTemplate {
    let servers: [Server]

    static let shared = Task { try await SlonyTemplate() }

    private init() async throws {
        servers = try await Server.create(names: ["berlin", "paris", "tokyo"], settings: [:])
        let addresses = try servers.map { try $0.plainAddress(database: "shop") }
        for (server, address) in zip(servers, addresses) {
            try await server.plainAddress(database: "postgres").ask("CREATE DATABASE shop")
            try await address.ask(Sandbox.exampleSchema)
            try await address.ask(Self.moreTables)
        }
        try await runSlonik(script("cluster"), addresses)
        do {
            let daemons = try addresses.map(slon)
            try await runSlonik(script("sets") + Self.moreOfTheSets, addresses)
            try await runSlonik(script("subscribe"), addresses)
            withExtendedLifetime(daemons) {}
        }
        for server in servers {
            let address = try server.plainAddress(database: "postgres")
            let left = "SELECT count(*) FROM pg_stat_activity WHERE datname = 'shop'"
            guard try await eventually({ try await address.ask(left).value == "0" }) else {
                throw SandboxError(message: "\(server.name): sessions of slon do not end")
            }
        }
    }

    /// Quoted names, a name in two schemas, a key that is not at the beginning, a name of 60 bytes.
    private static let moreTables = """
        CREATE SCHEMA "Weird Schema";
        CREATE TABLE "Weird Schema"."Mixed ""Case"" T" (note text, "Key A" integer, x text, "key b" text, z text,
                                                        PRIMARY KEY ("Key A", "key b"));
        CREATE TABLE sales.orders (id integer PRIMARY KEY, total numeric);
        CREATE TABLE public.\(longName) (a text, id integer PRIMARY KEY, b text);
        """
    private static let longName = "a_table_with_a_name_of_sixty_bytes_" + String(repeating: "x", count: 25)

    private static let moreOfTheSets = """
        set add table (set id = 1, origin = 1, id = 103, fully qualified name = '"Weird Schema"."Mixed ""Case"" T"');
        set add table (set id = 1, origin = 1, id = 104, fully qualified name = 'sales.orders');
        set add table (set id = 2, origin = 2, id = 202, fully qualified name = 'public.\(longName)');

        """
}

// MARK: - Slony's programs

/// A slon for one node, as the servers' user; it dies with the value or with this process.
private func slon(for address: ConnectionString) throws -> Lifeline {
    let script = """
        exec 3<&0
        (cd /
        slon -s 50 -t 250 \(SlonyCluster.name) '\(address.text)' >'\(log(of: address))' 2>&1 &
        read -r _ <&3
        kill -KILL 0) &
        """
    return try Lifeline(asServerUser(["sh", "-c", script]))
}

private func log(of address: ConnectionString) -> String {
    "\(address.value(of: "host") ?? "")/slon-\(address.value(of: "dbname") ?? "").log"
}

private func script(_ name: String) throws -> String {
    let folder = packageFolder.appending(path: "examples/slony-demo")
    return try String(contentsOf: folder.appending(path: "\(name).slonik"), encoding: .utf8)
}

private func runSlonik(_ commands: String, _ addresses: [ConnectionString]) async throws {
    var text = try script("preamble") + commands
    text = text.replacing("${CLUSTER}", with: SlonyCluster.name)
    for (index, address) in addresses.enumerated() { text = text.replacing("${NODE\(index + 1)}", with: address.text) }
    let command = try asServerUser(["timeout", "-s", "KILL", "60", "slonik"])
    let answer = try await run(command[0], Array(command.dropFirst()), workingDirectory: "/", input: text)
    guard answer.status == 0 else { throw SandboxError(message: "slonik: \(answer.output)\(answer.errorOutput)") }
}

private func asServerUser(_ command: [String]) throws -> [String] {
    guard let user = try unprivilegedUser() else { return command }
    return ["setpriv", "--reuid=\(user.id)", "--regid=\(user.group)", "--init-groups"] + command
}

extension Server {
    /// Without quotes, so that it fits between Slony's own.
    fileprivate func plainAddress(database: String) throws -> ConnectionString {
        try ConnectionString("host=\(socketDirectory) port=\(port) dbname=\(database) user=postgres")
    }
}
