import CustomDump
import Testing

@testable import Replication

@Suite struct `an engine that refuses nothing` {
    private let deaf = TriggerTemplate.deny(subscriber: .replica)

    @Test func `moves with the words of a move alone, and logs on the new origin before the old one ends`() {
        for engine in [Engine.custom([.log()]), .custom([.log(), deaf])] {
            var world = World(engine, nodes: ["berlin", "paris"])
            world.declare(origin: "paris")
            expectNoDifference(world.plan.required, [.originChange, .unprovenHandover])
            expectNoDifference(
                world.plan.steps.filter { $0.changes.contains { $0.purpose == .log } }.map { "\($0.stage) \($0.node)" },
                ["protect paris", "tidy berlin"])
            world.apply()
            expectNoDifference(world.story, unguarded)
        }
    }

    @Test func `on the origin by presence alone is no Bruce, and moves by an ordinary plan`() {
        let deny = TriggerTemplate(
            .deny, "{table}_deny", function: ("repl", "deny"), .before, .row, .changes, origin: nil,
            subscriber: .enabled, match: .function)
        var world = World(.custom([.log(), deny]), nodes: ["berlin", "paris"])
        world.declare(origin: "paris")
        expectNoDifference(world.difference.findings.filter(\.blocking), [])
        expectNoDifference(world.plan.required, [.originChange, .unprovenHandover])
        world.apply()
        expectNoDifference(world.story, unguarded)
    }

    @Test func `moves a partitioned table in one apply, as any other`() {
        var world = World.divided(.custom([.log()]))
        world.apply()
        expectNoDifference(world.story, unguarded)
        world.declare(origin: "paris")
        expectNoDifference(world.plan.heldBack, [])
        world.apply()
        expectNoDifference(world.story, unguarded)
    }

    @Test func `moves a table to another set's origin with the words of a move alone`() {
        let d = { World.set("d", origin: "berlin", subscribers: ["paris"], tables: $0) }
        let z = { World.set("z", origin: "paris", subscribers: ["berlin"], tables: $0) }
        var world = World(
            .custom([.log()]), nodes: ["berlin", "paris"],
            sets: [d(["public.a", "public.b"]), z(["public.c"])])
        world.sets = [d(["public.a"]), z(["public.b", "public.c"])]
        expectNoDifference(world.plan.required, [.originChange, .unprovenHandover])
        world.sets = [d(["public.a", "public.b"]), z(["public.c"])]
        expectNoDifference(world.plan.required, [])
    }

    @Test func `moves with the words of a move where nobody knows the last origin`() {
        var world = World(.custom([.log()]), nodes: ["berlin", "paris"])
        world.observed.journal = RecordedCluster()
        world.declare(origin: "paris")
        expectNoDifference(world.plan.required, [.originChange, .unprovenHandover])
    }

    @Test func `needs no word for a log that should not be on beside its origin's`() {
        var world = World(.custom([.log()]), nodes: ["berlin", "paris"])
        world.set(.log, .enabled, on: "paris")
        expectNoDifference(world.plan.required, [])
        world.apply()
        expectNoDifference(world.story, unguarded)
    }

    @Test func `has no split that is in sync`() {
        expectNoDifference(World(.custom([.log(), deaf])).story, unguarded)
    }
}

@Suite struct `an engine that logs nothing` {
    @Test func `has an origin that is none that loses changes, and moves with the words of a move`() {
        var world = World(.custom([.deny()]), nodes: ["berlin", "paris"])
        expectNoDifference(world.story, unguarded)
        expectNoDifference(world.difference.roles.map(\.observed), [.origin, .subscriber])
        world.declare(origin: "paris")
        expectNoDifference(world.plan.required, [.originChange, .unprovenHandover])
        world.apply()
        expectNoDifference(world.difference.roles.map(\.observed), [.subscriber, .origin])
    }
}
