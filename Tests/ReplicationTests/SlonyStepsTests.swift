import CustomDump
import Testing

@testable import Replication

private let slony = Engine.slony(cluster: "shopcl")

extension World {
    /// What is said of an origin that Slony has elsewhere.
    fileprivate var steps: [String] { difference.findings.filter { $0.code == .originDisagrees }.map(\.next) }

    /// The file moves the set to another node, and Slony has it on berlin.
    fileprivate static func moving(to node: NodeName = "paris") -> World {
        var world = World(slony)
        world.declare(origin: node)
        return world
    }
}

/// What slonik is told to do, each case run on a real cluster.
@Suite struct `the steps that move a Slony set` {
    @Test func `lead into no outage where a trigger is missing, misnamed or an impostor`() {
        var missing = World.moving()
        missing.remove(.truncateDeny, on: "paris")
        expectNoDifference(
            missing.steps,
            [
                "first put 'berlin' back as origin in the file and run polarity apply, which mends TRIGGER_MISSING; then "
                    + "move it: on triggers like these MOVE SET would end halfway, and no node would accept writes"
            ])
        var misnamed = World.moving()
        misnamed.trigger(.log, on: "berlin") { $0.name = "renamed" }
        misnamed.trigger(.truncateDeny, on: "tokyo") { $0.type = 8 }
        let steps = misnamed.steps.first ?? ""
        expectNoDifference(steps.contains("which mends IMPOSTOR and MISNAMED; then"), true)
        expectNoDifference(steps.contains("move set"), false)
    }

    @Test func `begin with a subscription where the new origin has none, and lock nothing before`() {
        var world = World.moving(to: "tokyo")
        for node in ["berlin", "paris", "tokyo"] as [NodeName] {
            world.node(node) { $0.slony?.subscribers[1] = [2] }
        }
        expectNoDifference(
            world.steps,
            [
                "subscribe it first with slonik: subscribe set (id = 1, provider = 1, receiver = 3, forward = yes); wait "
                    + "until it is active, then move it"
            ])
    }

    @Test func `are to be finished where a node has made them already`() {
        var world = World.moving()
        world.node("berlin") {
            $0.slony?.sets[1]?.origin = 2
            $0.slony?.subscribers[1] = [1, 3]
        }
        expectNoDifference(
            world.steps, ["finish the move with the engine's own commands, or correct the file"])
    }

    @Test func `drop a node that was given up by FAILOVER, and move nothing from it or to it`() {
        var world = World(slony, origin: "paris")
        world.node("berlin") { $0.slony?.sets[1]?.origin = 1 }
        for node in ["paris", "tokyo"] as [NodeName] { world.node(node) { $0.slony?.nodes = [1: true, 2: false] } }
        let steps =
            "FAILOVER gave 'berlin' up, and no set moves to or from it: with slonik: drop node (id = 1, event node = 2); "
            + "it has to be rebuilt before it takes part again"
        expectNoDifference(world.steps, [steps])
        world.declare(origin: "berlin")
        expectNoDifference(world.steps, ["name the origin that took over in the file; " + steps])
    }

    @Test func `run a FAILOVER again that stopped half way`() {
        var world = World(slony, origin: "paris")
        // Tokyo has taken paris for the origin, which does not know of it.
        for node in ["berlin", "paris"] as [NodeName] { world.node(node) { $0.slony?.sets[1]?.origin = 1 } }
        world.node("tokyo") { $0.slony?.nodes = [1: true, 2: false] }
        let steps =
            "FAILOVER of 'berlin' stopped half way, and 'paris' does not know that it is the origin: run it again with "
            + "slonik: failover (id = 1, backup node = 2)"
        expectNoDifference(world.steps, [steps])
        world.declare(origin: "berlin")
        expectNoDifference(world.steps, [steps + "; then name 'paris' as the origin in the file"])
    }

    @Test func `fail over from an origin that is lost for good`() {
        var world = World.moving()
        world.lose("berlin")
        expectNoDifference(
            world.steps,
            [
                "bring 'berlin' back, which MOVE SET needs; or, where it is lost for good, with slonik: failover (id = 1, "
                    + "backup node = 2); it takes every set of 'berlin' to 'paris', and 'berlin' has to be rebuilt"
            ])
        for node in ["paris", "tokyo"] as [NodeName] { world.node(node) { $0.slony?.subscribers[1] = [3] } }
        expectNoDifference(
            world.steps,
            [
                "bring 'berlin' back, which MOVE SET needs; or, where it is lost for good, name a subscriber of the set as "
                    + "origin: 'paris' is none"
            ])
    }

    @Test func `fail over to no node that Slony would refuse`() {
        var world = World.moving()
        world.lose("berlin")
        for node in ["paris", "tokyo"] as [NodeName] { world.node(node) { $0.slony?.noBackups[1] = [2] } }
        expectNoDifference(
            world.steps,
            [
                "bring 'berlin' back, which MOVE SET needs; or, where it is lost for good, name a node as origin that has "
                    + "every set of 'berlin' from 'berlin' itself, with forward = yes: 'paris' has not, of set 1, and "
                    + "FAILOVER refuses it"
            ])
    }

    @Test func `wait for the subscription of the new origin, to which no table is added`() {
        var world = World.moving()
        world.node("paris") {
            $0.slony?.tables = [:]
            $0.tables[tableName("public.orders")]?.triggers = []
        }
        expectNoDifference(
            world.steps,
            [
                "first see to TABLE_NOT_REGISTERED on 'paris', where MOVE SET would find no tables: wait until SUBSCRIBE SET "
                    + "has ended there, if it is under way; then move it"
            ])
        let next = world.difference.findings.first { $0.code == .tableNotRegistered }?.next ?? ""
        #expect(next.hasPrefix("wait until SUBSCRIBE SET, which is on record, has ended here; a table that the origin"))
    }

    @Test func `do not open a subscriber whose catalog has lost a table`() {
        var world = World(
            slony,
            sets: [
                World.set(
                    "one", origin: "berlin", subscribers: ["paris", "tokyo"], tables: ["public.items", "public.orders"])
            ])
        world.node("tokyo") { seen in
            for oid in seen.slony?.tables.keys.sorted() ?? []
            where seen.slony?.tables[oid]?.name == tableName("public.orders") {
                seen.slony?.tables[oid] = nil
            }
        }
        let next = Dictionary(
            world.difference.findings.map { ($0.trigger.map { $0.text } ?? $0.code.rawValue, $0.next) },
            uniquingKeysWith: { $1 })
        expectNoDifference(
            next["_shopcl_denyaccess"],
            """
            it is what refuses writes there: just before the table comes back by SUBSCRIBE SET, on 'tokyo': \
            DROP TRIGGER "_shopcl_denyaccess" ON "public"."orders"
            """)
        expectNoDifference(
            next["_shopcl_logtrigger"],
            """
            once no slonik is at work, on 'tokyo': DROP TRIGGER "_shopcl_logtrigger" ON "public"."orders"
            """)
        #expect(
            next["TABLE_NOT_REGISTERED"]?.hasPrefix(
                "where the origin lists it this catalog has lost it: keep applications away from the node") ?? false,
            "\(next)")
    }
}
