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
