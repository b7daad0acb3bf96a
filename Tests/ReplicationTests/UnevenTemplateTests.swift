import CustomDump
import Testing

@testable import Replication

/// An engine whose log and deny are plain, and what else it has.
private func engine(_ others: TriggerTemplate...) -> Engine { .custom([.log(), .deny()] + others) }

private let forward = TriggerTemplate.log(
    "{table}_fwd", arguments: ["fwd"], origin: .disabled, subscriber: .replica)
private let aside = TriggerTemplate.deny(
    "{table}_aside", arguments: ["aside"], origin: nil, subscriber: nil, bystander: .enabled)

@Suite struct `an engine with a trigger that few roles have` {
    @Test func `and a second log for what is replayed is logged by its first`() {
        let world = World(engine(forward))
        expectNoDifference(world.story, unguarded)
        expectNoDifference(world.difference.roles.map(\.observed), [.origin, .subscriber, .subscriber])
        let table = world.observed.node("berlin")?.tables[tableName("public.orders")]
        expectNoDifference(table.map { WriteMatrix($0, engine: engine(forward)).role }, .origin)
    }

    @Test func `and a second log for what is replayed moves`() {
        var world = World(engine(forward))
        world.declare(origin: "paris")
        world.apply()
        expectNoDifference(world.plan.steps, [])
        expectNoDifference(world.difference.roles.map(\.observed), [.subscriber, .origin, .subscriber])
    }

    @Test func `and a second deny for bystanders closes its subscribers with the first, and moves`() {
        var world = World(engine(aside))
        expectNoDifference(world.story, unguarded)
        expectNoDifference(world.difference.roles.map(\.observed), [.origin, .subscriber, .subscriber])
        world.declare(origin: "paris")
        expectNoDifference(world.plan.required, [.originChange, .unprovenHandover])
        world.apply()
        expectNoDifference(world.story, unguarded)
        expectNoDifference(world.difference.roles.map(\.observed), [.subscriber, .origin, .subscriber])
    }

    @Test func `and a second deny for bystanders guards those`() {
        var world = World(engine(aside), subscribers: ["paris"])
        world.node("tokyo") {
            $0.tables[tableName("public.orders")] = ObservedTable(oid: 1, name: tableName("public.orders"))
        }
        #expect(world.findings.contains("UNPROTECTED_BYSTANDER"))
        world.apply()
        expectNoDifference(world.story, unguarded)
    }
}
