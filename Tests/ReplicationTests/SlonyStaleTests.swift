import CustomDump
import Testing

@testable import Replication

private let slony = Engine.slony(cluster: "shopcl")

/// What Slony's catalog holds of a node that was restored, rebuilt or left behind.
@Suite struct `a Slony catalog that is out of date` {
    private static let names = ["public.dropped", "public.items", "public.orders"]

    /// A dump was restored on tokyo: every row of `sl_table` has the OID that another one's table has now.
    private func restored() -> World {
        var world = World(slony, tables: Self.names)
        world.node("tokyo") { seen in
            let old = seen.slony?.tables ?? [:]
            for (oid, other) in [(16384, 16385), (16385, 16386), (16386, 16384)] as [(UInt32, UInt32)] {
                seen.slony?.tables[oid] = old[other]
            }
        }
        return world
    }

    @Test func `and lists each table with another one's OID has no table given another one's number`() {
        var world = restored()
        world.remove(.truncateLog, of: "public.orders", on: "tokyo")
        world.set(.deny, .disabled, of: "public.items", on: "tokyo")
        expectNoDifference(
            world.story,
            """
            critical: SPLIT_BRAIN [public.items] public.items accepts writes on berlin and tokyo; writes on tokyo are not \
            logged
            error, blocking: TABLE_NOT_REGISTERED [tokyo public.dropped] Slony on 'tokyo' lists public.dropped with OID \
            16386, and the table has 16384: it was restored or made anew
            error, blocking: TABLE_NOT_REGISTERED [tokyo public.items] Slony on 'tokyo' lists public.items with OID \
            16384, and the table has 16385: it was restored or made anew
            error, blocking: TABLE_NOT_REGISTERED [tokyo public.orders] Slony on 'tokyo' lists public.orders with OID \
            16385, and the table has 16386: it was restored or made anew
            """)
        expectNoDifference(
            Set(world.difference.findings.filter { $0.code == .tableNotRegistered }.map(\.next)),
            ["run slonik: REPAIR CONFIG (set id = 1, event node = 3, execute only on = 3)"])
        expectNoDifference(
            world.difference.roles.filter { $0.node == "tokyo" }.map(\.tables), [[.unlogged: 1, .subscriber: 2]])
    }

    @Test func `on the first node does not pass for another set's number`() {
        var world = World(slony, tables: Self.names)
        for node in ["berlin", "paris", "tokyo"] as [NodeName] {
            world.node(node) { seen in
                seen.slony?.tables[16385]?.set = 2
                seen.slony?.sets[2] = SlonySet(origin: 2)
            }
        }
        world.sets[0] = World.set(
            "default", origin: "berlin", subscribers: ["paris", "tokyo"], tables: ["public.dropped", "public.orders"])
        expectNoDifference(world.story, "in sync")
        world.node("berlin") { seen in
            let old = seen.slony?.tables ?? [:]
            for (oid, other) in [(16384, 16385), (16385, 16384)] as [(UInt32, UInt32)] {
                seen.slony?.tables[oid] = old[other]
            }
        }
        expectNoDifference(
            world.difference.findings.map { "\($0.code.rawValue) \($0.node ?? "")" }, ["TABLE_NOT_REGISTERED berlin"])
    }

    @Test func `and has a table's OID for another one that exists, too, is no rename`() {
        var world = World(slony, tables: ["public.items", "public.orders"])
        world.node("tokyo") { seen in
            seen.slony?.tables[16384] = nil
            seen.slony?.tables[16385]?.name = tableName("public.items")
        }
        expectNoDifference(
            world.findings,
            """
            error, blocking: TABLE_NOT_REGISTERED [tokyo public.items] Slony on 'tokyo' lists public.items with OID \
            16385, and the table has 16384: it was restored or made anew
            error, blocking: TABLE_NOT_REGISTERED [tokyo public.orders] Slony on 'tokyo' has the OID of public.orders, \
            16385, for public.items: it was restored or made anew
            """)
    }

    /// FAILOVER from berlin to paris, DROP NODE, and berlin comes back.
    private func returned() -> World {
        var world = World(slony, origin: "paris")
        world.turn("berlin", into: .origin)
        world.node("berlin") {
            $0.slony?.sets[1]?.origin = 1
            $0.slony?.nodes = [1: false, 2: false, 3: false]
        }
        for node in ["paris", "tokyo"] as [NodeName] {
            world.node(node) {
                $0.slony?.nodes = [2: false, 3: false]
                $0.slony?.subscribers[1] = [3]
            }
        }
        return world
    }

    @Test func `since Slony dropped its node, the old origin, has that node fenced`() {
        var world = returned()
        let closing = """
            protect berlin public.orders SHARE ROW EXCLUSIVE
              ALTER TABLE ONLY "public"."orders" DISABLE TRIGGER "_shopcl_logtrigger", ENABLE TRIGGER \
            "_shopcl_denyaccess", DISABLE TRIGGER "_shopcl_truncatetrigger", ENABLE TRIGGER "_shopcl_truncatedeny"
            """
        #expect(world.story.hasSuffix(closing))
        expectNoDifference(
            world.difference.findings.first { $0.code == .originDisagrees }?.next,
            """
            DROP NODE took 'berlin' out of the cluster, which its own catalog does not know: once no application \
            reaches it, with slonik: uninstall node (id = 1); then make it anew with STORE NODE, STORE PATH and \
            SUBSCRIBE SET
            """)
        // One that knows it as a node like any other speaks against it.
        world.node("tokyo") { $0.slony?.nodes[1] = false }
        expectNoDifference(world.plan.steps, [])
    }

    @Test func `of a subscriber that Slony dropped is not in sync: no row reaches it`() {
        var world = World(slony)
        for node in ["berlin", "paris"] as [NodeName] {
            world.node(node) {
                $0.slony?.nodes = [1: false, 2: false]
                $0.slony?.subscribers[1] = [2]
            }
        }
        expectNoDifference(
            world.findings,
            """
            error, blocking: TABLE_NOT_REGISTERED [tokyo] Slony has no subscription of 'tokyo' to set 1 on the set's \
            origin 'berlin': no row reaches it, whatever its own catalog says
            """)
        expectNoDifference(
            world.difference.findings.map(\.next),
            [
                "DROP NODE took 'tokyo' out of the cluster, which its own catalog does not know: once no application "
                    + "reaches it, with slonik: uninstall node (id = 3); then make it anew with STORE NODE, STORE PATH and "
                    + "SUBSCRIBE SET"
            ])
        for node in ["berlin", "paris"] as [NodeName] { world.node(node) { $0.slony?.nodes[3] = false } }
        expectNoDifference(
            world.difference.findings.map(\.next),
            ["subscribe it with slonik: SUBSCRIBE SET; or take it out of the set in the file"])
    }

    @Test func `of a clone that nobody subscribed to the set is not in sync either`() {
        var world = World(slony)
        for node in ["berlin", "paris", "tokyo"] as [NodeName] { world.node(node) { $0.slony?.subscribers[1] = [2] } }
        expectNoDifference(
            world.findings,
            """
            error, blocking: TABLE_NOT_REGISTERED [tokyo] Slony has no subscription of 'tokyo' to set 1 on the set's \
            origin 'berlin': no row reaches it, whatever its own catalog says
            """)
    }
}
