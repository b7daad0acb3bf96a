import CustomDump
import Replication
import Testing

private let builtin = Engine.builtin(cluster: "shop")

@Suite struct `a difference` {
    @Test func `knows the nodes of the file, and members on record that the file has forgotten`() {
        var world = World(builtin)
        world.nodes.removeLast()
        world.declare(origin: "berlin")
        expectNoDifference(
            (["berlin", "paris", "tokyo", "london"] as [NodeName]).map(world.difference.knows),
            [true, true, true, false])
    }

    @Test func `says of each set what is on record, and nothing where the records disagree`() {
        let tables = ["first", "second", "third"]
        var world = World(
            builtin, nodes: ["berlin", "paris"],
            sets: tables.map { name in
                World.set(
                    SetName(name), origin: name == "second" ? nil : "berlin",
                    subscribers: name == "second" ? ["berlin", "paris"] : ["paris"], tables: ["public.\(name)"])
            })
        world.node("berlin") { $0.builtin?.recorded.sets["third"]?.origin = "paris" }
        world.node("paris") { $0.builtin?.recorded.sets["third"]?.origin = "berlin" }
        expectNoDifference(
            world.difference.recorded,
            [
                "first": RecordedSet(origin: "berlin", members: ["berlin", "paris"]),
                "second": RecordedSet(origin: nil, members: ["berlin", "paris"]),
            ])
    }

    @Test func `counts each table once, and the triggers that stand as they should`() {
        var world = World(builtin, tables: ["public.items", "public.orders"])
        #expect(world.difference.desired.tableCount == 2)
        expectNoDifference(world.difference.triggersRight, 3 * 2 * 4)
        world.trigger(.log, of: "public.items", on: "berlin") { $0.mode = .disabled }
        world.remove(.deny, of: "public.items", on: "paris")
        world.nodes[2] = DeclaredNode(
            name: "tokyo", conninfo: "service=tokyo", expectedDatabase: "store", because: line(12))
        expectNoDifference(world.difference.triggersRight, 2 * 2 * 4 - 2)
    }

    @Test func `counts no clones that are yet to come with their root's`() {
        var world = World(builtin, nodes: ["berlin"], tables: ["public.orders", "public.orders_1"])
        world.table(on: "berlin") { ($0.kind, $0.triggers) = (.partitionedTable, []) }
        world.table("public.orders_1", on: "berlin") {
            ($0.partitionOf, $0.triggers) = (tableName("public.orders"), [])
        }
        expectNoDifference(world.difference.triggersRight, 0)
    }

    @Test func `counts no triggers of tables that do not exist or that Slony does not list`() {
        var slony = World(.slony(cluster: "shopcl"), nodes: ["berlin", "paris", "tokyo"])
        slony.node("paris") { $0.slony?.tables = [:] }
        slony.node("tokyo") { $0.slony = nil }
        expectNoDifference(slony.difference.triggersRight, 4)
        var world = World(builtin)
        world.node("tokyo") { $0.tables = [:] }
        expectNoDifference(world.difference.triggersRight, 2 * 4)
    }

    @Test func `counts no triggers whose arguments are not known, nor those that must not be`() {
        var slony = World(.slony(cluster: "shopcl"), nodes: ["berlin", "paris"])
        slony.node("paris") { $0.slony?.tables[16384]?.keyMask = nil }
        expectNoDifference(slony.difference.triggersRight, 4 + 3)
        var bystander = World(builtin, subscribers: ["paris"])
        bystander.node("tokyo") {
            $0.tables[tableName("public.orders")] = ObservedTable(oid: 1, name: tableName("public.orders"))
        }
        let desired = DesiredState(bystander.declared, bystander.observed)
        expectNoDifference(desired.tables.map(\.node), ["berlin", "paris", "tokyo"])
        expectNoDifference(bystander.difference.triggersRight, 2 * 4)
    }

    @Test func `says of each node what it was found to be, and what it accepts`() {
        var world = World(builtin, subscribers: ["paris"], tables: ["public.items", "public.orders"])
        world.node("paris") { $0.tables[tableName("public.items")] = nil }
        world.node("tokyo") {
            $0.tables[tableName("public.orders")] = ObservedTable(oid: 1, name: tableName("public.orders"))
        }
        world.turn("tokyo", into: .origin)
        expectNoDifference(
            world.difference.roles.map { "\($0.node) \($0.observed) \($0.acceptsWrites)" },
            ["berlin origin all", "paris mixed none", "tokyo origin all"])
    }
}
