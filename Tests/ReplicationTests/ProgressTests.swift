import CustomDump
import Testing

@testable import Replication

private let builtin = Engine.builtin(cluster: "shop")

@Suite struct `a move of a builtin origin` {
    private func world(applied: [NodeName: Int64]) -> World {
        var world = World(builtin)
        world.declare(origin: "paris")
        world.node("berlin") { $0.builtin?.logged["default"] = 7 }
        for (node, seq) in applied { world.node(node) { $0.builtin?.applied["berlin"] = seq } }
        return world
    }

    @Test func `that nothing can prove says which node has no record of progress`() {
        let world = world(applied: ["paris": 7])
        #expect(
            world.findings
                == "error: DRAIN_UNPROVEN [tokyo] set 'default' moves, and 'tokyo' has no row in polarity.applied for "
                + "'berlin', whose log holds changes")
        #expect(world.plan.required == [.originChange, .unprovenHandover])
    }

    @Test func `that is behind says by how much before anything is closed`() {
        let world = world(applied: ["paris": 7, "tokyo": 5])
        #expect(
            world.findings
                == "error: DRAIN_PENDING [tokyo] set 'default' moves, and 'tokyo' has applied 5 of 7 from 'berlin'")
        #expect(world.plan.required == [.originChange])
    }

    @Test func `that is drained has nothing to say`() {
        #expect(world(applied: ["paris": 7, "tokyo": 9]).findings == "")
    }

    @Test func `is not proven where a member has no schema to record its progress in`() {
        var world = world(applied: ["paris": 7])
        world.node("tokyo") { $0.builtin = nil }
        #expect(world.plan.required.contains(.unprovenHandover))
    }

    @Test func `is drained for a table whose new origin has another deny trigger than the engine's`() {
        var world = World(builtin)
        world.declare(origin: "paris")
        world.trigger(.deny, on: "paris") { $0.hasCondition = true }
        expectNoDifference(world.plan.drains.map(\.tables), [[tableName("public.orders")]])
    }
}

@Suite struct `what Slony lists` {
    @Test func `and has none of its triggers is open, and each missing trigger is named`() {
        var world = World(.slony(cluster: "shopcl"))
        world.node("paris") { $0.tables[tableName("public.orders")]?.triggers = [] }
        #expect(
            world.difference.findings.map { [$0.code.rawValue, $0.trigger?.text ?? ""] } == [
                ["SUBSCRIBER_OPEN", ""], ["TRIGGER_MISSING", "_shopcl_denyaccess"],
                ["TRIGGER_MISSING", "_shopcl_logtrigger"], ["TRIGGER_MISSING", "_shopcl_truncatedeny"],
                ["TRIGGER_MISSING", "_shopcl_truncatetrigger"],
            ])
    }

    @Test func `not on a bystander leaves that open to writes`() {
        var world = World(.slony(cluster: "shopcl"), subscribers: ["paris"])
        world.node("tokyo") { node in
            node.tables[tableName("public.orders")] = ObservedTable(oid: 1, name: tableName("public.orders"))
        }
        #expect(world.difference.findings.map(\.code) == [.unprotectedBystander])
    }
}

@Test func `an empty partitioned root under Bruce asks for no word, since it can hold no rows`() {
    var world = World(.bruce(cluster: "shop"))
    world.node("paris") { node in
        node.tables[tableName("public.orders")]?.kind = .partitionedTable
        node.tables[tableName("public.orders")]?.triggers = []
    }
    #expect(world.plan.required == [])
}
