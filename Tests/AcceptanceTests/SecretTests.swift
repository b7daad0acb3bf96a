import Foundation
import Postgres
import Sandbox
import Testing

/// A server that asks for the password.
private func locked(_ body: (Server) async throws -> Void) async throws {
    let server = try await Server.create(name: "berlin")
    let address = try ConnectionString(server.connectionString())
    let session = try await Session.connect(to: address, timeout: .seconds(10))
    _ = try await session.run("CREATE ROLE clerk LOGIN SUPERUSER PASSWORD 'correct horse'")
    _ = try await session.run("CREATE DATABASE shop")
    // In place: a new file would belong to root.
    try "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n"
        .write(toFile: server.dataDirectory + "/pg_hba.conf", atomically: false, encoding: .utf8)
    _ = try await session.run("SELECT pg_reload_conf()")
    await session.close()
    try await body(server)
    try await server.remove()
}

@Test func `a password never appears, be it right, wrong or in the wrong place`() async throws {
    try await locked { server in
        let directory = try temporaryDirectory()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let file = """
            version: 1
            cluster: shop
            nodes:
              berlin: host=127.0.0.1 port=\(server.port) dbname=shop user=clerk
              paris: host=127.0.0.1 port=1 dbname=shop user=clerk
            origin: berlin
            tables: [public.orders]
            """
        let passfile = directory + "/passfile"
        try Data("127.0.0.1:*:*:clerk:correct horse\n".utf8).write(to: URL(filePath: passfile))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: passfile)
        var said = ""
        func polarity(_ arguments: [String], _ environment: [String: String], _ input: String) async throws -> Int32 {
            let answer = try await run(
                Binary.path, arguments + ["-f", "-"], environment: Binary.environment(home: directory, environment),
                input: input)
            said += answer.output + answer.errorOutput
            return answer.status
        }
        let right = [["PGPASSWORD": "correct horse"], ["PGPASSFILE": passfile]]
        for environment in right {
            for command in [["status"], ["status", "-o", "json"], ["apply", "--dry-run", "-v"], ["apply", "--yes"]] {
                #expect(try await polarity(command, environment, file) == 69)
            }
            #expect(try await polarity(["explain", "paris/public.orders"], environment, file) == 69)
        }
        // With the right one berlin is read, so its missing table is what is said of it.
        #expect(said.contains("MISSING_TABLE") || said.contains("TABLE_MISSING"))
        #expect(try await polarity(["status"], ["PGPASSWORD": "wrong horse"], file) == 69)
        #expect(said.contains("password authentication failed"))
        let leaks = [
            file.replacing("user=clerk", with: "user=clerk password='correct horse'"),
            file.replacing("host=127.0.0.1 port=1 dbname=shop user=clerk", with: "postgresql://clerk:horse@paris/shop"),
        ]
        for leak in leaks {
            #expect(try await polarity(["validate"], [:], leak) == 65)
        }
        #expect(said.contains("horse") == false)
        let state = try FileManager.default.subpathsOfDirectory(atPath: directory).filter { $0 != "passfile" }
        let written = state.compactMap { try? String(contentsOfFile: directory + "/" + $0, encoding: .utf8) }
        #expect(written.joined().contains("horse") == false)
    }
}
