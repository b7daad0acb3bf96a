import Foundation
import Postgres
import TestSupport

@testable import Sandbox

/// A real PgBouncer in transaction mode before a shop's nodes; it ends with the value or with this process.
final class Pooler: Sendable {
    /// How libpq reaches each node through it.
    let conninfos: [String: String]
    private let lifeline: Lifeline

    /// - Parameter size: How many connections it keeps to each node.
    init(before shop: Shop, size: Int) async throws {
        let directory = try makeDirectory(inMemory: false)
        let port = try freePort()
        let databases = shop.addresses.map { node, address in
            let words = ["host", "port", "dbname"].map { "\($0)=\(address.value(of: $0) ?? "")" }
            return "\(node) = \(words.joined(separator: " ")) user=postgres\n"
        }
        // Round robin, so that a message finds itself on another backend than the one before it.
        let text = """
            [databases]
            \(databases.sorted().joined())
            [pgbouncer]
            pool_mode = transaction
            server_round_robin = 1
            default_pool_size = \(size)
            auth_type = any
            listen_addr = 127.0.0.1
            listen_port = \(port)
            unix_socket_dir =
            logfile = \(directory)/log
            query_wait_timeout = 5
            """
        try text.write(toFile: directory + "/pgbouncer.ini", atomically: false, encoding: .utf8)
        let script = """
            exec 3<&0
            (cd /
            pgbouncer '\(directory)/pgbouncer.ini' >/dev/null 2>&1 &
            read -r _ <&3
            kill -KILL $!
            rm -rf '\(directory)') &
            """
        var command = ["sh", "-c", script]
        if let user = try unprivilegedUser() {
            command = ["setpriv", "--reuid=\(user.id)", "--regid=\(user.group)", "--init-groups"] + command
        }
        lifeline = try Lifeline(command)
        conninfos = Dictionary(
            uniqueKeysWithValues: shop.addresses.keys.map {
                ($0, "host=127.0.0.1 port=\(port) dbname=\($0) user=postgres sslmode=disable")
            })
        let address = try ConnectionString(conninfos["berlin"] ?? "")
        let stands = try await eventually {
            guard let session = try? await Session.connect(to: address, timeout: .seconds(5)) else { return false }
            await session.close()
            return true
        }
        guard stands else {
            let log = (try? String(contentsOfFile: directory + "/log", encoding: .utf8)) ?? "no log"
            throw SandboxError(message: "PgBouncer does not answer: \(log)")
        }
    }
}
