import FaultProxy
import Foundation
import Sandbox
import SafetyTally
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

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
    let blow: Blow
    private var telling: Telling
    var struck = 0
    /// Boundaries that hang on time and did not come again, or only when everything was done.
    var missed = 0

    init(shop: GuardedShop, story: Story, blow: Blow) {
        self.shop = shop
        self.blow = blow
        telling = Telling(of: story, in: shop)
    }

    /// The states that were left behind. From each a second apply was seen to converge.
    var left: Set<GuardedShop.Doors> { telling.left }

    mutating func points() async throws -> [Point] {
        try await telling.points().filter { blow.moments.contains($0.moment) }
    }

    mutating func strike(at point: Point) async throws {
        let found = try await telling.begin()
        let blow = blow
        let (answer, _, hasStruck) = try await shop.run(telling.story.arguments, for: { $0 == point }) {
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
        guard telling.leaves(doors) else { return }
        try await shop.converge(telling.story.arguments, after: point)
        #expect(try await shop.look().breaches(since: doors) == [], "second apply after \(point)")
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
