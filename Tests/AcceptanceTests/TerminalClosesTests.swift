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

private let move = ["apply", "--yes", "--allow", "ORIGIN_CHANGE"]

@Suite struct `the terminal closes` {
    @Test func `in the middle of a switchover: the table is finished, and the old origin is opened again`()
        async throws
    {
        try await GuardedShop.lend("hangup") { shop in
            try shop.declare(origin: "paris")
            let found = try await shop.look()
            // Nobody reads its output any more when the hangup comes.
            let ended = try await shop.run(
                move, through: #"exec "$0" "$@" > >(:) 2>&1"#,
                for: { $0.node == "berlin" && $0.moment == .sent && $0.asked.contains("ALTER TABLE") },
                { process in
                    kill(process, SIGHUP)
                    return .delay(.milliseconds(20))
                })
            #expect(ended.hasStruck)
            #expect(ended.answer.status == 130)
            let doors = try await shop.look()
            #expect(doors.breaches(since: found) == [])
            #expect(doors.open("orders") == ["berlin"])
            #expect(try await shop.run(move).answer.status == 0)
            #expect(try await shop.shop.polarity("apply", "--dry-run", "--detailed-exitcode").status == 0)
            tally(
                .death, "SIGHUP in the middle of a switchover, output and errors into a closed pipe", times: 1,
                seen: "exit 130, the old origin open again, nothing else")
        }
    }

    @Test func `before it began: no connection stands where output and errors are written to`() async throws {
        try await GuardedShop.lend("closed") { shop in
            try shop.declare(origin: "paris")
            let found = try await shop.look()
            let ended = try await shop.run(move, through: #"exec "$0" "$@" <&- >&- 2>&-"#).answer
            #expect(ended.status == 0)
            let doors = try await shop.look()
            #expect(doors.breaches(since: found) == [])
            #expect(doors.open("orders") == ["paris"])
            tally(
                .death, "a switchover whose standard streams were all closed before it began", times: 1,
                seen: "done, and no word of its output went to a server")
        }
    }

    @Test func `under nohup nothing ends`() async throws {
        try await GuardedShop.lend("nohup") { shop in
            try shop.declare(origin: "paris")
            let ended = try await shop.run(
                move, through: #"trap "" HUP; exec "$0" "$@""#,
                for: { $0.node == "berlin" && $0.moment == .sent && $0.asked.contains("ALTER TABLE") },
                { process in
                    kill(process, SIGHUP)
                    return .delay(.milliseconds(20))
                })
            #expect(ended.hasStruck)
            #expect(ended.answer.status == 0, "\(ended.answer.output)\(ended.answer.errorOutput)")
        }
    }
}
