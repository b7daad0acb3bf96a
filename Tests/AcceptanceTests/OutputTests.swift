import Foundation
import Sandbox
import TestSupport
import Testing

private typealias Object = [String: Any]

private func object(_ text: String) throws -> Object {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? Object)
}

private func objects(_ document: Object, _ key: String) throws -> [Object] {
    try #require(document[key] as? [Object])
}

/// The keys of all elements of a list together.
private func keys(_ document: Object, _ key: String) throws -> [String] {
    try Set(objects(document, key).flatMap(\.keys)).sorted()
}

private func words(_ text: String) -> [String] { text.split(separator: " ").map(String.init).sorted() }

@Suite struct `the JSON document` {
    @Test func `it has every key of the contract, in a plan with something of everything`() async throws {
        try await Shop.lend("json") { shop in
            try await shop.ask("berlin", "INSERT INTO public.orders (customer) VALUES ('Ada')")
            try await shop.ask("paris", #"ALTER TABLE public.orders DISABLE TRIGGER "00_polarity_deny""#)
            // Another definition under the deny trigger's name.
            try await shop.ask(
                "tokyo",
                """
                DROP TRIGGER "00_polarity_deny" ON public.orders;
                CREATE TRIGGER "00_polarity_deny" BEFORE DELETE ON public.orders
                    FOR EACH ROW EXECUTE FUNCTION polarity.deny_change()
                """)
            let answer = try await shop.polarity("apply", "--dry-run", "-o", "json")
            #expect(answer.status == 0)
            let document = try object(answer.output)
            let top = words(
                "format_version kind cluster fingerprint result summary nodes roles changes steps findings")
            #expect(document.keys.sorted() == top)
            #expect((document["format_version"] as? String)?.hasPrefix("1.") == true)
            #expect(document["kind"] as? String == "plan")
            #expect(document["cluster"] as? String == "shop")
            #expect(document["result"] as? String == "planned")
            #expect((document["fingerprint"] as? String)?.count == 64)
            #expect(document["summary"] as? [String: Int] == ["nodes": 3, "tables": 3, "changes": 2, "findings": 2])
            #expect(
                try keys(document, "nodes")
                    == words("name reachable server_version database system_identifier in_recovery"))
            #expect(
                try keys(document, "roles")
                    == words("set node declared observed accepts_writes logs_writes accepts_truncate tables"))
            #expect(
                try keys(document, "changes")
                    == words("node set table trigger purpose action from to stage because"))
            #expect(try keys(document, "steps") == words("stage node table sql lock"))
            let findings = try keys(document, "findings")
            #expect(findings == words("code severity blocking set node table trigger message next because"))
            #expect(try objects(document, "findings").map { $0["code"] as? String } == ["IMPOSTOR", "SPLIT_BRAIN"])
            let roles = try objects(document, "roles")
            #expect(roles.map { $0["node"] as? String } == ["berlin", "paris", "tokyo"])
            #expect(roles.map { $0["accepts_writes"] as? String } == ["all", "some", "some"])
            #expect(roles.map { $0["logs_writes"] as? String } == ["all", "none", "none"])
        }
    }

    @Test func `the same world gives the same bytes, whatever the command`() async throws {
        try await Shop.lend("bytes") { shop in
            let first = try await shop.polarity("status", "-o", "json")
            let second = try await shop.polarity("status", "-o", "json")
            #expect(first == second)
            let kinds = try [
                object(first.output), object(try await shop.polarity("validate", "-o", "json").output),
                object(try await shop.polarity("apply", "--yes", "-o", "json").output),
            ]
            #expect(kinds.map { $0["kind"] as? String } == ["status", "validate", "apply"])
            // No node was asked by validate: none was found unreachable.
            let reachable = try kinds.map { try objects($0, "nodes").map { $0["reachable"] as? Bool } }
            #expect(reachable == [[true, true, true], [nil, nil, nil], [true, true, true]])
            #expect(kinds.map { $0["result"] as? String } == ["in_sync", "in_sync", "in_sync"])
        }
    }

    @Test func `what was applied says how each change ended, and a refusal says why`() async throws {
        try await Shop.lend("outcomes") { shop in
            try await shop.ask("paris", #"ALTER TABLE public.orders DISABLE TRIGGER "00_polarity_deny""#)
            let refused = try object(
                try await shop.polarity("apply", "--expect", "0123456789ab", "-o", "json").output)
            #expect(refused["result"] as? String == "refused")
            #expect((refused["error"] as? Object)?["code"] as? String == "STALE_PLAN")
            let applied = try object(try await shop.polarity("apply", "--yes", "-o", "json").output)
            #expect(applied["result"] as? String == "applied")
            #expect(applied["error"] == nil)
            #expect(try objects(applied, "changes").map { $0["outcome"] as? String } == ["done"])
        }
    }
}

@Suite struct `what stops a command is a document, too` {
    private let invalid = """
        version: 1
        cluster: shop
        nodes: {north: service=north, south: service=south}
        origin: nroth
        tabels: [public.orders]
        """

    @Test(arguments: [["validate"], ["status"], ["apply", "--dry-run"], ["apply"]])
    func `a file that is not valid`(command: [String]) async throws {
        let answer = try await run(Binary.path, command + ["-f", "-", "-o", "json"], input: invalid)
        #expect(answer.status == 65)
        let document = try object(answer.output)
        let kind = command.count == 2 ? "plan" : command[0]
        #expect(document["kind"] as? String == kind)
        #expect(document["cluster"] as? String == "")
        #expect(document["result"] as? String == "refused")
        #expect(try objects(document, "nodes").isEmpty)
        let error = try #require(document["error"] as? Object)
        #expect(error["code"] as? String == "INVALID_FILE")
        // What people read stays where it was.
        #expect((error["message"] as? String).map { $0 + "\n" } == answer.errorOutput)
    }

    @Test func `an annotation stands at every place of a file that is not valid`() async throws {
        let answer = try await run(Binary.path, ["validate", "-f", "-", "-o", "github"], input: invalid)
        #expect(answer.status == 65)
        let lines = answer.output.split(separator: "\n").map(String.init)
        #expect(
            lines.filter { $0.hasPrefix("::error file=-,line=4,col=9,title=INVALID_FILE::set 'default' has origin") }
                .count
                == 1)
        #expect(lines.contains { $0.hasPrefix("::error file=-,line=5,col=1,title=INVALID_FILE::unknown key 'tabels'") })
    }

    @Test func `reports are written, and the text is said on standard error alone`() async throws {
        let directory = try temporaryDirectory()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let reports = ["json=a.json", "nagios=b.txt", "text=c.txt", "markdown=d.md", "sql=e.sql"]
        let answer = try await run(
            Binary.path, ["status", "-f", "none.yaml"] + reports.flatMap { ["--report", $0] },
            workingDirectory: directory)
        #expect(answer.status == 65)
        #expect(answer.output == "")
        let read = { try String(contentsOfFile: directory + "/" + $0, encoding: .utf8) }
        let words = "none.yaml: No such file or directory; note: name the cluster file with -f PATH"
        let error = try #require(try object(read("a.json"))["error"] as? Object)
        #expect(error["message"] as? String == words)
        #expect(try read("b.txt").hasPrefix("POLARITY UNKNOWN - INVALID_FILE: \(words)|"))
        #expect(try read("c.txt") == "✗ INVALID_FILE: \(words)\n")
        #expect(try read("d.md").contains("**INVALID\\_FILE** none.yaml"))
        #expect(try read("e.sql").hasSuffix("-- \(words)\n"))
    }

    @Test func `no approval, another apply, a slip of the pen`() async throws {
        try await Shop.lend("stops") { shop in
            try await shop.ask("berlin", #"ALTER TABLE public.orders DISABLE TRIGGER "00_polarity_log""#)
            let unapproved = try await shop.polarity("apply", "-o", "json")
            #expect(unapproved.status == 4)
            let document = try object(unapproved.output)
            #expect((document["changes"] as? [Any])?.count == 1)
            #expect((document["fingerprint"] as? String)?.count == 64)
            let slip = try await shop.polarity("status", "--node", "pariz", "-o", "json")
            #expect(slip.status == 64)
            try await shop.holding("LOCK TABLE public.orders IN ROW EXCLUSIVE MODE", on: "berlin") { _ in
                let first = try shop.start(["apply", "--yes", "--retries", "10000"])
                #expect(try await eventually { first.errorOutput.contains("waiting for its lock") })
                let busy = try await shop.polarity("apply", "--yes", "-o", "json")
                #expect(busy.status == 75)
                let documents = try [unapproved, slip, busy].map { try object($0.output) }
                #expect(documents.map { $0["cluster"] as? String } == ["shop", "shop", "shop"])
                let codes = documents.map { ($0["error"] as? Object)?["code"] as? String }
                #expect(codes == ["NOT_APPROVED", "USAGE", "BUSY"])
                first.signal(SIGTERM)
                #expect(await first.wait().status == 130)
            }
        }
    }
}

@Suite struct `other ways in and out` {
    @Test func `a suggested command keeps the limits that were given`() async throws {
        try await Shop.lend("limits") { shop in
            try shop.declare(origin: "paris", more: "policy: {sequences: ignore}")
            let limits = [
                "--connect-timeout", "7s", "--no-reopen", "--lock-timeout", "3000ms", "--retries", "4",
                "--apply-timeout", "2m",
            ]
            let words = limits.joined(separator: " ")
            let review = try await shop.start(["apply", "--dry-run", "--out", "plan.json"] + limits).wait()
            let exactly = "Apply exactly this:  polarity apply -f polarity.yaml \(words) --expect "
            #expect(review.output.contains(exactly), "\(review.output)")
            let refused = try await shop.start(["apply", "plan.json"] + limits).wait()
            let needs = "Needs:  polarity apply plan.json \(words) --allow ORIGIN_CHANGE\n"
            #expect(refused.output.contains(needs), "\(refused.output)")
            let status = try await shop.polarity("status", "--connect-timeout", "7s")
            let next = "Review:  polarity apply -f polarity.yaml --connect-timeout 7s --dry-run\n"
            #expect(status.output.contains(next), "\(status.output)")
        }
    }

    @Test func `a report beside the text holds what the output would`() async throws {
        try await Shop.lend("report") { shop in
            let answer = try await shop.polarity("status", "--report", "json=a.json", "--report", "markdown=b.md")
            #expect(answer.output.hasSuffix("In sync: 36 triggers are right.\n"))
            #expect(try shop.read("a.json") == (try await shop.polarity("status", "-o", "json").output))
            #expect(try shop.read("b.md").contains("| berlin |"))
        }
    }

    @Test func `the cluster file may come from standard input`() async throws {
        try await Shop.lend("stdin") { shop in
            let text = try shop.read("polarity.yaml")
            try FileManager.default.removeItem(atPath: shop.directory + "/polarity.yaml")
            #expect(try await shop.polarity("status", "-f", "-", input: text).status == 0)
        }
    }

    @Test func `psql runs the SQL of a plan, and the cluster is in sync`() async throws {
        try await Shop.lend("sql", isApplied: false) { shop in
            let fresh = try await shop.polarity("apply", "--dry-run", "-o", "sql")
            #expect(try await shop.psql(fresh.output).status == 0)
            #expect(try await shop.polarity("status").status == 0)
            try await shop.ask("paris", #"ALTER TABLE sales."Order Line" DISABLE TRIGGER USER"#)
            let repair = try await shop.polarity("apply", "--dry-run", "-o", "sql")
            #expect(try await shop.psql(repair.output).status == 0)
            #expect(try await shop.polarity("status").status == 0)
        }
    }

    @Test func `psql keeps every name of a plan in databases that are encoded otherwise`() async throws {
        try await Shop.lend("latin", isApplied: false, encoding: "LATIN1") { shop in
            try shop.write(shop.file().replacing("cluster: shop", with: "cluster: Zählung"), to: "polarity.yaml")
            let plan = try await shop.polarity("apply", "--dry-run", "-o", "sql")
            let psql = try await shop.psql(plan.output)
            #expect(psql.status == 0, "\(psql.errorOutput)")
            for node in Shop.nodes {
                #expect(try await shop.ask(node, "SELECT DISTINCT cluster FROM polarity.origin") == "Zählung")
            }
            #expect(try await shop.polarity("status").status == 0)
        }
    }

    @Test func `a script says what holds back what it leaves undone`() async throws {
        try await Shop.lend("held") { shop in
            try shop.declare(conninfos: ["tokyo": "host=127.0.0.1 port=1"])
            let unread = "-- Held back by NODE_UNREACHABLE: node 'tokyo' could not be read: "
            for arguments in [["status"], ["apply", "--dry-run"]] {
                let answer = try await shop.start(arguments + ["-o", "sql"]).wait()
                #expect(answer.output.contains(unread))
                #expect(!answer.output.contains("There is nothing to change"))
            }
            // One change closes a door and goes ahead, the other opens one and waits.
            try await shop.ask("paris", #"ALTER TABLE public.orders DISABLE TRIGGER "00_polarity_deny""#)
            try await shop.ask("berlin", #"ALTER TABLE public.orders ENABLE TRIGGER "00_polarity_deny""#)
            let plan = try await shop.polarity("apply", "--dry-run", "-o", "sql").output
            #expect(plan.contains(unread))
            let change = #"berlin, set default: public.orders "00_polarity_deny" enabled → disabled"#
            #expect(plan.contains("\n-- Waits: \(change)\n"))
            #expect(plan.contains(#"ENABLE TRIGGER "00_polarity_deny""#))
        }
    }

    @Test func `explain shows a table on a node in every session role`() async throws {
        try await Shop.lend("explain") { shop in
            let answer = try await shop.polarity("explain", "paris/public.orders")
            #expect(answer.status == 0)
            #expect(answer.output.hasPrefix("public.orders on paris: declared subscriber of set default"))
            #expect(answer.output.contains("replica"))
            #expect(try await shop.polarity("explain", "SPLIT_BRAIN").output.isEmpty == false)
            #expect(try await shop.polarity("explain", "75").output.contains("safe to run again"))
        }
    }
}
