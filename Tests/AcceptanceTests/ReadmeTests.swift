import Foundation
import Postgres
import Sandbox
import TestSupport
import Testing

// What the README shows is what happens: its blocks are taken out of it and run.

private func text(_ name: String) throws -> String {
    try String(contentsOf: packageFolder.appending(path: name), encoding: .utf8)
}

/// The lines of each fenced block of one language, block by block.
private func blocks(_ language: String) throws -> [[String]] {
    try text("README.md").components(separatedBy: "\n```\(language)\n").dropFirst().map { rest in
        String(rest[..<(rest.range(of: "\n```")?.lowerBound ?? rest.endIndex)]).components(separatedBy: "\n")
    }
}

/// Gives the nodes the names that the README's file calls them by.
private func serviceFile(_ shop: Shop) -> String {
    Shop.nodes.map { node in
        let address = shop.addresses[node]
        let settings = ["host", "port", "dbname", "user"].map { "\($0)=\(address?.value(of: $0) ?? "")" }
        return "[shop-\(node)]\n" + settings.joined(separator: "\n") + "\n"
    }.joined()
}

@Suite struct `the README` {
    @Test func `every command in it ends as it says, from the first to the last`() async throws {
        let commands = try blocks("sh").flatMap { $0 }.filter { !$0.hasPrefix("make ") }
        #expect(commands.count >= 18)
        try await Shop.lend("readme", isApplied: false) { shop in
            try shop.write(blocks("yaml").joined().joined(separator: "\n") + "\n", to: "polarity.yaml")
            try shop.write(serviceFile(shop), to: "services")
            let binaries = URL(filePath: try Binary.path).deletingLastPathComponent().path()
            let environment = Binary.environment(
                home: shop.directory,
                [
                    "PGSERVICEFILE": shop.directory + "/services",
                    "PATH": binaries + ":" + (ProcessInfo.processInfo.environment["PATH"] ?? ""),
                ])
            for command in commands {
                let expected = command.firstMatch(of: /# exit ([0-9]+)/).flatMap { Int32($0.output.1) } ?? 0
                let answer = try await run(
                    "bash", ["-c", command], environment: environment, workingDirectory: shop.directory)
                #expect(answer.status == expected, "\(command)\n\(answer.output)\(answer.errorOutput)")
            }
            #expect(FileManager.default.fileExists(atPath: shop.directory + "/polarity-sandbox") == false)
        }
    }

    @Test func `the four lines of SQL lose a row and lock the origin, and status says so`() async throws {
        let lines = try #require(blocks("sql").first)
        #expect(lines.count == 4)
        try await Shop.lend("silent") { shop in
            for line in lines[..<2] { try await shop.ask("berlin", line) }
            #expect(try await shop.ask("berlin", "SELECT count(*) FROM orders") == "1")
            #expect(try await shop.ask("berlin", "SELECT count(*) FROM polarity.log") == "0")
            let status = try await shop.polarity("status")
            #expect(status.status == 2)
            for line in try blocks("text").joined() { #expect(status.output.contains(line)) }
            try await shop.ask("berlin", lines[2])
            await #expect(throws: PostgresError.self) { try await shop.ask("berlin", lines[3]) }
            #expect(try await shop.polarity("status").output.contains("ORIGIN_CLOSED"))
        }
    }

    @Test func `its make commands, subcommands and exit codes are those there are`() async throws {
        let readme = try text("README.md")
        let makefile = try text("Makefile")
        let targets = readme.matches(of: /make ([a-z]+)/).map { String($0.output.1) }
        #expect(Set(targets) == ["demo", "test", "build"])
        for target in targets { #expect(makefile.contains("\n\(target): ")) }

        let help = try await run(Binary.path, ["--help"]).output
        let listed = help.components(separatedBy: "SUBCOMMANDS:\n").last ?? ""
        let commands = listed.matches(of: #/^  ([a-z]+) /#.anchorsMatchLineEndings()).map { String($0.output.1) }
        let shown = readme.matches(of: #/^\| `polarity ([a-z]+)`/#.anchorsMatchLineEndings()).map {
            String($0.output.1)
        }
        #expect(shown == commands)

        let codes = try await run(Binary.path, ["explain", "exit-codes"]).output
        let numbers = codes.matches(of: #/^  ([0-9]+) /#.anchorsMatchLineEndings()).map { String($0.output.1) }
        let described = readme.matches(of: #/^\| ([0-9]+) \|/#.anchorsMatchLineEndings()).map { String($0.output.1) }
        #expect(described == numbers)
    }
}
