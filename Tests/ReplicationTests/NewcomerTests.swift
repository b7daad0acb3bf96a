import CustomDump
import Testing

@testable import Replication

private let builtin = Engine.builtin(cluster: "shop")

@Suite struct `a node that was never a subscriber` {
    /// Orders are written on paris; berlin has the table and takes no part.
    private func world(_ engine: Engine, origin: NodeName? = "paris") -> World {
        var world = World(engine, origin: origin, subscribers: origin == nil ? ["paris", "tokyo"] : ["tokyo"])
        world.node("berlin") {
            $0.tables[tableName("public.orders")] = ObservedTable(oid: 99, name: tableName("public.orders"))
        }
        return world
    }

    private func sets(_ origin: NodeName, _ subscribers: [NodeName], name: SetName = "default") -> [ReplicationSet] {
        [World.set(name, origin: origin, subscribers: subscribers, tables: ["public.orders"])]
    }

    private func expectWaiting(_ world: World, _ words: String) {
        let finding = world.difference.findings.first { $0.code == .drainUnproven }
        expectNoDifference(
            finding?.message,
            "public.orders \(words), and 'berlin', its origin by the file, has none of the engine's triggers on it: it takes no part as it is, and may lack what was written"
        )
        expectNoDifference(world.plan.steps.filter { $0.table != nil }.map(\.statements), [])
        #expect(!world.difference.isInSync)
    }

    @Test func `becomes no origin beside the one that is written, which stays open`() {
        for engine in [builtin, .plain] {
            var world = world(engine)
            world.sets = sets("berlin", ["paris", "tokyo"])
            expectWaiting(world, "is written on 'paris'")
            world.apply()
            expectWaiting(world, "is written on 'paris'")
        }
    }

    @Test func `becomes no origin through another set either`() {
        for engine in [builtin, .plain] {
            var world = world(engine)
            world.sets = sets("berlin", ["paris", "tokyo"], name: "other")
            expectWaiting(world, "is written on 'paris'")
            world.apply()
            expectWaiting(world, "is written on 'paris'")
        }
    }

    @Test func `becomes no origin of a table that was out of the file for a while`() {
        var world = world(builtin)
        world.sets = [World.set("other", origin: "berlin", subscribers: ["tokyo"], tables: ["public.rest"])]
        world.apply()
        world.sets = [
            World.set("other", origin: "berlin", subscribers: ["tokyo"], tables: ["public.orders", "public.rest"])
        ]
        expectWaiting(world, "is written on 'paris'")
    }

    @Test func `becomes no origin of a set that is closed, without the word`() {
        for engine in [builtin, .plain] {
            var world = world(engine, origin: nil)
            world.sets = sets("berlin", ["paris", "tokyo"])
            expectWaiting(world, "belongs to a set that is written nowhere")
        }
        var closed = world(builtin)
        closed.turn("paris", into: .subscriber)
        closed.sets = sets("berlin", ["paris", "tokyo"])
        expectWaiting(closed, "was written on 'paris'")
    }

    @Test func `becomes the origin after it was one, by the word and with the drain`() {
        var world = world(builtin)
        world.sets = sets("paris", ["berlin", "tokyo"])
        world.apply()
        expectNoDifference(world.story, "in sync")
        world.sets = sets("berlin", ["paris", "tokyo"])
        expectNoDifference(world.plan.required, [.originChange])
        expectNoDifference(world.plan.drains.map(\.newOrigin), ["berlin"])
    }

    @Test func `cannot be told where no subscriber has a trigger, and the words of a move are asked for`() {
        var world = World(.custom([.log(subscriber: nil)]), origin: "paris")
        world.sets = sets("berlin", ["paris", "tokyo"])
        expectNoDifference(world.difference.findings.filter { $0.code == .drainUnproven }, [])
        expectNoDifference(world.plan.required, [.originChange, .unprovenHandover])
    }

    @Test func `is not what a partitioned table looks like where row triggers are not cloned`() {
        var world = World.divided(.custom(Engine.plain.templates.filter { $0.level == .row }))
        world.node("berlin") { $0.identity.serverVersion = 120_000 }
        for origin in ["berlin", "paris", "berlin"] as [NodeName] {
            world.declare(origin: origin)
            world.apply()
            #expect(world.difference.isInSync, "\(world.story)")
        }
    }

    @Test func `is no origin by the record whose triggers are gone, beside a subscriber that logs and refuses`() {
        var world = World(builtin)
        for purpose in Purpose.allCases { world.remove(purpose, on: "berlin") }
        world.set(.log, .enabled, on: "tokyo")
        expectNoDifference(world.difference.findings.filter { $0.code == .drainUnproven }, [])
        world.apply()
        #expect(world.difference.isInSync)
    }

    @Test func `is no member on record whose triggers are gone`() {
        var world = World(builtin, origin: "paris")
        for purpose in Purpose.allCases { world.remove(purpose, on: "berlin") }
        world.turn("paris", into: .subscriber)
        world.declare(origin: "berlin")
        expectNoDifference(world.difference.findings.filter { $0.code == .drainUnproven }, [])
    }

    @Test func `becomes no origin of a table that is closed, which its set takes over from another`() {
        var world = world(builtin)
        world.turn("paris", into: .subscriber)
        for node in ["berlin", "paris", "tokyo"] as [NodeName] {
            world.node(node) {
                $0.tables[tableName("public.rest")] = ObservedTable(oid: 100, name: tableName("public.rest"))
            }
        }
        let other = { World.set("other", origin: "berlin", subscribers: ["paris", "tokyo"], tables: $0) }
        world.sets = [other(["public.rest"])]
        world.apply()
        world.sets = [other(["public.orders", "public.rest"])]
        expectWaiting(world, "was written on 'paris'")
    }

    @Test func `becomes the origin of a table that is new everywhere`() {
        var world = World(builtin)
        for node in ["berlin", "paris", "tokyo"] as [NodeName] {
            world.node(node) {
                $0.tables[tableName("public.rest")] = ObservedTable(oid: 99, name: tableName("public.rest"))
            }
        }
        world.sets = [
            World.set(
                "default", origin: "paris", subscribers: ["berlin", "tokyo"], tables: ["public.orders", "public.rest"])
        ]
        expectNoDifference(world.plan.required, [.originChange])
        world.apply()
        expectNoDifference(world.story, "in sync")
    }
}
