import Foundation
import Postgres
import Sandbox
import TestSupport
import Testing

@Test func `a sandbox comes up once, is listed in its file, and goes without a trace`() async throws {
    try await Place.lend { place in
        let up = try await place.polarity("sandbox", "up")
        #expect(up.status == 0)
        #expect(
            up.output == """
                three nodes are up, cluster file polarity-sandbox/polarity.yaml
                  polarity apply -f polarity-sandbox/polarity.yaml --dry-run

                """)
        #expect(try await place.polarity("validate", "-f", "polarity-sandbox/polarity.yaml").status == 0)
        #expect(try await place.polarity("status", "-f", "polarity-sandbox/polarity.yaml").status == 2)
        let conninfos = try place.read("polarity-sandbox/polarity.yaml").matches(of: /"(host=([^ ]+) .*)"/).map(
            \.output)
        #expect(conninfos.count == 3)
        // Whoever reaches one of them is its superuser, so nobody else may.
        for conninfo in conninfos {
            let session = try await Session.connect(to: ConnectionString("\(conninfo.1)"), timeout: .seconds(10))
            #expect(try await session.run("SHOW listen_addresses").first?[0, 0] == "")
            await session.close()
        }

        let second = try await place.polarity("sandbox", "up")
        #expect(second.status == 1)
        #expect(second.errorOutput == "there is a sandbox in polarity-sandbox already\n")

        let down = try await place.polarity("sandbox", "down")
        #expect(down.status == 0)
        #expect(down.output == "berlin, paris, tokyo are gone\n")
        #expect(conninfos.filter { isThere("\($0.2)") }.isEmpty)
        #expect(!isThere(place.directory + "/polarity-sandbox"))
        #expect(try await place.polarity("sandbox", "down").output == "there is no sandbox in polarity-sandbox\n")
    }
}

@Suite struct `a file of the user's own` {
    @Test(arguments: ["a file", "a link to nowhere"])
    func `is not replaced by sandbox up`(what: String) async throws {
        try await Place.lend { place in
            if what == "a file" {
                try place.write("# mine\n", to: "polarity.yaml")
            } else {
                try FileManager.default.createSymbolicLink(
                    atPath: place.directory + "/polarity.yaml", withDestinationPath: place.directory + "/nowhere")
            }
            let up = try await place.polarity("sandbox", "up", "--directory", ".")
            #expect(up.status == 1)
            #expect(up.errorOutput == "there is a polarity.yaml in . already, and no sandbox takes its place\n")
            #expect(try place.names() == ["polarity.yaml"])
            if what == "a file" { #expect(try place.read("polarity.yaml") == "# mine\n") }
            let down = try await place.polarity("sandbox", "down", "--directory", ".")
            #expect(down.output == "there is no sandbox in .\n")
            #expect(try place.names() == ["polarity.yaml"])
        }
    }

    @Test func `that took the place of the sandbox's outlives sandbox down`() async throws {
        try await Place.lend { place in
            try place.write("a draft\n", to: "polarity.yaml.new")
            #expect(try await place.polarity("sandbox", "up", "--directory", ".").status == 0)
            try place.write("# mine\n", to: "polarity.yaml")
            let down = try await place.polarity("sandbox", "down", "--directory", ".")
            #expect(down.status == 0)
            #expect(
                down.output == """
                    berlin, paris, tokyo are gone
                    ./polarity.yaml does not name them all any more and stays

                    """)
            #expect(try place.names() == ["polarity.yaml", "polarity.yaml.new"])
            #expect(try place.read("polarity.yaml") == "# mine\n")
            #expect(try place.read("polarity.yaml.new") == "a draft\n")
        }
    }
}

@Suite struct `a state file of another's making` {
    /// What it names; `/` stands for a directory with something in it.
    @Test(arguments: ["/", "/polarity-abcdef", "link", "/tmp/polarity-abcdef/../..", "/tmp/polarity-", "stranger"])
    func `has sandbox down run nothing and delete nothing`(named: String) async throws {
        try await Place.lend { place in
            let victim = place.directory + (named == "/polarity-abcdef" ? named : "/victim")
            try place.makeVictim(victim)
            let short = "/tmp/polarity-" + UUID().uuidString.prefix(6)
            defer { try? FileManager.default.removeItem(atPath: short) }
            switch named {
            case "link": try FileManager.default.createSymbolicLink(atPath: short, withDestinationPath: victim)
            // Root's servers belong to another user; for anyone else nobody else's directory can be made.
            case "stranger" where geteuid() == 0: try place.makeVictim(short)
            case "stranger": return
            default: break
            }
            let directory =
                switch named {
                case "link", "stranger": short
                case "/", "/polarity-abcdef": victim
                default: named + (named.hasSuffix("..") ? victim : "")
                }
            let sane = "/tmp/polarity-" + UUID().uuidString.prefix(6)
            try place.write(
                """
                [{"name":"berlin","directory":"\(sane)","programs":"\(place.directory)","process":1},
                 {"name":"paris","directory":"\(directory)","programs":"\(place.directory)"}]
                """, to: "sandbox.json")
            let down = try await place.polarity("sandbox", "down", "--directory", ".")
            #expect(down.status == 1)
            #expect(
                down.errorOutput
                    == "./sandbox.json names \(directory), which is no directory that a sandbox of yours made; "
                    + "nothing was removed\n")
            #expect(isThere(victim + "/data/precious"))
            if named == "stranger" { #expect(isThere(short + "/data/precious")) }
            #expect(!isThere(place.directory + "/was-run"))
            #expect(isThere(place.directory + "/sandbox.json"))
        }
    }
}

@Suite struct `a sandbox up that is ended` {
    @Test(arguments: [
        (SIGINT, "before anything runs"), (SIGTERM, "with data"), (SIGTERM, "with a server"),
        (SIGKILL, "with a server"),
    ])
    func `while it starts leaves nothing that sandbox down cannot remove`(signal: Int32, moment: String) async throws {
        try await Place.lend { place in
            let up = try place.start("sandbox", "up")
            #expect(try await eventually { (try? place.read("polarity-sandbox/sandbox.json"))?.hasSuffix("]") == true })
            let directories = try place.read("polarity-sandbox/sandbox.json").matches(of: /"(\\?\/[^"]+)"/)
                .map { String($0.output.1).replacing("\\/", with: "/") }.filter { $0.hasPrefix("/tmp/polarity-") }
            #expect(directories.count == 3)
            #expect(directories.allSatisfy { isThere($0) && !isThere($0 + "/data/postmaster.pid") })
            let file = ["with data": "/data/base", "with a server": "/data/postmaster.pid"][moment] ?? ""
            #expect(try await eventually { directories.contains { isThere($0 + file) } })
            up.signal(signal)
            #expect(await up.wait().status == 128 + signal)

            let down = try await place.polarity("sandbox", "down")
            #expect(down.status == 0, "\(down.errorOutput)")
            #expect(down.output == "berlin, paris, tokyo are gone\n")
            #expect(directories.filter(isThere) == [])
            let processes = try await run("ps", ["-A", "-ww", "-o", "args="]).output
            #expect(directories.filter { processes.contains("-D \($0)/") } == [])
            #expect(!isThere(place.directory + "/polarity-sandbox"))
        }
    }
}

/// A directory to run `polarity sandbox` in.
private struct Place {
    let directory: String

    static func lend(_ body: (Place) async throws -> Void) async throws {
        let directory = try temporaryDirectory()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try await body(Place(directory: directory))
    }

    func polarity(_ arguments: String...) async throws -> CommandResult { try await start(arguments).wait() }

    func start(_ arguments: String...) throws -> Child { try start(arguments) }

    private func start(_ arguments: [String]) throws -> Child {
        try Child(
            Binary.path, arguments, environment: Binary.environment(home: directory, [:]), workingDirectory: directory)
    }

    func read(_ name: String) throws -> String { try String(contentsOfFile: directory + "/" + name, encoding: .utf8) }

    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(filePath: directory + "/" + name))
    }

    func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: directory).sorted() }

    /// A directory that anyone may delete from, with something in it, and a program that tells when it is run.
    func makeVictim(_ path: String) throws {
        let open: [FileAttributeKey: Any] = [.posixPermissions: 0o777]
        try FileManager.default.createDirectory(
            atPath: path + "/data", withIntermediateDirectories: true, attributes: open)
        try Data().write(to: URL(filePath: path + "/data/precious"))
        try write("#!/bin/sh\ntouch '\(directory)/was-run'\n", to: "pg_ctl")
        for place in [directory, directory + "/pg_ctl"] {
            try FileManager.default.setAttributes(open, ofItemAtPath: place)
        }
    }
}

/// Whether there is anything of that name, a link to nowhere too.
private func isThere(_ path: String) -> Bool { (try? FileManager.default.attributesOfItem(atPath: path)) != nil }
