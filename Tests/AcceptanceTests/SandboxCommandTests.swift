import Foundation
import Sandbox
import Testing

@Test func `a sandbox comes up once, is listed in its file, and goes without a trace`() async throws {
    let directory = try temporaryDirectory()
    defer { try? FileManager.default.removeItem(atPath: directory) }
    func polarity(_ arguments: String...) async throws -> CommandResult {
        try await run(
            Binary.path, arguments, environment: Binary.environment(home: directory, [:]), workingDirectory: directory)
    }
    let up = try await polarity("sandbox", "up")
    #expect(up.status == 0)
    #expect(
        up.output == """
            three nodes are up, cluster file polarity-sandbox/polarity.yaml
              polarity apply -f polarity-sandbox/polarity.yaml --dry-run

            """)
    #expect(try await polarity("validate", "-f", "polarity-sandbox/polarity.yaml").status == 0)
    #expect(try await polarity("status", "-f", "polarity-sandbox/polarity.yaml").status == 2)
    let file = try String(contentsOfFile: directory + "/polarity-sandbox/polarity.yaml", encoding: .utf8)
    let sockets = file.matches(of: /host=([^ ]+)/).map { String($0.output.1) }
    #expect(sockets.count == 3)

    let second = try await polarity("sandbox", "up")
    #expect(second.status == 1)
    #expect(second.errorOutput == "there is a sandbox in polarity-sandbox already\n")

    let down = try await polarity("sandbox", "down")
    #expect(down.status == 0)
    #expect(down.output == "berlin, paris, tokyo are gone\n")
    #expect(sockets.filter { FileManager.default.fileExists(atPath: $0) } == [])
    #expect(FileManager.default.fileExists(atPath: directory + "/polarity-sandbox") == false)
    #expect(try await polarity("sandbox", "down").output == "there is no sandbox in polarity-sandbox\n")
}
