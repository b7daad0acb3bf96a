import Foundation
import SafetyTally
import Sandbox
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

private let move = ["apply", "--yes", "--quiet", "--allow", "ORIGIN_CHANGE"]
private let path = "state/polarity/shop.jsonl"

@Suite struct `the journal fails` {
    @Test func `on a disk that is full before anything was done nothing is done`() async throws {
        try await GuardedShop.lend("full") { shop in
            try shop.declare(origin: "paris")
            let found = try await shop.look()
            let file = shop.shop.directory + "/" + path
            let size = try shop.shop.read(path).utf8.count
            let limit = size / 1024 + 1
            let filler = String(repeating: "#", count: limit * 1024 - size - 1) + "\n"
            try shop.shop.write(try shop.shop.read(path) + filler, to: path)
            let answer = try await shop.run(move, through: #"ulimit -f \#(limit); exec "$0" "$@""#).answer
            #expect(answer.status == 1)
            #expect(answer.output == "")
            #expect(
                answer.errorOutput
                    == "could not write the journal, nothing was changed: \(file): File too large\n")
            #expect(try await shop.look() == found)
            try FileManager.default.removeItem(atPath: file)
            #expect(try await shop.run(move).answer.status == 0)
            #expect(try await shop.shop.polarity("apply", "--dry-run", "--detailed-exitcode").status == 0)
            tally(.journal, "the disk is full before anything was done", times: 1, seen: "exit 1, nothing was changed")
        }
    }

    @Test func `where others may write to it, or it leads elsewhere, nothing is done`() async throws {
        try await Shop.lend("others") { shop in
            try shop.declare(origin: "paris")
            let before = try await shop.modes()
            let directory = shop.directory + "/state/polarity"
            let file = directory + "/shop.jsonl"
            let remedy = "; move it away, or set XDG_STATE_HOME to a directory of your own"
            let faults = [
                (
                    "mv \(file) other; ln -s $PWD/other \(file)", "rm \(file); mv other \(file)",
                    "\(file): is a link\(remedy)"
                ),
                ("mv \(file) other; mkdir \(file)", "rmdir \(file); mv other \(file)", "\(file): Is a directory"),
                (
                    "mv \(file) other; mkfifo -m 600 \(file)", "rm \(file); mv other \(file)",
                    "\(file): is no regular file\(remedy)"
                ),
                (
                    "chmod 620 \(file)", "chmod 600 \(file)",
                    "\(file): others may write to it; chmod go-w it when you know what it holds"
                ),
                (
                    "chmod 702 \(directory)", "chmod 700 \(directory)",
                    "\(directory): others may write to it; chmod go-w it when you know what it holds"
                ),
            ]
            for (fault, mended, words) in faults + (geteuid() == 0 ? Self.strangers(file, directory) : []) {
                #expect(try await shell(fault, in: shop).status == 0, "\(fault)")
                let answer = try await shop.start(move).wait()
                #expect(answer.status == 1, "\(fault)")
                #expect(answer.errorOutput == "could not write the journal, nothing was changed: \(words)\n")
                #expect(try await shop.modes() == before)
                #expect(try await shell(mended, in: shop).status == 0, "\(mended)")
            }
            // A link of the user's own to a directory of the user's own is the user's choice.
            #expect(try await shell("mv \(directory) kept; ln -s $PWD/kept \(directory)", in: shop).status == 0)
            #expect(try await shop.start(move).wait().status == 0)
        }
    }

    /// What another user left there; only root can.
    private static func strangers(_ file: String, _ directory: String) -> [(String, String, String)] {
        [file, directory].map { path in
            let words =
                "\(path): belongs to user 65534, and this is user 0; move it away, or set XDG_STATE_HOME to a directory of "
                + "your own"
            return ("chown 65534 \(path)", "chown 0 \(path)", words)
        }
    }

    private func shell(_ line: String, in shop: Shop) async throws -> CommandResult {
        try await run("bash", ["-c", line], workingDirectory: shop.directory)
    }

    @Test func `on a disk that fills up on the way the table is finished and the run stops`() async throws {
        try await GuardedShop.lend("fills") { shop in
            var counts: [Int32: Int] = [:]
            var isFull = true
            var left = 0
            while isFull {
                try await Story.switchover.set(shop)
                let found = try await shop.look()
                // The journal may grow by so many bytes, and no file of the process beyond them.
                let size = try shop.shop.read(path).utf8.count
                let limit = (size + left) / 1024 + 1
                let filler = String(repeating: "#", count: limit * 1024 - left - size - 1) + "\n"
                try shop.shop.write(try shop.shop.read(path) + filler, to: path)
                let answer = try await shop.run(move, through: #"ulimit -f \#(limit); exec "$0" "$@""#).answer
                let doors = try await shop.look()
                #expect(doors.breaches(since: found) == [], "\(left) bytes left")
                counts[answer.status, default: 0] += 1
                switch answer.status {
                case 1 where doors == found:
                    let text = answer.errorOutput + answer.output
                    #expect(text.contains("could not") && text.contains("File too large"), "\(text)")
                    #expect(text.contains("nothing") && text.contains("changed"), "\(text)")
                case 1, 3: #expect(answer.output.contains("JOURNAL_FAILED"), "\(answer.output)")
                case 0: isFull = false
                default:
                    Issue.record("exit \(answer.status): \(answer.output)\(answer.errorOutput)")
                    isFull = false
                }
                let next = try await shop.run(move).answer
                #expect(next.status == 0, "\(next.output)\(next.errorOutput)")
                #expect(try await shop.look().open("orders") == ["paris"])
                left += Faults.areAll ? 300 : 2700
            }
            #expect(counts[1] ?? 0 > 0)
            let tries = counts.values.reduce(0, +) - 1
            tally(
                .journal, "the disk fills up, a little later each time, until a switchover gets through", times: tries,
                seen: "the table was finished, read back, the run stopped; the next apply converged")
        }
    }

    @Test func `a last line that is torn at any byte is passed over, and what follows stands on lines of its own`()
        async throws
    {
        try await GuardedShop.lend("torn") { shop in
            let drift = #"ALTER TABLE public.orders DISABLE TRIGGER "00_polarity_log""#
            let whole = try shop.shop.read(path)
            let last = try #require(whole.split(separator: "\n").last).utf8.count
            var cuts = 0
            for cut in Faults.some(of: Array(1...last + 1), every: 29) {
                try await shop.ask("berlin", drift)
                let torn = String(decoding: whole.utf8.dropLast(cut), as: UTF8.self)
                try shop.shop.write(torn, to: path)
                #expect(try await shop.run(["apply", "--yes", "--quiet"]).answer.status == 0)
                let lines = try shop.shop.read(path).split(separator: "\n")
                let broken = lines.filter { (try? JSONSerialization.jsonObject(with: Data($0.utf8))) == nil }
                #expect(broken.count <= 1, "cut by \(cut)")
                let events = lines.compactMap { line in
                    (try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])?["event"] as? String
                }
                #expect(events.filter { $0 == "run_began" }.count == 2)
                #expect(events.last == "run_ended")
                cuts += 1
            }
            tally(
                .journal, "the last line torn at a byte", times: cuts,
                seen: "passed over; every line of the next run is whole")
        }
    }

    @Test func `two runs that append to one file at once do not tear each other`() async throws {
        let rounds = 4
        try await GuardedShop.lend("first") { first in
            try await GuardedShop.lend("second") { second in
                let drift = #"ALTER TABLE public.orders DISABLE TRIGGER "00_polarity_log""#
                let home = ["XDG_STATE_HOME": first.shop.directory + "/state"]
                let before = try first.shop.read(path).split(separator: "\n").count
                for _ in 0..<rounds {
                    for shop in [first, second] { try await shop.ask("berlin", drift) }
                    let children = try [first, second].map {
                        try $0.shop.start(["apply", "--yes", "--quiet"], environment: home)
                    }
                    for child in children { #expect(await child.wait().status == 0) }
                }
                let lines = try first.shop.read(path).split(separator: "\n").dropFirst(before)
                let entries = try lines.map { line in
                    try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(line)")
                }
                let runs = Dictionary(grouping: entries) { $0["run"] as? String ?? "" }
                #expect(runs.count == rounds * 2)
                #expect(runs.values.allSatisfy { $0.first?["event"] as? String == "run_began" })
                #expect(runs.values.allSatisfy { $0.last?["event"] as? String == "run_ended" })
                tally(
                    .journal, "two runs append to one file at once", times: rounds,
                    seen: "\(entries.count) lines, every one whole")
            }
        }
    }
}
