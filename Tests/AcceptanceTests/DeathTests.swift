import FaultProxy
import Foundation
import Sandbox
import SafetyTally
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// What polarity is doing when it dies.
enum Story: String, CaseIterable, Sendable {
    case switchover = "a switchover"
    case firstApply = "a first apply"
    case repair = "a repair"

    var arguments: [String] {
        switch self {
        case .switchover: ["apply", "--yes", "--quiet", "--allow", "ORIGIN_CHANGE"]
        case .firstApply, .repair: ["apply", "--yes", "--quiet"]
        }
    }

    /// Puts a shop before the story's beginning, whatever has come of it.
    func set(_ shop: GuardedShop) async throws {
        switch self {
        case .switchover:
            try shop.declare(origin: "paris")
            for node in Shop.nodes {
                let isOrigin = node == "berlin"
                let modes = Self.tables.map { table in
                    "ALTER TABLE \(table)"
                        + ["deny", "truncate_deny"].map {
                            " \(isOrigin ? "DISABLE" : "ENABLE") TRIGGER \"00_polarity_\($0)\","
                        }.joined()
                        + ["log", "truncate_log"].map {
                            " \(isOrigin ? "ENABLE" : "DISABLE") TRIGGER \"00_polarity_\($0)\""
                        }.joined(separator: ",")
                }
                try await shop.ask(
                    node, modes.joined(separator: ";") + "; UPDATE polarity.origin SET origin = 'berlin'")
            }
        case .firstApply:
            for node in Shop.nodes { try await shop.ask(node, "DROP SCHEMA IF EXISTS polarity CASCADE") }
        case .repair:
            try await shop.ask(
                "berlin",
                """
                ALTER TABLE public.orders DISABLE TRIGGER "00_polarity_log";
                DROP TRIGGER IF EXISTS "00_polarity_truncate_log" ON sales."Order Line";
                """)
            try await shop.ask(
                "paris",
                """
                ALTER TABLE public.orders DISABLE TRIGGER "00_polarity_deny";
                ALTER TABLE public.order_items ENABLE TRIGGER "00_polarity_log";
                """)
            try await shop.ask("tokyo", #"ALTER TABLE public.orders ENABLE REPLICA TRIGGER "00_polarity_deny""#)
        }
    }

    private static let tables = ["public.orders", "public.order_items", #"sales."Order Line""#]
}

/// What strikes it.
enum Blow: String, CaseIterable, Sendable {
    case kill = "kill -9"
    case once = "SIGINT or SIGTERM"
    case twice = "SIGINT, then SIGTERM"

    /// At which moments of a request it makes a difference.
    var moments: Set<Boundary.Moment> {
        switch self {
        case .kill: [.before, .sent, .answered]
        case .once: [.before, .sent]
        case .twice: [.sent]
        }
    }

    func strike(_ process: Int32, at point: Point) -> Fault {
        switch self {
        case .kill:
            send(SIGKILL, to: process)
            return point.moment == .before ? .cut : .forward
        case .once:
            send(point.moment == .before ? SIGINT : SIGTERM, to: process)
            return .delay(.milliseconds(3))
        case .twice:
            send(SIGINT, to: process)
            send(SIGTERM, to: process)
            return .delay(.milliseconds(3))
        }
    }
}

private func send(_ signal: Int32, to process: Int32) { kill(process, signal) }

@Suite struct `polarity dies` {
    @Test(arguments: Story.allCases, Blow.allCases)
    func `at every boundary of every statement, and a second apply goes on from there`(
        story: Story, blow: Blow
    ) async throws {
        try await GuardedShop.lend("death", isApplied: story != .firstApply) { shop in
            var death = Death(shop: shop, story: story, blow: blow)
            let points = try await death.points()
            for point in Faults.some(of: points, every: 61) { try await death.strike(at: point) }
            #expect(death.struck > 0)
            #expect((death.missed - 1) * 5 <= death.struck, "\(death.missed) boundaries did not come again")
            tally(
                .death, "\(blow.rawValue) at the boundaries of \(story.rawValue)", times: death.struck,
                seen: "\(death.left.count) states left behind, no law broken; from each the next apply converged")
        }
    }
}

/// One story, struck again and again.
private struct Death {
    let shop: GuardedShop
    let story: Story
    let blow: Blow
    var struck = 0
    /// Boundaries that hang on time and did not come again, or only when everything was done.
    var missed = 0
    /// The states that were left behind. From each a second apply was seen to converge.
    var left: Set<GuardedShop.Doors> = []
    private var found = GuardedShop.Doors()
    private var isSet = false

    init(shop: GuardedShop, story: Story, blow: Blow) {
        self.shop = shop
        self.story = story
        self.blow = blow
    }

    /// Tells the story to its end, once, and notes every boundary.
    mutating func points() async throws -> [Point] {
        try await set()
        let (answer, seen, _) = try await shop.run(story.arguments)
        #expect(answer.status == 0, "\(answer.output)\(answer.errorOutput)")
        isSet = false
        return seen.filter { blow.moments.contains($0.moment) && !$0.hangsOnTime }
    }

    private mutating func set() async throws {
        if isSet { return }
        try await story.set(shop)
        found = try await shop.look()
        isSet = true
    }

    mutating func strike(at point: Point) async throws {
        try await set()
        let blow = blow
        let (answer, _, hasStruck) = try await shop.run(story.arguments, for: { $0 == point }) {
            blow.strike($0, at: point)
        }
        // A try that meets another's lock comes when it comes, and the last goodbyes are waited for by nobody.
        let isMissed = !hasStruck || (blow == .kill && answer.status == 0)
        struck += isMissed ? 0 : 1
        missed += isMissed ? 1 : 0
        let atOnce = try await shop.look()
        #expect(atOnce.breaches(since: found) == [], "at once, \(point)")
        try await shop.settled()
        let doors = try await shop.look()
        #expect(doors.breaches(since: found) == [], "\(point)")
        if isMissed { #expect(answer.status == 0, "\(point)") } else { judge(answer, at: point) }
        isSet = doors == found
        guard left.insert(doors).inserted else { return }
        isSet = false
        let second = try await shop.run(story.arguments).answer
        #expect(second.status == 0, "after \(point): \(second.output)\(second.errorOutput)")
        #expect(try await shop.look().breaches(since: doors) == [], "second apply after \(point)")
        let third = try await shop.shop.polarity("apply", "--dry-run", "--detailed-exitcode")
        #expect(third.status == 0, "after \(point): \(third.output)")
    }

    /// What the program says of its own end.
    private func judge(_ answer: CommandResult, at point: Point) {
        switch blow {
        case .kill: #expect(answer.status == 137, "\(point)")
        case .once, .twice:
            // When everything is done there is nothing left to interrupt.
            #expect([0, 130].contains(answer.status), "\(point): \(answer.output)\(answer.errorOutput)")
        }
    }
}
