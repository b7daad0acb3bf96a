import CustomDump
import Testing

@testable import Replication

private let slony = Engine.slony(cluster: "shopcl")

@Suite struct `a Slony cluster` {
    @Test func `as Slony leaves it is in sync`() {
        expectNoDifference(World(slony).story, "in sync")
        expectNoDifference(World(slony, origin: nil).story, "in sync")
    }

    @Test func `with a subscriber that is open is closed by one ALTER TABLE, the sketch of the contract`() {
        var world = World(slony)
        world.set(.deny, .disabled, on: "paris")
        world.set(.truncateDeny, .disabled, on: "paris")
        expectNoDifference(
            world.story,
            """
            critical: SPLIT_BRAIN [public.orders] public.orders accepts writes on berlin and paris; writes on paris \
            are not logged
            protect paris public.orders SHARE ROW EXCLUSIVE
              ALTER TABLE ONLY "public"."orders" ENABLE TRIGGER "_shopcl_denyaccess", ENABLE TRIGGER \
            "_shopcl_truncatedeny"
            """)
    }

    @Test func `whose deny trigger is in mode replica or always is told apart`() {
        var world = World(slony)
        world.set(.deny, .replica, on: "paris")
        world.set(.deny, .always, on: "tokyo")
        world.set(.truncateDeny, .always, on: "tokyo")
        expectNoDifference(
            world.story,
            """
            critical: DENY_MODE_REPLICA [paris public.orders _shopcl_denyaccess] _shopcl_denyaccess on public.orders \
            fires for the replication daemon only: applications may write
            critical: SPLIT_BRAIN [public.orders] public.orders accepts writes on berlin and paris; writes on paris \
            are not logged
            critical: TRUNCATE_DENY_ALWAYS [tokyo public.orders _shopcl_truncatedeny] _shopcl_truncatedeny on \
            public.orders refuses the TRUNCATE that Slony replays: the subscriber stops applying
            warning: INAPPROPRIATE_MODE [tokyo public.orders _shopcl_denyaccess] _shopcl_denyaccess on public.orders \
            is in mode always, not enabled
            protect paris public.orders SHARE ROW EXCLUSIVE
              ALTER TABLE ONLY "public"."orders" ENABLE TRIGGER "_shopcl_denyaccess"
            protect tokyo public.orders SHARE ROW EXCLUSIVE
              ALTER TABLE ONLY "public"."orders" ENABLE TRIGGER "_shopcl_denyaccess", ENABLE TRIGGER \
            "_shopcl_truncatedeny"
            """)
    }

    @Test func `after DISABLE TRIGGER ALL on the origin is losing changes`() {
        var world = World(slony)
        for purpose in Purpose.allCases { world.set(purpose, .disabled, on: "berlin") }
        expectNoDifference(
            world.story,
            """
            critical: ORIGIN_UNLOGGED [berlin public.orders] public.orders on its origin 'berlin' accepts writes \
            that are not logged: changes are lost now
            protect berlin public.orders SHARE ROW EXCLUSIVE
              ALTER TABLE ONLY "public"."orders" ENABLE TRIGGER "_shopcl_logtrigger", ENABLE TRIGGER \
            "_shopcl_truncatetrigger"
            """)
    }

    @Test func `after ENABLE TRIGGER ALL on the origin locks its application out, which is a repair`() {
        var world = World(slony)
        for purpose in Purpose.allCases { world.set(purpose, .enabled, on: "berlin") }
        expectNoDifference(
            world.story,
            """
            critical: ORIGIN_CLOSED [berlin public.orders] public.orders on its origin 'berlin' refuses writes
            open berlin public.orders SHARE ROW EXCLUSIVE
              ALTER TABLE ONLY "public"."orders" DISABLE TRIGGER "_shopcl_denyaccess", DISABLE TRIGGER \
            "_shopcl_truncatedeny"
            """)
    }

    @Test func `whose log trigger EXECUTE SCRIPT left enabled on a subscriber has it disabled`() {
        var world = World(slony)
        world.set(.log, .enabled, on: "paris")
        expectNoDifference(
            world.story,
            """
            protect paris public.orders SHARE ROW EXCLUSIVE
              ALTER TABLE ONLY "public"."orders" DISABLE TRIGGER "_shopcl_logtrigger"
            """)
    }

    @Test func `with another key mask and a condition has an impostor, which loses what the condition leaves out`() {
        var world = World(slony)
        world.trigger(.log, on: "berlin") {
            $0.arguments = TriggerArguments(["_shopcl", "100", "vk"])
            $0.hasCondition = true
        }
        #expect(world.findings.contains("IMPOSTOR [berlin public.orders _shopcl_logtrigger]"))
        #expect(world.findings.contains("ORIGIN_UNLOGGED [berlin public.orders]"))
        #expect(!world.findings.contains("STALE_KEY_MASK"))
    }

    @Test func `with a stale key mask gets the log trigger anew in its own mode`() {
        var world = World(slony)
        for node in ["berlin", "paris"] as [NodeName] {
            world.trigger(.log, on: node) { $0.arguments = TriggerArguments(["_shopcl", "100", "vk"]) }
        }
        world.node("paris") { $0.identity.serverVersion = 130_011 }
        expectNoDifference(
            world.story,
            """
            critical: STALE_KEY_MASK [berlin public.orders _shopcl_logtrigger] _shopcl_logtrigger on public.orders \
            has key mask 'vk', and the columns make it 'k': replayed changes hit the wrong rows
            critical: STALE_KEY_MASK [paris public.orders _shopcl_logtrigger] _shopcl_logtrigger on public.orders \
            has key mask 'vk', and the columns make it 'k': replayed changes hit the wrong rows
            protect berlin public.orders SHARE ROW EXCLUSIVE
              CREATE OR REPLACE TRIGGER "_shopcl_logtrigger" AFTER INSERT OR UPDATE OR DELETE ON "public"."orders" \
            FOR EACH ROW EXECUTE FUNCTION "_shopcl"."logtrigger"('_shopcl', '100', 'k')
            protect paris public.orders ACCESS EXCLUSIVE
              DROP TRIGGER "_shopcl_logtrigger" ON "public"."orders"
              CREATE TRIGGER "_shopcl_logtrigger" AFTER INSERT OR UPDATE OR DELETE ON "public"."orders" FOR EACH ROW \
            EXECUTE FUNCTION "_shopcl"."logtrigger"('_shopcl', '100', 'k')
              ALTER TABLE ONLY "public"."orders" DISABLE TRIGGER "_shopcl_logtrigger"
            needs REPLACE_TRIGGER
            """)
    }

    @Test func `with a renamed and a doubled trigger has one renamed and one dropped`() {
        var world = World(slony)
        world.trigger(.truncateDeny, on: "paris") { $0.name = "old_truncatedeny" }
        world.table(on: "berlin") { table in
            guard var second = table.trigger("_shopcl_logtrigger") else { return }
            second.name = "old_logtrigger"
            table.triggers.append(second)
        }
        expectNoDifference(
            world.story,
            """
            critical: DUPLICATE_LOG [berlin public.orders old_logtrigger] old_logtrigger on public.orders captures \
            again what _shopcl_logtrigger captures
            error: MISNAMED [paris public.orders old_truncatedeny] old_truncatedeny on public.orders is the engine's \
            trigger under another name than _shopcl_truncatedeny
            tidy berlin public.orders ACCESS EXCLUSIVE
              DROP TRIGGER "old_logtrigger" ON "public"."orders"
            tidy paris public.orders ACCESS EXCLUSIVE
              ALTER TRIGGER "old_truncatedeny" ON "public"."orders" RENAME TO "_shopcl_truncatedeny"
            needs DROP_TRIGGER
            """)
    }

    @Test func `with a missing trigger would get stuck in MOVE SET, and gets it created`() {
        var world = World(slony)
        world.remove(.truncateDeny, on: "berlin")
        world.remove(.log, on: "paris")
        world.node("paris") { $0.identity.serverVersion = 100_023 }
        expectNoDifference(
            world.story,
            """
            error: TRIGGER_MISSING [berlin public.orders _shopcl_truncatedeny] _shopcl_truncatedeny is missing on \
            public.orders on 'berlin'
            error: TRIGGER_MISSING [paris public.orders _shopcl_logtrigger] _shopcl_logtrigger is missing on public.orders \
            on 'paris'
            protect berlin public.orders SHARE ROW EXCLUSIVE
              CREATE TRIGGER "_shopcl_truncatedeny" BEFORE TRUNCATE ON "public"."orders" FOR EACH STATEMENT EXECUTE \
            FUNCTION "_shopcl"."deny_truncate"()
              ALTER TABLE ONLY "public"."orders" DISABLE TRIGGER "_shopcl_truncatedeny"
            protect paris public.orders SHARE ROW EXCLUSIVE
              CREATE TRIGGER "_shopcl_logtrigger" AFTER INSERT OR UPDATE OR DELETE ON "public"."orders" FOR EACH ROW \
            EXECUTE PROCEDURE "_shopcl"."logtrigger"('_shopcl', '100', 'k')
              ALTER TABLE ONLY "public"."orders" DISABLE TRIGGER "_shopcl_logtrigger"
            """)
    }

    @Test func `without the engine's function cannot be given its trigger`() {
        var world = World(slony)
        world.remove(.deny, on: "paris")
        world.node("paris") { $0.functions.remove(FunctionName("_shopcl", "denyaccess")) }
        expectNoDifference(
            world.story,
            """
            critical: SPLIT_BRAIN [public.orders] public.orders accepts writes on berlin and paris; writes on paris \
            are not logged
            error, blocking: FUNCTION_MISSING [paris public.orders] public.orders on 'paris' needs \
            _shopcl.denyaccess(), which does not exist there
            error: TRIGGER_MISSING [paris public.orders _shopcl_denyaccess] _shopcl_denyaccess is missing on public.orders \
            on 'paris'
            held back paris public.orders create _shopcl_denyaccess
            """)
    }

    @Test func `without a function for TRUNCATE is closed all the same, and its log goes off with its own door alone`()
    {
        var world = World(slony)
        world.turn("paris", into: .origin)
        for node: NodeName in ["berlin", "paris"] {
            world.remove(.truncateDeny, on: node)
            world.node(node) { $0.functions.remove(FunctionName("_shopcl", "deny_truncate")) }
        }
        expectNoDifference(
            world.plan.steps.map { "\($0.stage) \($0.node) \($0.statements)" },
            [
                "protect paris [\"ALTER TABLE ONLY \\\"public\\\".\\\"orders\\\" DISABLE TRIGGER \\\"_shopcl_logtrigger\\\", "
                    + "ENABLE TRIGGER \\\"_shopcl_denyaccess\\\"\"]"
            ])
        expectNoDifference(
            world.plan.heldBack.map { "\($0.node) \($0.action.trigger?.text ?? "")" },
            ["berlin _shopcl_truncatedeny", "paris _shopcl_truncatetrigger", "paris _shopcl_truncatedeny"])
    }

    @Test func `that holds another set of tables than the file is not touched where they differ`() {
        var world = World(slony, tables: ["public.items", "public.orders"])
        world.node("paris") { $0.slony?.tables.removeValue(forKey: 16385) }
        world.table(on: "paris") { $0.triggers.removeAll { $0.name != "_shopcl_denyaccess" } }
        world.node("tokyo") { $0.slony?.tables[16385]?.set = 2 }
        for node in ["paris", "tokyo"] as [NodeName] {
            world.set(.deny, .disabled, on: node)
            world.set(.deny, .disabled, of: "public.items", on: node)
        }
        expectNoDifference(
            world.story,
            """
            critical: SPLIT_BRAIN [public.items] public.items accepts writes on berlin and paris and tokyo; writes \
            on paris and tokyo are not logged
            critical: SPLIT_BRAIN [public.orders] public.orders accepts writes on berlin and paris and tokyo; writes \
            on paris and tokyo are not logged
            error, blocking: TABLE_NOT_REGISTERED [paris public.orders] Slony on 'paris' does not list public.orders
            error, blocking: TABLE_NOT_REGISTERED [tokyo public.orders] Slony on 'tokyo' lists public.orders in set \
            2, not 1
            warning: STRAY_TRIGGER [paris public.orders _shopcl_denyaccess] _shopcl_denyaccess stands on public.orders \
            on 'paris', and Slony does not list the table there
            protect paris public.items SHARE ROW EXCLUSIVE
              ALTER TABLE ONLY "public"."items" ENABLE TRIGGER "_shopcl_denyaccess"
            protect tokyo public.items SHARE ROW EXCLUSIVE
              ALTER TABLE ONLY "public"."items" ENABLE TRIGGER "_shopcl_denyaccess"
            """)
    }

    @Test func `that are not registered are told what Slony lacks: a subscription, a move between sets, the table`() {
        var world = World(slony)
        world.node("paris") { $0.slony?.tables.removeValue(forKey: 16384) }
        world.node("tokyo") { $0.slony?.tables[16384]?.set = 2 }
        let next = { (node: NodeName) in world.difference.findings.first { $0.node == node }?.next ?? "" }
        expectNoDifference(next("paris").contains("SUBSCRIBE SET"), true)
        expectNoDifference(next("tokyo").contains("SET MOVE TABLE or MERGE SET"), true)
        world.node("berlin") { $0.slony?.tables.removeValue(forKey: 16384) }
        for node in ["berlin", "paris", "tokyo"] as [NodeName] { world.node(node) { $0.slony?.subscribers = [:] } }
        expectNoDifference(next("berlin"), "add the table with slonik: SET ADD TABLE")
    }

    @Test func `that Slony does not list are added by way of a set of their own where the set has subscribers`() {
        let way =
            "CREATE SET, SET ADD TABLE, SUBSCRIBE SET for node 2 and node 3, and MERGE SET into set 1 once they have it; "
            + "a set with subscribers takes no table by itself"
        var world = World(slony, tables: ["public.items", "public.orders"])
        world.node("berlin") { $0.slony?.tables.removeValue(forKey: 16385) }
        world.table(on: "berlin") { $0.triggers = [] }
        expectNoDifference(world.difference.findings.map(\.next), ["add the table with slonik: " + way])
        world = World(slony)
        world.node("berlin") { $0.slony?.tables[16384]?.keyMask = nil }
        expectNoDifference(
            world.difference.findings.map(\.next),
            ["give the key's index this name again; or, with slonik: SET DROP TABLE, then " + way])
    }

    @Test func `whose table was renamed without Slony is told to give Slony the name`() {
        var world = World(slony)
        for node in ["berlin", "paris"] as [NodeName] {
            world.node(node) { $0.slony?.tables[16384]?.name = tableName("sales.orders") }
        }
        expectNoDifference(
            world.story,
            """
            error: MISNAMED [berlin public.orders] Slony on 'berlin' still calls public.orders by the name \
            sales.orders: a TRUNCATE that is replayed would find no such table
            error: MISNAMED [paris public.orders] Slony on 'paris' still calls public.orders by the name \
            sales.orders: a TRUNCATE that is replayed would find no such table
            """)
        expectNoDifference(
            world.difference.findings.first?.next, #"run on 'berlin': SELECT "_shopcl".updateRelname();"#)
        expectNoDifference(world.difference.isInSync, true)
    }

    @Test func `whose registered index is gone has no key to log by`() {
        var world = World(slony)
        world.node("paris") { $0.slony?.tables[16384]?.keyMask = nil }
        expectNoDifference(
            world.story,
            """
            error, blocking: NO_PRIMARY_KEY [paris public.orders] the index orders_pkey that Slony registered for \
            public.orders is gone or is no key
            """)
        expectNoDifference(world.difference.findings.map { $0.next.contains("index this name again") }, [true])
    }

    @Test func `whose registered index is gone still has a log trigger that is disabled, and says so`() {
        var world = World(slony)
        world.node("berlin") { $0.slony?.tables[16384]?.keyMask = nil }
        world.set(.log, .disabled, on: "berlin")
        expectNoDifference(
            world.story,
            """
            critical: ORIGIN_UNLOGGED [berlin public.orders] public.orders on its origin 'berlin' accepts writes that \
            are not logged: changes are lost now
            error, blocking: NO_PRIMARY_KEY [berlin public.orders] the index orders_pkey that Slony registered for \
            public.orders is gone or is no key
            held back berlin public.orders _shopcl_logtrigger disabled to enabled
            """)
        // Another table's number is another matter.
        world.trigger(.log, on: "berlin") { $0.arguments = TriggerArguments(["_shopcl", "107", "k"]) }
        expectNoDifference(world.difference.changes, [])
    }

    @Test func `whose registered index is gone still says what it accepts, and is still closed`() {
        var world = World(slony)
        world.node("berlin") { $0.slony?.tables[16384]?.keyMask = nil }
        world.remove(.log, on: "berlin")
        world.node("paris") { $0.slony?.tables[16384]?.keyMask = nil }
        world.set(.deny, .disabled, on: "paris")
        expectNoDifference(
            world.story,
            """
            critical: ORIGIN_UNLOGGED [berlin public.orders] public.orders on its origin 'berlin' accepts writes that \
            are not logged: changes are lost now
            critical: SPLIT_BRAIN [public.orders] public.orders accepts writes on berlin and paris; writes on berlin \
            and paris are not logged
            error, blocking: NO_PRIMARY_KEY [berlin public.orders] the index orders_pkey that Slony registered for \
            public.orders is gone or is no key
            error, blocking: NO_PRIMARY_KEY [paris public.orders] the index orders_pkey that Slony registered for \
            public.orders is gone or is no key
            protect paris public.orders SHARE ROW EXCLUSIVE
              ALTER TABLE ONLY "public"."orders" ENABLE TRIGGER "_shopcl_denyaccess"
            """)
        expectNoDifference(
            world.difference.roles.map(\.observed), [.unlogged, .unlogged, .subscriber])
    }

    @Test func `that was restored lists its tables under other OIDs, and is told to repair its configuration`() {
        var world = World(slony)
        world.node("paris") { seen in
            let found = seen.slony?.tables.removeValue(forKey: 16384)
            seen.slony?.tables[99] = found
        }
        expectNoDifference(
            world.difference.findings.map(\.message),
            [
                "Slony on 'paris' lists public.orders with OID 99, and the table has 16384: it was restored or made anew"
            ])
        expectNoDifference(world.difference.findings.map { $0.next.contains("REPAIR CONFIG") }, [true])
        expectNoDifference(world.difference.roles.map(\.observed), [.origin, .subscriber, .subscriber])
    }

    @Test func `with a second log trigger of its own sort logs twice, and is not taken for in sync`() {
        var world = World(slony)
        world.table(on: "berlin") {
            $0.triggers.append(
                ObservedTrigger(
                    name: "_shopcl_logtrigger_old", function: FunctionName("_shopcl", "logtrigger"), type: 29,
                    mode: .enabled, arguments: TriggerArguments(["_shopcl", "101", "vk"])))
            $0.triggers.append(
                ObservedTrigger(
                    name: "lock_inserts", function: FunctionName("_shopcl", "denyaccess"), type: 7, mode: .enabled,
                    arguments: TriggerArguments(["_shopcl"])))
        }
        expectNoDifference(
            world.story,
            """
            critical, blocking: DUPLICATE_LOG [berlin public.orders _shopcl_logtrigger_old] _shopcl_logtrigger_old on \
            public.orders on 'berlin' is AFTER INSERT OR UPDATE OR DELETE FOR EACH ROW _shopcl.logtrigger('_shopcl', \
            '101', 'vk'), beside what the engine captures
            critical, blocking: ORIGIN_CLOSED [berlin public.orders lock_inserts] lock_inserts on public.orders on \
            'berlin' is BEFORE INSERT FOR EACH ROW _shopcl.denyaccess('_shopcl'): it refuses writes
            """)
    }

    @Test func `with a leftover among a subscriber's triggers says so, though nothing is lost yet`() {
        var world = World(slony)
        world.table(on: "paris") {
            $0.triggers.append(
                ObservedTrigger(
                    name: "old_log", function: FunctionName("_shopcl", "logtrigger"), type: 5, mode: .enabled,
                    arguments: TriggerArguments(["_shopcl", "101", "k"])))
        }
        expectNoDifference(
            world.story,
            """
            warning: STRAY_TRIGGER [paris public.orders old_log] old_log on public.orders on 'paris' is AFTER INSERT FOR \
            EACH ROW _shopcl.logtrigger('_shopcl', '101', 'k'), beside what the engine has there
            """)
        expectNoDifference(
            world.difference.findings.map(\.next),
            [
                """
                read what it is for; a leftover goes with DROP TRIGGER "old_log" ON "public"."orders"
                """
            ])
        world.table(on: "paris") { table in
            for index in table.triggers.indices where table.triggers[index].name == "old_log" {
                table.triggers[index].mode = .disabled
            }
        }
        expectNoDifference(world.story, "in sync")
    }

    @Test(arguments: [Role.subscriber, .bystander])
    func `with a leftover on a table that Slony has in no set there says so`(role: Role) {
        var world = World(slony, subscribers: role == .bystander ? ["paris"] : nil)
        let deny = world.observed.node("paris")?.tables[tableName("public.orders")]?.trigger("_shopcl_denyaccess")
        world.node("tokyo") {
            $0.slony?.tables = [:]
            $0.tables[tableName("public.orders")] = ObservedTable(
                oid: 16384, name: tableName("public.orders"), triggers: deny.map { [$0] } ?? [])
        }
        let stray = world.difference.findings.filter { $0.code == .strayTrigger }
        expectNoDifference(
            stray.map { "\($0.node?.text ?? "") \($0.trigger?.text ?? "") \($0.blocking): \($0.message)" },
            [
                "tokyo _shopcl_denyaccess false: _shopcl_denyaccess stands on public.orders on 'tokyo', and Slony does not "
                    + "list the table there"
            ])
        expectNoDifference(
            stray.map(\.next),
            [
                (role == .subscriber
                    ? "it is what refuses writes there: just before the table comes back by SUBSCRIBE SET"
                    : "once no slonik is at work")
                    + ", on 'tokyo': DROP TRIGGER \"_shopcl_denyaccess\" ON \"public\".\"orders\""
            ])
        // Where the catalog cannot be read nothing is known of it.
        world.node("tokyo") { $0.slony = nil }
        expectNoDifference(world.difference.findings.filter { $0.code == .strayTrigger }, [])
    }

    @Test func `without its schema on one node is held back there`() {
        var world = World(slony)
        world.node("tokyo") {
            $0.slony = nil
            $0.tables[tableName("public.orders")]?.triggers = []
        }
        world.set(.log, .enabled, on: "paris")
        world.set(.deny, .disabled, of: "public.orders", on: "paris")
        expectNoDifference(
            world.story,
            """
            critical: SPLIT_BRAIN [public.orders] public.orders accepts writes on berlin and paris
            error, blocking: ENGINE_MISSING [tokyo] node 'tokyo' has no Slony schema _shopcl
            protect paris public.orders SHARE ROW EXCLUSIVE
              ALTER TABLE ONLY "public"."orders" DISABLE TRIGGER "_shopcl_logtrigger", ENABLE TRIGGER \
            "_shopcl_denyaccess"
            """)
    }

    @Test func `whose schema lacks sl_local_node_id on one node says so, and not that there is no schema`() {
        var world = World(slony)
        world.node("tokyo") {
            $0.slony = nil
            $0.rights.engineSchema = EngineSchemaRights(missing: ["sl_confirm", "sl_local_node_id"])
        }
        expectNoDifference(
            world.findings,
            """
            error, blocking: ENGINE_MISSING [tokyo] Slony's schema _shopcl on 'tokyo' lacks sl_confirm, sl_local_node_id
            """)
        expectNoDifference(
            world.difference.findings.map(\.next),
            [
                "restore what is missing with what it held (sl_local_node_id holds the node's number), or make the node "
                    + "anew with slonik: DROP NODE, UNINSTALL NODE, STORE NODE, SUBSCRIBE SET"
            ])
    }

    @Test func `whose schema on one node holds no number of a node says so, and not that there is no schema`() {
        var world = World(slony)
        world.node("tokyo") {
            $0.slony = SlonyRegistrations(localNode: nil)
            $0.rights.engineSchema = EngineSchemaRights()
            $0.tables = [:]
        }
        let finding = world.difference.findings.first { $0.code == .engineMissing }
        expectNoDifference(
            finding?.message, "Slony's schema _shopcl on 'tokyo' is not initialised: sl_local_node_id holds no number")
        expectNoDifference(
            finding?.next, "run slonik: STORE NODE, or INIT CLUSTER where it is the cluster's first node")
    }

    @Test func `with a table that carries another one's triggers has impostors, though the two look alike`() {
        var world = World(slony, nodes: ["berlin", "paris"], tables: ["public.items", "public.orders"])
        world.table("public.orders", on: "berlin") { $0.triggers = [] }
        let items = world.observed.node("berlin")?.tables[tableName("public.items")]?.triggers ?? []
        world.table("public.orders", on: "berlin") { $0.triggers = items }
        expectNoDifference(
            world.difference.findings.map {
                "\($0.code.rawValue) \($0.table?.description ?? "") \($0.trigger?.text ?? "")"
            },
            [
                "IMPOSTOR public.orders _shopcl_logtrigger", "IMPOSTOR public.orders _shopcl_truncatetrigger",
                "ORIGIN_UNLOGGED public.orders ",
            ])
    }
}
