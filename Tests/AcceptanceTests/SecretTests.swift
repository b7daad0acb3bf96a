import Foundation
import Postgres
import SafetyTally
import Sandbox
import Synchronization
import TestSupport
import Testing

/// One way in which libpq takes a password, with a login of its own.
private struct Way: Sendable {
    let name: String
    let secret: String
    /// What the file says beside host, port and database.
    var conninfo = ""
    var environment: @Sendable (_ secret: String) -> [String: String] = { _ in [:] }
    /// Files that are there before, by path below the home.
    var files: @Sendable (_ secret: String) -> [String: String] = { _ in [:] }

    var role: String { "clerk_" + name }
}

private func passfile(_ secret: String) -> String {
    "*:*:*:*:" + secret.replacing("\\", with: "\\\\").replacing(":", with: "\\:") + "\n"
}

private func service(_ secret: String) -> String { "[shop]\npassword=\(secret)\n" }

private let home = "<home>"

private let ways = [
    Way(name: "variable", secret: "Tr4velling \"light\" 'n' far", environment: { ["PGPASSWORD": $0] }),
    Way(name: "newline", secret: "Qu1et\nWat3rs", environment: { ["PGPASSWORD": $0] }),
    Way(name: "unicode", secret: "Gr\u{fc}\u{df}e\\aus%20K\u{f6}ln\u{1f511}", environment: { ["PGPASSWORD": $0] }),
    Way(
        name: "passfile_variable", secret: "C0lon:and\\Backslash", environment: { _ in ["PGPASSFILE": home + "/pass"] },
        files: { ["pass": passfile($0)] }),
    Way(name: "home_pgpass", secret: "H0me is where it lies", files: { [".pgpass": passfile($0)] }),
    Way(
        name: "conninfo_passfile", secret: "P4ss=file&more", conninfo: "passfile=\(home)/elsewhere",
        files: { ["elsewhere": passfile($0)] }),
    Way(
        name: "service_file", secret: "S3rvice of the h0use", conninfo: "service=shop",
        environment: { _ in ["PGSERVICEFILE": home + "/services"] }, files: { ["services": service($0)] }),
    Way(
        name: "home_service", secret: "J33ves%41", conninfo: "service=shop",
        files: { [".pg_service.conf": service($0)] }),
    Way(
        name: "service_variable", secret: "W00ster'",
        environment: { _ in
            ["PGSERVICE": "shop", "PGSERVICEFILE": home + "/services"]
        }, files: { ["services": service($0)] }),
    Way(
        name: "sysconfdir", secret: "G1braltar-Rock", conninfo: "service=shop",
        environment: { _ in ["PGSYSCONFDIR": home + "/etc"] }, files: { ["etc/pg_service.conf": service($0)] }),
]

/// Everything that was said and written.
private final class Sinks: Sendable {
    private let text = Mutex("")
    func add(_ more: String) { text.withLock { $0 += more + "\n" } }
    func leaks(of secrets: [String]) -> [String] {
        let all = text.withLock { $0 }
        return secrets.filter { secret in forms(of: secret).contains { all.contains($0) } }
    }
}

/// Runs polarity with one way's secret in a home of its own; all that comes out goes into the sinks.
private struct Visit {
    let way: Way
    let locked: LockedServer
    let sinks: Sinks
    let directory: String

    func polarity(_ arguments: [String], secret: String) async throws -> CommandResult {
        let files = way.files(secret)
        for (path, text) in files {
            let url = URL(filePath: directory + "/" + path)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: url)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: url.path())
        }
        let conninfo = way.conninfo.replacing(home, with: directory)
        let file = locked.file(
            "host=127.0.0.1 port=\(locked.server.port) dbname=shop user=\(way.role) \(conninfo)")
        try Data(file.utf8).write(to: URL(filePath: directory + "/polarity.yaml"))
        let environment = way.environment(secret).mapValues { $0.replacing(home, with: directory) }
        let child = try Child(
            Binary.path, arguments, environment: Binary.environment(home: directory, environment),
            workingDirectory: directory)
        let ended = Flag()
        async let answer = {
            defer { ended.set() }
            return await child.wait()
        }()
        sinks.add(
            await commandLines(of: child.processID) {
                try? await Task.sleep(for: .milliseconds(5))
                return ended.isSet
            })
        let result = await answer
        sinks.add(result.output + result.errorOutput)
        for path in try FileManager.default.subpathsOfDirectory(atPath: directory) where files[path] == nil {
            sinks.add((try? String(contentsOfFile: directory + "/" + path, encoding: .utf8)) ?? path)
        }
        for path in files.keys { try FileManager.default.removeItem(atPath: directory + "/" + path) }
        return result
    }
}

private let rights = [
    ["apply", "--dry-run", "-v", "--color", "always", "--out", "plan.json", "--report", "json=report.json"],
    ["status", "-o", "json", "--report", "markdown=report.md"], ["status", "-o", "sql"],
    ["explain", "berlin/public.orders"], ["apply", "--yes"],
]
private let wrongs = [["status", "-o", "json"], ["apply", "--yes"]]

@Test func `a password that libpq was given is shown to nobody, right or wrong`() async throws {
    try await LockedServer.lend(roles: ways.map { (name: $0.role, password: $0.secret) }) { locked in
        let (sinks, wrong) = (Sinks(), "Wr0ng & \\ 'twas")
        var (runs, refusals) = (0, 0)
        for (place, way) in ways.enumerated() {
            let directory = try temporaryDirectory()
            defer { try? FileManager.default.removeItem(atPath: directory) }
            let visit = Visit(way: way, locked: locked, sinks: sinks, directory: directory)
            for command in Faults.turn(of: rights, at: place) {
                let answer = try await visit.polarity(command, secret: way.secret)
                #expect([0, 2].contains(answer.status), "\(way.name): \(answer.output)\(answer.errorOutput)")
                runs += 1
            }
            for command in Faults.turn(of: wrongs, at: place) {
                let answer = try await visit.polarity(command, secret: wrong)
                #expect(answer.status == 69, "\(way.name)")
                // JSON escapes the quotes around the role.
                #expect(answer.output.contains("password authentication failed for user"), "\(way.name)")
                refusals += 1
            }
        }
        sinks.add(try String(contentsOfFile: locked.server.logFile, encoding: .utf8))
        #expect(sinks.leaks(of: ways.map(\.secret) + [wrong]) == [])
        let hidden = "let in, and in no output, report, plan, journal, command line or server's log"
        tally(.secrets, "the right password in \(ways.count) ways that libpq takes one", times: runs, seen: hidden)
        tally(
            .secrets, "a wrong password in \(ways.count) ways that libpq takes one", times: refusals,
            seen: "refused, exit 69, and in none of these either")
    }
}

// MARK: - In the file

private let secret = "s3cr3t-h0rse"

/// Conninfos with a password: each is an error.
private let conninfos = [
    "host=h password=\(secret)", "host=h password = '\(secret)'", "host=h password='a \\'\(secret)'",
    "host=h password=a\\ \(secret)", "sslpassword=\(secret)", "postgresql://u:\(secret)@h/shop",
    "postgres://u:\(secret)@h:1,i:2/shop", "postgresql://h/shop?password=\(secret)",
    "postgresql://h/shop?pass%77ord=\(secret)", "postgresql://h/shop?sslpassword=\(secret)&user=u",
    "postgresql://u:a@\(secret)@h/shop", "postgresql://u:a/\(secret)@h/shop", "dbname='host=h password=\(secret)'",
    "dbname=postgresql://u:\(secret)@h/shop", "host=h password=a \(secret)", "host=h PASSWORD=\(secret)",
    "postgresql://u:%zz\(secret)@h/shop",
]

/// Files in which the text `SECRET` stands where it does not belong.
private let misplaced = [
    "version: 1\ncluster: shop\nnodes: {a: host=h}\norigin: SECRET\ntables: [public.t]",
    "version: 1\ncluster: shop\nnodes: {a: host=h}\norigin: a\ntables: [SECRET]",
    "version: SECRET\ncluster: shop\nnodes: {a: host=h}\norigin: a\ntables: [public.t]",
    "version: 1\ncluster: shop\nnodes: {'SECRET': host=h, 'SECRET': host=i}\norigin: a\ntables: [public.t]",
    "version: 1\ncluster: shop\nnodes: {a: {conninfo: host=h, 'SECRET': x}}\norigin: a\ntables: [public.t]",
    "version: 1\ncluster: shop\nengine: SECRET\nnodes: {a: host=h}\norigin: a\ntables: [public.t]",
    "version: 1\ncluster: shop\nnodes: {a: '${SECRET'}\norigin: a\ntables: [public.t]",
    "version: 1\ncluster: shop\nnodes: {a: '${SECRET}'}\norigin: a\ntables: [public.t]",
    "version: 1\ncluster: shop\nnodes: {a: host=h}\norigin: a\ntables: [public.t]\npolicy: {retries: SECRET}",
    "version: 1\ncluster: shop\nnodes: {a: SECRET\norigin: a",
]

@Test func `a password in the file is an error that does not repeat it`() async throws {
    let directory = try temporaryDirectory()
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let server = LockedText()
    let commands = [["validate"], ["status", "-o", "json"], ["apply", "--dry-run", "--out", "plan.json"]]
    var (tried, said) = (0, "")
    func check(_ file: String, _ environment: [String: String] = [:]) async throws {
        for command in Faults.turn(of: commands, at: tried) {
            let answer = try await run(
                Binary.path, command + ["-f", "-"], environment: Binary.environment(home: directory, environment),
                workingDirectory: directory, input: file)
            #expect(answer.status == 65, "\(file)")
            #expect(answer.output.isEmpty != command.contains("-o"), "\(answer.output)")
            #expect(answer.errorOutput.contains("error:"), "\(answer.errorOutput)")
            said += answer.output + answer.errorOutput
            tried += 1
        }
    }
    for conninfo in conninfos {
        try await check(server.file(conninfo))
        try await check(server.file("${ADDRESS}"), ["ADDRESS": conninfo])
    }
    let pasted = ["postgresql://u:\(secret)@h/shop", "host=h password=\(secret)", "postgresql://u:a@\(secret)@h/shop"]
    for text in pasted {
        for file in misplaced { try await check(file.replacing("SECRET", with: text)) }
    }
    for file in misplaced.prefix(3) {
        try await check(file.replacing("SECRET", with: "${SHOP_PASSWORD}"), ["SHOP_PASSWORD": "\(secret) x"])
    }
    #expect(forms(of: secret).filter { said.contains($0) } == [])
    #expect(FileManager.default.fileExists(atPath: directory + "/plan.json") == false)
    tally(
        .secrets, "a password in the file, in \(conninfos.count) conninfos and \(misplaced.count) places beside them",
        times: tried, seen: "exit 65, the place named and the password not")
}

private struct LockedText {
    func file(_ conninfo: String) -> String {
        let text = conninfo.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        return "version: 1\ncluster: shop\nnodes: {a: \"\(text)\"}\norigin: a\ntables: [public.t]\n"
    }
}

// MARK: - On the command line, in comments, in names of databases

/// Where a text can be pasted.
private func lines(_ text: String) -> [[String]] {
    [
        ["status", "-f", text], ["apply", text], ["status", text], [text], ["explain", text], ["status", "-o", text],
        ["status", "-f", "-", "--node", text], ["status", "-f", "-", "--set", text], ["status", "--report", text],
        ["apply", "-f", "-", "--dry-run", "--out", "/nowhere/" + text], ["apply", "-f", "-", "--failover", text],
        ["apply", "-f", "-", "--revert", text], ["apply", "--expect", text], ["apply", "--allow", text],
        ["status", "--connect-timeout", text], ["sandbox", "down", "--directory", "/dev/null/" + text],
    ]
}

@Test func `a password pasted as an argument is not said again`() async throws {
    let directory = try temporaryDirectory()
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let file = "version: 1\ncluster: shop\nnodes: {a: host=/nowhere}\norigin: a\ntables: [public.t]\n"
    let pasted = ["postgresql://u:\(secret)@h/shop", "host=h password=\(secret)", "postgres://u:a b\(secret)@h/shop"]
    var (tried, said) = (0, "")
    for place in lines("").indices {
        for text in Faults.turn(of: pasted, at: place) {
            let arguments = lines(text)[place]
            let answer = try await run(
                Binary.path, arguments, environment: Binary.environment(home: directory, [:]),
                workingDirectory: directory, input: file)
            #expect([0, 1, 64, 65].contains(answer.status), "\(arguments): \(answer.output)\(answer.errorOutput)")
            said += answer.output + answer.errorOutput
            tried += 1
        }
    }
    #expect(forms(of: secret).filter { said.contains($0) } == [], "\(said)")
    tally(
        .secrets, "a connection string pasted as an argument, in three forms", times: tried,
        seen: "the message repeats it without the password")
}

@Test func `a password in a comment is not kept in a saved plan, and one in PGDATABASE is not repeated`() async throws {
    try await Shop.lend("comments") { shop in
        let plain = shop.file()
        try shop.write(
            "# was postgresql://u:\(secret)@h/shop\n" + plain + "# password=\(secret)\n", to: "polarity.yaml")
        try await shop.ask("berlin", "ALTER TABLE public.orders DISABLE TRIGGER \"00_polarity_log\"")
        #expect(try await shop.polarity("apply", "--dry-run", "--out", "plan.json").status == 0)
        let plan = try shop.read("plan.json")
        #expect(plan.contains("postgresql://***@h/shop") && plan.contains("# password=***"))
        #expect(plan.contains(secret) == false)
        #expect(try await shop.polarity("apply", "plan.json").status == 0)

        let address = try #require(shop.addresses["berlin"])
        let host = "host=\(address.value(of: "host") ?? "") port=\(address.value(of: "port") ?? "") user=postgres"
        try shop.declare(conninfos: ["berlin": host])
        let answer = try await shop.polarity(
            "status", environment: ["PGDATABASE": "postgresql://u:\(secret)@h/shop"])
        #expect(answer.status == 69)
        #expect(answer.output.contains("does not exist"))
        #expect((answer.output + answer.errorOutput).contains(secret) == false)
    }
}
