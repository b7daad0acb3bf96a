import CustomDump
import Testing

@testable import Replication

private let builtin = Engine.builtin(cluster: "shop")
private let log: TriggerName = "00_polarity_log"
private let deny: TriggerName = "00_polarity_deny"

extension World {
    /// What `ALTER TRIGGER … RENAME` does to two triggers, by way of a third name.
    fileprivate mutating func swap(_ one: TriggerName, _ other: TriggerName, on node: NodeName) {
        table(on: node) { table in
            for index in table.triggers.indices {
                switch table.triggers[index].name {
                case one: table.triggers[index].name = other
                case other: table.triggers[index].name = one
                default: break
                }
            }
        }
    }

    /// Drops one trigger and gives its name to another.
    fileprivate mutating func rename(_ name: TriggerName, to dropped: TriggerName, on node: NodeName) {
        table(on: node) { $0.triggers.removeAll { $0.name == dropped } }
        swap(name, dropped, on: node)
    }

    /// Applies it, without a step that leaves a table open and unlogged or open beside another.
    fileprivate mutating func applySafely() {
        let laws = Laws(declared: declared)
        let found = laws.openness(observed)
        var before = found
        for step in plan.steps {
            observed.apply(step)
            let after = laws.openness(observed)
            expectNoDifference(laws.violations(from: before, to: after, found: found), [])
            before = after
        }
    }

    /// Applies it and is in sync.
    fileprivate mutating func converge() {
        applySafely()
        expectNoDifference(plan.steps, [])
        expectNoDifference(difference.changes, [])
    }
}

@Suite struct `triggers under each other's names` {
    @Test func `are told apart in a row of three, of an engine that goes by function`() {
        let template = { (name: Pattern, function: Pattern, purpose: Purpose, timing: TriggerTiming) in
            TriggerTemplate(
                purpose, name, function: ("repl", function), timing, .row, .changes,
                origin: purpose == .log ? .enabled : .disabled, subscriber: purpose == .log ? .disabled : .enabled,
                match: .function)
        }
        var world = World(
            .custom([
                template("a", "capture", .log, .after), template("b", "capture_too", .log, .after),
                template("c", "deny", .deny, .before),
            ]))
        world.table(on: "berlin") { table in
            table.triggers.removeAll { $0.name == "b" }
            for index in table.triggers.indices {
                table.triggers[index].name = table.triggers[index].name == "a" ? "b" : "a"
            }
            table.triggers.append(
                ObservedTrigger(name: "c", function: FunctionName("public", "audit"), type: 5, mode: .enabled))
        }
        world.converge()
    }

    @Test func `log and deny are told apart and set right, on the origin, on a subscriber and in a move`() {
        for origin in ["berlin", "paris"] as [NodeName] {
            for node in ["berlin", "paris", "tokyo"] as [NodeName] {
                var world = World(builtin)
                world.swap(log, deny, on: node)
                world.declare(origin: origin)
                world.converge()
                expectNoDifference(
                    world.observed.node(node)?.tables[tableName("public.orders")]?.triggers,
                    World(builtin, origin: origin).observed.node(node)?.tables[tableName("public.orders")]?.triggers)
            }
        }
    }

    @Test func `the only deny of a subscriber under the log's name refuses writes until there is another`() {
        var world = World(builtin)
        world.rename(deny, to: log, on: "paris")
        expectNoDifference(
            world.story,
            """
            critical: IMPOSTOR [paris public.orders 00_polarity_log] "00_polarity_log" on public.orders is BEFORE INSERT \
            OR UPDATE OR DELETE FOR EACH ROW polarity.deny_change(), not AFTER INSERT OR UPDATE OR DELETE FOR EACH ROW \
            polarity.log_change()
            protect paris public.orders SHARE ROW EXCLUSIVE
              CREATE OR REPLACE TRIGGER "00_polarity_log" AFTER INSERT OR UPDATE OR DELETE ON "public"."orders" FOR \
            EACH ROW EXECUTE FUNCTION "polarity"."log_change"()
              CREATE TRIGGER "00_polarity_deny" BEFORE INSERT OR UPDATE OR DELETE ON "public"."orders" FOR EACH ROW \
            EXECUTE FUNCTION "polarity"."deny_change"()
              ALTER TABLE ONLY "public"."orders" DISABLE TRIGGER "00_polarity_log"
            needs REPLACE_TRIGGER
            """)
        world.converge()
        expectNoDifference(world.story, "in sync")
    }

    @Test func `the only log of an origin under the deny's name captures writes until there is another`() {
        var world = World(builtin)
        world.rename(log, to: deny, on: "berlin")
        expectNoDifference(world.plan.steps.map(\.stage), [.protect])
        expectNoDifference(world.plan.required, [.replaceTrigger])
        world.converge()
        expectNoDifference(world.story, "in sync")
    }

    @Test func `a move from and to nodes with one of the two left keeps one node open, and logged`() {
        for (name, dropped) in [(log, deny), (deny, log)] {
            for node in ["berlin", "paris"] as [NodeName] {
                var world = World(builtin)
                world.rename(name, to: dropped, on: node)
                world.declare(origin: "paris")
                world.converge()
            }
        }
    }

    @Test func `a deny for rows under the name of a trigger for TRUNCATE goes when the node opens, not before`() {
        for dropped in ["00_polarity_truncate_log", "00_polarity_truncate_deny"] as [TriggerName] {
            var world = World(builtin)
            world.rename(deny, to: dropped, on: "paris")
            world.declare(origin: "paris")
            world.converge()
        }
    }

    @Test
    func `under bruce a log trigger that is called deny gives way to the deny trigger and is not dropped with it`() {
        var world = World(.bruce(cluster: "shop"))
        world.trigger(.deny, on: "paris") {
            $0.function = FunctionName("bruce", "logtransactiontrigger")
            $0.type = 29
        }
        expectNoDifference(world.plan.steps.map(\.stage), [.protect])
        world.converge()
        expectNoDifference(
            world.observed.node("paris")?.tables[tableName("public.orders")]?.triggers.map(\.function.name),
            ["denyaccesstrigger"])
    }

    @Test func `two names that are one once cut are found, also where each stands in a role of its own`() {
        let engine = Engine.custom([.log(subscriber: nil), .deny("{table}_locked", origin: nil)])
        let name = String(repeating: "t", count: 60)
        let world = World(engine, nodes: ["berlin", "paris"], tables: ["public." + name])
        #expect(world.findings.contains("error, blocking: NAME_COLLISION [public.\(name) \(name)_lo]"))
    }

    @Test func `two templates with one definition keep a trigger each`() {
        let engine = Engine.custom([.log("{table}_a"), .log("{table}_b")])
        expectNoDifference(World(engine).difference.changes, [])
    }
}
