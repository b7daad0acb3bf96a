import Foundation
import Postgres
import Sandbox
import TestSupport

/// A server that asks for the password and logs everything that it is told, with a cluster of one node on it.
struct LockedServer {
    let server: Server

    /// Every role, with its password; all may do everything.
    static func lend(
        roles: [(name: String, password: String)], _ body: (LockedServer) async throws -> Void
    ) async throws {
        let server = try await Server.create(name: "berlin", settings: ["listen_addresses": "127.0.0.1"])
        let locked = LockedServer(server: server)
        try await locked.ask("CREATE DATABASE shop")
        for (index, role) in roles.enumerated() {
            // Every third by the older method.
            let method = index % 3 == 2 ? "md5" : "scram-sha-256"
            try await locked.ask(
                """
                SET password_encryption = '\(method)';
                CREATE ROLE \(quoted(role.name)) LOGIN SUPERUSER PASSWORD \(literal(role.password))
                """)
        }
        // In place: a new file would belong to root. md5 stands for both methods, by how the password is kept.
        try "local all all trust\nhost all all 127.0.0.1/32 md5\n"
            .write(toFile: server.dataDirectory + "/pg_hba.conf", atomically: false, encoding: .utf8)
        for setting in [
            "log_statement = 'all'", "log_min_error_statement = debug1", "log_line_prefix = '%a %u '",
            "log_connections = on", "log_error_verbosity = verbose",
        ] {
            try await locked.ask("ALTER SYSTEM SET \(setting)")
        }
        try await locked.ask("SELECT pg_reload_conf()")
        try await locked.ask("CREATE TABLE public.orders (id integer PRIMARY KEY)", in: "shop")
        try await body(locked)
        try await server.remove()
    }

    func ask(_ sql: String, in database: String = "postgres") async throws {
        try await ConnectionString(server.connectionString(database: database)).ask(sql)
    }

    /// A cluster file of one node.
    func file(_ conninfo: String) -> String {
        """
        version: 1
        cluster: shop
        nodes:
          berlin: \(yaml(conninfo))
        origin: berlin
        tables: [public.orders]

        """
    }
}

/// One secret in every form in which it may come to light.
func forms(of secret: String) -> [String] {
    let percent = secret.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? secret
    let json = secret.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    let quoted = [secret.replacing("'", with: "''"), secret.replacing("\\", with: "\\\\").replacing("'", with: "\\'")]
    return [secret, percent, json, Data(secret.utf8).base64EncodedString()] + quoted
}

/// The command lines of a process and of whatever it starts, looked at until it ends.
func commandLines(of process: Int32, until ended: () async -> Bool) async -> String {
    var seen: Set<String> = []
    func look(_ number: String) {
        let line = (try? String(contentsOfFile: "/proc/\(number)/cmdline", encoding: .utf8)) ?? ""
        seen.insert(line.replacing("\0", with: " "))
        let children = try? String(contentsOfFile: "/proc/\(number)/task/\(number)/children", encoding: .utf8)
        for child in (children ?? "").split(separator: " ") { look(String(child)) }
    }
    repeat { look("\(process)") } while await !ended()
    return seen.sorted().joined(separator: "\n")
}
