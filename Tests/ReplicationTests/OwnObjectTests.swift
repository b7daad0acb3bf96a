import CustomDump
import Testing

@testable import Replication

private let builtin = Engine.builtin(cluster: "shop")

@Suite struct `the user's own triggers and rules` {
    @Test func `of a partitioned table are in their modes on its partitions, too, where they are clones`() {
        var world = World.divided(builtin)
        world.apply()
        let audit = { (isClone: Bool) in
            ObservedTrigger(
                name: "audit", function: FunctionName("public", "audit"), type: 5, mode: .enabled, isClone: isClone)
        }
        for node in ["berlin", "paris"] as [NodeName] {
            world.table(on: node) { $0.triggers.append(audit(false)) }
            world.table("public.orders_1", on: node) { $0.triggers.append(audit(true)) }
        }
        let own = [OwnObject(name: "audit", modes: [.origin: .enabled, .subscriber: .disabled], because: line(40))]
        let root = DeclaredTable(name: tableName("public.orders"), triggers: own, because: line(30))
        world.declare(tables: [root])
        expectNoDifference(
            world.story,
            """
            protect paris public.orders_1 SHARE ROW EXCLUSIVE
              ALTER TABLE ONLY "public"."orders_1" DISABLE TRIGGER "audit"
            protect paris public.orders SHARE ROW EXCLUSIVE
              ALTER TABLE ONLY "public"."orders" DISABLE TRIGGER "audit"
            """)
        world.apply()
        expectNoDifference(world.story, "in sync")
        // One that is a partition's own is none of the root's, and a partition that is named may say otherwise.
        world.table("public.orders_2", on: "paris") { $0.triggers.append(audit(false)) }
        expectNoDifference(world.story, "in sync")
        let other = [OwnObject(name: "audit", modes: [.subscriber: .replica], because: line(41))]
        world.declare(tables: [
            root, DeclaredTable(name: tableName("public.orders_1"), triggers: other, because: line(31)),
        ])
        expectNoDifference(
            world.story,
            """
            protect paris public.orders_1 SHARE ROW EXCLUSIVE
              ALTER TABLE ONLY "public"."orders_1" ENABLE REPLICA TRIGGER "audit"
            """)
    }

    @Test func `of a partitioned partition go before those of its root of the same name, on its own partitions`() {
        var world = World.divided(builtin)
        for node in ["berlin", "paris"] as [NodeName] {
            world.node(node) {
                $0.tables[tableName("public.orders_1")]?.kind = .partitionedTable
                $0.tables[tableName("public.orders_11")] = ObservedTable(
                    oid: 17010, name: tableName("public.orders_11"), partitionOf: tableName("public.orders_1"),
                    mayHoldRows: false)
            }
        }
        world.apply()
        for node in ["berlin", "paris"] as [NodeName] {
            for (table, isClone) in [("public.orders", false), ("public.orders_1", false), ("public.orders_11", true)] {
                world.table(table, on: node) {
                    $0.triggers.append(
                        ObservedTrigger(
                            name: "audit", function: FunctionName("public", "audit"), type: 5,
                            mode: table == "public.orders" ? .enabled : .replica, isClone: isClone))
                }
            }
        }
        let own = { (mode: FiringMode) in
            [OwnObject(name: "audit", modes: [.origin: mode, .subscriber: mode], because: line(40))]
        }
        world.declare(tables: [
            DeclaredTable(name: tableName("public.orders"), triggers: own(.enabled), because: line(30)),
            DeclaredTable(name: tableName("public.orders_1"), triggers: own(.replica), because: line(31)),
        ])
        expectNoDifference(world.plan.steps.filter { $0.table != nil }.map(\.statements), [])
    }

    @Test func `are kept in the mode of each role`() {
        var world = World(builtin, nodes: ["berlin", "paris"])
        for node in ["berlin", "paris"] as [NodeName] {
            world.table(on: node) {
                $0.triggers.append(
                    ObservedTrigger(
                        name: "audit", function: FunctionName("public", "audit"), type: 21, mode: .enabled))
                $0.triggers.append(
                    ObservedTrigger(
                        name: "other", function: FunctionName("public", "audit"), type: 21, mode: .enabled))
                $0.rules = [
                    ObservedRule(name: "shadow", mode: .enabled, isInstead: true),
                    ObservedRule(name: "stray", mode: .enabled, isInstead: true),
                ]
            }
        }
        world.declare(tables: [
            DeclaredTable(
                name: tableName("public.orders"),
                triggers: [
                    OwnObject(name: "audit", modes: [.origin: .enabled, .subscriber: .replica], because: line(40))
                ],
                rules: [
                    OwnObject(name: "shadow", modes: [.origin: .enabled, .subscriber: .disabled], because: line(41))
                ], because: line(30))
        ])
        expectNoDifference(
            world.story,
            """
            warning: INSTEAD_RULE [berlin public.orders] rule stray on public.orders on 'berlin' replaces writes
            warning: INSTEAD_RULE [paris public.orders] rule stray on public.orders on 'paris' replaces writes
            protect paris public.orders SHARE ROW EXCLUSIVE
              ALTER TABLE ONLY "public"."orders" ENABLE REPLICA TRIGGER "audit"
            tidy paris public.orders ACCESS EXCLUSIVE
              ALTER TABLE ONLY "public"."orders" DISABLE RULE "shadow"
            """)
        world.apply()
        expectNoDifference(world.plan.steps, [])
        world.declare(tables: [
            DeclaredTable(
                name: tableName("public.orders"),
                triggers: [OwnObject(name: "gone", modes: [.origin: .always], because: line(40))],
                rules: [OwnObject(name: "gone", modes: [.origin: .always], because: line(41))], because: line(30))
        ])
        expectNoDifference(
            world.story,
            """
            error, blocking: OWN_TRIGGER_MISSING [berlin public.orders gone] public.orders on 'berlin' has no rule gone
            error, blocking: OWN_TRIGGER_MISSING [berlin public.orders gone] public.orders on 'berlin' has no trigger gone
            warning: INSTEAD_RULE [berlin public.orders] rule shadow on public.orders on 'berlin' replaces writes
            warning: INSTEAD_RULE [berlin public.orders] rule stray on public.orders on 'berlin' replaces writes
            warning: INSTEAD_RULE [paris public.orders] rule stray on public.orders on 'paris' replaces writes
            """)
    }

    @Test func `are no engine's trigger, by whatever name it is known`() {
        for (engine, name) in [(builtin, "00_polarity_deny"), (Engine.bruce(cluster: "shop"), "renamed_deny")] {
            var world = World(engine, nodes: ["berlin", "paris"])
            if name == "renamed_deny" { world.trigger(.deny, on: "paris") { $0.name = "renamed_deny" } }
            world.declare(tables: [
                DeclaredTable(
                    name: tableName("public.orders"),
                    triggers: [
                        OwnObject(name: TriggerName(name), modes: [.subscriber: .disabled], because: line(40))
                    ], because: line(30))
            ])
            let shown = TriggerName(name).shown
            #expect(
                world.findings.contains(
                    "error, blocking: NAME_COLLISION [paris public.orders \(name)] the file declares \(shown) on "
                        + "public.orders as the user's own, and it is the engine's"))
            expectNoDifference(world.plan.steps.filter { $0.table != nil }, [])
        }
    }

    @Test func `are switched with their engine's triggers, in any mode`() {
        var world = World(builtin, nodes: ["berlin", "paris"])
        world.table(on: "paris") {
            $0.rules = [ObservedRule(name: "shadow", mode: .enabled, isInstead: false)]
        }
        for mode in [FiringMode.always, .replica, .disabled] {
            world.declare(tables: [
                DeclaredTable(
                    name: tableName("public.orders"),
                    rules: [OwnObject(name: "shadow", modes: [.subscriber: mode], because: line(41))],
                    because: line(30))
            ])
            world.apply()
            expectNoDifference(
                world.observed.node("paris")?.tables[tableName("public.orders")]?.rules.first?.mode, mode)
            expectNoDifference(world.plan.steps, [])
        }
    }

    @Test func `are told apart between tables that are alike otherwise`() {
        var world = World(builtin, nodes: ["berlin", "paris"], tables: ["public.items", "public.orders"])
        for node in ["berlin", "paris"] as [NodeName] {
            for name in ["public.items", "public.orders"] {
                world.table(name, on: node) {
                    $0.triggers.append(
                        ObservedTrigger(
                            name: "audit", function: FunctionName("public", "audit"), type: 21, mode: .enabled))
                }
            }
        }
        world.declare(tables: [
            DeclaredTable(name: tableName("public.items"), because: line(30)),
            DeclaredTable(
                name: tableName("public.orders"),
                triggers: [
                    OwnObject(name: "audit", modes: [.origin: .enabled, .subscriber: .replica], because: line(40))
                ], because: line(30)),
        ])
        expectNoDifference(world.plan.steps.map { "\($0.node) \($0.table?.name.text ?? "")" }, ["paris orders"])
    }

    @Test func `change hands with the engine's where their set moves`() {
        var world = World(builtin, nodes: ["berlin", "paris"])
        for node in ["berlin", "paris"] as [NodeName] {
            world.table(on: node) {
                $0.triggers.append(
                    ObservedTrigger(
                        name: "audit", function: FunctionName("public", "audit"), type: 21,
                        mode: node == "berlin" ? .enabled : .replica))
            }
        }
        world.declare(tables: [
            DeclaredTable(
                name: tableName("public.orders"),
                triggers: [
                    OwnObject(name: "audit", modes: [.origin: .enabled, .subscriber: .replica], because: line(40))
                ], because: line(30))
        ])
        world.declare(origin: "paris")
        let own = world.plan.steps.filter { $0.changes.contains { $0.action.trigger == "audit" } }
        expectNoDifference(own.map { "\($0.stage) \($0.node)" }, ["protect berlin", "open paris"])
    }
}
