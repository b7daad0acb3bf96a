import FaultProxy
import Foundation
import SafetyTally
import Sandbox
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

private let allowed = ["--allow", "ORIGIN_CHANGE"]
private let move = ["apply", "--yes", "--quiet"] + allowed

extension GuardedShop {
    /// The ids of the journal's runs, in order.
    fileprivate func runs() throws -> [String] {
        try shop.read("state/polarity/shop.jsonl").split(separator: "\n").compactMap { line in
            let entry = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            return entry?["event"] as? String == "run_began" ? entry?["run"] as? String : nil
        }
    }

    /// Moves the origin to paris.
    ///
    /// - Returns: The id of the run that did it.
    fileprivate func moved() async throws -> String {
        try declare(origin: "paris")
        let answer = try await run(["apply", "--yes"] + allowed).answer
        #expect(answer.status == 0, "\(answer.output)\(answer.errorOutput)")
        let run = try #require(try runs().last)
        #expect(answer.errorOutput.hasSuffix("run \(run); the way back:  polarity apply --revert \(run)\n"))
        return run
    }
}

@Suite struct `apply --revert` {
    @Test func `goes back to the origin of before, under every check of an ordinary plan`() async throws {
        try await GuardedShop.lend("revert") { shop in
            let found = try await shop.look()
            let run = try await shop.moved()
            try await shop.ask("paris", "INSERT INTO public.orders (customer) VALUES ('Grace')")
            let there = try await shop.look()
            let refused = try await shop.run(["apply", "--yes", "--revert", run]).answer
            #expect(refused.status == 4)
            #expect(refused.output.contains("--allow ORIGIN_CHANGE,UNPROVEN_HANDOVER\n"), "\(refused.output)")
            for node in ["berlin", "tokyo"] {
                try await shop.ask(node, "INSERT INTO polarity.applied (origin, seq) VALUES ('paris', 0)")
            }
            let pending = try await shop.run(move + ["--revert", run, "--apply-timeout", "1s"]).answer
            #expect(pending.status == 75, "\(pending.output)\(pending.errorOutput)")
            #expect(try await shop.look() == there)
            try await shop.ship(from: "paris")
            let review = try await shop.run(["apply", "--dry-run", "--revert", String(run.prefix(6))]).answer
            #expect(review.status == 0)
            #expect(review.output.contains("--revert \(run)"), "\(review.output)")
            let words = review.output.split(whereSeparator: \.isWhitespace).map(String.init)
            let fingerprint = try #require(words.firstIndex(of: "--expect").map { words[$0 + 1] })
            let back = try await shop.run(["apply", "--revert", run, "--expect", fingerprint] + allowed).answer
            #expect(back.status == 0, "\(back.output)\(back.errorOutput)")
            #expect(
                back.errorOutput.hasSuffix(
                    "note: polarity.yaml still has origin 'paris' for set 'default'; it was 'berlin' with members berlin, "
                        + "paris, tokyo: change the file, too\n"), "\(back.errorOutput)")
            var doors = try await shop.look()
            #expect(doors.breaches(since: there) == [])
            doors.own = found.own
            #expect(doors == found)
            #expect(try await shop.run(["apply", "--yes", "--revert", run]).answer.status == 0)
            #expect(try await shop.run(["status"]).answer.status == 2)
            try shop.declare(origin: "berlin")
            #expect(try await shop.shop.polarity("apply", "--dry-run", "--detailed-exitcode").status == 0)
            tally(
                .journal, "a switchover taken back with --revert", times: 1,
                seen:
                    "an ordinary plan: ORIGIN_CHANGE, drain and fingerprint were asked for, and the origin is the old one"
            )
        }
    }

    @Test func `is told with the file that it is for, as a shell reads it`() async throws {
        try await GuardedShop.lend("revertfile") { shop in
            try shop.declare(origin: "paris")
            try shop.shop.write(try shop.shop.read("polarity.yaml"), to: "the shop's.yaml")
            let answer = try await shop.run(["apply", "--yes", "-f", "the shop's.yaml"] + allowed).answer
            #expect(answer.status == 0, "\(answer.output)\(answer.errorOutput)")
            let run = try #require(try shop.runs().last)
            let words = "run \(run); the way back:  polarity apply -f 'the shop'\\''s.yaml' --revert \(run)\n"
            #expect(answer.errorOutput.hasSuffix(words), "\(answer.errorOutput)")
        }
    }

    @Test func `is saved with --out, and applied as it was reviewed`() async throws {
        try await GuardedShop.lend("kept") { shop in
            let run = try await shop.moved()
            let review = try await shop.run(["apply", "--dry-run", "--revert", run, "--out", "back.json"]).answer
            #expect(review.status == 0)
            let back = try await shop.run(["apply", "back.json"] + allowed).answer
            #expect(back.status == 0, "\(back.output)\(back.errorOutput)")
            #expect(try await shop.look().open("orders") == ["berlin"])
        }
    }

    @Test func `takes back what a dead run left half done`() async throws {
        try await GuardedShop.lend("half") { shop in
            try shop.declare(origin: "paris")
            let found = try await shop.look()
            let died = try await shop.run(
                move, for: { $0.node == "paris" && $0.moment == .answered && $0.asked.contains("ALTER TABLE") },
                { process in
                    kill(process, SIGKILL)
                    return .cut
                })
            #expect(died.answer.status == 137)
            try await shop.settled()
            let half = try await shop.look()
            #expect(half.open("order_items") != half.open("orders"))
            let run = try #require(try shop.runs().last)
            let back = try await shop.run(move + ["--revert", run]).answer
            #expect(back.status == 0, "\(back.output)\(back.errorOutput)")
            #expect(try await shop.look() == found)
        }
    }

    @Test func `is refused where the world has moved since, table by table`() async throws {
        try await GuardedShop.lend("since") { shop in
            let run = try await shop.moved()
            try shop.declare(origin: "tokyo")
            #expect(try await shop.run(move).answer.status == 0)
            let there = try await shop.look()
            for arguments in [move, ["apply", "--dry-run"]] {
                let refused = try await shop.run(arguments + ["--revert", run]).answer
                #expect(refused.status == 4)
                #expect(
                    refused.errorOutput.hasPrefix("the world has moved since run \(run), nothing was changed\n"),
                    "\(refused.errorOutput)")
                for table in ["public.orders", "public.order_items", "sales.\"Order Line\""] {
                    #expect(
                        refused.errorOutput.contains(
                            "  paris  \(table)  00_polarity_deny is enabled, run \(run) left it disabled\n"),
                        "\(refused.errorOutput)")
                }
            }
            #expect(try await shop.look() == there)
        }
    }

    @Test func `knows only runs of the journal, and only those that moved something`() async throws {
        try await GuardedShop.lend("known") { shop in
            let first = try #require(try shop.runs().last)
            let nothing = try await shop.run(["apply", "--yes", "--revert", first]).answer
            #expect(nothing.status == 4)
            #expect(nothing.errorOutput.hasPrefix("run \(first) changed no origin and no member that was on record"))
            let run = try await shop.moved()
            let unknown = try await shop.run(["apply", "--yes", "--revert", "none-such"]).answer
            #expect(unknown.status == 64)
            #expect(
                unknown.errorOutput.hasPrefix(
                    "--revert 'none-such' is no run of cluster 'shop' in the journal; the last ones are\n  \(run)  "))
            #expect(unknown.errorOutput.contains("set 'default' from berlin to paris, applied\n"))
            let all = try await shop.run(["apply", "--yes", "--revert", ""]).answer
            #expect(all.status == 64)
            // What the file no longer names cannot be gone back to.
            let file = try shop.shop.read("polarity.yaml")
            let tokyo = file.split(separator: "\n").filter { !$0.contains("tokyo:") }.joined(separator: "\n")
            try shop.shop.write(tokyo + "\n", to: "polarity.yaml")
            let gone = try await shop.run(["apply", "--yes", "--revert", run]).answer
            #expect(gone.status == 4)
            #expect(
                gone.errorOutput
                    == "node 'tokyo', a member of set 'default' before run \(run), is not in the file\n")
        }
    }
}
