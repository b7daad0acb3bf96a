import Replication
import Testing

private func table(_ engine: Engine, modes: [FiringMode?], condition: Bool = false) -> ObservedTable {
    let triggers = zip(engine.templates, modes).compactMap { template, mode -> ObservedTrigger? in
        guard let mode, let schema = template.functionSchema.filled({ _ in engine.cluster }),
            let name = template.functionName.filled({ _ in engine.cluster })
        else { return nil }
        return ObservedTrigger(
            name: "any", function: FunctionName(Identifier(schema), Identifier(name)), type: template.type, mode: mode,
            hasCondition: condition)
    }
    return ObservedTable(oid: 1, name: TableName("public", "orders"), triggers: triggers)
}

/// Origin, replica, local; each rows then truncate: `a` accepted, `l` accepted and logged, `-` refused.
private func letters(_ matrix: WriteMatrix) -> String {
    SessionRole.allCases.map { role in
        Door.allCases.map { door in
            let answer = matrix[role, door]
            return !answer.isAccepted ? "-" : answer.isLogged ? "l" : "a"
        }.joined()
    }.joined(separator: " ")
}

@Test(
    arguments: [
        ([.enabled, .disabled, .enabled, .disabled], "ll aa aa"),
        ([.disabled, .enabled, .disabled, .enabled], "-- aa aa"),
        ([.disabled, .disabled, .disabled, .disabled], "aa aa aa"), ([nil, nil, nil, nil], "aa aa aa"),
        ([.disabled, .replica, .disabled, .replica], "aa a- aa"),
        ([.disabled, .always, .disabled, .always], "-- a- aa"),
        ([.always, .disabled, .always, .disabled], "ll al aa"), ([.enabled, .enabled, .enabled, .enabled], "-- aa aa"),
    ] as [([FiringMode?], String)])
func `Slony's row functions work for applications alone, its truncate functions in replica sessions too`(
    modes: [FiringMode?], expected: String
) {
    #expect(letters(WriteMatrix(table(.slony(cluster: "c"), modes: modes), engine: .slony(cluster: "c"))) == expected)
}

@Test(
    arguments: [
        (.enabled, "-l aa -a"), (.always, "-l -a -a"), (.replica, "ll -a aa"), (.disabled, "ll aa aa"),
    ] as [(FiringMode, String)])
func `the trigger of LOCK SET refuses rows, in sessions in role local too, and lets TRUNCATE pass`(
    mode: FiringMode, expected: String
) {
    let engine = Engine.slony(cluster: "c")
    var locked = table(engine, modes: [.enabled, .disabled, .enabled, .disabled])
    locked.triggers.append(
        ObservedTrigger(name: "_c_lockedset", function: FunctionName("_c", "lockedset"), type: 31, mode: mode))
    #expect(letters(WriteMatrix(locked, engine: engine)) == expected)
    #expect(WriteMatrix(locked, engine: engine).role == (mode.fires(in: .origin) ? .fenced : .origin))
}

@Test(
    arguments: [
        ([.enabled, .disabled, .enabled, .disabled], "ll aa aa"),
        ([.disabled, .replica, .disabled, .replica], "aa -- aa"),
        ([.always, .disabled, .always, .disabled], "ll ll aa"),
        ([.disabled, .enabled, .disabled, .enabled], "-- aa aa"),
    ] as [([FiringMode?], String)])
func `the builtin functions let sessions in role local pass and no others`(modes: [FiringMode?], expected: String) {
    let engine = Engine.builtin(cluster: "c")
    #expect(letters(WriteMatrix(table(engine, modes: modes), engine: engine)) == expected)
}

@Test(
    arguments: [
        ([.enabled, .enabled, nil], "la aa la"), ([.enabled, nil, nil], "aa aa aa"),
        ([nil, nil, .enabled], "-a aa -a"),
    ] as [([FiringMode?], String)])
func `Bruce logs only with both its log triggers, works in role local, and has no door for TRUNCATE`(
    modes: [FiringMode?], expected: String
) {
    let engine = Engine.bruce(cluster: "c")
    #expect(letters(WriteMatrix(table(engine, modes: modes), engine: engine)) == expected)
}

@Test func `a deny trigger with a condition refuses nothing that can be counted on`() {
    let engine = Engine.slony(cluster: "c")
    let open = table(engine, modes: [.disabled, .enabled, .disabled, .enabled], condition: true)
    #expect(letters(WriteMatrix(open, engine: engine)) == "aa aa aa")
}

@Test func `the firing modes fire as the table in the Slony manual says`() {
    let fired = FiringMode.allCases.map { mode in SessionRole.allCases.filter(mode.fires) }
    #expect(fired == [[], [.origin, .local], [.replica], [.origin, .replica, .local]])
}

@Test(
    arguments: [
        ([.enabled, .disabled, nil, nil], .origin), ([.disabled, .enabled, nil, nil], .subscriber),
        ([.enabled, .enabled, nil, nil], .fenced), ([.disabled, .disabled, nil, nil], .unlogged),
        ([nil, nil, nil, nil], .missing), ([.replica, .replica, nil, nil], .unlogged),
    ] as [([FiringMode?], ObservedRole)])
func `a table's role is what its triggers do to an application's rows`(modes: [FiringMode?], expected: ObservedRole) {
    let engine = Engine.slony(cluster: "c")
    #expect(WriteMatrix(table(engine, modes: modes), engine: engine).role == expected)
}

@Test func `a trigger's purpose is known by its function and type, whatever its name`() {
    let engine = Engine.slony(cluster: "c")
    let found = table(engine, modes: [.enabled, .enabled, .enabled, .enabled]).triggers
    #expect(
        found.map { engine.purpose(of: $0, on: TableName("public", "orders")) } == [
            .log, .deny, .truncateLog, .truncateDeny,
        ])
    let own = ObservedTrigger(name: "_c_logtrigger", function: FunctionName("public", "f"), type: 29, mode: .enabled)
    #expect(engine.purpose(of: own, on: TableName("public", "orders")) == nil)
}
