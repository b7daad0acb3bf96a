import Foundation
import Sandbox
import TestSupport
import Testing

/// A directory with a cluster file whose nodes nobody asks.
private func lend(_ body: (String) async throws -> Void) async throws {
    let directory = try temporaryDirectory()
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let file = """
        version: 1
        cluster: shop
        nodes: {berlin: "host=127.0.0.1 port=1", paris: "host=127.0.0.1 port=1"}
        origin: berlin
        tables: [public.orders]
        """
    try Data(file.utf8).write(to: URL(filePath: directory + "/polarity.yaml"))
    try await body(directory)
}

/// Runs a line of bash in which `$0` is polarity.
private func bash(_ line: String, in directory: String) async throws -> CommandResult {
    try await run(
        "bash", ["-c", line, Binary.path], environment: Binary.environment(home: directory, [:]),
        workingDirectory: directory)
}

@Suite struct `where results go` {
    @Test func `a link stays one, and the file that it leads to keeps who may read it`() async throws {
        try await lend { directory in
            let answer = try await bash(
                """
                mkdir there; echo old >there/a.json; chmod 640 there/a.json
                ln -s there/a.json link.json; ln -s there/b.json dangling.json
                "$0" validate -q --report json=link.json --report json=dangling.json &&
                stat -c '%F %a' there/a.json && readlink link.json dangling.json && ls there &&
                grep -c '"kind" : "validate"' there/a.json there/b.json
                """, in: directory)
            #expect(
                answer.output
                    == """
                    shop is valid
                    regular file 640
                    there/a.json
                    there/b.json
                    a.json
                    b.json
                    there/a.json:1
                    there/b.json:1

                    """)
            #expect(answer.errorOutput == "")
        }
    }

    @Test func `a device, a pipe and a process take reports, and stay what they are`() async throws {
        try await lend { directory in
            let answer = try await bash(
                """
                mkfifo pipe; timeout 20 cat pipe >piped &
                "$0" validate -q --report json=pipe && wait && stat -c %F pipe && grep -c '"kind"' piped
                "$0" validate -q --report json=>(grep -c '"kind"' >counted; echo >done) &&
                for try in {1..200}; do [ -e done ] || sleep 0.1; done; cat counted
                mknod null c 1 3 2>/dev/null || ln -s /dev/null null
                "$0" validate -q --report json=null && stat -L -c %F null
                """, in: directory)
            #expect(answer.errorOutput == "")
            #expect(
                answer.output
                    == """
                    shop is valid
                    fifo
                    1
                    shop is valid
                    1
                    shop is valid
                    character special file

                    """)
        }
    }

    @Test func `what is read is not replaced by a result, nor one result by another`() async throws {
        try await lend { directory in
            let asked = [
                ("status --report json=polarity.yaml", "polarity.yaml is what is read"),
                ("validate --report json=$PWD/../$(basename $PWD)/polarity.yaml", "polarity.yaml is what is read"),
                ("apply --dry-run --out ./polarity.yaml", "./polarity.yaml is what is read"),
                ("validate -f - --report json=link.yaml <polarity.yaml", "link.yaml is what is read"),
                ("apply plan.json --report json=plan.json", "plan.json is what is read"),
                ("validate --report json=x --report sql=./x", "./x is named for two results"),
                ("validate --report json=old --report sql=hard", "hard is named for two results"),
                ("apply --dry-run --out x --report json=$PWD/x", "x is named for two results"),
            ]
            _ = try await bash(
                "ln -s polarity.yaml link.yaml; touch plan.json old; ln old hard; cp polarity.yaml kept",
                in: directory)
            for (arguments, words) in asked {
                let answer = try await bash(#""$0" \#(arguments)"#, in: directory)
                #expect(answer.status == 64, "\(arguments): \(answer.output)\(answer.errorOutput)")
                #expect(answer.errorOutput.contains(words), "\(arguments): \(answer.errorOutput)")
            }
            let after = try await bash("cmp polarity.yaml kept && ls && wc -c old plan.json", in: directory)
            #expect(after.status == 0, "\(after.errorOutput)")
            #expect(!after.output.split(separator: "\n").contains("x"), "\(after.output)")
            let apart = "--report json=x --report sql=y --report json=/dev/null --report sql=/dev/null"
            #expect(try await bash(#""$0" validate -q \#(apart)"#, in: directory).status == 0)
        }
    }

    @Test func `a report to standard output stands behind the output, in a file, too`() async throws {
        try await lend { directory in
            // What /dev/stdout is, where nothing can happen to it.
            let answer = try await bash(
                """
                ln -s /proc/self/fd/1 out
                "$0" validate --report nagios=out >both; cat both
                "$0" validate --report nagios=out | cat
                """, in: directory)
            #expect(answer.errorOutput == "")
            let words = answer.output.split(separator: "\n").map { $0.prefix(8) }
            let once = ["shop (bu", "shop is ", "POLARITY"] as [Substring]
            #expect(words == once + once)
        }
    }
}
