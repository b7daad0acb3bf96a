import CustomDump
import Testing

@testable import Replication

private let slony = Engine.slony(cluster: "shopcl")

/// What Slony's own catalog says against the file: it is the authority over origins.
@Suite struct `the origin of a Slony set` {
    @Test func `that the file moves is Slony's to move, and no door changes`() {
        var world = World(slony)
        world.declare(origin: "paris")
        expectNoDifference(
            world.story,
            """
            error, blocking: ORIGIN_DISAGREES [] the file has origin 'paris'; in Slony's catalog berlin says berlin, \
            paris says berlin, tokyo says berlin
            held back berlin public.orders _shopcl_logtrigger enabled to disabled
            held back berlin public.orders _shopcl_denyaccess disabled to enabled
            held back berlin public.orders _shopcl_truncatetrigger enabled to disabled
            held back berlin public.orders _shopcl_truncatedeny disabled to enabled
            held back paris public.orders _shopcl_logtrigger disabled to enabled
            held back paris public.orders _shopcl_denyaccess enabled to disabled
            held back paris public.orders _shopcl_truncatetrigger disabled to enabled
            held back paris public.orders _shopcl_truncatedeny enabled to disabled
            """)
        expectNoDifference(
            world.difference.findings.first { $0.code == .originDisagrees }?.next,
            """
            move it with slonik: lock set (id = 1, origin = 1); move set (id = 1, old origin = 1, new origin = 2); \
            or correct the file
            """)
    }

    @Test func `that has tables of two sets of the file is not moved for one of them`() {
        let nodes: [NodeName] = ["berlin", "paris", "tokyo"]
        var world = World(
            slony,
            sets: [("one", "public.items"), ("four", "public.orders")].map { name, table in
                World.set(name, origin: "berlin", subscribers: ["paris", "tokyo"], tables: [table])
            })
        world.declare(1, origin: "paris")
        for node in nodes {
            world.node(node) { seen in
                for oid in seen.slony?.tables.keys.sorted() ?? [] { seen.slony?.tables[oid]?.set = 1 }
            }
        }
        let next = world.difference.findings.first { $0.code == .originDisagrees }?.next
        expectNoDifference(
            next,
            """
            in Slony its tables are in set 1, as are those of set 'one', which MOVE SET would move with them: give \
            both sets one origin in the file, or part them first with slonik: CREATE SET and SET MOVE TABLE
            """)
    }

    @Test func `that moved on without the file is not closed behind Slony's back`() {
        var world = World(slony, origin: "paris")
        world.declare(origin: "berlin")
        world.set(.deny, .disabled, on: "tokyo")
        expectNoDifference(
            world.story,
            """
            critical: SPLIT_BRAIN [public.orders] public.orders accepts writes on paris and tokyo; writes on tokyo \
            are not logged
            error, blocking: ORIGIN_DISAGREES [] the file has origin 'berlin'; in Slony's catalog berlin says paris, \
            paris says paris, tokyo says paris
            protect tokyo public.orders SHARE ROW EXCLUSIVE
              ALTER TABLE ONLY "public"."orders" ENABLE TRIGGER "_shopcl_denyaccess"
            held back berlin public.orders _shopcl_logtrigger disabled to enabled
            held back berlin public.orders _shopcl_denyaccess enabled to disabled
            held back berlin public.orders _shopcl_truncatetrigger disabled to enabled
            held back berlin public.orders _shopcl_truncatedeny enabled to disabled
            held back paris public.orders _shopcl_logtrigger enabled to disabled
            held back paris public.orders _shopcl_denyaccess disabled to enabled
            held back paris public.orders _shopcl_truncatetrigger enabled to disabled
            held back paris public.orders _shopcl_truncatedeny disabled to enabled
            """)
    }

    /// After FAILOVER from berlin to paris, berlin comes back and still believes itself the origin.
    private func returned(failed: Bool) -> World {
        var world = World(slony, origin: "paris")
        world.turn("berlin", into: .origin)
        world.node("berlin") { $0.slony?.sets[1]?.origin = 1 }
        for node in ["paris", "tokyo"] as [NodeName] { world.node(node) { $0.slony?.nodes = [1: failed, 2: false] } }
        return world
    }

    @Test func `that returned after a failover is fenced where the survivors know it as failed`() {
        expectNoDifference(
            returned(failed: true).story,
            """
            critical: SPLIT_BRAIN [public.orders] public.orders accepts writes on berlin and paris
            error, blocking: ORIGIN_DISAGREES [] the file has origin 'paris'; in Slony's catalog berlin says berlin, \
            paris says paris, tokyo says paris
            protect berlin public.orders SHARE ROW EXCLUSIVE
              ALTER TABLE ONLY "public"."orders" DISABLE TRIGGER "_shopcl_logtrigger", ENABLE TRIGGER \
            "_shopcl_denyaccess", DISABLE TRIGGER "_shopcl_truncatetrigger", ENABLE TRIGGER "_shopcl_truncatedeny"
            """)
    }

    @Test func `that returned is left alone where nobody gave it up`() {
        expectNoDifference(
            returned(failed: false).story,
            """
            critical: SPLIT_BRAIN [public.orders] public.orders accepts writes on berlin and paris
            error, blocking: ORIGIN_DISAGREES [] the file has origin 'paris'; in Slony's catalog berlin says berlin, \
            paris says paris, tokyo says paris
            held back berlin public.orders _shopcl_logtrigger enabled to disabled
            held back berlin public.orders _shopcl_denyaccess disabled to enabled
            held back berlin public.orders _shopcl_truncatetrigger enabled to disabled
            held back berlin public.orders _shopcl_truncatedeny disabled to enabled
            """)
    }

    @Test func `that returned is fenced where the operator gave it up`() {
        var world = returned(failed: false)
        world.failover = "berlin"
        expectNoDifference(
            world.story,
            """
            critical: SPLIT_BRAIN [public.orders] public.orders accepts writes on berlin and paris
            error, blocking: FAILOVER_REFUSED [berlin] 'berlin' is named as the lost origin, and it is reachable and \
            accepts writes
            error, blocking: ORIGIN_DISAGREES [] the file has origin 'paris'; in Slony's catalog berlin says berlin, \
            paris says paris, tokyo says paris
            protect berlin public.orders SHARE ROW EXCLUSIVE
              ALTER TABLE ONLY "public"."orders" DISABLE TRIGGER "_shopcl_logtrigger", ENABLE TRIGGER \
            "_shopcl_denyaccess", DISABLE TRIGGER "_shopcl_truncatetrigger", ENABLE TRIGGER "_shopcl_truncatedeny"
            """)
    }

    @Test func `that returned is left alone where the survivors do not agree`() {
        var world = returned(failed: true)
        world.node("tokyo") { $0.slony?.sets[1]?.origin = 1 }
        expectNoDifference(
            world.story,
            """
            critical: SPLIT_BRAIN [public.orders] public.orders accepts writes on berlin and paris
            error, blocking: ORIGIN_DISAGREES [] the file has origin 'paris'; in Slony's catalog berlin says berlin, \
            paris says paris, tokyo says berlin
            held back berlin public.orders _shopcl_logtrigger enabled to disabled
            held back berlin public.orders _shopcl_denyaccess disabled to enabled
            held back berlin public.orders _shopcl_truncatetrigger enabled to disabled
            held back berlin public.orders _shopcl_truncatedeny disabled to enabled
            """)
    }

    @Test func `that is being locked or moved is not touched at all`() {
        var world = World(slony)
        world.set(.deny, .disabled, on: "paris")
        world.node("berlin") { $0.slony?.sets[1]?.isLocked = true }
        world.node("tokyo") { $0.slony?.movesInFlight = [1] }
        expectNoDifference(
            world.story,
            """
            critical: SPLIT_BRAIN [public.orders] public.orders accepts writes on berlin and paris; writes on paris \
            are not logged
            error, blocking: SET_BUSY [berlin] LOCK SET is under way for set 1 on node 'berlin'
            error, blocking: SET_BUSY [tokyo] MOVE SET or FAILOVER is under way for set 1 on node 'tokyo'
            held back paris public.orders _shopcl_denyaccess disabled to enabled
            """)
    }

    @Test func `that is being moved is told as every node sees it`() {
        var world = World(slony)
        world.node("berlin") { $0.slony?.sets[1]?.origin = 2 }
        world.node("tokyo") { $0.slony?.movesInFlight = [1] }
        expectNoDifference(
            world.story,
            """
            error, blocking: SET_BUSY [tokyo] MOVE SET or FAILOVER is under way for set 1 on node 'tokyo'; in Slony's \
            catalog berlin says paris, paris says berlin, tokyo says berlin
            """)
    }

    @Test func `is not held back while another set is moved`() {
        var world = World(slony)
        world.node("tokyo") { $0.slony?.movesInFlight = [2] }
        expectNoDifference(world.story, "in sync")
    }

    @Test func `whose tables carry lockedset is not touched, and lockedset is never dropped`() {
        var world = World(slony)
        world.set(.log, .enabled, on: "paris")
        world.table(on: "berlin") { $0.triggers.append(lockedset) }
        world.node("berlin") { $0.slony?.sets[1]?.isLocked = true }
        expectNoDifference(
            world.story,
            """
            error, blocking: SET_BUSY [berlin] LOCK SET is under way for set 1 on node 'berlin'
            error, blocking: SET_BUSY [berlin public.orders _shopcl_lockedset] _shopcl_lockedset stands on \
            public.orders on 'berlin': LOCK SET is under way, or was abandoned
            held back paris public.orders _shopcl_logtrigger enabled to disabled
            """)
        expectNoDifference(
            world.difference.findings.first?.next,
            "wait for it to end, then run again; if no slonik is at work any more: unlock set (id = 1, origin = 1)")
    }

    @Test func `that is not locked and carries lockedset all the same says how to get rid of it`() {
        var world = World(slony)
        world.set(.log, .enabled, on: "paris")
        world.table(on: "berlin") { $0.triggers.append(lockedset) }
        expectNoDifference(
            world.story,
            """
            error, blocking: LOCK_ABANDONED [berlin public.orders _shopcl_lockedset] _shopcl_lockedset stands on \
            public.orders on 'berlin', and Slony does not have the set as locked there
            held back paris public.orders _shopcl_logtrigger enabled to disabled
            """)
        expectNoDifference(
            world.difference.findings.first?.next,
            """
            once no slonik is at work, on 'berlin': DROP TRIGGER "_shopcl_lockedset" ON "public"."orders"
            """)
    }

    @Test func `that the file gives up is refused writes, and its log stays`() {
        var world = World(slony)
        world.declare(origin: nil)
        expectNoDifference(
            world.story,
            """
            protect berlin public.orders SHARE ROW EXCLUSIVE
              ALTER TABLE ONLY "public"."orders" ENABLE TRIGGER "_shopcl_denyaccess", ENABLE TRIGGER \
            "_shopcl_truncatedeny"
            needs ORIGIN_CHANGE
            """)
    }

    @Test func `that cannot be reached lets doors close elsewhere and none open`() {
        var world = World(slony)
        world.lose("berlin")
        world.set(.deny, .disabled, on: "tokyo")
        world.set(.truncateLog, .enabled, on: "paris")
        expectNoDifference(
            world.story,
            """
            critical: SUBSCRIBER_OPEN [tokyo public.orders] public.orders on subscriber 'tokyo' accepts writes that \
            are not logged
            error, blocking: NODE_UNREACHABLE [berlin] node 'berlin' could not be read: no route to host
            protect tokyo public.orders SHARE ROW EXCLUSIVE
              ALTER TABLE ONLY "public"."orders" ENABLE TRIGGER "_shopcl_denyaccess"
            held back paris public.orders _shopcl_truncatetrigger enabled to disabled
            """)
    }

    @Test func `with a subscriber that the file leaves out keeps that subscriber as it is`() {
        var world = World(slony)
        world.declare(origin: "berlin", subscribers: ["paris"])
        expectNoDifference(
            world.story,
            """
            error, blocking: MEMBER_UNNAMED [tokyo] Slony has 'tokyo' as a member of set 1, and the file gives \
            it no part in set 'default'
            """)
    }

    @Test func `with a node that the file does not name at all is held back`() {
        var world = World(slony)
        world.nodes.removeAll { $0.name == "tokyo" }
        world.declare(origin: "berlin")
        world.set(.deny, .enabled, on: "berlin")
        expectNoDifference(
            world.story,
            """
            critical: ORIGIN_CLOSED [berlin public.orders] public.orders on its origin 'berlin' refuses writes
            error, blocking: MEMBER_UNNAMED [] 'node 3' is recorded as a member of set 'default' and the file no \
            longer names it
            held back berlin public.orders _shopcl_denyaccess enabled to disabled
            """)
    }

    @Test func `on a restored copy with the same local number is neither node's`() {
        var world = World(slony)
        world.node("tokyo") { $0.slony?.localNode = 2 }
        world.set(.deny, .disabled, on: "paris")
        expectNoDifference(
            world.story,
            """
            error, blocking: MEMBER_UNNAMED [] 'node 3' is recorded as a member of set 'default' and the file no \
            longer names it
            error, blocking: WRONG_NODE [paris] node 'paris' is not what was declared: Slony's local node number is \
            2 on 'paris' and 'tokyo'
            error, blocking: WRONG_NODE [tokyo] node 'tokyo' is not what was declared: Slony's local node number is \
            2 on 'paris' and 'tokyo'
            """)
    }

    @Test func `whose tables Slony holds in two sets is not opened by the wrong one`() {
        var world = World(slony, tables: ["public.items", "public.orders"])
        for node in ["berlin", "paris", "tokyo"] as [NodeName] {
            world.node(node) {
                $0.slony?.tables[16385]?.set = 2
                $0.slony?.sets[2] = SlonySet(origin: 2)
            }
        }
        world.set(.deny, .enabled, on: "berlin")
        world.set(.deny, .disabled, on: "paris")
        expectNoDifference(
            world.story,
            """
            error, blocking: TABLE_NOT_REGISTERED [berlin public.orders] Slony on 'berlin' lists public.orders in \
            set 2, not 1
            error, blocking: TABLE_NOT_REGISTERED [paris public.orders] Slony on 'paris' lists public.orders in set \
            2, not 1
            error, blocking: TABLE_NOT_REGISTERED [tokyo public.orders] Slony on 'tokyo' lists public.orders in set \
            2, not 1
            """)
    }

    @Test func `that returned is left alone where the survivor has no schema to agree by`() {
        var world = World(slony, nodes: ["berlin", "paris"])
        world.declare(origin: "paris")
        world.node("paris") {
            $0.slony = nil
            $0.tables[tableName("public.orders")]?.triggers = []
        }
        world.failover = "berlin"
        expectNoDifference(world.plan.steps.map { "\($0.stage) \($0.node)" }, [])
    }

    @Test func `that a member takes for one that cannot be reached is not touched at all`() {
        var world = World(slony, origin: "paris")
        world.lose("berlin")
        world.node("tokyo") { $0.slony?.sets[1]?.origin = 1 }
        world.set(.deny, .disabled, on: "tokyo")
        expectNoDifference(world.plan.steps.map { "\($0.stage) \($0.node)" }, [])
    }

    @Test func `with members that the file does not name or that cannot be reached names each by its number`() {
        var world = World(slony, nodes: ["berlin", "paris", "tokyo", "london"])
        world.nodes.removeAll { $0.name == "london" }
        world.declare(origin: "berlin")
        world.lose("tokyo")
        expectNoDifference(
            world.difference.findings.filter { $0.code == .memberUnnamed }.map { String($0.message.prefix(8)) },
            ["'node 3'", "'node 4'"])
    }

    @Test func `that is known by its number alone, since it cannot be reached, is a member all the same`() {
        var world = World(slony)
        world.declare(origin: "berlin")
        world.node("tokyo") {
            $0.slony?.subscribers = [1: [3]]
            $0.slony?.nodes = [1: false, 3: false]
        }
        world.lose("berlin")
        world.lose("paris")
        #expect(world.findings.contains("'node 1' is recorded as a member"))
    }

    @Test func `being locked refuses rows on its origin, and is not shown as if it took them`() {
        var world = World(slony)
        world.table(on: "berlin") { $0.triggers.append(lockedset) }
        world.node("berlin") { $0.slony?.sets[1]?.isLocked = true }
        expectNoDifference(
            world.difference.roles.first,
            SetRole(
                set: "default", node: "berlin", declared: .origin, observed: .fenced, acceptsWrites: .none,
                logsWrites: .all, acceptsTruncate: .all, tables: [.fenced: 1]))
        // What it does not take is neither lost nor at odds with what a subscriber takes.
        world.set(.log, .disabled, on: "berlin")
        world.set(.deny, .disabled, on: "paris")
        expectNoDifference(
            world.difference.findings.map(\.code), [.subscriberOpen, .setBusy, .setBusy])
        expectNoDifference(world.difference.roles.map(\.observed), [.subscriber, .unlogged, .subscriber])
        world.table(on: "berlin") { table in
            table.triggers.removeAll { $0.name == lockedset.name }
            var disabled = lockedset
            disabled.mode = .disabled
            table.triggers.append(disabled)
        }
        expectNoDifference(
            world.difference.findings.map(\.code), [.originUnlogged, .splitBrain, .setBusy, .setBusy])
    }

    @Test func `whose tables carry lockedset has no open subscriber closed either`() {
        var world = World(slony)
        world.set(.deny, .disabled, on: "paris")
        world.table(on: "berlin") { $0.triggers.append(lockedset) }
        expectNoDifference(world.plan.steps, [])
    }

    @Test func `whose tables carry lockedset is busy, though their node lists no set`() {
        var world = World(slony)
        world.node("berlin") { $0.slony?.sets = [:] }
        world.table(on: "berlin") { $0.triggers.append(lockedset) }
        expectNoDifference(world.difference.findings.map(\.code), [.setBusy])
    }
}

private let lockedset = ObservedTrigger(
    name: "_shopcl_lockedset", function: FunctionName("_shopcl", "lockedset"), type: 31, mode: .enabled,
    arguments: TriggerArguments(["_shopcl"]))
