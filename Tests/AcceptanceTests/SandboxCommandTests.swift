import Foundation
import Postgres
import Sandbox
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
}

/// Whether there is anything of that name, a link to nowhere too.
private func isThere(_ path: String) -> Bool { (try? FileManager.default.attributesOfItem(atPath: path)) != nil }
