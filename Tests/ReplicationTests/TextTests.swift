import CustomDump
import Testing

@testable import Replication

@Suite struct `what is known of a finding` {
    @Test(arguments: FindingCode.allCases)
    func `is a sentence why, a step that may end in a statement, and a code that can be typed`(code: FindingCode) {
        #expect(code.why.hasSuffix("."), "\(code.rawValue): \(code.why)")
        #expect(!code.why.hasSuffix(".."), "\(code.rawValue): \(code.why)")
        #expect(
            (code.why.first?.isUppercase ?? false) || code.why.hasPrefix("lock_timeout "),
            "\(code.rawValue): \(code.why)")
        #expect(code.next.isStep, "\(code.rawValue): \(code.next)")
        #expect(!(code.why + code.next).contains("  "), "\(code.rawValue)")
        #expect(code.rawValue.allSatisfy { $0.isUppercase || $0 == "_" })
        #expect(code.why != code.next)
    }

    @Test(arguments: 0..<200) func `is a step of the same form where a finding has one of its own`(seed: Int) {
        let cluster = RandomCluster(seed: seed)
        let desired = DesiredState(cluster.declared, cluster.observed)
        for finding in Difference(from: cluster.observed, to: desired).findings {
            #expect(finding.next.isStep, "\(finding.code.rawValue): \(finding.next)")
        }
    }

    @Test func `is sorted worst first, then by place`() {
        let findings = [
            Finding(.heldBack, "last", because: nil), Finding(.standby, node: "a", "third", because: nil),
            Finding(.splitBrain, set: "a", table: tableName("p.b"), "second", because: nil),
            Finding(.splitBrain, set: "a", table: tableName("p.a"), "first", because: nil),
            Finding(.standby, node: "b", "fourth", because: nil),
            Finding(.standby, node: "b", trigger: "t", "fifth", because: nil),
            Finding(.standby, node: "b", trigger: "t", "sixth", because: nil),
            Finding(.splitBrain, set: "a", "zero", because: nil), Finding(.splitBrain, set: "b", "two", because: nil),
        ]
        expectNoDifference(
            findings.shuffled().sorted { $0.order(before: $1) }.map(\.message),
            ["zero", "first", "second", "two", "third", "fourth", "fifth", "sixth", "last"])
        expectNoDifference(Severity.allCases.sorted(), [.critical, .error, .warning])
    }
}

extension String {
    /// Whether it is written as every next step is: a word in capitals is a name of SQL's or Slony's.
    fileprivate var isStep: Bool {
        let first = prefix { $0 != " " }
        return !hasSuffix(".") && (first.first?.isLowercase ?? false || !first.contains { $0.isLowercase })
    }
}

@Suite struct `a statement` {
    @Test(arguments: [
        (FiringMode.disabled, "DISABLE TRIGGER", Character("D")), (.enabled, "ENABLE TRIGGER", "O"),
        (.replica, "ENABLE REPLICA TRIGGER", "R"), (.always, "ENABLE ALWAYS TRIGGER", "A"),
    ])
    func `sets each mode`(mode: FiringMode, words: String, letter: Character) {
        let table = ObservedTable(oid: 1, name: tableName("public.orders"))
        let change = Change(
            node: "berlin", set: "default", table: table.name, purpose: nil,
            action: .setMode("audit", from: .enabled, to: mode), because: line(1))
        expectNoDifference(
            Statements([change], on: table, serverVersion: 150_000).texts,
            ["ALTER TABLE ONLY \"public\".\"orders\" \(words) \"audit\""])
        expectNoDifference(FiringMode(letter: letter), mode)
        expectNoDifference(FiringMode(letter: "X"), nil)
    }

    @Test func `never lets a name or an argument out of its quotes`() {
        expectNoDifference(literal("it's"), "'it''s'")
        expectNoDifference(literal("back\\slash"), " E'back\\\\slash'")
        expectNoDifference(Identifier("a\"b\nc").quoted, "\"a\"\"b\nc\"")
    }

    @Test func `takes the strongest lock that any of its changes needs`() {
        var world = World(.slony(cluster: "shopcl"), nodes: ["berlin", "paris"])
        world.trigger(.log, on: "paris") { $0.name = "old" }
        world.trigger(.truncateLog, on: "paris") { $0.isConstraint = true }
        expectNoDifference(world.plan.steps.map(\.lock), [.accessExclusive, .accessExclusive])
    }
}

@Suite struct `a trigger's type` {
    @Test func `is read and written bit by bit`() {
        let type = TriggerType(bits: 31)
        expectNoDifference([type.level], [.row])
        expectNoDifference(type.sql.timingAndEvents, "BEFORE INSERT OR UPDATE OR DELETE")
        expectNoDifference(TriggerType(bits: 34).sql.level, "FOR EACH STATEMENT")
        expectNoDifference(TriggerType(bits: 69).sql.timingAndEvents, "INSTEAD OF INSERT")
        expectNoDifference(TriggerType(timing: .after, level: .row, events: .changes).bits, 29)
    }

    @Test func `is one thing with its columns, condition and constraint in a definition`() {
        let trigger = ObservedTrigger(
            name: "t", function: FunctionName("public", "f"), type: 17, mode: .enabled,
            arguments: TriggerArguments(["a", ""]), columns: [1, 3], hasCondition: true, isConstraint: true)
        expectNoDifference(
            trigger.definition,
            "CONSTRAINT AFTER UPDATE of columns 1, 3 FOR EACH ROW with a WHEN condition public.f('a', '')")
        expectNoDifference(trigger.arguments.texts, ["a", ""])
        expectNoDifference(TriggerArguments().texts, [])
    }
}

@Suite struct `a pattern of names` {
    @Test func `is read, shown and filled in`() {
        let pattern = Pattern(parsing: "_{cluster}.{schema}-{table}:{table_id}/{key_mask}")
        expectNoDifference(pattern?.text, "_{cluster}.{schema}-{table}:{table_id}/{key_mask}")
        expectNoDifference(pattern?.dependsOnTable, true)
        expectNoDifference(pattern?.filled { $0.rawValue }, "_cluster.schema-table:table_id/key_mask")
        expectNoDifference(pattern?.filled { $0 == .keyMask ? nil : "" }, nil)
        expectNoDifference(Pattern(parsing: "{nobody}"), nil)
        expectNoDifference(Pattern(parsing: "{table"), nil)
        expectNoDifference(Pattern(parsing: "plain")?.dependsOnTable, false)
    }

    @Test func `asks a node for what is declared`() {
        var world = World(.slony(cluster: "shopcl"), tables: ["public.a", "public.b", "public.d"])
        let scope = world.declared.scope
        for name in ["public.a", "public.b", "public.d"] { #expect(scope.asksFor(tableName(name))) }
        for name in ["public.c", "public.e", "other.a"] { #expect(!scope.asksFor(tableName(name))) }
        expectNoDifference(scope.engineSchema, "_shopcl")
        expectNoDifference(
            scope.functions.map(\.description),
            ["_shopcl.deny_truncate", "_shopcl.denyaccess", "_shopcl.log_truncate", "_shopcl.logtrigger"])
        world.declare(tables: [], patterns: [TablePattern(schema: "public", match: "o*", because: line(31))])
        #expect(world.declared.scope.asksFor(tableName("public.orders")))
        expectNoDifference(World(.bruce(cluster: "shop")).declared.scope.engineSchema, nil)
    }

    @Test func `has a place in the file`() {
        expectNoDifference(line(7).description, "shop.yaml:7:1")
        expectNoDifference([line(2), line(1)].sorted(), [line(1), line(2)])
        expectNoDifference(StageName.allCases.shuffled().sorted(), StageName.allCases)
    }
}
