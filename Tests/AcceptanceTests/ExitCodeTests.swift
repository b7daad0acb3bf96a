import Foundation
import Sandbox
import TestSupport
import Testing

private let unlog = #"ALTER TABLE public.orders DISABLE TRIGGER "00_polarity_log""#

@Suite struct `exit 0` {
    @Test func `a dry run of an empty cluster, its apply, and status afterwards`() async throws {
        try await Shop.lend("zero", isApplied: false) { shop in
            let plan = try await shop.polarity("apply", "--dry-run")
            #expect(plan.status == 0)
            #expect(plan.output.contains("dry run, nothing is changed"))
            #expect(plan.output.contains("36 to create"))
            #expect(try await shop.modes() == ["", "", ""])
            let apply = try await shop.polarity("apply", "--yes")
            #expect(apply.status == 0)
            #expect(apply.output.hasSuffix("39 changes made on 3 of 3 nodes and read back; 36 triggers are right\n"))
            let status = try await shop.polarity("status")
            #expect(status.status == 0)
            #expect(status.output.hasSuffix("In sync: 36 triggers are right.\n"))
            let second = try await shop.polarity("apply", "--yes")
            #expect(second.status == 0)
            #expect(second.errorOutput == "")
            #expect(second.output.hasSuffix("shop: in sync, nothing was to be done; 36 triggers are right\n"))
        }
    }

    @Test func `validate needs no node`() async throws {
        try await Shop.lend("validate", isApplied: false) { shop in
            try shop.declare(conninfos: ["berlin": "host=/nowhere", "paris": "host=/nowhere", "tokyo": "host=/nowhere"])
            let answer = try await shop.polarity("validate")
            #expect(answer.status == 0)
            #expect(answer.errorOutput == "")
        }
    }
}

@Suite struct `exit 1` {
    @Test func `the journal cannot be written: nothing is changed`() async throws {
        try await Shop.lend("journal", isApplied: false) { shop in
            let answer = try await shop.polarity("apply", "--yes", environment: ["XDG_STATE_HOME": "/dev/null"])
            #expect(answer.status == 1)
            #expect(
                answer.errorOutput
                    == "could not write the journal, nothing was changed: /dev/null/polarity: Not a directory\n")
            #expect(try await shop.modes() == ["", "", ""])
        }
    }

    @Test func `the plan cannot be saved`() async throws {
        try await Shop.lend("out") { shop in
            let answer = try await shop.polarity("apply", "--dry-run", "--out", "missing/plan.json")
            #expect(answer.status == 1)
            #expect(
                answer.errorOutput == "could not save the plan: missing/plan.json: No such file or directory\n")
        }
    }
}

extension `exit 1` {
    @Test(arguments: ["schema", "explain 75", "validate -f -", "validate -f - -o json"])
    func `the disk is full, and the result is lost`(command: String) async throws {
        let file = "{version: 1, cluster: shop, nodes: {a: host=h}, origin: a, tables: [public.t]}"
        let line = ["-c", #""$0" \#(command) >/dev/full"#, try Binary.path]
        let answer = try await run("bash", line, input: file)
        #expect(answer.status == 1)
        #expect(
            answer.errorOutput == "could not write the result: standard output: No space left on device\n")
    }

    @Test func `a reader that has read enough is no error`() async throws {
        let line = #"set -o pipefail; "$0" schema | head -c 1; "$0" explain modes | :"#
        let answer = try await run("bash", ["-c", line, Binary.path])
        #expect(answer.status == 0)
        #expect(answer.errorOutput == "")
    }
}

@Suite struct `exit 2` {
    @Test func `status and a detailed dry run of what was sabotaged`() async throws {
        try await Shop.lend("two") { shop in
            try await shop.ask("berlin", unlog)
            let status = try await shop.polarity("status")
            #expect(status.status == 2)
            let lost = "public.orders on its origin 'berlin' accepts writes that are not logged: changes"
            #expect(status.output.contains("✗ ORIGIN_UNLOGGED  \(lost)"))
            #expect(try await shop.polarity("apply", "--dry-run", "--detailed-exitcode").status == 2)
            #expect(try await shop.polarity("apply", "--dry-run").status == 0)
            #expect(try await shop.polarity("apply", "--yes").status == 0)
            #expect(try await shop.polarity("apply", "--dry-run", "--detailed-exitcode").status == 0)
        }
    }
}

@Suite struct `exit 3` {
    @Test func `one table stays locked while another is changed`() async throws {
        try await Shop.lend("three") { shop in
            try await shop.ask("berlin", unlog)
            try await shop.ask("berlin", #"ALTER TABLE public.order_items DISABLE TRIGGER "00_polarity_log""#)
            try await shop.holding("LOCK TABLE public.orders IN ROW EXCLUSIVE MODE", on: "berlin") { pid in
                let answer = try await shop.polarity("apply", "--yes", "--retries", "2")
                #expect(answer.status == 3)
                #expect(answer.output.contains("BUSY: public.orders on berlin: busy for 2 tries: pid \(pid) postgres"))
                #expect(answer.output.contains("shop: incomplete, 1 of 2 changes made; the cluster has not converged"))
            }
            let modes = try await shop.modes("berlin")
            #expect(modes.contains("orders 00_polarity_log=D"))
            #expect(modes.contains("order_items 00_polarity_log=O"))
        }
    }
}

@Suite struct `exit 64` {
    @Test(arguments: [
        ["apply", "--force"], ["heal"], ["apply", "--expect", "123"], ["apply", "--out", "plan.json"],
        ["apply", "--allow", "EVERYTHING"], ["apply", "--retries", "0"], ["apply", "--lock-timeout", "soon"],
        ["apply", "--dry-run", "--out", "-"], ["apply", "--allow", ""], ["apply", "--allow", "ORIGIN_CHANGE,"],
        ["explain", "gravity"], ["explain"],
        ["explain", "75", "-o", "json"], ["explain", "75", "--report", "json=75"],
        ["status", "-o", "xml"], ["status", "--report", "json"],
    ]) func `the command line is wrong`(arguments: [String]) async throws {
        let answer = try await run(Binary.path, arguments, workingDirectory: "/")
        #expect(answer.status == 64)
        #expect(answer.output == "")
        #expect(answer.errorOutput.isEmpty == false)
    }
}

extension `exit 64` {
    @Test func `a slip in a word for --allow is told the words that there are, and the nearest`() async throws {
        let answer = try await run(
            Binary.path, ["apply", "--allow", "MASS_CHANGE,ORIGIN_CHANG"], workingDirectory: "/")
        #expect(answer.status == 64)
        #expect(answer.errorOutput.contains("'ORIGIN_CHANG' is none of DROP_TRIGGER, MASS_CHANGE, "))
        #expect(answer.errorOutput.contains("; did you mean 'ORIGIN_CHANGE'?"))
    }

    @Test func `a slip in a topic is told the nearest, and a word that is far from all the list`() async throws {
        let slip = try await run(Binary.path, ["explain", "SPLIT_BRIAN"], workingDirectory: "/")
        #expect(slip.status == 64)
        #expect(slip.errorOutput == "'SPLIT_BRIAN' is no topic\nnote: did you mean 'SPLIT_BRAIN'?\n")
        let far = try await run(Binary.path, ["explain", "gravity"], workingDirectory: "/")
        #expect(far.status == 64)
        #expect(far.errorOutput.hasPrefix("'gravity' is no topic; there are:\n  findings    CLONE_DIFFERS, "))
        #expect(far.errorOutput.contains("\n  engines     bruce, builtin, custom, slony\n"))
        #expect(far.errorOutput.split(separator: "\n").allSatisfy { $0.count <= 100 })
    }

    @Test(arguments: [
        ("--lock-timeout", "0s"), ("--lock-timeout", "9223372036854775807s"), ("--apply-timeout", "0m"),
        ("--apply-timeout", "35792m"), ("--connect-timeout", "0ms"), ("--connect-timeout", "99999999999999999999ms"),
        ("--retries", "0"), ("--retries", "1000001"),
    ]) func `a limit has the bounds that it has in the file, and they are said`(option: String, value: String)
        async throws
    {
        let answer = try await run(Binary.path, ["apply", option, value], workingDirectory: "/")
        #expect(answer.status == 64)
        let bounds = option == "--retries" ? "from 1 to 1000000\n" : "not between 1ms and 2147483647ms\n"
        #expect(answer.errorOutput.contains(bounds), "\(answer.errorOutput)")
    }

    @Test(arguments: [
        ["--node", "paris"], ["--set", "*"], ["--table", "public.*"], ["--failover", "paris"], ["-f", "other.yaml"],
        ["--revert", "x"], ["--dry-run"], ["--expect", "0123456789ab"],
    ]) func `a saved plan cannot be told what to do`(arguments: [String]) async throws {
        let answer = try await run(Binary.path, ["apply", "plan.json"] + arguments, workingDirectory: "/")
        #expect(answer.status == 64)
        #expect(answer.output == "")
        #expect(answer.errorOutput.hasPrefix("Error: a saved plan is applied as it is: without -f, --node, --set, "))
    }
}

@Suite struct `exit 65` {
    @Test func `the file is not there`() async throws {
        let answer = try await run(Binary.path, ["status", "-f", "/nowhere/polarity.yaml"])
        #expect(answer.status == 65)
        #expect(
            answer.errorOutput
                == "/nowhere/polarity.yaml: No such file or directory\nnote: name the cluster file with -f PATH\n")
    }

    @Test(arguments: [#"yes | "$0" validate -f -"#, #""$0" validate -f /dev/zero"#])
    func `a file without an end is not read into memory`(line: String) async throws {
        let answer = try await run("bash", ["-c", "ulimit -v 2000000; " + line, Binary.path])
        #expect(answer.status == 65)
        #expect(answer.errorOutput.hasSuffix(":1:1: error: the file is larger than 64 MiB\n"))
    }

    @Test(arguments: [
        ([#""--node""#], "an argument without its value: --node"),
        ([#""--node""#, #""paris""#, #""--set""#], "an argument without its value: --set"),
        ([#""--yes""#, #""--yes""#], "an argument that is not known: --yes"),
    ]) func `the arguments of a saved plan are not what --out writes`(arguments: [String], words: String) async throws {
        let directory = try temporaryDirectory()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let plan = """
            {"format_version": "1.0", "kind": "plan", "cluster": "shop",
             "fingerprint": "\(String(repeating: "0", count: 64))",
             "source": {"path": "-", "text": "", "arguments": [\(arguments.joined(separator: ","))]}}
            """
        try Data(plan.utf8).write(to: URL(filePath: directory + "/plan.json"))
        let answer = try await run(Binary.path, ["apply", directory + "/plan.json"])
        #expect(answer.status == 65)
        #expect(answer.errorOutput == "the saved plan holds \(words)\n")
    }

    @Test(arguments: ["validate", "status", "apply"]) func `the file is not valid: every error, with its place`(
        command: String
    ) async throws {
        let file = """
            version: 1
            cluster: shop
            nodes: {north: service=north, south: service=south}
            origin: nroth
            tabels: [public.orders]
            """
        let answer = try await run(Binary.path, [command, "-f", "-"], input: file)
        #expect(answer.status == 65)
        #expect(answer.output == "")
        #expect(answer.errorOutput.contains("4:9: error: set 'default' has origin 'nroth', which is not a node"))
        #expect(answer.errorOutput.contains("did you mean 'north'"))
        #expect(answer.errorOutput.contains("5:1: error: unknown key 'tabels'"))
        #expect(answer.errorOutput.contains("did you mean 'tables'"))
    }
}
