import Sandbox
import Testing

/// What polarity is doing when it is disturbed.
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

/// A story that is told again and again from the same beginning, and disturbed each time.
struct Telling {
    let story: Story
    /// The states that were left behind.
    private(set) var left: Set<GuardedShop.Doors> = []
    /// How it ends when nothing disturbs it.
    private(set) var goal = GuardedShop.Doors()
    private let shop: GuardedShop
    private var found = GuardedShop.Doors()
    private var isSet = false

    init(of story: Story, in shop: GuardedShop) {
        self.story = story
        self.shop = shop
    }

    /// Tells it undisturbed, once, and notes every boundary that comes again whenever it is told.
    mutating func points() async throws -> [Point] {
        _ = try await begin()
        let (answer, seen, _) = try await shop.run(story.arguments)
        #expect(answer.status == 0, "\(answer.output)\(answer.errorOutput)")
        goal = try await shop.look()
        isSet = false
        return seen.filter { !$0.hangsOnTime }
    }

    /// Puts the shop before the story's beginning.
    ///
    /// - Returns: How the doors are then.
    mutating func begin() async throws -> GuardedShop.Doors {
        if isSet { return found }
        try await story.set(shop)
        found = try await shop.look()
        isSet = true
        return found
    }

    /// Notes what was left behind.
    ///
    /// - Returns: Whether it was never left behind before.
    mutating func leaves(_ doors: GuardedShop.Doors) -> Bool {
        let isNew = left.insert(doors).inserted
        isSet = doors == found && !isNew
        return isNew
    }
}

extension GuardedShop {
    /// Applies once more after a disturbance, which does all that is left to do.
    func converge(_ arguments: [String], after point: Point) async throws {
        let second = try await run(arguments).answer
        #expect(second.status == 0, "after \(point): \(second.output)\(second.errorOutput)")
        let third = try await shop.polarity("apply", "--dry-run", "--detailed-exitcode")
        #expect(third.status == 0, "after \(point): \(third.output)")
    }

    /// The exit code of an apply that lost a node says what the servers show.
    func judge(_ answer: CommandResult, leaving doors: Doors, from found: Doors, to goal: Doors, at point: Point) {
        let words = answer.output + answer.errorOutput
        let allowed: Set<Int32> = doors == goal ? [0, 3] : doors == found ? [3, 69, 75] : [3]
        #expect(allowed.contains(answer.status), "\(point): exit \(answer.status)\n\(words)")
        if answer.status != 0 { #expect(words.contains(/✗ [A-Z_]+/), "\(point): exit \(answer.status)\n\(words)") }
    }
}
