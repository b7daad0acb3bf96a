import CustomDump
import Testing

@testable import Replication

private let builtin = Engine.builtin(cluster: "shop")

@Suite struct `a table that another set takes over` {
    private let nodes: [NodeName] = ["berlin", "paris", "tokyo"]

    /// Orders are written on paris, items on berlin.
    private func world(_ engine: Engine) -> World {
        World(engine, sets: sets(items: ["public.items"], orders: ["public.orders", "public.rest"]))
    }

    private func sets(items: [String], orders: [String], of members: [NodeName]? = nil) -> [ReplicationSet] {
        let subscribers = (members ?? nodes).filter { $0 != "berlin" }
        return [
            World.set("items", origin: "berlin", subscribers: subscribers, tables: items),
            World.set("orders", origin: "paris", subscribers: nodes.filter { $0 != "paris" }, tables: orders),
        ]
    }

    @Test func `moves, and needs the word of a move and its drain`() {
        var builtinWorld = world(builtin)
        builtinWorld.sets = sets(items: ["public.items", "public.orders"], orders: ["public.rest"])
        expectNoDifference(builtinWorld.plan.required, [.originChange])
        expectNoDifference(builtinWorld.plan.drains.map(\.tables), [[tableName("public.orders")]])
        builtinWorld.apply()
        expectNoDifference(builtinWorld.story, "in sync")

        var plainWorld = world(.plain)
        plainWorld.sets = sets(items: ["public.items", "public.orders"], orders: ["public.rest"])
        expectNoDifference(plainWorld.plan.required, [.originChange, .unprovenHandover])
    }

    @Test func `asks for the word at once where nothing proves what it logged in the set it was in`() {
        var world = world(builtin)
        world.node("paris") { $0.builtin?.logged["orders"] = 7 }
        world.sets = sets(items: ["public.items", "public.orders"], orders: ["public.rest"])
        expectNoDifference(world.plan.required, [.originChange, .unprovenHandover])
        let unproven = world.difference.findings.filter { $0.code == .drainUnproven }
        expectNoDifference(
            unproven.map(\.message),
            ["berlin", "tokyo"].map {
                "set 'items' moves, and '\($0)' has no row in polarity.applied for 'paris', whose log holds changes"
            })
        for node in ["berlin", "tokyo"] as [NodeName] { world.node(node) { $0.builtin?.applied["paris"] = 7 } }
        expectNoDifference(world.plan.required, [.originChange])
    }

    @Test func `stays on record in its old set where a selection leaves the new one out`() {
        var world = world(builtin)
        world.sets = sets(items: ["public.items", "public.orders"], orders: ["public.rest"])
        let limited = Plan(world.difference.limited(to: Selection(sets: ["orders"])))
        for step in limited.steps { world.observed.apply(step) }
        expectNoDifference(world.recorded("public.orders", on: "paris"), "orders")
        expectNoDifference(world.plan.required, [.originChange])
    }

    @Test func `is not taken back by a set that is held back and gets another one`() {
        var world = world(builtin)
        world.node("berlin") { $0.tables[tableName("public.rest")] = nil }
        world.turn("tokyo", into: .origin, "public.rest")
        world.sets = sets(items: ["public.orders"], orders: ["public.items", "public.rest"])
        world.apply()
        expectNoDifference(world.recorded("public.orders", on: "tokyo"), "items")
        expectNoDifference(world.plan.steps.map(\.statements), [])
    }

    @Test func `and that was only closed when the run died needs the same word`() {
        var world = world(builtin)
        world.sets = sets(items: ["public.items", "public.orders"], orders: ["public.rest"])
        for step in world.plan.stages[0].steps {
            world.observed.apply(step)
            expectNoDifference(world.plan.required, [.originChange])
        }
    }

    @Test func `and that is led back is on record where it was before`() {
        var world = world(builtin)
        world.sets = sets(items: ["public.items", "public.orders"], orders: ["public.rest"])
        let (before, plan) = (world.observed, world.plan)
        let outcomes = plan.steps.map { step in
            let isDone = step.stage == .protect || (step.stage == .open && step.table == nil)
            return StepOutcome(step: step, outcome: isDone ? .done(tries: 1, took: .zero) : .notBegun)
        }
        for step in outcomes.filter(\.outcome.changedSomething).map(\.step) { world.observed.apply(step) }
        expectNoDifference(world.recorded("public.orders", on: "paris"), "items")
        for step in plan.reopening(after: Outcomes(steps: outcomes), from: before) { world.observed.apply(step) }
        expectNoDifference(world.observed, before)
    }

    @Test func `moves though it was out of the file for a while`() {
        for engine in [builtin, .plain] {
            var world = world(engine)
            world.sets = sets(items: ["public.items"], orders: ["public.rest"])
            world.apply()
            world.sets = sets(items: ["public.items", "public.orders"], orders: ["public.rest"])
            #expect(world.plan.required.contains(.originChange))
        }
    }

    @Test func `and that is shut everywhere is no repair of the other set`() {
        var world = world(builtin)
        world.turn("paris", into: .subscriber, "public.orders")
        world.sets = sets(items: ["public.items", "public.orders"], orders: ["public.rest"])
        #expect(world.plan.required.contains(.originChange))
    }

    @Test func `and that is to be written nowhere is closed with a word`() {
        var world = world(builtin)
        world.sets = [
            World.set("items", origin: "berlin", subscribers: ["paris", "tokyo"], tables: ["public.items"]),
            World.set("none", origin: nil, subscribers: nodes, tables: ["public.orders"]),
            World.set("orders", origin: "paris", subscribers: ["berlin", "tokyo"], tables: ["public.rest"]),
        ]
        #expect(world.plan.required.contains(.originChange))
    }

    @Test func `brings its sequences along, which are checked`() {
        var world = world(builtin)
        for (node, value) in [("berlin", 1), ("paris", 50)] as [(NodeName, Int64)] {
            world.node(node) {
                $0.tables[tableName("public.orders")]?.sequences = [
                    ObservedSequence(
                        name: QualifiedName("public", "orders_id_seq"), column: "id", lastValue: value)
                ]
            }
        }
        world.policy.sequences = .check
        world.sets = sets(items: ["public.items", "public.orders"], orders: ["public.rest"])
        #expect(world.findings.contains("SEQUENCE_BEHIND [berlin public.orders]"))
    }

    @Test func `opens nowhere while its last origin, which is no member of that set, stays open`() {
        for engine in [builtin, .plain] {
            var world = world(engine)
            world.sets = sets(
                items: ["public.items", "public.orders"], orders: ["public.rest"], of: ["berlin", "tokyo"])
            for _ in 0..<3 {
                #expect(world.findings.contains("blocking: UNPROTECTED_BYSTANDER [paris public.orders]"))
                expectNoDifference(world.plan.steps.filter { $0.stage == .open && $0.table != nil }, [])
                expectNoDifference(world.plan.steps.filter { $0.node == "paris" && $0.table != nil }, [])
                world.apply()
            }
        }
    }

    @Test func `and of which the nodes have different last origins on record is no repair on either`() {
        for origin in ["berlin", "paris"] as [NodeName] {
            var world = World(builtin)
            world.turn("berlin", into: .subscriber)
            for (node, old) in [("berlin", "one"), ("paris", "two")] as [(NodeName, SetName)] {
                world.node(node) {
                    $0.builtin?.record(tableName("public.orders"), in: old)
                    $0.builtin?.recorded.sets[old] = RecordedSet(origin: node, members: ["berlin", "paris", "tokyo"])
                }
            }
            for node in nodes { world.node(node) { $0.builtin?.recorded.sets["default"]?.origin = origin } }
            world.declare(origin: origin)
            // Whichever of the two were taken, some run would take that one.
            for _ in 0..<16 { expectNoDifference(world.plan.required, [.originChange]) }
        }
    }

    @Test func `opens on its new origin where its last one is given up`() {
        var world = world(builtin)
        world.lose("paris")
        world.failover = "paris"
        world.sets = [
            World.set(
                "items", origin: "berlin", subscribers: ["tokyo"],
                tables: ["public.items", "public.orders", "public.rest"])
        ]
        expectNoDifference(
            world.plan.steps.filter { $0.stage == .open }.compactMap { step in
                step.table.map { "\(step.node) \($0.name.text)" }
            },
            ["berlin orders", "berlin rest"])
    }

    @Test func `or was opened by hand on a node that takes no part opens nowhere beside it`() {
        var world = World(builtin, subscribers: ["tokyo"])
        let written = world.observed.node("berlin")?.tables[tableName("public.orders")]
        world.node("paris") { $0.tables[tableName("public.orders")] = written }
        world.turn("berlin", into: .subscriber)
        #expect(world.findings.contains("blocking: UNPROTECTED_BYSTANDER [paris public.orders]"))
        expectNoDifference(world.plan.steps.filter { $0.table != nil }.map(\.statements), [])
    }

    @Test func `keeps its old set where it is while a selection leaves the new one out`() {
        var world = world(builtin)
        world.sets = [
            World.set(
                "items", origin: "berlin", subscribers: ["paris", "tokyo"], tables: ["public.items", "public.orders"]),
            World.set("orders", origin: "tokyo", subscribers: ["berlin", "paris"], tables: ["public.rest"]),
        ]
        let limited = Plan(world.difference.limited(to: Selection(sets: ["orders"])))
        expectNoDifference(limited.steps.filter { $0.table != nil }.map { "\($0.stage) \($0.node)" }, [])
    }

    @Test func `is recorded as written nowhere, in a set of tables from two origins, until that opens`() {
        var world = world(builtin)
        world.sets = [
            World.set(
                "all", origin: "tokyo", subscribers: ["berlin", "paris"],
                tables: ["public.items", "public.orders", "public.rest"])
        ]
        for step in world.plan.stages[0].steps { world.observed.apply(step) }
        expectNoDifference(
            nodes.map { world.observed.node($0)?.builtin?.recorded.sets["all"]?.origin?.text ?? "none" },
            ["none", "none", "none"])
    }

    @Test func `beside one that waits: both stay on record, and so does a member that left`() {
        var world = world(builtin)
        world.sets = [
            World.set("items", origin: "berlin", subscribers: ["paris", "tokyo"], tables: ["public.orders"]),
            World.set("orders", origin: "paris", subscribers: ["berlin"], tables: ["public.items", "public.rest"]),
        ]
        let selection = Selection(tables: ["public.items", "public.rest"])
        for step in Plan(world.difference.limited(to: selection)).steps { world.observed.apply(step) }
        expectNoDifference(world.recorded("public.items", on: "paris"), "orders")
        expectNoDifference(world.recorded("public.orders", on: "paris"), "orders")
        expectNoDifference(
            world.observed.node("paris")?.builtin?.recorded.sets["orders"]?.members, ["berlin", "paris", "tokyo"])
    }

    @Test func `beside one that waits stays on record where it was written, if its new set is closed`() {
        var world = world(builtin)
        world.sets = [
            World.set("items", origin: "berlin", subscribers: ["paris", "tokyo"], tables: ["public.orders"]),
            World.set("orders", origin: nil, subscribers: nodes, tables: ["public.items", "public.rest"]),
        ]
        let selection = Selection(tables: ["public.items", "public.rest"])
        for step in Plan(world.difference.limited(to: selection)).steps { world.observed.apply(step) }
        expectNoDifference(world.recorded("public.items", on: "berlin"), "items")
    }

    @Test func `stays on record in its old set, to which another is added, until it is taken over`() {
        var world = world(builtin)
        for node in nodes {
            world.node(node) {
                $0.tables[tableName("public.new")] = ObservedTable(oid: 99, name: tableName("public.new"))
            }
        }
        world.sets = sets(items: ["public.items", "public.orders"], orders: ["public.new", "public.rest"])
        for step in world.plan.stages[0].steps { world.observed.apply(step) }
        expectNoDifference(nodes.map { world.recorded("public.orders", on: $0) }, ["orders", "orders", "orders"])
    }

    @Test func `and that was closed has no table of its new set, which is written nowhere, closed with a word`() {
        var world = World(
            builtin,
            sets: [
                World.set("none", origin: nil, subscribers: nodes, tables: ["public.items"]),
                World.set("orders", origin: "paris", subscribers: ["berlin", "tokyo"], tables: ["public.orders"]),
            ])
        world.turn("paris", into: .subscriber, "public.orders")
        world.turn("berlin", into: .origin, "public.items")
        world.sets = [World.set("none", origin: nil, subscribers: nodes, tables: ["public.items", "public.orders"])]
        expectNoDifference(world.plan.required, [])
    }

    @Test func `or was opened elsewhere by hand needs a word to be led back`() {
        var world = World(builtin)
        world.turn("berlin", into: .subscriber)
        world.turn("paris", into: .origin)
        expectNoDifference(world.plan.required, [.originChange])
        // Whether one was opened cannot be told where all are the wrong way round.
        world.turn("tokyo", into: .origin)
        expectNoDifference(world.plan.required, [])
    }
}

extension World {
    /// The set to which a node has a table on record.
    fileprivate func recorded(_ table: String, on node: NodeName) -> SetName? {
        observed.node(node)?.builtin?.tables[tableName(table)]
    }
}
