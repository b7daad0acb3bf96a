import Foundation
import Sandbox
import TestSupport
import Testing

private let unlog = #"ALTER TABLE public.orders DISABLE TRIGGER "00_polarity_log""#

extension Shop {
    /// Runs polarity on a terminal of its own, and answers its question.
    fileprivate func onTerminal(
        _ arguments: [String], answering answer: String, environment: [String: String] = [:], program: String? = nil
    ) async throws -> CommandResult {
        try await run(
            "python3", ["-c", Self.terminal, answer, program ?? Binary.path] + arguments,
            environment: Binary.environment(home: directory, environment), workingDirectory: directory)
    }

    private static let terminal = """
        import os, pty, sys
        child, terminal = pty.fork()
        if child == 0:
            os.execv(sys.argv[2], sys.argv[2:])
        said = b""
        answered = False
        while True:
            try:
                piece = os.read(terminal, 65536)
            except OSError:
                break
            if not piece:
                break
            said += piece
            if not answered and b"to apply this: " in said:
                answered = True
                os.write(terminal, sys.argv[1].encode() + b"\\n")
        sys.stdout.buffer.write(said)
        sys.stdout.flush()
        sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        """
}

@Suite struct `on a terminal` {
    @Test func `yes applies, anything else changes nothing`() async throws {
        try await Shop.lend("prompt") { shop in
            try await shop.ask("berlin", unlog)
            let before = try await shop.modes()
            for word in ["", "no", "y", "YES", "shop"] {
                let answer = try await shop.onTerminal(["apply"], answering: word)
                #expect(answer.status == 4)
                #expect(answer.output.contains("Type yes to apply this: "))
                #expect(answer.output.contains("not approved; nothing was changed"))
                #expect(try await shop.modes() == before)
            }
            #expect(try await shop.onTerminal(["apply"], answering: "yes").status == 0)
            #expect(try await shop.polarity("status").status == 0)
        }
    }

    @Test func `one that is dumb gets lines alone, without a colour`() async throws {
        try await Shop.lend("dumb") { shop in
            for (name, isDumb) in [("dumb", true), ("xterm", false)] {
                try await shop.ask("berlin", unlog)
                let answer = try await shop.onTerminal(["apply"], answering: "yes", environment: ["TERM": name])
                #expect(answer.status == 0, "\(answer.output)")
                #expect(answer.output.contains("\u{1b}") != isDumb, "\(answer.output)")
                #expect(answer.output.contains("  berlin  public.orders   protect: done"), "\(answer.output)")
            }
            try await shop.ask("berlin", unlog)
            let always = try await shop.onTerminal(
                ["status", "--color", "always"], answering: "", environment: ["TERM": "dumb"])
            #expect(always.output.contains("\u{1b}"), "\(always.output)")
        }
    }

    @Test func `what is to be approved is shown beside the one document that standard output gets`() async throws {
        try await Shop.lend("promptjson") { shop in
            try await shop.ask("berlin", unlog)
            for (word, result) in [("no", "refused"), ("yes", "applied")] {
                let line = ["-c", #"exec "$0" apply -o json >document.json"#, try Binary.path]
                let answer = try await shop.onTerminal(line, answering: word, program: "/bin/bash")
                #expect(answer.output.contains("dry run, nothing is changed"), "\(answer.output)")
                #expect(answer.output.contains("Type yes to apply this: "))
                let text = Data(try shop.read("document.json").utf8)
                let document = try JSONSerialization.jsonObject(with: text) as? [String: Any]
                #expect(document?["kind"] as? String == "apply")
                #expect(document?["result"] as? String == result)
            }
        }
    }

    @Test func `the move of an origin asks for the cluster's name`() async throws {
        try await Shop.lend("promptmove") { shop in
            try shop.declare(origin: "paris", more: "policy: {sequences: ignore}")
            let before = try await shop.modes()
            let apply = ["apply", "--allow", "ORIGIN_CHANGE"]
            let wrong = try await shop.onTerminal(apply, answering: "yes")
            #expect(wrong.status == 4)
            #expect(wrong.output.contains("Type shop to apply this: "))
            #expect(try await shop.modes() == before)
            #expect(try await shop.onTerminal(apply, answering: "shop").status == 0)
            #expect(try await shop.polarity("status").status == 0)
        }
    }

    @Test func `colour is for terminals, unless NO_COLOR or --color say otherwise`() async throws {
        try await Shop.lend("colour") { shop in
            let escape = "\u{1b}["
            #expect(try await shop.onTerminal(["status"], answering: "").output.contains(escape))
            let plain = [
                try await shop.onTerminal(["status"], answering: "", environment: ["NO_COLOR": "1"]),
                try await shop.onTerminal(["status", "--color", "never"], answering: ""),
                try await shop.polarity("status"),
            ]
            #expect(plain.map { $0.output.contains(escape) } == [false, false, false])
            #expect(try await shop.polarity("status", "--color", "always").output.contains(escape))
        }
    }
}
