import Foundation
import Postgres
import Sandbox
import TestSupport
import Testing

private let unlog = #"ALTER TABLE public.orders DISABLE TRIGGER "00_polarity_log""#

@Suite struct `exit 4` {
    @Test func `all codes that are needed are printed at once, as one word to copy`() async throws {
        try await Shop.lend("allow") { shop in
            try await shop.ask("berlin", "INSERT INTO public.orders (customer) VALUES ('Ada')")
            // Another definition under the log trigger's name.
            try await shop.ask(
                "berlin",
                """
                DROP TRIGGER "00_polarity_log" ON public.order_items;
                CREATE TRIGGER "00_polarity_log" AFTER INSERT ON public.order_items
                    FOR EACH ROW EXECUTE FUNCTION polarity.log_change()
                """)
            try shop.declare(origin: "paris", more: "policy: {max_changes: 1, sequences: ignore}")
            let before = try await shop.modes()
            let codes = "MASS_CHANGE,ORIGIN_CHANGE,REPLACE_TRIGGER,UNPROVEN_HANDOVER"
            for allowed in [[], ["--allow", "ORIGIN_CHANGE"]] {
                let answer = try await shop.start(["apply", "--yes"] + allowed).wait()
                #expect(answer.status == 4)
                #expect(answer.output.contains("--allow \(codes)\n"))
                #expect(answer.output.contains("shop: nothing changed\n"))
            }
            #expect(try await shop.modes() == before)
            #expect(try await shop.polarity("apply", "--yes", "--allow", codes).status == 0)
            #expect(try await shop.polarity("status").status == 0)
        }
    }

    @Test func `a code that the plan does not need is not asked for, though it was given`() async throws {
        try await Shop.lend("unneeded") { shop in
            try shop.declare(origin: "paris", more: "policy: {sequences: ignore}")
            for format in ["text", "json"] {
                let answer = try await shop.polarity("apply", "--yes", "--allow", "DROP_TRIGGER", "-o", format)
                #expect(answer.status == 4)
                #expect(answer.output.contains("the plan holds changes that need --allow ORIGIN_CHANGE"))
                #expect(!answer.output.contains("DROP_TRIGGER"), "\(answer.output)")
            }
        }
    }

    @Test func `a reviewed plan that needs a word is told how to be applied as it was reviewed`() async throws {
        try await Shop.lend("reviewed") { shop in
            try shop.declare(origin: "paris", more: "policy: {sequences: ignore}")
            #expect(try await shop.polarity("apply", "--dry-run", "--out", "plan.json").status == 0)
            let saved = try JSONSerialization.jsonObject(with: Data(try shop.read("plan.json").utf8)) as? [String: Any]
            let print = try #require(saved?["fingerprint"] as? String)
            let commands = [
                ["plan.json"]: "plan.json", ["--expect", print]: "-f polarity.yaml --expect \(print)",
                ["--yes"]: "-f polarity.yaml",
            ]
            for (arguments, command) in commands {
                let answer = try await shop.start(["apply"] + arguments).wait()
                #expect(answer.status == 4)
                let needs = "Needs:  polarity apply \(command) --allow ORIGIN_CHANGE\n"
                #expect(answer.output.contains(needs), "\(answer.output)")
            }
            try await shop.ask("tokyo", #"ALTER TABLE public.orders ENABLE ALWAYS TRIGGER "00_polarity_log""#)
            let stale = try await shop.polarity("apply", "plan.json")
            #expect(stale.output.contains("✗ STALE_PLAN: "), "\(stale.output)")
            #expect(!stale.output.contains("Needs:"), "\(stale.output)")
            #expect(try await shop.polarity("apply", "--dry-run", "--out", "plan.json").status == 0)
            #expect(try await shop.polarity("apply", "plan.json", "--allow", "ORIGIN_CHANGE").status == 0)
        }
    }

    @Test func `without a terminal nothing is applied unasked`() async throws {
        try await Shop.lend("unasked") { shop in
            try await shop.ask("berlin", unlog)
            let before = try await shop.modes()
            let answer = try await shop.polarity("apply", input: "yes\n")
            #expect(answer.status == 4)
            #expect(
                answer.errorOutput
                    == "not approved: without a terminal apply needs --yes, --expect FINGERPRINT or a saved plan\n")
            #expect(try await shop.modes() == before)
        }
    }

    @Test func `the fingerprint that was reviewed is applied, and no other`() async throws {
        try await Shop.lend("expect") { shop in
            try await shop.ask("berlin", unlog)
            let review = try await shop.polarity("apply", "--dry-run")
            let words = review.output.split(whereSeparator: \.isWhitespace).map(String.init)
            let fingerprint = try #require(words.firstIndex(of: "--expect").map { words[$0 + 1] })
            let before = try await shop.modes()
            let other = try await shop.polarity("apply", "--expect", "0123456789ab")
            #expect(other.status == 4)
            #expect(other.output.contains("STALE_PLAN"))
            #expect(try await shop.modes() == before)
            #expect(try await shop.polarity("apply", "--expect", fingerprint).status == 0)
            #expect(try await shop.polarity("status").status == 0)
        }
    }

    @Test func `a dry run tells whether the fingerprint that was reviewed still stands`() async throws {
        try await Shop.lend("expectdry") { shop in
            try await shop.ask("berlin", unlog)
            #expect(try await shop.polarity("apply", "--dry-run", "--out", "plan.json").status == 0)
            let saved = try JSONSerialization.jsonObject(with: Data(try shop.read("plan.json").utf8)) as? [String: Any]
            let print = String(try #require(saved?["fingerprint"] as? String).prefix(12))
            let review = ["apply", "--dry-run", "--expect", print]
            #expect(try await shop.start(review).wait().status == 0)
            try await shop.ask("paris", #"ALTER TABLE public.orders DISABLE TRIGGER "00_polarity_deny""#)
            let stale = try await shop.start(review + ["--out", "stale.json"]).wait()
            #expect(stale.status == 4, "\(stale.output)")
            #expect(stale.output.contains("dry run, nothing is changed"), "\(stale.output)")
            #expect(stale.output.contains("✗ STALE_PLAN: the world has moved since the review"), "\(stale.output)")
            #expect(!FileManager.default.fileExists(atPath: shop.directory + "/stale.json"))
            let document = try await shop.start(review + ["-o", "json"]).wait().output
            let json = try JSONSerialization.jsonObject(with: Data(document.utf8)) as? [String: Any]
            #expect(json?["kind"] as? String == "plan")
            #expect(json?["result"] as? String == "refused")
            #expect((json?["error"] as? [String: Any])?["code"] as? String == "STALE_PLAN")
            #expect((json?["changes"] as? [Any])?.count == 2)
        }
    }

    @Test func `a saved plan is applied once; when the world has moved it is stale`() async throws {
        try await Shop.lend("saved") { shop in
            try await shop.ask("berlin", unlog)
            #expect(try await shop.polarity("apply", "--dry-run", "--out", "plan.json").status == 0)
            try await shop.ask("paris", #"ALTER TABLE public.orders DISABLE TRIGGER "00_polarity_deny""#)
            let before = try await shop.modes()
            let stale = try await shop.polarity("apply", "plan.json")
            #expect(stale.status == 4)
            #expect(stale.output.contains("✗ STALE_PLAN: the world has moved since the review"))
            #expect(try await shop.modes() == before)
            #expect(try await shop.polarity("apply", "--dry-run", "--out", "plan.json").status == 0)
            // The plan stands for the file as it was reviewed, wherever that is now.
            try FileManager.default.removeItem(atPath: shop.directory + "/polarity.yaml")
            #expect(try await shop.polarity("apply", "plan.json").status == 0)
            try shop.declare()
            #expect(try await shop.polarity("status").status == 0)
        }
    }
}

@Suite struct `a selection` {
    @Test func `one that selects nothing is refused: a slip of the pen is not in sync`() async throws {
        try await Shop.lend("slip") { shop in
            for option in ["node", "set", "table"] {
                for command in [["status"], ["apply", "--dry-run"], ["apply", "--yes"]] {
                    let answer = try await shop.start(command + ["--\(option)", "pariz*"]).wait()
                    #expect(answer.status == 64)
                    #expect(answer.output == "")
                    #expect(answer.errorOutput == "--\(option) 'pariz*' matches no \(option) of cluster 'shop'\n")
                }
            }
        }
    }

    @Test func `a lost origin that nobody knows is refused`() async throws {
        try await Shop.lend("unknown") { shop in
            let answer = try await shop.start(["apply", "--yes", "--failover", "toky"]).wait()
            #expect(answer.status == 64)
            #expect(
                answer.errorOutput
                    == "--failover 'toky' is no node of cluster 'shop', and no set has it on record as a member\n")
        }
    }

    @Test func `one node of a move is told that the rest of it was not selected`() async throws {
        try await Shop.lend("part") { shop in
            try shop.declare(origin: "paris")
            let words = "what was selected would open set default on paris while berlin stays open: leave out --node"
            let dry = try await shop.polarity("apply", "--dry-run", "--node", "paris")
            #expect(dry.status == 0)
            #expect(dry.output.replacing("\n", with: " ").contains("Held back: " + words))
            let move = ["apply", "--yes", "--allow", "ORIGIN_CHANGE", "--node", "paris"]
            let refused = try await shop.start(move).wait()
            #expect(refused.status == 4)
            let said = "HELD_BACK: nothing could be changed: " + words
            #expect(refused.output.replacing("\n", with: " ").contains(said))
            let json = try await shop.start(move + ["-o", "json"]).wait()
            #expect(json.output.contains("nothing could be changed: " + words))
        }
    }

    @Test func `what it leaves out is counted, and nothing is called in sync`() async throws {
        try await Shop.lend("leftout") { shop in
            try await shop.ask("berlin", unlog)
            let status = try await shop.polarity("status", "--node", "paris")
            #expect(status.status == 0)
            #expect(
                status.output.hasSuffix(
                    "Nothing to change in what was selected; 1 change is left out, 35 triggers are right.\n"))
            let apply = try await shop.polarity("apply", "--yes", "--table", "*items")
            #expect(apply.status == 0)
            #expect(
                apply.output.hasSuffix(
                    "shop: nothing was to be done in what was selected; 1 change is left out, 35 triggers are right\n"
                ))
            #expect(try await shop.polarity("apply", "--yes", "--table", "public.orders").status == 0)
            #expect(try await shop.polarity("status").output.hasSuffix("In sync: 36 triggers are right.\n"))
        }
    }
}

@Suite struct `exit 69` {
    @Test func `a node cannot be reached, and its set is not opened`() async throws {
        try await Shop.lend("away") { shop in
            try await shop.ask("berlin", #"ALTER TABLE public.orders ENABLE TRIGGER "00_polarity_deny""#)
            try shop.declare(conninfos: ["tokyo": "host=127.0.0.1 port=1 dbname=shop user=postgres"])
            let before = try await shop.modes()
            for arguments in [["status"], ["apply", "--dry-run"], ["apply", "--yes"]] {
                let answer = try await shop.start(arguments).wait()
                #expect(answer.status == 69)
                #expect(answer.output.contains("✗ NODE_UNREACHABLE"))
                #expect(answer.output.contains("127.0.0.1"))
            }
            #expect(try await shop.modes() == before)
        }
    }

    @Test func `a node cannot be reached, which alone makes a reviewed plan another`() async throws {
        try await Shop.lend("awaystale") { shop in
            try shop.declare(conninfos: ["tokyo": "${TOKYO}"])
            try await shop.ask("berlin", unlog)
            let tokyo = try #require(shop.addresses["tokyo"]).text
            let review = ["apply", "--dry-run", "--out", "plan.json"]
            #expect(try await shop.start(review, environment: ["TOKYO": tokyo]).wait().status == 0)
            let before = try await shop.modes()
            let away = ["TOKYO": "host=127.0.0.1 port=1 dbname=shop user=postgres"]
            let stale = try await shop.polarity("apply", "plan.json", environment: away)
            #expect(stale.status == 69, "\(stale.output)")
            let words = stale.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            #expect(words.contains("✗ STALE_PLAN: the world has moved since the review, or only seems to, for tokyo"))
            #expect(words.contains("; run again when every node answers, or read a new --dry-run"))
            #expect(try await shop.modes() == before)
        }
    }

    @Test func `a node cannot be reached, and what could be done needs a word`() async throws {
        try await Shop.lend("awayword") { shop in
            for table in ["orders", "order_items"] {
                try await shop.ask("paris", #"ALTER TABLE public.\#(table) DISABLE TRIGGER "00_polarity_deny""#)
            }
            try shop.declare(
                conninfos: ["tokyo": "host=127.0.0.1 port=1 dbname=shop user=postgres"],
                more: "policy: {max_changes: 1}")
            let before = try await shop.modes()
            let answer = try await shop.polarity("apply", "--yes")
            #expect(answer.status == 69)
            #expect(answer.output.contains("✗ NEEDS_ALLOW: "), "\(answer.output)")
            #expect(try await shop.modes() == before)
        }
    }

    @Test func `a node takes no writes`() async throws {
        try await Shop.lend("readonly") { shop in
            try await shop.ask("tokyo", #"ALTER TABLE public.orders DISABLE TRIGGER "00_polarity_deny""#)
            try await shop.ask(
                "tokyo",
                """
                DO $$ BEGIN
                    EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database());
                END $$
                """)
            let before = try await shop.modes()
            let answer = try await shop.polarity("apply", "--yes")
            #expect(answer.status == 69)
            #expect(answer.output.contains("READ_ONLY"))
            #expect(try await shop.modes() == before)
        }
    }
}

@Suite struct `exit 75` {
    @Test func `the one table to be changed stays locked`() async throws {
        try await Shop.lend("busy") { shop in
            try await shop.ask("berlin", unlog)
            try await shop.holding("LOCK TABLE public.orders IN ROW EXCLUSIVE MODE", on: "berlin") { pid in
                let answer = try await shop.polarity("apply", "--yes", "--retries", "2")
                #expect(answer.status == 75)
                #expect(
                    answer.output.hasSuffix(
                        "shop: nothing changed, public.orders on berlin stayed busy for 2 tries\n"))
                #expect(answer.errorOutput.contains(" of 2: pid \(pid) postgres"))
            }
        }
    }

    @Test func `another apply of the same cluster is under way`() async throws {
        try await Shop.lend("another") { shop in
            try await shop.ask("berlin", unlog)
            try await shop.holding("LOCK TABLE public.orders IN ROW EXCLUSIVE MODE", on: "berlin") { _ in
                let first = try shop.start(["apply", "--yes", "--retries", "10000"])
                #expect(try await eventually { first.errorOutput.contains("waiting for its lock") })
                let second = try await shop.polarity("apply", "--yes")
                #expect(second.status == 75)
                #expect(
                    second.errorOutput.hasPrefix("another apply of cluster shop is under way, nothing was changed\n"))
                #expect(second.errorOutput.contains(#/ {2}berlin: pid \d+ postgres "polarity lock", for \d+:\d\d\n/#))
                // Looking needs no lock.
                #expect(try await shop.polarity("status").status == 2)
                first.signal(SIGTERM)
                #expect(await first.wait().status == 130)
            }
        }
    }
}

@Suite struct `exit 77` {
    @Test func `a role that does not own the tables: the right that is missing is named`() async throws {
        try await Shop.lend("rights") { shop in
            try await shop.ask("berlin", unlog)
            try await shop.ask(
                "berlin",
                """
                CREATE ROLE reader_77 LOGIN; GRANT USAGE ON SCHEMA polarity TO reader_77;
                GRANT SELECT ON ALL TABLES IN SCHEMA polarity TO reader_77;
                GRANT SELECT ON ALL SEQUENCES IN SCHEMA polarity TO reader_77
                """)
            let address = try #require(shop.addresses["berlin"]).text
            try shop.declare(conninfos: ["berlin": address.replacing("user=postgres", with: "user=reader_77")])
            let before = try await shop.modes()
            let answer = try await shop.polarity("apply", "--yes")
            let stale = try await shop.polarity("apply", "--expect", "0123456789ab")
            try await shop.ask("berlin", "DROP OWNED BY reader_77; DROP ROLE reader_77")
            #expect(answer.status == 77)
            #expect(stale.status == 77)
            #expect(answer.output.contains("✗ NOT_OWNER  public.orders on 'berlin' belongs to postgres"))
            #expect(try await shop.modes() == before)
        }
    }
}

@Suite struct `exit 130` {
    @Test func `interrupted while it waits for a lock: what is done is done, the rest is not begun`() async throws {
        try await Shop.lend("interrupted") { shop in
            for table in ["orders", "order_items"] {
                try await shop.ask("berlin", #"ALTER TABLE public.\#(table) DISABLE TRIGGER "00_polarity_log""#)
            }
            try await shop.holding("LOCK TABLE public.orders IN ROW EXCLUSIVE MODE", on: "berlin") { _ in
                let child = try shop.start(["apply", "--yes", "--retries", "10000"])
                #expect(
                    try await eventually {
                        child.errorOutput.contains("waiting for its lock")
                            && child.errorOutput.contains("public.order_items   protect: done")
                    })
                child.signal(SIGINT)
                let answer = await child.wait()
                #expect(answer.status == 130)
                #expect(answer.output.contains("✗ INTERRUPTED: "))
            }
            let modes = try await shop.modes("berlin")
            #expect(modes.contains("orders 00_polarity_log=D"))
            #expect(modes.contains("order_items 00_polarity_log=O"))
            #expect(try await shop.polarity("apply", "--yes").status == 0)
        }
    }
}
