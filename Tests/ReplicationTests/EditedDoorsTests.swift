import CustomDump
import Testing

@testable import Replication

private let builtin = Engine.builtin(cluster: "shop")
private let bruce = Engine.bruce(cluster: "shop")

@Suite struct `a file that is edited` {
    @Test func `renames its set, moves it and forgets the old origin at once: nothing opens`() {
        for engine in [builtin, bruce] {
            var world = World(engine)
            world.nodes.removeAll { $0.name == "berlin" }
            world.sets = [
                World.set("shop", origin: "paris", subscribers: ["tokyo"], tables: ["public.orders"])
            ]
            #expect(world.findings.contains("MEMBER_UNNAMED [] 'berlin' is recorded as a member of set 'shop'"))
            expectNoDifference(world.plan.steps.filter { $0.stage == .open && $0.table != nil }, [])
            // Nor after what it does was done, again and again.
            for _ in 0..<3 {
                world.apply()
                expectNoDifference(world.plan.steps.filter { $0.stage == .open && $0.table != nil }, [])
            }
            #expect(world.findings.contains("MEMBER_UNNAMED"))
        }
    }

    @Test func `takes a table into another set and forgets a member of the first: nothing opens`() {
        var world = World(
            builtin,
            sets: [
                World.set("orders", origin: "berlin", subscribers: ["paris", "tokyo"], tables: ["public.orders"]),
                World.set("items", origin: "paris", subscribers: ["tokyo"], tables: ["public.items"]),
            ])
        world.nodes.removeAll { $0.name == "berlin" }
        world.sets = [
            World.set(
                "items", origin: "paris", subscribers: ["tokyo"], tables: ["public.items", "public.orders"])
        ]
        for _ in 0..<3 {
            #expect(world.findings.contains("MEMBER_UNNAMED [] 'berlin' is recorded as a member of set 'items'"))
            expectNoDifference(world.plan.steps.filter { $0.stage == .open && $0.table != nil }, [])
            world.apply()
        }
    }

    @Test func `renames its set, moves it and makes the old origin a bystander at once: nothing opens`() {
        for isLogged in [true, false] {
            var world = World(builtin)
            if !isLogged { world.set(.log, .disabled, on: "berlin") }
            world.sets = [
                World.set("shop", origin: "paris", subscribers: ["tokyo"], tables: ["public.orders"])
            ]
            for _ in 0..<3 {
                expectNoDifference(world.plan.steps.filter { $0.stage == .open && $0.table != nil }, [])
                world.apply()
            }
        }
    }

    @Test func `renames its set alone: the old name's origin and members go on under the new one`() {
        var world = World(builtin)
        world.sets = [
            World.set("shop", origin: "berlin", subscribers: ["paris", "tokyo"], tables: ["public.orders"])
        ]
        expectNoDifference(world.plan.required, [])
        world.apply()
        expectNoDifference(world.story, "in sync")
    }
}

@Suite struct `a failover` {
    @Test func `to a survivor that lacks what another has opens nothing, and names that one`() {
        var world = World(builtin)
        world.declare(origin: "paris")
        world.lose("berlin")
        world.failover = "berlin"
        world.node("paris") { $0.builtin?.applied["berlin"] = 90 }
        world.node("tokyo") { $0.builtin?.applied["berlin"] = 100 }
        #expect(
            world.findings.contains(
                "error, blocking: FAILOVER_BEHIND [paris] 'paris' has applied 90 of 'berlin', and 'tokyo' 100"))
        expectNoDifference(world.plan.steps, [])
        world.node("paris") { $0.builtin?.applied["berlin"] = nil }
        #expect(
            world.findings.contains(
                "error, blocking: FAILOVER_BEHIND [paris] nothing on 'paris' says what it has applied of 'berlin', and "
                    + "'tokyo' has applied 100"))
        expectNoDifference(world.plan.steps, [])
    }

    @Test func `to the most advanced survivor opens it, and names those that will lack something`() {
        var world = World(builtin)
        world.declare(origin: "paris")
        world.lose("berlin")
        world.failover = "berlin"
        world.node("paris") { $0.builtin?.applied["berlin"] = 100 }
        world.node("tokyo") { $0.builtin?.applied["berlin"] = 90 }
        #expect(
            world.findings.contains(
                "error: FAILOVER_BEHIND [tokyo] 'tokyo' has applied 90 of 'berlin', and 'paris' 100"))
        #expect(world.plan.steps.contains { $0.stage == .open && $0.table != nil })
    }

    @Test func `whose lost origin returns says what that one took in meanwhile, and closes it`() {
        var world = World(builtin)
        world.declare(origin: "paris")
        world.lose("berlin")
        world.failover = "berlin"
        world.apply()
        world.failover = nil
        let lost = world.observed
        world = World(builtin)
        world.declare(origin: "paris")
        for node in ["paris", "tokyo"] as [NodeName] { world.observed.nodes[node] = lost.nodes[node] }
        world.node("berlin") { $0.builtin?.logged["default"] = 103 }
        world.node("paris") { $0.builtin?.applied["berlin"] = 100 }
        world.node("tokyo") { $0.builtin?.applied["berlin"] = 100 }
        expectNoDifference(world.observed.unapplied(by: world.declared), ["berlin": 100])
        world.observed.unapplied = ["berlin": [tableName("public.orders"): 3]]
        let line =
            "critical: LEFT_BEHIND [berlin] 'berlin' logged 3 changes that 'paris' has not applied: public.orders 3"
        #expect(world.findings.contains(line), "\(world.findings)")
        #expect(world.plan.steps.first?.node == "berlin")
        #expect(world.plan.steps.first?.stage == .protect)
        world.apply()
        #expect(world.findings.contains(line))
    }
}
