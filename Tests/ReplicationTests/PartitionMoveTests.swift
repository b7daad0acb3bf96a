import CustomDump
import Testing

@testable import Replication

private let builtin = Engine.builtin(cluster: "shop")

/// Home-grown engines whose deny trigger comes and goes.
private enum PartitionEngine {
    /// The log comes and goes, too.
    static let leaving = Engine.custom([.log(subscriber: nil), .deny(origin: nil)])
    /// The log is there on every node and names its table.
    static let naming = Engine.custom([.log(arguments: ["{schema}.{table}"]), .deny(origin: nil)])
}

@Suite struct `a partitioned table whose set moves` {
    /// Of a partitioned table with two leaves, applied.
    private func applied(_ engine: Engine, version: Int = 150_000) -> World {
        var world = divided(engine, version: version)
        world.apply()
        return world
    }

    /// Of a partitioned table with two leaves without triggers, on nodes that have the engine's functions.
    private func divided(_ engine: Engine, version: Int = 150_000) -> World {
        var world = World.divided(engine, version: version)
        let functions = Set(world.declared.scope.functions)
        for node in ["berlin", "paris"] as [NodeName] { world.node(node) { $0.functions = functions } }
        return world
    }

    @Test func `moves with a custom engine whose triggers come and go, clones with their root`() {
        var world = applied(PartitionEngine.leaving)
        world.declare(origin: "paris")
        expectNoDifference(
            world.story,
            """
            warning: TRUNCATE_UNGUARDED [] engine custom has no truncate triggers: TRUNCATE passes everywhere
            protect berlin public.orders SHARE ROW EXCLUSIVE
              CREATE TRIGGER "orders_deny" BEFORE INSERT OR UPDATE OR DELETE ON "public"."orders" FOR EACH ROW \
            EXECUTE FUNCTION "repl"."deny"()
            protect paris public.orders SHARE ROW EXCLUSIVE
              CREATE TRIGGER "orders_log" AFTER INSERT OR UPDATE OR DELETE ON "public"."orders" FOR EACH ROW EXECUTE \
            FUNCTION "repl"."capture"()
            open paris public.orders ACCESS EXCLUSIVE
              DROP TRIGGER "orders_deny" ON "public"."orders"
            tidy berlin public.orders ACCESS EXCLUSIVE
              DROP TRIGGER "orders_log" ON "public"."orders"
            drain berlin into paris for public.orders by nothing
            needs ORIGIN_CHANGE,UNPROVEN_HANDOVER
            """)
        world.apply()
        expectNoDifference(world.plan.steps, [])
    }

    @Test func `logs in its leaves before they open and until they are shut, under its root's name`() {
        var world = applied(PartitionEngine.naming)
        world.declare(origin: "paris")
        expectNoDifference(
            world.story,
            """
            warning: TRUNCATE_UNGUARDED [] engine custom has no truncate triggers: TRUNCATE passes everywhere
            protect berlin public.orders SHARE ROW EXCLUSIVE
              CREATE TRIGGER "orders_deny" BEFORE INSERT OR UPDATE OR DELETE ON "public"."orders" FOR EACH ROW \
            EXECUTE FUNCTION "repl"."deny"()
              ALTER TABLE ONLY "public"."orders" DISABLE TRIGGER "orders_log"
            protect paris public.orders_1 SHARE ROW EXCLUSIVE
              ALTER TABLE ONLY "public"."orders_1" ENABLE TRIGGER "orders_log"
            protect paris public.orders_2 SHARE ROW EXCLUSIVE
              ALTER TABLE ONLY "public"."orders_2" ENABLE TRIGGER "orders_log"
            open paris public.orders ACCESS EXCLUSIVE
              DROP TRIGGER "orders_deny" ON "public"."orders"
              ALTER TABLE ONLY "public"."orders" ENABLE TRIGGER "orders_log"
            tidy berlin public.orders_1 SHARE ROW EXCLUSIVE
              ALTER TABLE ONLY "public"."orders_1" DISABLE TRIGGER "orders_log"
            tidy berlin public.orders_2 SHARE ROW EXCLUSIVE
              ALTER TABLE ONLY "public"."orders_2" DISABLE TRIGGER "orders_log"
            drain berlin into paris for public.orders by nothing
            needs ORIGIN_CHANGE,UNPROVEN_HANDOVER
            """)
        world.apply()
        expectNoDifference(world.plan.steps, [])
    }

    @Test func `logs in a leaf that a surplus deny of its root alone keeps shut, before that is dropped`() {
        var world = applied(builtin)
        let (root, leaf) = ("public.orders", "public.orders_1")
        for table in [root, leaf, "public.orders_2"] {
            world.table(table, on: "berlin") {
                $0.triggers.append(
                    ObservedTrigger(
                        name: "surplus", function: FunctionName("polarity", "deny_change"), type: 31, mode: .enabled,
                        isClone: table != root))
            }
        }
        world.table(leaf, on: "berlin") { found in
            for (name, mode) in [("00_polarity_deny", FiringMode.replica), ("00_polarity_log", .disabled)] {
                for place in found.triggers.indices where found.triggers[place].name == TriggerName(name) {
                    found.triggers[place].mode = mode
                }
            }
        }
        expectNoDifference(
            world.plan.steps.flatMap { step in step.statements.map { "\(step.stage) \($0)" } },
            [
                "protect ALTER TABLE ONLY \"public\".\"orders_1\" ENABLE TRIGGER \"00_polarity_log\"",
                "open DROP TRIGGER \"surplus\" ON \"public\".\"orders\"",
                "open ALTER TABLE ONLY \"public\".\"orders_1\" DISABLE TRIGGER \"00_polarity_deny\"",
            ])
        world.apply()
        expectNoDifference(world.story, "in sync")
    }

    @Test func `logs in leaves that stay open, since a selection leaves out the deny trigger on their root`() {
        var world = applied(PartitionEngine.naming)
        world.declare(origin: "paris")
        let limited = Plan(world.difference.limited(to: Selection(tables: ["public.orders_*"])))
        expectNoDifference(limited.steps.filter { $0.node == "berlin" }.flatMap(\.statements), [])
    }

    @Test func `logs on its root while leaves with deny triggers of their own stay open, left out`() {
        var world = applied(PartitionEngine.leaving)
        world.table("public.orders_1", on: "berlin") {
            $0.triggers.append(
                ObservedTrigger(
                    name: "orders_1_deny", function: FunctionName("repl", "deny"), type: 31, mode: .disabled))
        }
        world.declare(origin: "paris")
        let limited = Plan(world.difference.limited(to: Selection(tables: ["public.orders"])))
        expectNoDifference(limited.steps.filter { $0.node == "berlin" }.flatMap(\.statements), [])
    }

    @Test func `has a leaf's log trigger shut under its old name, and renamed after that`() {
        var world = divided(PartitionEngine.naming)
        for node in ["berlin", "paris"] as [NodeName] {
            for leaf in ["public.orders_1", "public.orders_2"] {
                world.table(leaf, on: node) {
                    $0.triggers = [
                        ObservedTrigger(
                            name: "old_log", function: FunctionName("repl", "capture"), type: 29,
                            mode: node == "berlin" ? .enabled : .disabled, arguments: TriggerArguments([leaf]))
                    ]
                }
            }
        }
        world.declare(origin: "paris")
        let leaf = world.plan.steps.filter { $0.node == "berlin" && $0.table == tableName("public.orders_1") }
        expectNoDifference(
            leaf.flatMap { step in step.statements.map { "\(step.stage) \($0)" } },
            [
                "tidy ALTER TABLE ONLY \"public\".\"orders_1\" DISABLE TRIGGER \"old_log\"",
                "tidy ALTER TRIGGER \"old_log\" ON \"public\".\"orders_1\" RENAME TO \"orders_1_log\"",
            ])
        world.apply()
        expectNoDifference(world.plan.steps, [])
    }

    @Test func `is not closed on a node that another set has as the origin of one of its leaves`() {
        var world = divided(builtin)
        world.sets = [
            World.set("whole", origin: "berlin", subscribers: ["paris"], tables: ["public.orders"]),
            World.set("leaf", origin: "paris", subscribers: ["berlin"], tables: ["public.orders_1"]),
        ]
        #expect(world.plan.steps.filter { $0.node == "paris" && $0.table == tableName("public.orders") }.isEmpty)
        world.apply()
        #expect(!world.findings.contains("ORIGIN_CLOSED"))
        expectNoDifference(world.plan.steps, [])
    }

    @Test func `opens nowhere while a leaf of it could not be made to log`() {
        var world = applied(PartitionEngine.naming)
        world.declare(origin: "paris")
        world.table("public.orders_1", on: "paris") { $0.mayAlter = false }
        expectNoDifference(world.plan.stages.filter { $0.name == .open || $0.name == .tidy }, [])
    }

    /// What leads a move back whose stage `protect` alone was done.
    private func reopened(_ world: World) -> [Step] {
        let outcomes = world.plan.steps.map { step in
            StepOutcome(step: step, outcome: step.stage == .protect ? .done(tries: 1, took: .zero) : .notBegun)
        }
        return world.plan.reopening(after: Outcomes(steps: outcomes), from: world.observed)
    }

    @Test(arguments: [120_000, 150_000]) func `that never opened is led back with its root, which refused TRUNCATE`(
        version: Int
    ) {
        var world = World.divided(builtin, version: version)
        world.apply()
        world.declare(origin: "paris")
        expectNoDifference(
            reopened(world).map { "\($0.node) \($0.table?.name.text ?? "")" }.sorted(),
            ["berlin orders", "berlin orders_1", "berlin orders_2"])
    }

    @Test func `opens no leaf by itself whose log is to come with its root's`() {
        var world = World.divided(builtin)
        world.apply()
        world.declare(origin: "paris")
        for name in ["public.orders", "public.orders_1", "public.orders_2"] {
            world.table(name, on: "paris") { $0.triggers.removeAll { $0.name == "00_polarity_log" } }
        }
        let leaf = Plan(world.difference.limited(to: Selection(tables: ["public.orders_1"])))
        expectNoDifference(leaf.steps.filter { $0.stage == .open || $0.node == "berlin" }, [])
        world.apply()
        expectNoDifference(world.plan.steps, [])
    }

    @Test func `that never opened is led back leaf by leaf where its deny trigger was made`() {
        var world = applied(PartitionEngine.naming)
        world.declare(origin: "paris")
        expectNoDifference(
            reopened(world).flatMap(\.statements),
            [
                "ALTER TABLE ONLY \"public\".\"orders\" ENABLE TRIGGER \"orders_log\", "
                    + "DISABLE TRIGGER \"orders_deny\"",
                "ALTER TABLE ONLY \"public\".\"orders_1\" DISABLE TRIGGER \"orders_deny\"",
                "ALTER TABLE ONLY \"public\".\"orders_2\" DISABLE TRIGGER \"orders_deny\"",
            ])
    }

    @Test(arguments: [120_000, 150_000]) func `on a node that leaves its set is opened with a word, leaves and all`(
        version: Int
    ) {
        var world = World.divided(builtin, version: version)
        world.apply()
        world.declare(origin: "berlin", subscribers: [])
        expectNoDifference(world.plan.required, [.dropTrigger, .openBystander])
        expectNoDifference(world.plan.heldBack, [])
        world.apply()
        for name in ["public.orders", "public.orders_1"] {
            expectNoDifference(world.observed.node("paris")?.tables[tableName(name)]?.triggers, [])
        }
        expectNoDifference(world.plan.steps, [])
    }

    @Test(arguments: [true, false]) func `with a leaf that the new origin lacks does not move, and says which`(
        isKnown: Bool
    ) {
        var world = World.divided(builtin)
        world.apply()
        world.declare(origin: "paris")
        if !isKnown { world.node("berlin") { $0.builtin?.recorded.sets["default"]?.origin = "paris" } }
        world.node("paris") { $0.tables[tableName("public.orders_2")] = nil }
        expectNoDifference(world.plan.steps, [])
        expectNoDifference(
            world.difference.findings.filter(\.blocking).map {
                "\($0.code.rawValue) \($0.node?.text ?? "") \($0.message)"
            },
            [
                "TABLE_MISSING paris public.orders_2, a partition that 'berlin' accepts writes for, does not exist on "
                    + "'paris'"
            ])
    }

    @Test(arguments: [120_000, 150_000]) func `that moves has its own sequence looked at`(version: Int) {
        for policy in [SequencePolicy.check, .advance] {
            var world = World.divided(builtin, version: version)
            world.apply()
            world.policy.sequences = policy
            for (node, value) in [("berlin", 42), ("paris", 7)] as [(NodeName, Int64)] {
                world.table(on: node) {
                    $0.sequences = [
                        ObservedSequence(name: QualifiedName("public", "orders_id_seq"), column: "id", lastValue: value)
                    ]
                }
            }
            world.declare(origin: "paris")
            let isBehind = world.findings.contains("SEQUENCE_BEHIND [paris public.orders]")
            let advances = world.plan.steps.filter { $0.stage == .drain }.map(\.table?.description)
            expectNoDifference(isBehind, policy == .check)
            expectNoDifference(advances, policy == .check ? [] : ["public.orders"])
        }
    }

    @Test(arguments: [120_000, 150_000])
    func `with one leaf that cannot be closed on the old origin opens nowhere, and nothing is closed`(version: Int) {
        var world = World.divided(builtin, version: version)
        world.apply()
        world.declare(origin: "paris")
        world.table("public.orders_1", on: "berlin") { $0.mayAlter = false }
        expectNoDifference(world.plan.steps, [])
    }

    @Test func `opens nothing by itself while its leaves, whose triggers are their own, stay as they are`() {
        var world = divided(PartitionEngine.leaving)
        world.table("public.orders_1", on: "berlin") {
            $0.triggers = [
                ObservedTrigger(name: "orders_deny", function: FunctionName("public", "mine"), type: 7, mode: .enabled)
            ]
        }
        world.apply()
        world.declare(origin: "paris")
        let root = Plan(world.difference.limited(to: Selection(tables: ["public.orders"])))
        expectNoDifference(root.steps.filter { $0.stage == .open && $0.table != nil }, [])
    }

    @Test func `has a leaf's sequences put ahead with its root's triggers, and a root's with its leaves'`() {
        for (version, name) in [(120_000, "public.orders"), (150_000, "public.orders_1")] {
            var world = applied(PartitionEngine.leaving, version: version)
            world.policy.sequences = .advance
            world.observed.journal.sets["default"] = RecordedSet(origin: "berlin", members: ["berlin", "paris"])
            for (node, value) in [("berlin", 42), ("paris", 7)] as [(NodeName, Int64)] {
                world.table(name, on: node) {
                    $0.sequences = [
                        ObservedSequence(name: QualifiedName("public", "id_seq"), column: "id", lastValue: value)
                    ]
                }
            }
            world.declare(origin: "paris")
            expectNoDifference(
                world.plan.steps.filter { $0.stage == .drain }.map { $0.table?.description ?? "" }, [name])
        }
    }
}
