import CustomDump
import Testing

@testable import Replication

private let bruce = Engine.bruce(cluster: "shop")
private let builtin = Engine.builtin(cluster: "shop")

/// Every leaf is a table; from PostgreSQL 13 row triggers are made on the root and cloned.
@Suite struct `a partitioned table` {
    @Test func `is closed and opened leaf by leaf, and a second plan is empty`() {
        for engine in [bruce, builtin] {
            for version in [100_000, 120_000, 130_000, 150_000] {
                var world = World.divided(engine, version: version)
                world.apply()
                expectNoDifference(world.plan.steps, [])
                expectNoDifference(world.plan.heldBack, [])
                #expect(!world.findings.contains("PARTITION_OWN_TRIGGER"))
                for leaf in ["public.orders_1", "public.orders_2"] {
                    let seen = world.observed.node("paris")?.tables[tableName(leaf)]
                    let denies = seen?.triggers.filter {
                        $0.function.name.text.hasPrefix("deny") && $0.mode == .enabled
                    }
                    expectNoDifference(denies?.isEmpty, false)
                }
            }
        }
    }

    @Test func `gets its row triggers on the root where they are cloned`() {
        expectNoDifference(
            World.divided(bruce).story,
            """
            warning: TRUNCATE_UNGUARDED [] engine bruce has no truncate triggers: TRUNCATE passes everywhere
            protect berlin public.orders_1 SHARE ROW EXCLUSIVE
              CREATE TRIGGER "orders_1_sn" BEFORE INSERT OR UPDATE OR DELETE ON "public"."orders_1" FOR EACH \
            STATEMENT EXECUTE FUNCTION "bruce"."logsnapshottrigger"()
            protect berlin public.orders_2 SHARE ROW EXCLUSIVE
              CREATE TRIGGER "orders_2_sn" BEFORE INSERT OR UPDATE OR DELETE ON "public"."orders_2" FOR EACH \
            STATEMENT EXECUTE FUNCTION "bruce"."logsnapshottrigger"()
            protect berlin public.orders SHARE ROW EXCLUSIVE
              CREATE TRIGGER "orders_tx" AFTER INSERT OR UPDATE OR DELETE ON "public"."orders" FOR EACH ROW EXECUTE \
            FUNCTION "bruce"."logtransactiontrigger"()
              CREATE TRIGGER "orders_sn" BEFORE INSERT OR UPDATE OR DELETE ON "public"."orders" FOR EACH STATEMENT \
            EXECUTE FUNCTION "bruce"."logsnapshottrigger"()
            protect paris public.orders SHARE ROW EXCLUSIVE
              CREATE TRIGGER "orders_deny" BEFORE INSERT OR UPDATE OR DELETE ON "public"."orders" FOR EACH ROW \
            EXECUTE FUNCTION "bruce"."denyaccesstrigger"()
            """)
    }

    @Test func `gets its row triggers on each leaf where the server has no clones of them`() {
        expectNoDifference(
            World.divided(bruce, version: 120_000).story,
            """
            warning: TRUNCATE_UNGUARDED [] engine bruce has no truncate triggers: TRUNCATE passes everywhere
            protect berlin public.orders_1 SHARE ROW EXCLUSIVE
              CREATE TRIGGER "orders_1_tx" AFTER INSERT OR UPDATE OR DELETE ON "public"."orders_1" FOR EACH ROW \
            EXECUTE FUNCTION "bruce"."logtransactiontrigger"()
              CREATE TRIGGER "orders_1_sn" BEFORE INSERT OR UPDATE OR DELETE ON "public"."orders_1" FOR EACH \
            STATEMENT EXECUTE FUNCTION "bruce"."logsnapshottrigger"()
            protect berlin public.orders_2 SHARE ROW EXCLUSIVE
              CREATE TRIGGER "orders_2_tx" AFTER INSERT OR UPDATE OR DELETE ON "public"."orders_2" FOR EACH ROW \
            EXECUTE FUNCTION "bruce"."logtransactiontrigger"()
              CREATE TRIGGER "orders_2_sn" BEFORE INSERT OR UPDATE OR DELETE ON "public"."orders_2" FOR EACH \
            STATEMENT EXECUTE FUNCTION "bruce"."logsnapshottrigger"()
            protect berlin public.orders SHARE ROW EXCLUSIVE
              CREATE TRIGGER "orders_sn" BEFORE INSERT OR UPDATE OR DELETE ON "public"."orders" FOR EACH STATEMENT \
            EXECUTE FUNCTION "bruce"."logsnapshottrigger"()
            protect paris public.orders_1 SHARE ROW EXCLUSIVE
              CREATE TRIGGER "orders_1_deny" BEFORE INSERT OR UPDATE OR DELETE ON "public"."orders_1" FOR EACH ROW \
            EXECUTE FUNCTION "bruce"."denyaccesstrigger"()
            protect paris public.orders_2 SHARE ROW EXCLUSIVE
              CREATE TRIGGER "orders_2_deny" BEFORE INSERT OR UPDATE OR DELETE ON "public"."orders_2" FOR EACH ROW \
            EXECUTE FUNCTION "bruce"."denyaccesstrigger"()
            """)
    }

    /// Whoever writes through the root passes the triggers of the leaves.
    @Test func `is not touched where the engine denies by statement`() {
        let engine = Engine.custom([.log(), .deny(level: .statement)])
        func refused(_ table: String, _ what: String, on node: String) -> String {
            "error, blocking: WRONG_RELATION_KIND [\(node) \(table)] \(table) on '\(node)' is \(what), and the engine's "
                + "deny trigger fires once for a statement: a write through a partitioned table fires that of no partition"
        }
        let unguarded =
            unguarded
        var world = World.divided(engine)
        let roots = ["berlin", "paris"].map { refused("public.orders", "a partitioned table", on: $0) }
        expectNoDifference(world.story, (roots + [unguarded]).joined(separator: "\n"))
        world.declare(origin: "paris")
        expectNoDifference(world.plan.steps, [])
        // Its leaves alone are passed no less.
        world.declare(tables: [DeclaredTable(name: tableName("public.orders_1"), because: line(30))])
        for node in ["berlin", "paris"] as [NodeName] {
            world.node(node) { $0.tables[tableName("public.orders")] = nil }
        }
        let leaves = ["berlin", "paris"].map { refused("public.orders_1", "a partition", on: $0) }
        expectNoDifference(world.story, (leaves + [unguarded]).joined(separator: "\n"))
    }

    @Test func `with a leaf toggled by itself has it set on that leaf`() {
        var world = World.divided(builtin)
        world.apply()
        world.set(.deny, .disabled, of: "public.orders_2", on: "paris")
        expectNoDifference(
            world.story,
            """
            critical: SPLIT_BRAIN [public.orders_2] public.orders_2 accepts writes on berlin and paris; writes on \
            paris are not logged
            protect paris public.orders_2 SHARE ROW EXCLUSIVE
              ALTER TABLE ONLY "public"."orders_2" ENABLE TRIGGER "00_polarity_deny"
            """)
    }

    @Test func `with a leaf that has a trigger of its own cannot have it on the root`() {
        var world = World.divided(bruce)
        world.table("public.orders_1", on: "paris") {
            $0.triggers = [
                ObservedTrigger(
                    name: "orders_1_deny", function: FunctionName("bruce", "denyaccesstrigger"), type: 31,
                    mode: .enabled),
                ObservedTrigger(
                    name: "orders_deny", function: FunctionName("public", "mine"), type: 31, mode: .enabled),
            ]
        }
        expectNoDifference(
            world.story,
            """
            warning: PARTITION_OWN_TRIGGER [paris public.orders orders_deny] public.orders_1 has its own \
            orders_deny, or its like
            warning: TRUNCATE_UNGUARDED [] engine bruce has no truncate triggers: TRUNCATE passes everywhere
            protect berlin public.orders_1 SHARE ROW EXCLUSIVE
              CREATE TRIGGER "orders_1_sn" BEFORE INSERT OR UPDATE OR DELETE ON "public"."orders_1" FOR EACH \
            STATEMENT EXECUTE FUNCTION "bruce"."logsnapshottrigger"()
            protect berlin public.orders_2 SHARE ROW EXCLUSIVE
              CREATE TRIGGER "orders_2_sn" BEFORE INSERT OR UPDATE OR DELETE ON "public"."orders_2" FOR EACH \
            STATEMENT EXECUTE FUNCTION "bruce"."logsnapshottrigger"()
            protect berlin public.orders SHARE ROW EXCLUSIVE
              CREATE TRIGGER "orders_tx" AFTER INSERT OR UPDATE OR DELETE ON "public"."orders" FOR EACH ROW EXECUTE \
            FUNCTION "bruce"."logtransactiontrigger"()
              CREATE TRIGGER "orders_sn" BEFORE INSERT OR UPDATE OR DELETE ON "public"."orders" FOR EACH STATEMENT \
            EXECUTE FUNCTION "bruce"."logsnapshottrigger"()
            protect paris public.orders_2 SHARE ROW EXCLUSIVE
              CREATE TRIGGER "orders_2_deny" BEFORE INSERT OR UPDATE OR DELETE ON "public"."orders_2" FOR EACH ROW \
            EXECUTE FUNCTION "bruce"."denyaccesstrigger"()
            """)
    }

    @Test func `below a partitioned partition is closed, though a leaf elsewhere has a trigger of its own`() {
        var world = World.divided(builtin)
        for node in ["berlin", "paris"] as [NodeName] {
            world.table("public.orders_1", on: node) {
                $0.triggers = [
                    ObservedTrigger(
                        name: "00_polarity_deny", function: FunctionName("public", "mine"), type: 7, mode: .enabled)
                ]
            }
            world.table("public.orders_2", on: node) { $0.kind = .partitionedTable }
            world.node(node) { seen in
                let name = tableName("public.orders_2a")
                seen.tables[name] = ObservedTable(
                    oid: 17010, name: name, partitionOf: tableName("public.orders_2"), mayHoldRows: false)
                seen.builtin?.record(name, in: "default")
            }
        }
        let made = world.plan.steps.filter { step in
            step.changes.contains { $0.purpose == .deny && $0.action.word == "create" }
        }
        expectNoDifference(
            made.map { "\($0.node) \($0.table?.name.text ?? "")" }, ["berlin orders_2a", "paris orders_2a"])
    }

    @Test func `with a new leaf that has no truncate guard is drift`() {
        var world = World.divided(builtin)
        world.apply()
        for node in ["berlin", "paris"] as [NodeName] {
            world.node(node) { seen in
                let name = tableName("public.orders_3")
                seen.tables[name] = seen.tables[tableName("public.orders_1")]
                seen.tables[name]?.name = name
                seen.tables[name]?.triggers.removeAll { !$0.isClone }
            }
        }
        expectNoDifference(
            world.story,
            """
            critical: ORIGIN_UNLOGGED [berlin public.orders_3] public.orders_3 on its origin 'berlin' accepts TRUNCATE \
            that is not logged: it is lost now
            critical: SUBSCRIBER_OPEN [paris public.orders_3] public.orders_3 on subscriber 'paris' accepts TRUNCATE
            protect berlin NONE
              berlin record default: origin berlin, members berlin paris, tables public.orders public.orders_1 \
            public.orders_2 public.orders_3
            protect paris NONE
              paris record default: origin berlin, members berlin paris, tables public.orders public.orders_1 \
            public.orders_2 public.orders_3
            protect berlin public.orders_3 SHARE ROW EXCLUSIVE
              CREATE TRIGGER "00_polarity_truncate_log" AFTER TRUNCATE ON "public"."orders_3" FOR EACH STATEMENT \
            EXECUTE FUNCTION "polarity"."log_truncate"()
              CREATE TRIGGER "00_polarity_truncate_deny" BEFORE TRUNCATE ON "public"."orders_3" FOR EACH STATEMENT \
            EXECUTE FUNCTION "polarity"."deny_truncate"()
              ALTER TABLE ONLY "public"."orders_3" DISABLE TRIGGER "00_polarity_truncate_deny"
            protect paris public.orders_3 SHARE ROW EXCLUSIVE
              CREATE TRIGGER "00_polarity_truncate_log" AFTER TRUNCATE ON "public"."orders_3" FOR EACH STATEMENT \
            EXECUTE FUNCTION "polarity"."log_truncate"()
              CREATE TRIGGER "00_polarity_truncate_deny" BEFORE TRUNCATE ON "public"."orders_3" FOR EACH STATEMENT \
            EXECUTE FUNCTION "polarity"."deny_truncate"()
              ALTER TABLE ONLY "public"."orders_3" DISABLE TRIGGER "00_polarity_truncate_log"
            """)
    }

    @Test func `whose log trigger is another's is given it anew, with its leaves`() {
        for engine in [bruce, builtin] {
            var world = World.divided(engine)
            world.apply()
            for name in ["public.orders", "public.orders_1", "public.orders_2"] {
                world.table(name, on: "berlin") { table in
                    for index in table.triggers.indices
                    where TriggerType(bits: table.triggers[index].type).level == .row
                        && !table.triggers[index].function.name.text.hasPrefix("deny")
                    {
                        table.triggers[index].hasCondition = true
                    }
                }
            }
            expectNoDifference(world.plan.required, [.replaceTrigger])
            world.apply()
            expectNoDifference(world.plan.steps, [])
            expectNoDifference(world.difference.roles.first?.observed, .origin)
        }
    }

    @Test(arguments: [120_000, 150_000]) func `under Bruce is subscribed with a word where its leaves hold rows`(
        version: Int
    ) {
        var world = World.divided(bruce, version: version)
        world.table("public.orders_2", on: "paris") { $0.mayHoldRows = true }
        expectNoDifference(world.plan.required, [.subscribeTable])
    }

    @Test func `has a leaf in one set and its root in another: neither moves`() {
        var world = World.divided(builtin)
        for node in world.nodes { world.node(node.name) { $0.builtin?.tables = [:] } }
        world.sets.append(
            World.set("other", origin: "paris", subscribers: ["berlin"], tables: ["public.orders_1"]))
        expectNoDifference(
            world.findings,
            """
            error, blocking: PATTERN_DIFFERS [public.orders_1] public.orders_1 belongs to set 'other' and is a \
            partition of public.orders, which belongs to set 'default'
            error, blocking: PATTERN_DIFFERS [public.orders_1] public.orders_1 belongs to set 'other' and is a \
            partition of public.orders, which belongs to set 'default'
            """)
    }

    @Test(arguments: [120_000, 150_000]) func `may be declared leaf by leaf on any server`(version: Int) {
        var world = World(bruce, nodes: ["berlin", "paris"], tables: ["public.orders_1"])
        world.table("public.orders_1", on: "paris") {
            $0.triggers = []
            $0.partitionOf = tableName("public.orders")
            $0.mayHoldRows = false
        }
        world.node("paris") { $0.identity.serverVersion = version }
        expectNoDifference(
            world.plan.steps.map(\.statements),
            [
                [
                    "CREATE TRIGGER \"orders_1_deny\" BEFORE INSERT OR UPDATE OR DELETE ON \"public\".\"orders_1\" "
                        + "FOR EACH ROW EXECUTE FUNCTION \"bruce\".\"denyaccesstrigger\"()"
                ]
            ])
    }

    @Test func `whose leaf alone is declared keeps the clone that is too much, and says so`() {
        var world = World(bruce, nodes: ["berlin", "paris"], tables: ["public.orders_1"])
        world.table("public.orders_1", on: "berlin") {
            $0.partitionOf = tableName("public.orders")
            $0.triggers.append(
                ObservedTrigger(
                    name: "orders_deny", function: FunctionName("bruce", "denyaccesstrigger"), type: 31,
                    mode: .enabled, isClone: true))
        }
        expectNoDifference(
            world.story,
            """
            critical: ORIGIN_CLOSED [berlin public.orders_1] public.orders_1 on its origin 'berlin' refuses writes
            error, blocking: CLONE_DIFFERS [berlin public.orders_1 orders_deny] orders_deny on public.orders_1 is a \
            copy of its parent's trigger, and is to go
            warning: TRUNCATE_UNGUARDED [] engine bruce has no truncate triggers: TRUNCATE passes everywhere
            """)
    }

    @Test func `with a leaf that one node has detached and the file names says so, though its triggers are right`() {
        var world = World.divided(builtin)
        world.declare(
            tables: ["public.orders", "public.orders_1"].map { DeclaredTable(name: tableName($0), because: line(30)) })
        world.apply()
        expectNoDifference(world.story, "in sync")
        world.table("public.orders_1", on: "paris") {
            $0.partitionOf = nil
            for index in $0.triggers.indices { $0.triggers[index].isClone = false }
        }
        expectNoDifference(
            world.story,
            """
            error: TABLE_MISSING [paris public.orders_1] public.orders_1 is a partition of public.orders on 'berlin', \
            and a table by itself on 'paris'
            """)
        expectNoDifference(
            world.difference.findings.map(\.next), ["attach it on 'paris' again, or detach it on every member"])
        // One that is not partitioned at all may well have all rows in one table, and others beside it.
        world.table("public.orders", on: "paris") { $0.kind = .table }
        expectNoDifference(world.difference.findings.filter { $0.code == .tableMissing }, [])
    }

    @Test func `with a leaf that one node has detached says of what is left on it where it belongs`() {
        var world = World.divided(builtin)
        world.apply()
        world.detachLeaf(on: "paris")
        let stray = world.difference.findings.filter { $0.code == .strayTrigger }
        expectNoDifference(
            stray.map(\.message),
            [
                """
                "00_polarity_truncate_deny" on public.orders_1 on 'paris' is the engine's, and the table, a partition of \
                public.orders on 'berlin', is none there: it takes no part in the set
                """
            ])
        expectNoDifference(
            stray.map(\.next),
            ["attach it on 'paris' again; or drop the trigger, and see to it that nothing writes there"])
    }

    @Test func `with a leaf that the old origin has detached opens on no other node`() {
        var world = World.divided(builtin)
        world.apply()
        world.detachLeaf(on: "berlin")
        world.declare(origin: "paris")
        expectNoDifference(
            world.difference.findings.filter(\.blocking).map(\.message),
            [
                """
                public.orders_1 is a partition of public.orders on 'paris', and a table by itself on 'berlin', where \
                nothing refuses its writes
                """
            ])
        expectNoDifference(world.plan.steps.filter { $0.table != nil }.map(\.statements), [])
    }

    @Test func `with a leaf that the old origin has detached opens nowhere else, though that one is left out`() {
        var world = World.divided(builtin)
        world.apply()
        world.detachLeaf(on: "berlin")
        world.declare(origin: "paris", subscribers: [])
        #expect(world.findings.contains("blocking: TABLE_MISSING [paris public.orders_1]"))
    }

    @Test func `with a leaf that a subscriber has detached is not held back while it is written on its origin`() {
        var world = World.divided(builtin)
        world.apply()
        world.detachLeaf(on: "paris")
        expectNoDifference(world.difference.findings.filter(\.blocking), [])
    }

    @Test func `with an impostor for statements in place of its deny trigger is for its owner to mend`() {
        var world = World.divided(builtin)
        world.apply()
        for table in ["public.orders_1", "public.orders_2"] {
            world.table(table, on: "paris") { $0.triggers.removeAll { $0.name == "00_polarity_deny" } }
        }
        world.trigger(.deny, on: "paris") { $0.type &= ~1 }
        #expect(world.findings.contains("blocking: CLONE_DIFFERS [paris public.orders 00_polarity_deny]"))
        expectNoDifference(world.plan.steps.flatMap(\.changes).filter { $0.action.word == "replace" }, [])
    }

    @Test func `with an impostor, and a leaf with a trigger like the right one, is told of the impostor`() {
        var world = World.divided(bruce)
        world.table("public.orders_1", on: "paris") {
            $0.triggers = [
                ObservedTrigger(
                    name: "orders_1_deny", function: FunctionName("bruce", "denyaccesstrigger"), type: 31,
                    mode: .enabled)
            ]
        }
        world.table(on: "paris") {
            $0.triggers = [
                ObservedTrigger(name: "orders_deny", function: FunctionName("public", "mine"), type: 31, mode: .enabled)
            ]
        }
        #expect(world.findings.contains("IMPOSTOR [paris public.orders orders_deny]"))
    }

    /// Triggers whose arguments name their table, as the custom engine of the contract has them.
    private static let named = Engine.custom([.log(arguments: ["{schema}.{table}"]), .deny()])

    @Test func `is not logged twice for a trigger of the user's own on one leaf that calls the engine's function`() {
        var world = World.divided(Self.named)
        world.apply()
        world.table("public.orders_1", on: "berlin") { table in
            table.triggers.append(
                ObservedTrigger(
                    name: "shadow", function: FunctionName("repl", "capture"), type: 29, mode: .disabled,
                    arguments: TriggerArguments(["audit"])))
        }
        #expect(world.difference.isInSync)
        world.declare(origin: "paris")
        world.apply()
        expectNoDifference(world.observed.node("berlin")?.tables[tableName("public.orders_2")]?.triggers.count, 2)
        #expect(world.difference.isInSync)
    }

    @Test func `that a table is attached to takes the triggers of its own from it, which would log twice`() {
        var world = World.divided(Self.named)
        world.apply()
        let clones = world.observed.node("berlin")?.tables[tableName("public.orders_1")]?.triggers ?? []
        for node in ["berlin", "paris"] as [NodeName] {
            world.table("public.orders_1", on: node) { table in
                table.triggers += table.triggers.map { clone in
                    ObservedTrigger(
                        name: TriggerName(clone.name.text.replacing("orders", with: "orders_1")),
                        function: clone.function, type: clone.type, mode: clone.mode,
                        arguments: TriggerArguments(clone.arguments.texts.map { _ in "public.orders_1" }))
                }
            }
        }
        #expect(world.findings.contains("DUPLICATE_LOG [berlin public.orders_1 orders_1_log]"))
        expectNoDifference(world.plan.required, [.dropTrigger])
        world.apply()
        expectNoDifference(world.observed.node("berlin")?.tables[tableName("public.orders_1")]?.triggers, clones)
        #expect(world.difference.isInSync)
    }

    @Test func `with impostors or other names on its clones is for its owner to mend`() {
        var world = World.divided(builtin)
        world.apply()
        world.trigger(.deny, of: "public.orders_1", on: "paris") { $0.hasCondition = true }
        world.trigger(.log, of: "public.orders_2", on: "paris") { $0.name = "another" }
        expectNoDifference(
            world.story,
            """
            critical: SPLIT_BRAIN [public.orders_1] public.orders_1 accepts writes on berlin and paris; writes on \
            paris are not logged
            error, blocking: CLONE_DIFFERS [paris public.orders_1 00_polarity_deny] "00_polarity_deny" on \
            public.orders_1 is a copy of its parent's trigger and not the engine's
            """)
    }

    @Test func `cannot be held by Slony`() {
        var world = World(.slony(cluster: "shopcl"))
        for node in ["berlin", "paris", "tokyo"] as [NodeName] {
            world.table(on: node) { $0.kind = .partitionedTable }
        }
        expectNoDifference(
            world.story,
            """
            error, blocking: WRONG_RELATION_KIND [berlin public.orders] public.orders on 'berlin' is a partitioned \
            table, which Slony cannot hold: list the partitions
            error, blocking: WRONG_RELATION_KIND [paris public.orders] public.orders on 'paris' is a partitioned \
            table, which Slony cannot hold: list the partitions
            error, blocking: WRONG_RELATION_KIND [tokyo public.orders] public.orders on 'tokyo' is a partitioned \
            table, which Slony cannot hold: list the partitions
            """)
    }
}

extension World {
    /// Takes a leaf out of what is looked at, as one that was detached is; its own trigger stays on it.
    fileprivate mutating func detachLeaf(on name: NodeName) {
        node(name) {
            $0.tables[tableName("public.orders_1")] = nil
            $0.stray = [
                StrayTrigger(
                    table: tableName("public.orders_1"), trigger: "00_polarity_truncate_deny",
                    function: FunctionName("polarity", "deny_truncate"))
            ]
        }
    }
}
