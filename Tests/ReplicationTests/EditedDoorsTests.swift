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

    @Test func `moves its set and leaves the old origin out of it at once: that one is drained all the same`() {
        for policy in [SequencePolicy.ignore, .advance] {
            var world = World(builtin)
            world.policy.sequences = policy
            for (node, value) in [("berlin", 42), ("paris", 7), ("tokyo", 7)] as [(NodeName, Int64)] {
                world.table(on: node) {
                    $0.sequences = [
                        ObservedSequence(name: QualifiedName("public", "id_seq"), column: "id", lastValue: value)
                    ]
                }
            }
            world.turn("berlin", into: .subscriber)
            world.declare(origin: "paris", subscribers: ["tokyo"])
            world.node("berlin") { $0.builtin?.logged["default"] = 7 }
            expectNoDifference(world.plan.drains.map(\.sources), [["berlin", "tokyo"]])
            #expect(world.plan.required.contains(.unprovenHandover))
            expectNoDifference(
                world.plan.sequences.map { $0.others.map(\.node) }, policy == .advance ? [["berlin", "tokyo"]] : [])
        }
    }

    @Test
    func `moves its set and leaves an open subscriber out of it at once: nothing opens, and nothing is installed`() {
        var world = World(builtin)
        world.declare(origin: "paris", subscribers: ["berlin"])
        world.set(.deny, .disabled, on: "tokyo")
        world.set(.truncateDeny, .disabled, on: "tokyo")
        world.set(.truncateLog, .enabled, on: "tokyo")
        expectNoDifference(world.plan.steps.filter { $0.stage == .open && $0.node == "paris" && $0.table != nil }, [])
        expectNoDifference(
            world.plan.steps.flatMap(\.changes).filter { $0.action.word == "install" }.map(\.node), [])
    }

    @Test func `renames its set and moves it to a node that is open already: the old origin stays on record meanwhile`()
    {
        var world = World(builtin)
        world.turn("paris", into: .origin)
        world.sets = [World.set("shop", origin: "paris", subscribers: ["berlin", "tokyo"], tables: ["public.orders"])]
        let records = world.plan.steps.filter { $0.stage == .protect }.flatMap(\.changes).compactMap { change in
            if case .install(let installation) = change.action { installation.record.recorded.origin } else { nil }
        }
        expectNoDifference(records, ["berlin", "berlin", "berlin"])
    }

    @Test func `renames its set, closes it and forgets the old origin at once: that one stays on record`() {
        var world = World(builtin)
        world.nodes.removeAll { $0.name == "berlin" }
        for node in ["paris", "tokyo"] as [NodeName] { world.set(.deny, .disabled, on: node) }
        world.sets = [World.set("shop", origin: nil, subscribers: ["paris", "tokyo"], tables: ["public.orders"])]
        for _ in 0..<2 {
            world.apply()
            #expect(world.findings.contains("'berlin' is recorded as a member of set 'shop'"))
        }
    }

    @Test func `renames its set, moves it, forgets the old origin and takes a pattern for its tables: nothing opens`() {
        var world = World(builtin)
        world.nodes.removeAll { $0.name == "berlin" }
        world.sets = [
            ReplicationSet(
                name: "shop", id: nil, origin: "paris", originPosition: line(20), subscribers: ["tokyo"], tables: [],
                patterns: [TablePattern(schema: "public", match: "o*", because: line(31))], because: line(21))
        ]
        #expect(world.findings.contains("MEMBER_UNNAMED [] 'berlin' is recorded as a member of set 'shop'"))
        expectNoDifference(world.plan.steps.filter { $0.stage == .open && $0.table != nil }, [])
    }
}

@Suite struct `a failover` {
    /// From berlin, which is out of reach, to paris; the others have applied so much of its log.
    private func world(nodes: [NodeName] = ["berlin", "paris", "tokyo"], applied: [NodeName: Int64]) -> World {
        var world = World(builtin, nodes: nodes)
        world.declare(origin: "paris")
        world.lose("berlin")
        world.failover = "berlin"
        for (node, seq) in applied { world.node(node) { $0.builtin?.applied["berlin"] = seq } }
        return world
    }

    @Test func `to a survivor that lacks what another has opens nothing, and names that one`() {
        var world = world(applied: ["paris": 90, "tokyo": 100])
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
        let world = world(applied: ["paris": 100, "tokyo": 90])
        #expect(
            world.findings.contains(
                "error: FAILOVER_BEHIND [tokyo] 'tokyo' has applied 90 of 'berlin', and 'paris' 100"))
        #expect(world.plan.steps.contains { $0.stage == .open && $0.table != nil })
    }

    @Test func `to a survivor that lacks what another has names no third one, which will have it from that other`() {
        let world = world(
            nodes: ["berlin", "oslo", "paris", "tokyo"], applied: ["oslo": 3, "paris": 5, "tokyo": 9])
        expectNoDifference(world.difference.findings.filter { $0.code == .failoverBehind }.map(\.node), ["paris"])
    }

    @Test func `is told of for as long as a survivor lacks what another has, and opens that one no later`() {
        var world = world(applied: ["paris": 100, "tokyo": 90])
        world.apply()
        world.failover = nil
        let behind = "error: FAILOVER_BEHIND [tokyo] 'tokyo' has applied 90 of 'berlin', and 'paris' 100"
        #expect(world.findings.contains(behind), "\(world.story)")
        world.nodes.removeAll { $0.name == "berlin" }
        world.failover = "berlin"
        world.declare(origin: "paris")
        world.apply()
        world.failover = nil
        expectNoDifference(world.story, behind)
        world.declare(origin: "tokyo")
        #expect(
            world.findings.contains(
                "error, blocking: FAILOVER_BEHIND [tokyo] 'tokyo' has applied 90 of 'berlin', and 'paris' 100"))
        expectNoDifference(world.plan.steps.filter { $0.stage == .open && $0.table != nil }, [])
        world.node("tokyo") { $0.builtin?.applied["berlin"] = 100 }
        #expect(world.plan.steps.contains { $0.stage == .open && $0.node == "tokyo" && $0.table != nil })
    }

    @Test func `from a node that the file still has as the origin is refused: it would open nothing`() {
        for engine in [builtin, .plain] {
            var world = World(engine)
            world.lose("berlin")
            world.failover = "berlin"
            expectNoDifference(
                world.difference.findings.filter(\.blocking).map(\.message),
                ["'berlin' is named as the lost origin, and the file still has it as the origin of set 'default'"])
        }
    }

    @Test func `of another cluster's member is none of this one's`() {
        var world = World(builtin)
        for (node, applied) in [("paris", 3), ("tokyo", 9)] as [(NodeName, Int64)] {
            world.node(node) { node in
                node.builtin?.applied["rome"] = applied
                node.builtin?.otherMembers = [OtherMember(cluster: "pets", node: "rome", isHere: false)]
            }
        }
        expectNoDifference(world.story, "in sync")
    }

    @Test func `whose lost origin returns says of each set what it took in of that one's tables`() {
        var world = World(builtin)
        world.declare(origin: "paris")
        world.observed.unapplied = ["berlin": [tableName("public.items"): 2, tableName("public.orders"): 3]]
        expectNoDifference(
            world.difference.findings.filter { $0.code == .leftBehind }.map(\.message),
            ["'berlin' logged 3 changes that 'paris' has not applied: public.orders 3"])
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

    @Test func `whose lost origin returns is compared with the member that has applied least of it`() {
        var world = World(
            builtin,
            sets: [
                World.set("a", origin: "paris", subscribers: ["berlin", "tokyo"], tables: ["public.items"]),
                World.set("b", origin: "tokyo", subscribers: ["berlin", "paris"], tables: ["public.orders"]),
            ])
        world.node("berlin") { $0.builtin?.logged = ["a": 103, "b": 103] }
        for (first, second) in [(90, 100), (100, 90)] as [(Int64, Int64)] {
            world.node("paris") { $0.builtin?.applied["berlin"] = first }
            world.node("tokyo") { $0.builtin?.applied["berlin"] = second }
            expectNoDifference(world.observed.unapplied(by: world.declared), ["berlin": 90])
        }
        world.node("tokyo") { $0.builtin?.recorded.sets["b"]?.origin = "berlin" }
        expectNoDifference(world.observed.unapplied(by: world.declared), ["berlin": 100])
    }
}
