import CustomDump
import Testing

@testable import Replication

private let builtin = Engine.builtin(cluster: "shop")

@Suite struct `a builtin set that opens elsewhere` {
    @Test func `asks for the word for a second log trigger that goes, too`() {
        var world = World(builtin)
        world.declare(origin: "paris")
        world.table(on: "paris") { table in
            guard var second = table.trigger("00_polarity_log") else { return }
            second.name = "second_log"
            table.triggers.append(second)
        }
        expectNoDifference(world.plan.required, [.dropTrigger, .originChange])
    }

    @Test func `has a deny trigger with a condition replaced as it opens, since that may refuse`() {
        var world = World(builtin)
        world.declare(origin: "paris")
        world.trigger(.deny, on: "paris") { $0.hasCondition = true }
        let replaces = world.plan.steps.filter { $0.changes.contains { $0.action.word == "replace" } }
        expectNoDifference(replaces.map { "\($0.stage) \($0.node)" }, ["open paris"])
    }

    @Test func `opens without a word where a run died while it recorded the new origin`() {
        var world = World(builtin)
        world.declare(origin: "paris")
        for step in world.plan.stages[0].steps { world.observed.apply(step) }
        for step in world.plan.steps where step.stage == .open && step.table == nil && step.node != "tokyo" {
            world.observed.apply(step)
        }
        expectNoDifference(world.plan.required, [])
        expectNoDifference(world.plan.steps.filter { $0.stage == .open && $0.table != nil }.map(\.node), ["paris"])
    }

    @Test func `asks for the word for a surplus trigger that goes from a node that is no part of the move`() {
        var world = World(.custom([.log(subscriber: nil), .deny()]))
        let log = world.observed.node("berlin")?.tables[tableName("public.orders")]?.trigger("orders_log")
        world.declare(origin: "paris")
        expectNoDifference(world.plan.required, [.originChange, .unprovenHandover])
        world.table(on: "tokyo") { $0.triggers += [log].compactMap(\.self) }
        expectNoDifference(world.plan.required, [.dropTrigger, .originChange, .unprovenHandover])
    }

    @Test func `asks for the word for the triggers of a node that leaves the set meanwhile`() {
        var world = World(builtin)
        world.declare(origin: "paris", subscribers: ["berlin"])
        expectNoDifference(world.plan.required, [.dropTrigger, .openBystander, .originChange])
    }

    @Test func `asks for the word for a second deny trigger, though the log trigger goes with the move`() {
        var world = World(.custom([.log(subscriber: nil), .deny()]))
        world.declare(origin: "paris")
        world.table(on: "berlin") { table in
            guard var second = table.trigger("orders_deny") else { return }
            second.name = "second_deny"
            table.triggers.append(second)
        }
        #expect(world.plan.required.contains(.dropTrigger))
    }

    @Test func `asks for no word, and says nothing, where a member has no row of what the new origin logged once`() {
        var world = World(builtin)
        world.node("paris") { $0.builtin?.logged["default"] = 5 }
        world.node("berlin") { $0.builtin?.applied["paris"] = 5 }
        world.declare(origin: "paris")
        expectNoDifference(world.plan.required, [.originChange])
        expectNoDifference(world.difference.findings, [])
    }

    @Test func `opens nothing beside a subscriber that is open, unlogged, and left out by a selection`() {
        var world = World(builtin)
        world.declare(origin: "paris")
        world.set(.deny, .disabled, on: "tokyo")
        let limited = Plan(world.difference.limited(to: Selection(nodes: ["berlin", "paris"])))
        expectNoDifference(limited.steps.filter { $0.table != nil }.map { "\($0.stage) \($0.node)" }, [])
    }

    /// Moves to a node that has its deny trigger twice, the second under another name and off.
    private func withSecondDeny() -> World {
        var world = World(builtin)
        world.declare(origin: "paris")
        world.table(on: "paris") { table in
            guard var second = table.trigger("00_polarity_deny") else { return }
            (second.name, second.mode) = ("second_deny", .disabled)
            table.triggers.append(second)
        }
        return world
    }

    @Test func `drops a second deny trigger that refuses nothing when all is done`() {
        let world = withSecondDeny()
        let drops = world.plan.steps.filter { $0.changes.contains { $0.action.word == "drop" } }
        expectNoDifference(drops.map { "\($0.stage) \($0.node)" }, ["tidy paris"])
        expectNoDifference(world.findings, "")
    }

    @Test func `of which nothing was on record and that refuses TRUNCATE alone asks for a word`() {
        var world = World(builtin)
        for node in ["berlin", "paris", "tokyo"] as [NodeName] { world.node(node) { $0.builtin?.recorded.sets = [:] } }
        world.set(.truncateDeny, .enabled, on: "berlin")
        for step in world.plan.steps where step.stage == .protect { world.observed.apply(step) }
        expectNoDifference(world.plan.required, [.originChange])
    }

    @Test func `records nothing on a node that left the set and is a standby now`() {
        var world = World(builtin)
        world.declare(origin: "berlin", subscribers: ["paris"])
        world.apply()
        world.node("tokyo") { $0.identity.inRecovery = true }
        world.declare(origin: "paris", subscribers: ["berlin"])
        expectNoDifference(world.plan.steps.filter { $0.node == "tokyo" }, [])
        #expect(!world.plan.steps.isEmpty)
    }

    @Test func `closes the last origin though its engine has a deny trigger for replication alone, too`() {
        var world = World(
            .custom([.log(), .deny(), .deny("{table}_guard", arguments: ["replay"], subscriber: .replica)]))
        world.declare(origin: "paris")
        expectNoDifference(world.plan.lastWriters.map(\.node), ["berlin"])
    }

    @Test func `opens for TRUNCATE last of all, where its deny trigger stands under the log trigger's name`() {
        var world = World(builtin, origin: "paris")
        world.remove(.log, on: "paris")
        world.trigger(.truncateDeny, on: "paris") { ($0.name, $0.mode) = ("00_polarity_log", .enabled) }
        let replaces = world.plan.steps.filter { $0.changes.contains { $0.action.word == "replace" } }
        expectNoDifference(replaces.map { "\($0.stage) \($0.node)" }, ["open paris"])
    }

    @Test func `is not tidied where its opening is held back`() {
        let world = withSecondDeny()
        let limited = Plan(world.difference.limited(to: Selection(nodes: ["paris"])))
        expectNoDifference(limited.steps.flatMap(\.statements), [])
    }

    @Test func `goes nowhere while one of its members cannot be changed`() {
        for edit in [
            { $0.identity.inRecovery = true }, { $0.identity.readOnly = true },
            { ($0.rights.engineSchema, $0.builtin) = (EngineSchemaRights(mayUse: false), nil) },
        ] as [(inout ObservedNode) -> Void] {
            var world = World(builtin)
            world.declare(origin: "paris")
            world.node("tokyo", edit)
            expectNoDifference(world.plan.steps, [])
        }
    }

    @Test func `does not shut the old origin where the new one is open by name alone: a standby, another database`() {
        for expected in [nil, "store"] as [Identifier?] {
            var world = World(builtin, nodes: ["berlin", "paris"])
            world.declare(origin: "paris")
            world.turn("paris", into: .origin)
            if let expected {
                world.nodes[1] = DeclaredNode(
                    name: "paris", conninfo: "service=paris", expectedDatabase: expected, because: line(11))
            } else {
                world.node("paris") { $0.identity.inRecovery = true }
            }
            expectNoDifference(world.plan.steps, [])
            for node in ["berlin", "paris"] as [NodeName] {
                world.node(node) { $0.builtin?.recorded.sets = [:] }
            }
            expectNoDifference(world.plan.steps, [])
        }
    }

    @Test func `nowhere, as before, has a node that is open closed without a word`() {
        var world = World(builtin, origin: nil)
        world.turn("berlin", into: .origin)
        expectNoDifference(world.plan.steps.map { "\($0.stage) \($0.node)" }, ["protect berlin"])
        expectNoDifference(world.plan.required, [])
    }

    @Test func `of which nothing was on record asks for a word, also after a run that closed it`() {
        var world = World(builtin)
        for node in ["berlin", "paris", "tokyo"] as [NodeName] { world.node(node) { $0.builtin?.recorded.sets = [:] } }
        world.set(.deny, .enabled, on: "berlin")
        for step in world.plan.steps where step.stage == .protect { world.observed.apply(step) }
        expectNoDifference(world.plan.required, [.originChange])
    }
}
