import FaultProxy
import Foundation
import SafetyTally
import Sandbox
import Synchronization
import TestSupport
import Testing

/// How many boundaries are passed over between two that are tried; 1, all of them, where everything is tried.
private let stride = Faults.areAll ? 1 : 83
/// How many shops are disturbed side by side.
private let shards = stride == 1 ? 4 : 1

/// What becomes of a connection.
enum Wire: String, CaseIterable, Sendable {
    case cut = "the connection is cut"
    case blackhole = "the connection is black-holed"

    var fault: Fault {
        switch self {
        case .cut: .cut
        case .blackhole: .blackhole
        }
    }
}

@Suite struct `a connection is lost` {
    @Test(arguments: Wire.allCases, Story.allCases)
    func `at every boundary, and a second apply goes on from there`(wire: Wire, story: Story) async throws {
        var all = Losses()
        try await withThrowingTaskGroup(of: Losses.self) { group in
            for shard in 0..<shards {
                group.addTask { try await Losses(by: wire, of: story, part: shard) }
            }
            for try await losses in group { all.add(losses) }
        }
        #expect(all.struck > 0)
        let codes = all.codes.sorted { $0.key < $1.key }.map { "\($0.value) × \($0.key)" }.joined(separator: ", ")
        tally(
            .otherSide, "\(wire.rawValue), before or after a request of \(story.rawValue)", times: all.struck,
            seen: "\(all.left) states left behind, no law broken; exit codes \(codes); from each state the next "
                + "apply converged; the longest run took \(Int(all.longest / .seconds(1)) + 1) s under --apply-timeout 2s"
        )
    }

    @Test func `is slow at every statement of a switchover, which takes longer and does the same`() async throws {
        try await GuardedShop.lend("slow") { shop in
            try await Story.switchover.set(shop)
            let slowed = Atomic(0)
            let answer = try await shop.run(
                Story.switchover.arguments,
                everywhere: { _ in
                    slowed.add(1, ordering: .relaxed)
                    return .delay(.milliseconds(10))
                })
            #expect(answer.status == 0, "\(answer.output)\(answer.errorOutput)")
            #expect(try await shop.look().open("orders") == ["paris"])
            tally(
                .otherSide, "every request and every answer of a switchover comes 10 ms late",
                times: slowed.load(ordering: .relaxed),
                seen: "done and verified, exit 0")
        }
    }
}

/// What was counted.
private struct Losses: Sendable {
    var struck = 0
    /// How many different states were left behind; from each a second apply was seen to converge.
    var left = 0
    var codes: [Int32: Int] = [:]
    var longest = Duration.zero

    init() {}

    /// Disturbs a shop of its own at its part of the boundaries.
    init(by wire: Wire, of story: Story, part: Int) async throws {
        var losses = Losses()
        try await GuardedShop.lend("lost", isApplied: story != .firstApply) { shop in
            var loss = Loss(shop: shop, wire: wire, story: story)
            let points = try await loss.points()
            for (index, point) in points.enumerated() where index % (stride * shards) == part * stride {
                try await loss.strike(at: point)
            }
            losses = loss.losses
        }
        self = losses
    }

    mutating func add(_ other: Losses) {
        struck += other.struck
        left = max(left, other.left)
        codes.merge(other.codes, uniquingKeysWith: +)
        longest = max(longest, other.longest)
    }
}

/// A story whose connections are lost, again and again.
private struct Loss {
    let shop: GuardedShop
    let wire: Wire
    var losses = Losses()
    private var telling: Telling

    init(shop: GuardedShop, wire: Wire, story: Story) {
        self.shop = shop
        self.wire = wire
        telling = Telling(of: story, in: shop)
    }

    /// What is answered is lost like what comes next.
    mutating func points() async throws -> [Point] { try await telling.points().filter { $0.moment != .answered } }

    mutating func strike(at point: Point) async throws {
        let found = try await telling.begin()
        let fault = wire.fault
        let start = ContinuousClock.now
        let (answer, _, hasStruck) = try await shop.run(
            telling.story.arguments + ["--apply-timeout", "2s", "--connect-timeout", "2s"], for: { $0 == point }
        ) { _ in fault }
        let took = ContinuousClock.now - start
        losses.longest = max(losses.longest, took)
        // Every wait is bounded: the work by 2 s, what shows how it was left by a little more.
        #expect(took < .seconds(60), "\(point)")
        if hasStruck { losses.struck += 1 }
        losses.codes[answer.status, default: 0] += 1
        #expect(try await shop.look().breaches(since: found) == [], "at once, \(point)")
        for proxy in shop.proxies.values { proxy.letGo() }
        try await shop.settled()
        let doors = try await shop.look()
        #expect(doors.breaches(since: found) == [], "\(point)")
        shop.judge(answer, leaving: doors, from: found, to: telling.goal, at: point)
        guard telling.leaves(doors) else { return }
        losses.left += 1
        try await shop.converge(telling.story.arguments, after: point)
        #expect(try await shop.look() == telling.goal, "second apply after \(point)")
    }
}
