import FaultProxy
import Foundation
import SafetyTally
import Postgres
import TestSupport
import Testing

@testable import Sandbox

/// What becomes of a server while polarity waits for it.
enum Fate: String, CaseIterable, Sendable {
    case stopped = "its server is stopped immediate"
    case restarted = "its server is stopped immediate and started again"
    case promoted = "its server is stopped immediate and its standby promoted"
}

@Suite struct `a server is lost` {
    @Test(arguments: Fate.allCases)
    func `in the middle of a stage, and the next apply goes on from there`(fate: Fate) async throws {
        try await OwnServers.lend(isApplied: false) { own in
            try await GuardedShop.stand(before: own.shop) { shop in
                var loss = ServerLoss(own: own, shop: shop, fate: fate)
                let points = try await loss.points()
                for point in points { try await loss.strike(at: point) }
                #expect(loss.struck == points.count)
                let codes = loss.codes.sorted { $0.key < $1.key }.map { "\($0.value) × \($0.key)" }
                tally(
                    .otherSide, "\(fate.rawValue) in the middle of a stage", times: loss.struck,
                    seen: "in \(loss.stages.sorted().joined(separator: ", ")); no law broken; exit codes "
                        + "\(codes.joined(separator: ", ")); the next apply converged")
                try await loss.end()
            }
        }
    }
}

/// Halts a proxy's connection until the test lets it go on.
private final class Gate: Sendable {
    private let reached = Flag()
    private let opened = DispatchSemaphore(value: 0)

    var isReached: Bool { reached.isSet }

    /// On the connection's own thread.
    func stand() {
        reached.set()
        opened.wait()
    }

    func open() { opened.signal() }
}

/// A switchover with work in every stage, during which a server is lost, again and again.
private struct ServerLoss {
    let own: OwnServers
    var shop: GuardedShop
    let fate: Fate
    /// The servers that took another's place.
    private var servers: [String: Server] = [:]
    private var goal = GuardedShop.Doors()
    var struck = 0
    var codes: [Int32: Int] = [:]
    var stages: Set<String> = []
    private let arguments = [
        "apply", "--yes", "--quiet", "--allow", "DROP_TRIGGER,ORIGIN_CHANGE", "--connect-timeout", "2s",
    ]

    init(own: OwnServers, shop: GuardedShop, fate: Fate) {
        self.own = own
        self.shop = shop
        self.fate = fate
    }

    /// A story with a sequence to advance in drain and a surplus trigger to drop in tidy.
    private func set() async throws {
        try await Story.switchover.set(shop)
        try shop.declare(origin: "paris", more: "policy: {sequences: advance}")
        try await shop.ask("berlin", "SELECT setval('orders_id_seq', nextval('orders_id_seq') + 10000)")
        try await shop.ask(
            "tokyo",
            """
            DROP TRIGGER IF EXISTS "00_polarity_surplus" ON public.orders;
            CREATE TRIGGER "00_polarity_surplus" AFTER INSERT OR UPDATE OR DELETE ON public.orders
                FOR EACH ROW EXECUTE FUNCTION polarity.log_change()
            """)
    }

    /// What the stages send, in order; unless everything is tried, one of every other stage.
    mutating func points() async throws -> [Point] {
        try await set()
        let (answer, seen, _) = try await shop.run(arguments)
        #expect(answer.status == 0, "\(answer.output)\(answer.errorOutput)")
        goal = try await shop.look()
        let sent = seen.filter { $0.stage != nil && $0.moment != .answered }
        guard !Faults.areAll else { return sent }
        let one = Dictionary(grouping: sent.filter { $0.moment == .sent }) { $0.stage ?? "" }.compactMapValues(\.first)
        let turn = fate == .promoted ? 1 : 0
        return one.sorted { $0.key < $1.key }.map(\.value).enumerated().filter { $0.offset % 2 == turn }.map(\.element)
    }

    mutating func strike(at point: Point) async throws {
        try await set()
        let found = try await shop.look()
        let server = try servers[point.node] ?? own.server(point.node)
        let standby = fate == .promoted ? try await standby(of: server) : nil
        let gate = Gate()
        shop.injector.watch(for: { $0 == point }) { _ in
            gate.stand()
            return .forward
        }
        let child = try shop.shop.start(arguments)
        shop.injector.aim(at: child.processID)
        let isReached = try await eventually { gate.isReached }
        #expect(isReached, "\(point) did not come again")
        let moved = try await meet(point.node, server, standby)
        gate.open()
        let answer = await child.wait()
        _ = shop.injector.rest()
        if isReached { struck += 1 }
        codes[answer.status, default: 0] += 1
        stages.insert(point.stage ?? "")
        if fate == .stopped { try await server.start() }
        shop = try await shop.reconnected(moved)
        try await shop.settled()
        let doors = try await shop.look()
        #expect(doors.breaches(since: found) == [], "\(point)")
        shop.judge(answer, leaving: doors, from: found, to: goal, at: point)
        try await shop.converge(arguments, after: point)
    }

    /// - Returns: Where the node is from now on, if elsewhere.
    private mutating func meet(
        _ node: String, _ server: Server, _ standby: Server?
    ) async throws -> [String: ConnectionString] {
        try await server.stop(.immediate)
        if fate == .restarted { try await server.start() }
        guard let standby else { return [:] }
        try await standby.promote()
        let address = try ConnectionString(standby.connectionString(database: "shop"))
        try shop.proxies[node]?.lead(to: address)
        try await server.remove()
        servers[node] = standby
        return [node: address]
    }

    private func standby(of server: Server) async throws -> Server {
        let standby = try await server.standby(name: "\(server.name)'s standby")
        try await own.catchUp(standby, with: server)
        return standby
    }

    /// Removes the servers that took another's place.
    func end() async throws { for server in servers.values { try await server.remove() } }
}

extension Point {
    /// The stage whose work it is.
    fileprivate var stage: String? {
        guard asked.contains("READ COMMITTED, READ WRITE") else {
            return asked.contains("polarity.applied AS") ? "drain" : nil
        }
        if asked.contains("DROP TRIGGER") { return "tidy" }
        if asked.contains("setval") { return "drain" }
        if asked.contains("DISABLE TRIGGER \"#_polarity_deny") { return "open" }
        return asked.contains("TRIGGER") ? "protect" : nil
    }
}
