import CustomDump
import Testing

@testable import Replication

@Suite struct `a custom engine` {
    private func engine(_ catalog: EngineCatalog = .none, drained: DrainQuery? = nil) -> Engine {
        Engine(
            name: "custom", cluster: "shop", catalog: catalog,
            templates: [
                .init(
                    .log, "{table}_log", function: ("repl", "capture"), .after, .row, .changes,
                    arguments: ["{schema}.{table}"], origin: .enabled, subscriber: .disabled),
                .init(
                    .deny, "{table}_deny", function: ("repl", "deny"), .before, .row, .changes, origin: .disabled,
                    subscriber: .enabled, bystander: .enabled),
            ], drained: drained)
    }

    @Test func `moves where its own queries prove the drain`() {
        let query = DrainQuery(sql: "select true", originPosition: "select 1", timeout: .seconds(60))
        var world = World(engine(drained: query), nodes: ["berlin", "paris"])
        world.declare(origin: "paris")
        expectNoDifference(
            world.story,
            """
            warning: TRUNCATE_UNGUARDED [] engine custom has no truncate triggers: TRUNCATE passes everywhere
            protect berlin public.orders SHARE ROW EXCLUSIVE
              ALTER TABLE ONLY "public"."orders" DISABLE TRIGGER "orders_log", ENABLE TRIGGER "orders_deny"
            open paris public.orders SHARE ROW EXCLUSIVE
              ALTER TABLE ONLY "public"."orders" ENABLE TRIGGER "orders_log", DISABLE TRIGGER "orders_deny"
            drain berlin into paris for public.orders by query
            needs ORIGIN_CHANGE
            """)
        world.apply()
        expectNoDifference(world.plan.steps, [])
    }

    @Test func `without a journal asks for a word to open what is closed, and to close what is open`() {
        var world = World(engine(), nodes: ["berlin", "paris"])
        world.observed.journal = RecordedCluster()
        expectNoDifference(world.plan.required, [])
        world.declare(origin: "paris")
        expectNoDifference(world.plan.required, [.originChange, .unprovenHandover])
        world.declare(origin: nil)
        expectNoDifference(world.plan.required, [.originChange])
    }

    @Test func `guards a bystander where its table says so`() {
        var world = World(engine(), subscribers: ["paris"])
        world.node("tokyo") {
            $0.tables[tableName("public.orders")] = ObservedTable(oid: 1, name: tableName("public.orders"))
        }
        expectNoDifference(
            world.story,
            """
            warning: TRUNCATE_UNGUARDED [] engine custom has no truncate triggers: TRUNCATE passes everywhere
            warning: UNPROTECTED_BYSTANDER [tokyo public.orders] public.orders on bystander 'tokyo' accepts writes
            protect tokyo public.orders SHARE ROW EXCLUSIVE
              CREATE TRIGGER "orders_deny" BEFORE INSERT OR UPDATE OR DELETE ON "public"."orders" FOR EACH ROW \
            EXECUTE FUNCTION "repl"."deny"()
            """)
    }

    @Test func `opens nothing beside a node that was closed under another name`() {
        var world = World(engine(), nodes: ["berlin", "paris"])
        world.declare(origin: "paris")
        world.trigger(.deny, on: "berlin") { $0.name = "renamed_deny" }
        expectNoDifference(
            world.story,
            """
            error: MISNAMED [berlin public.orders renamed_deny] renamed_deny on public.orders is the engine's \
            trigger under another name than orders_deny
            warning: TRUNCATE_UNGUARDED [] engine custom has no truncate triggers: TRUNCATE passes everywhere
            protect berlin public.orders SHARE ROW EXCLUSIVE
              ALTER TABLE ONLY "public"."orders" DISABLE TRIGGER "orders_log", ENABLE TRIGGER "renamed_deny"
            open paris public.orders SHARE ROW EXCLUSIVE
              ALTER TABLE ONLY "public"."orders" ENABLE TRIGGER "orders_log", DISABLE TRIGGER "orders_deny"
            tidy berlin public.orders ACCESS EXCLUSIVE
              ALTER TRIGGER "renamed_deny" ON "public"."orders" RENAME TO "orders_deny"
            drain berlin into paris for public.orders by nothing
            needs ORIGIN_CHANGE,UNPROVEN_HANDOVER
            """)
    }

    @Test func `that calls functions which are not there is held back`() {
        var world = World(engine(), nodes: ["berlin", "paris"])
        world.remove(.deny, on: "paris")
        world.node("paris") { $0.functions = [] }
        expectNoDifference(
            world.story,
            """
            critical: SPLIT_BRAIN [public.orders] public.orders accepts writes on berlin and paris; writes on paris \
            are not logged
            error, blocking: FUNCTION_MISSING [paris public.orders] public.orders on 'paris' needs repl.deny(), \
            which does not exist there
            warning: TRUNCATE_UNGUARDED [] engine custom has no truncate triggers: TRUNCATE passes everywhere
            held back paris public.orders create orders_deny
            """)
    }

    @Test func `is passed by in a session role in which nothing of one kind works`() {
        func passed(_ templates: [TriggerTemplate]) -> [SessionRole] {
            SessionRole.allCases.filter { Engine.custom(templates).isPassed(by: $0) }
        }
        #expect(passed([.log(), .deny()]) == [.replica])
        #expect(passed([.log(origin: .always), .deny(subscriber: .always)]) == [])
        #expect(passed([.log(), .log("{table}_replayed", origin: .replica), .deny(subscriber: .always)]) == [])
        #expect(passed([.log(origin: .always), .deny()]) == [.replica])
    }

    @Test func `tells of its functions in another shape, and leaves them to whoever made them`() {
        var world = World(.custom([.log(), .deny()]))
        world.table(on: "berlin") {
            var some = $0.triggers[0]
            (some.name, some.function, some.mode) = ("some_days", FunctionName("repl", "deny"), .enabled)
            (some.type, some.hasCondition) = (31, true)
            $0.triggers.append(some)
        }
        expectNoDifference(
            world.story,
            """
            warning: STRAY_TRIGGER [berlin public.orders some_days] some_days on public.orders on 'berlin' is BEFORE \
            INSERT OR UPDATE OR DELETE FOR EACH ROW with a WHEN condition repl.deny(), beside what the engine has there
            \(unguarded)
            """)
    }

    @Test func `that names a table in its log's arguments tells of the one from before the table was renamed`() {
        var world = World(engine(), nodes: ["berlin", "paris"])
        for node: NodeName in ["berlin", "paris"] {
            world.table(on: node) {
                $0.triggers.insert(
                    ObservedTrigger(
                        name: "old_log", function: FunctionName("repl", "capture"), type: 29,
                        mode: node == "berlin" ? .enabled : .disabled, arguments: TriggerArguments(["public.old"])),
                    at: 0)
            }
        }
        expectNoDifference(
            world.findings,
            """
            critical: DUPLICATE_LOG [berlin public.orders old_log] old_log on public.orders on 'berlin' is what the \
            engine makes for public.old: every change is captured twice
            warning: LOG_ORDER [berlin public.orders old_log] old_log on public.orders on 'berlin' fires before orders_log
            \(unguarded)
            """)
        expectNoDifference(world.plan.steps, [])
    }

    @Test func `whose two names are one once the cluster's is filled in changes nothing`() {
        var world = World(.custom([.log("{cluster}_t"), .deny("shop_t")]), nodes: ["berlin", "paris"])
        for node: NodeName in ["berlin", "paris"] { world.table(on: node) { $0.triggers = [] } }
        expectNoDifference(world.plan.steps, [])
        expectNoDifference(world.findings.contains("NAME_COLLISION"), true)
    }

    @Test func `in the builtin engine's schema is told of a function of its own that is not there`() {
        var world = World(engine(.polarity), nodes: ["berlin", "paris"])
        world.remove(.deny, on: "paris")
        world.node("paris") { $0.functions = [] }
        let findings = world.difference.findings.filter { $0.code == .functionMissing }
        expectNoDifference(
            findings.map(\.message),
            ["public.orders on 'paris' needs repl.deny(), which does not exist there"])
        expectNoDifference(world.plan.steps, [])
    }

    @Test func `on Slony's catalog without a table's number is still Slony's`() {
        var world = World(engine(.slony), nodes: ["berlin", "paris"])
        expectNoDifference(
            world.story,
            """
            warning: TRUNCATE_UNGUARDED [] engine custom has no truncate triggers: TRUNCATE passes everywhere
            """)
        world.declare(origin: nil)
        expectNoDifference(
            world.plan.steps.flatMap(\.statements),
            ["ALTER TABLE ONLY \"public\".\"orders\" ENABLE TRIGGER \"orders_deny\""])
    }
}

@Suite struct `hundreds of tables` {
    @Test func `move in two steps each`() {
        var world = World(
            .builtin(cluster: "shop"), nodes: ["berlin", "paris", "tokyo"], tables: (0..<300).map { "public.t\($0)" })
        world.declare(origin: "paris")
        expectNoDifference(world.plan.steps.count, 2 * 300 + 3)
    }

    @Test func `below one root close each by itself`() {
        var world = World(.bruce(cluster: "shop"), nodes: ["berlin", "paris"], tables: ["public.root"])
        for node in ["berlin", "paris"] as [NodeName] {
            world.node(node) { seen in
                seen.tables[tableName("public.root")]?.kind = .partitionedTable
                seen.tables[tableName("public.root")]?.triggers = []
                for place in 0..<300 {
                    let name = tableName("public.leaf\(place)")
                    seen.tables[name] = ObservedTable(
                        oid: UInt32(20000 + place), name: name, partitionOf: tableName("public.root"))
                }
            }
        }
        expectNoDifference(world.plan.steps.count, 300 + 2)
        world.apply()
        expectNoDifference(world.plan.steps, [])
    }
}
