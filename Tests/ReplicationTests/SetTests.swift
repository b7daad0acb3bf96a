import CustomDump
import Testing

@testable import Replication

private let slony = Engine.slony(cluster: "shopcl")
private let builtin = Engine.builtin(cluster: "shop")

@Suite struct `the tables of a set` {
    private func patterned(_ world: World, exclude: [String] = []) -> World {
        var world = world
        world.declare(
            tables: [],
            patterns: [TablePattern(schema: "public", match: "*", exclude: exclude, because: line(31))])
        return world
    }

    @Test func `come from a pattern over all reachable members`() {
        expectNoDifference(patterned(World(builtin, tables: ["public.items", "public.orders"])).story, "in sync")
    }

    @Test func `are held back where a pattern finds others on other members`() {
        var world = patterned(World(builtin, tables: ["public.items", "public.orders"]))
        world.node("paris") { $0.tables.removeValue(forKey: tableName("public.items")) }
        world.set(.deny, .disabled, on: "tokyo")
        world.set(.log, .disabled, on: "berlin")
        expectNoDifference(
            world.story,
            """
            critical: ORIGIN_UNLOGGED [berlin public.orders] public.orders on its origin 'berlin' accepts writes \
            that are not logged: changes are lost now
            critical: SPLIT_BRAIN [public.orders] public.orders accepts writes on berlin and tokyo; writes on berlin \
            and tokyo are not logged
            error, blocking: PATTERN_DIFFERS [public.items] public.items matches the pattern on some members and \
            does not exist on paris
            error, blocking: TABLE_MISSING [paris public.items] public.items does not exist on node 'paris'
            protect tokyo public.orders SHARE ROW EXCLUSIVE
              ALTER TABLE ONLY "public"."orders" ENABLE TRIGGER "00_polarity_deny"
            held back berlin public.orders 00_polarity_log disabled to enabled
            held back paris conclusion default: origin berlin, members berlin paris tokyo, tables public.orders
            """)
    }

    @Test func `are no temporary tables that a pattern matches`() {
        var world = patterned(World(builtin))
        for node in ["berlin", "paris", "tokyo"] as [NodeName] {
            world.node(node) {
                var scratch = ObservedTable(oid: 99, name: tableName("public.scratch"))
                scratch.persistence = .temporary
                $0.tables[scratch.name] = scratch
            }
        }
        expectNoDifference(world.story, "in sync")
    }

    @Test func `cannot be none`() {
        expectNoDifference(
            patterned(World(builtin), exclude: ["ord*"]).findings,
            """
            error, blocking: PATTERN_EMPTY [] pattern 'public.*' matches no table on any reachable member
            """)
    }

    @Test func `belong to one set, and a pattern takes none from another`() {
        var world = World(
            builtin, nodes: ["berlin", "paris"],
            sets: [
                World.set("a", origin: "berlin", subscribers: ["paris"], tables: ["public.orders"]),
                World.set("b", origin: "paris", subscribers: ["berlin"], tables: ["public.items"]),
            ])
        world.declare(1, tables: [], patterns: [TablePattern(schema: "public", match: "*", because: line(31))])
        expectNoDifference(
            world.findings,
            """
            error, blocking: PATTERN_DIFFERS [public.orders] public.orders matches a pattern of set 'b' and belongs \
            to set 'a'
            """)
    }

    @Test func `of two sets with two origins are each where they belong`() {
        var world = World(
            slony, nodes: ["berlin", "paris"],
            sets: [
                World.set("a", origin: "berlin", subscribers: ["paris"], tables: ["public.orders"]),
                World.set("b", origin: "paris", subscribers: ["berlin"], tables: ["billing.orders"]),
            ])
        expectNoDifference(world.story, "in sync")
        world.set(.deny, .disabled, of: "billing.orders", on: "berlin")
        expectNoDifference(
            world.story,
            """
            critical: SPLIT_BRAIN [billing.orders] billing.orders accepts writes on berlin and paris; writes on \
            berlin are not logged
            protect berlin billing.orders SHARE ROW EXCLUSIVE
              ALTER TABLE ONLY "billing"."orders" ENABLE TRIGGER "_shopcl_denyaccess"
            """)
    }

    @Test func `may be known by a pattern alone to Slony`() {
        var world = patterned(World(slony, id: 1))
        expectNoDifference(world.story, "in sync")
        world = patterned(World(slony))
        expectNoDifference(world.story, "in sync")
    }

    @Test func `that are missing, or no tables, hold their set back`() {
        var world = World(
            builtin, nodes: ["berlin", "paris"],
            tables: ["public.a", "public.b", "public.c", "public.d", "public.e", "public.f", "public.g"])
        world.node("paris") { $0.tables.removeValue(forKey: tableName("public.a")) }
        world.table("public.b", on: "paris") { $0.kind = .view }
        world.table("public.c", on: "paris") { $0.kind = .materializedView }
        world.table("public.d", on: "paris") { $0.kind = .foreignTable }
        world.table("public.e", on: "paris") { $0.kind = .sequence }
        world.table("public.f", on: "paris") { $0.kind = .other }
        world.table("public.g", on: "paris") { $0.persistence = .temporary }
        expectNoDifference(
            world.story,
            """
            error, blocking: TABLE_MISSING [paris public.a] public.a does not exist on node 'paris'
            error, blocking: WRONG_RELATION_KIND [paris public.b] public.b on 'paris' is a view
            error, blocking: WRONG_RELATION_KIND [paris public.c] public.c on 'paris' is a materialized view
            error, blocking: WRONG_RELATION_KIND [paris public.d] public.d on 'paris' is a foreign table
            error, blocking: WRONG_RELATION_KIND [paris public.e] public.e on 'paris' is a sequence
            error, blocking: WRONG_RELATION_KIND [paris public.f] public.f on 'paris' is no table
            error, blocking: WRONG_RELATION_KIND [paris public.g] public.g on 'paris' is a temporary table
            held back paris conclusion default: origin berlin, members berlin paris, tables public.b public.c \
            public.d public.e public.f public.g
            """)
    }

    @Test func `that the role does not own are left alone, and so is their set`() {
        var world = World(builtin, nodes: ["berlin", "paris"], tables: ["public.items", "public.orders"])
        world.table(on: "berlin") {
            $0.mayAlter = false
            $0.owner = "Shop Owner"
        }
        world.set(.log, .disabled, on: "berlin")
        world.set(.log, .disabled, of: "public.items", on: "berlin")
        expectNoDifference(
            world.story,
            """
            critical: ORIGIN_UNLOGGED [berlin public.items] public.items on its origin 'berlin' accepts writes that \
            are not logged: changes are lost now
            critical: ORIGIN_UNLOGGED [berlin public.orders] public.orders on its origin 'berlin' accepts writes \
            that are not logged: changes are lost now
            error, blocking: NOT_OWNER [berlin public.orders] public.orders on 'berlin' belongs to "Shop Owner", \
            whose rights postgres does not have
            held back berlin public.items 00_polarity_log disabled to enabled
            held back berlin public.orders 00_polarity_log disabled to enabled
            """)
    }

    @Test func `cannot be changed by a login role that may not become the declared one`() {
        var world = World(builtin, nodes: ["berlin", "paris"])
        world.nodes[1] = DeclaredNode(
            name: "paris", conninfo: "service=paris", role: "shop_owner", because: line(11))
        world.node("paris") {
            $0.rights.mayBecomeRole = false
            $0.rights.loginRole = "polarity"
        }
        world.set(.deny, .disabled, on: "paris")
        expectNoDifference(
            world.story,
            """
            critical: SPLIT_BRAIN [public.orders] public.orders accepts writes on berlin and paris; writes on paris \
            are not logged
            error, blocking: NOT_OWNER [paris] polarity on 'paris' may not become shop_owner
            held back paris public.orders 00_polarity_deny disabled to enabled
            """)
    }

    @Test func `need a word where more of them change than the policy allows`() {
        var world = World(builtin, nodes: ["berlin", "paris"], tables: ["public.items", "public.orders"])
        world.set(.log, .enabled, on: "paris")
        world.set(.truncateLog, .enabled, on: "paris")
        world.policy.maxChanges = .count(2)
        expectNoDifference(world.plan.required, [])
        world.policy.maxChanges = .count(1)
        expectNoDifference(world.plan.required, [.massChange])
        world.policy.maxChanges = .percent(13)
        expectNoDifference(world.plan.required, [])
        world.policy.maxChanges = .percent(12)
        expectNoDifference(world.plan.required, [.massChange])
    }

    @Test func `need no word where just as many of them change as the policy allows`() {
        var world = World(builtin, nodes: ["berlin", "paris"], tables: ["public.items", "public.orders"])
        for table in ["public.items", "public.orders"] {
            world.set(.log, .enabled, of: table, on: "paris")
            world.set(.truncateLog, .enabled, of: table, on: "paris")
        }
        world.policy.maxChanges = .percent(25)
        expectNoDifference(world.plan.required, [])
        world.policy.maxChanges = .percent(24)
        expectNoDifference(world.plan.required, [.massChange])
    }

    @Test func `need a word, too, where a schema alone is mended and nothing may change`() {
        var world = World(builtin, nodes: ["berlin", "paris"])
        world.node("paris") { $0.builtin?.functionsIntact = false }
        world.policy.maxChanges = .count(0)
        expectNoDifference(world.plan.required, [.massChange])
    }
}

@Suite struct `the sequences of a set that moves` {
    private func moving(_ policy: SequencePolicy, berlin: Int64?, paris: Int64?, by increment: Int64 = 1) -> World {
        var world = World(builtin)
        world.policy.sequences = policy
        for (node, value) in [("berlin", berlin), ("paris", paris), ("tokyo", nil)] as [(NodeName, Int64?)] {
            world.table(on: node) {
                $0.sequences = [
                    ObservedSequence(
                        name: QualifiedName("public", "orders_id_seq"), column: "id", lastValue: value,
                        increment: increment)
                ]
            }
        }
        world.declare(origin: "paris")
        return world
    }

    private func drained(_ world: World) -> [String] {
        world.plan.stages.filter { $0.name == .drain }.flatMap(\.steps).flatMap(\.statements)
    }

    @Test func `hold the opening back where the new origin is behind, and close nothing`() {
        expectNoDifference(
            moving(.check, berlin: 42, paris: 41).story,
            """
            error, blocking: SEQUENCE_BEHIND [paris public.orders] public.orders_id_seq on 'paris' stands at 41, and \
            another member's at 42
            held back paris public.orders 00_polarity_log disabled to enabled
            held back paris public.orders 00_polarity_deny enabled to disabled
            held back paris public.orders 00_polarity_truncate_log disabled to enabled
            held back paris public.orders 00_polarity_truncate_deny enabled to disabled
            held back berlin public.orders 00_polarity_log enabled to disabled
            held back berlin public.orders 00_polarity_deny disabled to enabled
            held back berlin public.orders 00_polarity_truncate_log enabled to disabled
            held back berlin public.orders 00_polarity_truncate_deny disabled to enabled
            held back berlin conclusion default: origin paris, members berlin paris tokyo, tables public.orders
            held back paris conclusion default: origin paris, members berlin paris tokyo, tables public.orders
            held back tokyo conclusion default: origin paris, members berlin paris tokyo, tables public.orders
            """)
        expectNoDifference(
            moving(.check, berlin: 42, paris: nil).findings,
            """
            error, blocking: SEQUENCE_BEHIND [paris public.orders] public.orders_id_seq on 'paris' stands at its \
            start, and another member's at 42
            """)
    }

    @Test func `hold the opening back behind an old origin that is left out from now on`() {
        var world = moving(.check, berlin: 42, paris: 41)
        world.declare(origin: "paris", subscribers: ["tokyo"])
        expectNoDifference(world.findings.contains("SEQUENCE_BEHIND [paris public.orders]"), true)
        expectNoDifference(world.plan.steps, [])
        world.table(on: "berlin") { $0.sequences[0].mayRead = false }
        expectNoDifference(world.findings.contains("PRIVILEGE_MISSING [berlin public.orders]"), true)
    }

    @Test func `are not compared with those of a node that never took part`() {
        var world = World(builtin, subscribers: ["paris"])
        world.policy.sequences = .check
        let orders = ObservedTable(oid: 99, name: tableName("public.orders"))
        world.node("tokyo") { $0.tables[orders.name] = orders }
        for (node, value) in [("berlin", 42), ("paris", 42), ("tokyo", 99)] as [(NodeName, Int64)] {
            world.table(on: node) {
                $0.sequences = [
                    ObservedSequence(name: QualifiedName("public", "orders_id_seq"), column: "id", lastValue: value)
                ]
            }
        }
        world.declare(origin: "paris", subscribers: ["berlin"])
        #expect(!world.findings.contains("SEQUENCE_BEHIND"))
    }

    @Test func `let it open where it is level, or where nobody looks`() {
        expectNoDifference(moving(.check, berlin: 42, paris: 42).plan.stages.map(\.name), [.protect, .open])
        expectNoDifference(moving(.ignore, berlin: 42, paris: nil).plan.stages.map(\.name), [.protect, .open])
        expectNoDifference(moving(.check, berlin: -42, paris: -42, by: -1).plan.stages.map(\.name), [.protect, .open])
        expectNoDifference(moving(.check, berlin: -42, paris: -41, by: -1).findings.contains("SEQUENCE_BEHIND"), true)
    }

    /// On paris under another name.
    private func renamed(_ policy: SequencePolicy, berlin: Int64, paris: Int64?) -> World {
        var world = moving(policy, berlin: berlin, paris: paris)
        world.table(on: "paris") { $0.sequences[0].name = QualifiedName("shop", "other") }
        return world
    }

    @Test func `are known by their column, whatever each node names them`() {
        expectNoDifference(
            renamed(.check, berlin: 42, paris: 41).findings,
            """
            error, blocking: SEQUENCE_BEHIND [paris public.orders] shop.other on 'paris' stands at 41, and another \
            member's at 42
            """)
        expectNoDifference(
            drained(renamed(.advance, berlin: 42, paris: nil)),
            ["SELECT pg_catalog.setval('\"shop\".\"other\"'::pg_catalog.regclass, 1042)"])
        expectNoDifference(
            renamed(.check, berlin: 42, paris: 42).plan.sequences.first?.all.map { "\($0.node) \($0.name)" },
            ["paris shop.other", "berlin public.orders_id_seq", "tokyo public.orders_id_seq"])
    }

    @Test func `are compared with those of the same column alone, of several with the namesake`() {
        let second = { (value: Int64) in
            ObservedSequence(name: QualifiedName("public", "other"), column: "id", lastValue: value)
        }
        var world = moving(.check, berlin: 42, paris: 42)
        world.table(on: "berlin") { $0.sequences.append(second(99)) }
        expectNoDifference(world.findings.contains("SEQUENCE_BEHIND"), false)
        world.table(on: "paris") { $0.sequences.append(second(98)) }
        expectNoDifference(world.findings.contains("public.other on 'paris' stands at 98"), true)
        world.table(on: "berlin") { $0.sequences = [second(99)] }
        world.table(on: "paris") { $0.sequences.removeLast() }
        expectNoDifference(world.findings.contains("public.orders_id_seq on 'paris' stands at 42"), true)
        world.table(on: "berlin") { $0.sequences[0].column = "n" }
        world.table(on: "tokyo") { $0.sequences = [] }
        expectNoDifference(world.findings.contains("SEQUENCE_BEHIND"), false)
        expectNoDifference(world.plan.sequences.count, 0)
    }

    private func bounded(
        _ policy: SequencePolicy, berlin: Int64, paris: Int64?, _ bounds: ClosedRange<Int64>, by increment: Int64 = 1
    ) -> World {
        var world = moving(policy, berlin: berlin, paris: paris, by: increment)
        world.table(on: "paris") {
            $0.sequences[0].minimum = bounds.lowerBound
            $0.sequences[0].maximum = bounds.upperBound
        }
        return world
    }

    @Test func `lose the margin where their bounds leave no room for it`() {
        let set = { (value: Int) in
            ["SELECT pg_catalog.setval('\"public\".\"orders_id_seq\"'::pg_catalog.regclass, \(value))"]
        }
        expectNoDifference(drained(bounded(.advance, berlin: 31767, paris: 1, 1...32767)), set(32767))
        expectNoDifference(drained(bounded(.advance, berlin: 31768, paris: 1, 1...32767)), set(31768))
        expectNoDifference(drained(bounded(.advance, berlin: 32767, paris: nil, 1...32767)), set(32767))
        expectNoDifference(drained(bounded(.advance, berlin: 32000, paris: 32000, 1...32767)), [])
        expectNoDifference(drained(bounded(.advance, berlin: -32000, paris: -1, -32768 ... -1, by: -1)), set(-32000))
        // It begins beyond whatever the other hands out.
        expectNoDifference(drained(bounded(.advance, berlin: 42, paris: nil, 1_000_000...2_000_000)), [])
    }

    @Test(arguments: [SequencePolicy.check, .advance])
    func `that end before another member's hold the opening back, and close nothing`(policy: SequencePolicy) {
        let world = bounded(policy, berlin: 40000, paris: 1, 1...32767)
        expectNoDifference(
            world.findings,
            """
            error, blocking: SEQUENCE_BEHIND [paris public.orders] public.orders_id_seq on 'paris' ends at 32767, and \
            another member's stands at 40000
            """)
        expectNoDifference(world.plan.steps, [])
        let down = bounded(policy, berlin: -40000, paris: -1, -32768 ... -1, by: -1)
        expectNoDifference(
            down.findings.contains("'paris' ends at -32768, and another member's stands at -40000"), true)
        let late = bounded(policy, berlin: 42, paris: 42, 1...32767).plan.sequences.first
        expectNoDifference(
            late?.lag(behind: [32768])?.description,
            "public.orders_id_seq on 'paris' ends at 32767, and another member's stands at 32768")
    }

    @Test func `do not keep the last origin from being repaired`() {
        var world = moving(.check, berlin: nil, paris: 1)
        world.declare(origin: "berlin")
        world.table(on: "berlin") { table in
            for index in table.triggers.indices where table.triggers[index].name == "00_polarity_deny" {
                table.triggers[index].mode = .enabled
            }
        }
        expectNoDifference(world.findings.contains("SEQUENCE_BEHIND"), false)
        expectNoDifference(world.plan.stages.map(\.name), [.open])
        expectNoDifference(world.plan.sequences, [])
    }

    @Test func `are put ahead by a margin while draining, and never back`() {
        expectNoDifference(
            drained(moving(.advance, berlin: 42, paris: nil)),
            ["SELECT pg_catalog.setval('\"public\".\"orders_id_seq\"'::pg_catalog.regclass, 1042)"])
        expectNoDifference(
            drained(moving(.advance, berlin: -42, paris: -1, by: -2)),
            ["SELECT pg_catalog.setval('\"public\".\"orders_id_seq\"'::pg_catalog.regclass, -2042)"])
        expectNoDifference(drained(moving(.advance, berlin: 42, paris: 5000)), [])
        expectNoDifference(drained(moving(.advance, berlin: nil, paris: 5)), [])
        expectNoDifference(
            drained(moving(.advance, berlin: Int64.max - 1, paris: 5)),
            [
                "SELECT pg_catalog.setval('\"public\".\"orders_id_seq\"'::pg_catalog.regclass, \(Int64.max - 1))"
            ])
        expectNoDifference(drained(moving(.advance, berlin: 7, paris: 5, by: .max)).count, 1)
    }

    @Test func `are put ahead of what was handed out after they were observed`() {
        let sequence = { (berlin: Int64, paris: Int64?, values: [Int64]) in
            moving(.advance, berlin: berlin, paris: paris).plan.sequences.first?.step(aheadOf: values)?.statements
        }
        let set = { (value: Int) in
            ["SELECT pg_catalog.setval('\"public\".\"orders_id_seq\"'::pg_catalog.regclass, \(value))"]
        }
        expectNoDifference(sequence(42, nil, [2042, 7]), set(3042))
        expectNoDifference(sequence(42, nil, [42]), set(1042))
        expectNoDifference(sequence(42, 1042, [500]), set(1500))
        expectNoDifference(sequence(42, 5000, [500]), nil)
    }

    @Test func `are never put back, where somebody put them ahead since they were observed`() {
        let sequence = moving(.advance, berlin: 42, paris: nil).plan.sequences.first
        expectNoDifference(sequence?.step(aheadOf: [50], from: 1050), nil)
        expectNoDifference(sequence?.step(aheadOf: [50], from: 1049) == nil, false)
        expectNoDifference(sequence?.lag(behind: [5000]), nil)
    }

    @Test func `are found to be behind what was handed out after they were observed`() {
        let lag = { (paris: Int64?, increment: Int64, values: [Int64], own: Int64?) in
            moving(.check, berlin: 42 * increment, paris: paris, by: increment).plan.sequences.first?
                .lag(behind: values, from: own)?.description
        }
        let words = { (value: Int, greatest: Int) in
            "public.orders_id_seq on 'paris' stands at \(value), and another member's at \(greatest)"
        }
        expectNoDifference(lag(42, 1, [43], nil), words(42, 43))
        expectNoDifference(lag(42, 1, [43], 43), nil)
        expectNoDifference(lag(42, 1, [], nil), nil)
        expectNoDifference(lag(-42, -1, [-43, -7], nil), words(-42, -43))
        expectNoDifference(lag(-42, -1, [-43], -44), nil)
        var repaired = moving(.check, berlin: 42, paris: 42)
        repaired.declare(origin: "berlin")
        expectNoDifference(repaired.plan.sequences.count, 0)
    }

    @Test func `are put ahead on the table as protect left it`() {
        var world = moving(.advance, berlin: 42, paris: nil)
        world.remove(.truncateLog, on: "paris")
        let steps = world.plan.steps.filter { $0.node == "paris" && $0.table != nil }
        var seen = world.observed
        for step in steps {
            expectNoDifference(
                step.expectedRows, seen.node("paris")?.tables[tableName("public.orders")]?.rowsUnderLock)
            seen = seen.applying(step)
        }
        expectNoDifference(steps.map(\.stage), [.protect, .drain, .open])
    }
}
