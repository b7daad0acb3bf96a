import CustomDump
import Testing

@testable import Replication

private let bruce = Engine.bruce(cluster: "shop")

/// Presence is the state: the role is which triggers exist.
@Suite struct `a Bruce cluster` {
    @Test func `in which every role has its triggers is in sync but for TRUNCATE`() {
        expectNoDifference(
            World(bruce).story,
            """
            warning: TRUNCATE_UNGUARDED [] engine bruce has no truncate triggers: TRUNCATE passes everywhere
            """)
    }

    @Test func `is passed by in session role replica, and by whoever may call the daemon's function`() {
        var world = World(bruce, nodes: ["berlin", "paris"])
        // Its functions do not ask for the session role, so that `local` is as `origin` is.
        world.node("paris") {
            $0.sessionRoles = [
                SessionRoleSetting(.sessions(of: "app", isHere: false), .local),
                SessionRoleSetting(.sessions(of: "night", isHere: false), .replica),
            ]
            $0.isDaemonModePublic = true
        }
        expectNoDifference(
            world.story,
            """
            critical: DAEMON_MODE_PUBLIC [paris] PUBLIC may execute bruce.daemonmode() on 'paris'
            critical: SESSION_ROLE_SET [paris] role night on 'paris' has session_replication_role = replica
            warning: TRUNCATE_UNGUARDED [] engine bruce has no truncate triggers: TRUNCATE passes everywhere
            """)
    }

    @Test func `whose origin refuses some writes by a trigger of somebody's is closed, and waits for him`() {
        var world = World(bruce, nodes: ["berlin", "paris"])
        world.table(on: "berlin") {
            var some = $0.triggers[0]
            (some.name, some.function) = ("some_days", FunctionName("bruce", "denyaccesstrigger"))
            (some.type, some.hasCondition) = (31, true)
            $0.triggers.append(some)
        }
        expectNoDifference(
            world.story,
            """
            critical, blocking: ORIGIN_CLOSED [berlin public.orders some_days] some_days on public.orders on 'berlin' \
            is BEFORE INSERT OR UPDATE OR DELETE FOR EACH ROW with a WHEN condition bruce.denyaccesstrigger(): it \
            refuses writes
            warning: TRUNCATE_UNGUARDED [] engine bruce has no truncate triggers: TRUNCATE passes everywhere
            """)
    }

    @Test func `gets a brand-new table in one plan`() {
        var world = World(bruce, nodes: ["berlin", "paris"])
        for node in ["berlin", "paris"] as [NodeName] {
            world.table(on: node) {
                $0.triggers = []
                $0.mayHoldRows = false
            }
        }
        expectNoDifference(
            world.story,
            """
            warning: TRUNCATE_UNGUARDED [] engine bruce has no truncate triggers: TRUNCATE passes everywhere
            protect berlin public.orders SHARE ROW EXCLUSIVE
              CREATE TRIGGER "orders_tx" AFTER INSERT OR UPDATE OR DELETE ON "public"."orders" FOR EACH ROW EXECUTE \
            FUNCTION "bruce"."logtransactiontrigger"()
              CREATE TRIGGER "orders_sn" BEFORE INSERT OR UPDATE OR DELETE ON "public"."orders" FOR EACH STATEMENT \
            EXECUTE FUNCTION "bruce"."logsnapshottrigger"()
            protect paris public.orders SHARE ROW EXCLUSIVE
              CREATE TRIGGER "orders_deny" BEFORE INSERT OR UPDATE OR DELETE ON "public"."orders" FOR EACH ROW \
            EXECUTE FUNCTION "bruce"."denyaccesstrigger"()
            """)
        world.apply()
        expectNoDifference(world.plan.steps, [])
    }

    @Test func `needs a word to subscribe a table that holds rows`() {
        var world = World(bruce, nodes: ["berlin", "paris"])
        world.remove(.deny, on: "paris")
        expectNoDifference(
            world.story,
            """
            warning: TRUNCATE_UNGUARDED [] engine bruce has no truncate triggers: TRUNCATE passes everywhere
            protect paris public.orders SHARE ROW EXCLUSIVE
              CREATE TRIGGER "orders_deny" BEFORE INSERT OR UPDATE OR DELETE ON "public"."orders" FOR EACH ROW \
            EXECUTE FUNCTION "bruce"."denyaccesstrigger"()
            needs SUBSCRIBE_TABLE
            """)
    }

    @Test func `whose triggers go by other names is in sync, since Bruce goes by function`() {
        var world = World(bruce)
        world.trigger(.deny, on: "paris") { $0.name = "replication_test_s" }
        world.trigger(.log, on: "berlin") { $0.name = TriggerName("my_" + $0.name.text) }
        expectNoDifference(
            world.findings,
            """
            warning: TRUNCATE_UNGUARDED [] engine bruce has no truncate triggers: TRUNCATE passes everywhere
            """)
        expectNoDifference(world.plan.steps, [])
    }

    @Test func `whose triggers go by other names leaves alone what the user named like one of them`() {
        var world = World(bruce)
        world.trigger(.log, on: "berlin") { $0.name = TriggerName("my_" + $0.name.text) }
        world.table(on: "berlin") {
            $0.triggers.append(
                ObservedTrigger(name: "orders_tx", function: FunctionName("public", "audit"), type: 29, mode: .enabled))
        }
        expectNoDifference(world.plan.steps, [])
        expectNoDifference(world.findings.contains("IMPOSTOR"), false)
    }

    @Test func `whose table name has 62 bytes cannot have both log triggers`() {
        let name = String(repeating: "t", count: 60) + "é"
        var world = World(bruce, nodes: ["berlin", "paris"], tables: ["public." + name, "public.orders"])
        world.remove(.deny, of: "public." + name, on: "paris")
        world.remove(.deny, of: "public.orders", on: "paris")
        expectNoDifference(
            world.story,
            """
            critical: IMPOSTOR [berlin public."tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttté" \
            tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttté_] \
            "tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttté_" on \
            public."tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttté" is AFTER INSERT OR UPDATE OR \
            DELETE FOR EACH ROW bruce.logtransactiontrigger(), not BEFORE INSERT OR UPDATE OR DELETE FOR EACH \
            STATEMENT bruce.logsnapshottrigger()
            error, blocking: NAME_COLLISION [public."tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttté" \
            tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttté_] two triggers of \
            public."tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttté" would both be called \
            "tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttté_"; names are cut at 63 bytes
            warning: TRUNCATE_UNGUARDED [] engine bruce has no truncate triggers: TRUNCATE passes everywhere
            protect paris public.orders SHARE ROW EXCLUSIVE
              CREATE TRIGGER "orders_deny" BEFORE INSERT OR UPDATE OR DELETE ON "public"."orders" FOR EACH ROW \
            EXECUTE FUNCTION "bruce"."denyaccesstrigger"()
            needs SUBSCRIBE_TABLE
            held back berlin public."tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttté" replace \
            tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttté_
            held back paris public."tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttté" create \
            tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttté_
            """)
    }

    @Test func `whose table name has 59 bytes has its deny trigger cut as the server cuts it`() {
        let name = String(repeating: "t", count: 58) + "é"
        var world = World(bruce, nodes: ["berlin", "paris"], tables: ["public." + name])
        world.remove(.deny, of: "public." + name, on: "paris")
        expectNoDifference(
            world.story,
            """
            warning: TRUNCATE_UNGUARDED [] engine bruce has no truncate triggers: TRUNCATE passes everywhere
            protect paris public."tttttttttttttttttttttttttttttttttttttttttttttttttttttttttté" SHARE ROW EXCLUSIVE
              CREATE TRIGGER "tttttttttttttttttttttttttttttttttttttttttttttttttttttttttté_de" BEFORE INSERT OR \
            UPDATE OR DELETE ON "public"."tttttttttttttttttttttttttttttttttttttttttttttttttttttttttté" FOR EACH ROW \
            EXECUTE FUNCTION "bruce"."denyaccesstrigger"()
            needs SUBSCRIBE_TABLE
            """)
    }

    @Test func `whose origin the file moves gets the engine's own steps and no change`() {
        var world = World(bruce)
        world.declare(origin: "paris")
        expectNoDifference(
            world.story,
            """
            error, blocking: ENGINE_MOVES [] the file has origin 'paris', and public.orders is written on 'berlin'
            warning: TRUNCATE_UNGUARDED [] engine bruce has no truncate triggers: TRUNCATE passes everywhere
            held back berlin public.orders create orders_deny
            held back berlin public.orders drop orders_tx
            held back berlin public.orders drop orders_sn
            held back paris public.orders create orders_tx
            held back paris public.orders create orders_sn
            held back paris public.orders drop orders_deny
            """)
        expectNoDifference(
            world.difference.findings.first { $0.code == .engineMoves }?.next,
            """
            create the deny triggers on 'berlin', wait until the daemon has applied everything on 'paris', and stop it; \
            create the log triggers on 'paris', then drop its deny triggers; change yf_cluster.master_node_id, record \
            slavesnapshotstatus on 'berlin', drop the log triggers there, start the daemon
            """)
    }

    @Test func `whose origin is lost moves by its triggers, and says what the daemon goes by besides`() {
        var world = World(bruce)
        world.declare(origin: "paris")
        world.lose("berlin")
        world.failover = "berlin"
        let moves = world.difference.findings.filter { $0.code == .engineMoves }
        expectNoDifference(moves.map(\.blocking), [false])
        #expect(moves.first?.next.contains("change yf_cluster.master_node_id") == true)
        #expect(world.plan.steps.contains { $0.stage == .open && $0.node == "paris" })
        world.apply()
        expectNoDifference(world.difference.findings.filter { $0.code == .engineMoves }, [])
    }

    @Test func `with a deny trigger on the origin and a surplus log trigger on a subscriber is repaired`() {
        var world = World(bruce)
        world.turn("berlin", into: .subscriber)
        world.table(on: "paris") {
            $0.triggers.append(
                ObservedTrigger(
                    name: "orders_tx", function: FunctionName("bruce", "logtransactiontrigger"), type: 29,
                    mode: .enabled))
        }
        expectNoDifference(
            world.story,
            """
            critical: ORIGIN_CLOSED [berlin public.orders] public.orders on its origin 'berlin' refuses writes
            warning: TRUNCATE_UNGUARDED [] engine bruce has no truncate triggers: TRUNCATE passes everywhere
            protect berlin public.orders SHARE ROW EXCLUSIVE
              CREATE TRIGGER "orders_tx" AFTER INSERT OR UPDATE OR DELETE ON "public"."orders" FOR EACH ROW EXECUTE \
            FUNCTION "bruce"."logtransactiontrigger"()
              CREATE TRIGGER "orders_sn" BEFORE INSERT OR UPDATE OR DELETE ON "public"."orders" FOR EACH STATEMENT \
            EXECUTE FUNCTION "bruce"."logsnapshottrigger"()
            open berlin public.orders ACCESS EXCLUSIVE
              DROP TRIGGER "orders_deny" ON "public"."orders"
            tidy paris public.orders ACCESS EXCLUSIVE
              DROP TRIGGER "orders_tx" ON "public"."orders"
            needs DROP_TRIGGER
            """)
    }

    @Test func `with a quoted table name quotes every identifier`() {
        var world = World(bruce, nodes: ["berlin", "paris"], tables: [#"Weird Schema.Mixed "Case" T"#])
        for node in ["berlin", "paris"] as [NodeName] {
            world.table(#"Weird Schema.Mixed "Case" T"#, on: node) { $0.triggers = [] }
        }
        expectNoDifference(
            world.story,
            """
            warning: TRUNCATE_UNGUARDED [] engine bruce has no truncate triggers: TRUNCATE passes everywhere
            protect berlin "Weird Schema"."Mixed ""Case"" T" SHARE ROW EXCLUSIVE
              CREATE TRIGGER "Mixed ""Case"" T_tx" AFTER INSERT OR UPDATE OR DELETE ON "Weird Schema"."Mixed \
            ""Case"" T" FOR EACH ROW EXECUTE FUNCTION "bruce"."logtransactiontrigger"()
              CREATE TRIGGER "Mixed ""Case"" T_sn" BEFORE INSERT OR UPDATE OR DELETE ON "Weird Schema"."Mixed \
            ""Case"" T" FOR EACH STATEMENT EXECUTE FUNCTION "bruce"."logsnapshottrigger"()
            protect paris "Weird Schema"."Mixed ""Case"" T" SHARE ROW EXCLUSIVE
              CREATE TRIGGER "Mixed ""Case"" T_deny" BEFORE INSERT OR UPDATE OR DELETE ON "Weird Schema"."Mixed \
            ""Case"" T" FOR EACH ROW EXECUTE FUNCTION "bruce"."denyaccesstrigger"()
            needs SUBSCRIBE_TABLE
            """)
    }

    @Test func `has nothing to say of members on record of a set that the file no longer has`() {
        var world = World(bruce)
        world.observed.journal.sets["old"] = RecordedSet(origin: "london", members: ["london"])
        #expect(!world.findings.contains("MEMBER_UNNAMED"))
    }

    @Test func `with one of two log triggers on its origin is losing changes`() {
        var world = World(bruce)
        world.table(on: "berlin") { $0.triggers.removeAll { $0.name == "orders_sn" } }
        #expect(world.findings.contains("critical: ORIGIN_UNLOGGED [berlin public.orders]"))
    }

    @Test func `whose origin has no log trigger is given none beside a member that cannot be reached`() {
        var world = World(bruce)
        world.lose("tokyo")
        world.remove(.log, on: "berlin")
        expectNoDifference(world.plan.steps, [])
        expectNoDifference(world.plan.heldBack.map(\.node), ["berlin", "berlin"])
    }
}
