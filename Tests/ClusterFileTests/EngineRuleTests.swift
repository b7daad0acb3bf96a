import Testing

/// A custom engine with one trigger.
private func trigger(_ body: String, catalog: String = "") -> String {
    file(engine: "engine:\n  type: custom\n\(catalog)  triggers:\n    - \(body)")
}

private let log = "purpose: log, function: r.f, timing: after, level: row"

@Suite struct `engines` {
    @Test func `an engine must be known`() {
        expect(
            file(engine: "engine: 1️⃣sloony"),
            Expected(1, "'sloony' is none of slony, bruce, builtin, custom", notes: [(1, "did you mean 'slony'?")]))
        expect(
            file(engine: "engine: 1️⃣custom"),
            Expected(1, "a custom engine is a mapping: {type: custom, triggers: […]}"))
        expect(file(engine: "engine: 1️⃣{cluster: a}"), Expected(1, "an engine needs the key 'type'"))
    }

    @Test func `only a custom engine has triggers of its own, and must have them`() {
        expect(
            file(engine: "engine: {type: bruce, 1️⃣catalog: none, 2️⃣drained: {sql: a, origin_position: b}}"),
            Expected(1, "the key 'catalog' belongs to type: custom; bruce brings its own"),
            Expected(2, "the key 'drained' belongs to type: custom; bruce brings its own"))
        expect(file(engine: "engine: 1️⃣{type: custom}"), Expected(1, "a custom engine needs the key 'triggers'"))
        expect(
            file(engine: "engine: {type: custom, triggers: 1️⃣[]}"),
            Expected(1, "a custom engine needs at least one trigger"))
    }

    @Test(arguments: ["engine: slony", "engine: {type: slony}"])
    func `a cluster under slony has a name that Slony-I accepts`(engine: String) {
        let note = "letters, digits, _ and $, no digit first; or say engine: {type: slony, cluster: …}"
        for name in ["my-shop", "1shop", String(repeating: "x", count: 64 - 1) + "y"] where name.utf8.count <= 63 {
            expect(
                file(engine: engine).replacing("cluster: shop", with: "cluster: 1️⃣\(name)"),
                Expected(1, "'\(name)' is not a cluster name that Slony-I accepts", notes: [(1, note)]))
        }
        expect(
            file(engine: "engine: {type: slony, cluster: 1️⃣a.b}"),
            Expected(1, "'a.b' is not a cluster name that Slony-I accepts", notes: [(1, note)]))
    }

    @Test func `a trigger says what it is for, by known words`() {
        expect(
            trigger("1️⃣{purpose: 2️⃣logg, name: t, function: r.f, timing: 3️⃣during, events: 4️⃣[], match: 5️⃣name}"),
            Expected(1, "a trigger needs a mode for origin, subscriber or bystander"),
            Expected(1, "a trigger needs the key 'level'"),
            Expected(
                2, "'logg' is none of log, deny, truncate_log, truncate_deny", notes: [(2, "did you mean 'log'?")]),
            Expected(3, "'during' is none of before, after"),
            Expected(4, "a trigger needs at least one event"),
            Expected(5, "'name' is none of tuple, function"))
    }

    @Test func `a mode may be absent, and must be known`() {
        expect(
            trigger("{\(log), name: t, events: [insert], origin: 1️⃣on, subscriber: absent}"),
            Expected(1, "'on' is none of disabled, enabled, replica, always, absent"))
    }

    @Test func `events fit the purpose`() {
        expect(
            trigger("{\(log), name: t, events: [insert, 1️⃣insert, 2️⃣truncate], origin: enabled}")
                .replacing("level: row", with: "level: statement"),
            Expected(1, "the event 'insert' is given twice"),
            Expected(2, "the purpose 'log' has no event 'truncate'"))
        expect(
            trigger(
                "{purpose: truncate_deny, function: r.f, timing: before, level: 1️⃣row, name: t, events: [truncate], "
                    + "origin: enabled}"),
            Expected(1, "TRUNCATE fires no row triggers"))
    }

    @Test func `placeholders mean something only where they can be filled`() {
        expect(
            trigger(
                "{\(log), name: 1️⃣'{tabel}_x', events: [insert], origin: enabled, args: ['{x', 2️⃣'{key_mask}']}"
                    .replacing("'{x'", with: "3️⃣'{x'")),
            Expected(1, "'{tabel}' means nothing in a trigger's name", notes: [(1, "did you mean '{table}'?")]),
            Expected(
                3, "'{x' has a '{' without its '}'",
                notes: [(3, "known here: {cluster}, {schema}, {table}, {table_id}, {key_mask}")]))
        expect(
            trigger("{\(log), name: t, events: [insert], origin: enabled, args: 1️⃣['{table_id}', '{key_mask}']}"),
            Expected(1, "'{key_mask}' needs catalog: slony, which alone knows it"),
            Expected(1, "'{table_id}' needs catalog: slony, which alone knows it"))
        expect(
            trigger("{\(log), name: t, events: [insert], origin: enabled}")
                .replacing("r.f", with: "1️⃣'r.\"f_{table}\"'"),
            Expected(1, "'{table}' means nothing in a function's name", notes: [(1, "known here: {cluster}")]))
    }

    @Test func `a trigger's name and arguments hold no NUL, which PostgreSQL cannot store`() {
        expect(
            trigger(#"{\#(log), name: 1️⃣"a\0b", events: [insert], origin: enabled, args: [2️⃣"{table}\0"]}"#),
            Expected(1, #"'a\u{0}b' holds a NUL character"#), Expected(2, #"'{table}\u{0}' holds a NUL character"#))
    }

    @Test func `two triggers cannot have one name`() {
        let one = "{\(log), events: [insert], origin: enabled, name:"
        expect(
            trigger("\(one) 1️⃣'{table}_x'}\n    - \(one) 2️⃣'{table}_x'}"),
            Expected(2, "two triggers have the name '{table}_x'", notes: [(1, "first given here")]))
    }

    @Test func `two triggers that only their names tell apart cannot be told apart on a node`() {
        let one = "{\(log), events: [insert], origin: enabled, args: [a], name:"
        expect(
            trigger("\(one) 1️⃣'{table}_x'}\n    - \(one) 2️⃣'{table}_y'}"),
            Expected(
                2, "nothing but its name tells the trigger '{table}_y' from another",
                notes: [(1, "the same under another name; give one of them other args")]))
        let other = one.replacing("origin: enabled, args: [a]", with: "subscriber: replica, args: [b]")
        #expect(throws: Never.self) { try read(trigger("\(one) '{table}_x'}\n    - \(other) '{table}_y'}")).get() }
    }

    @Test func `a deny trigger refuses on a subscriber, and not on the origin`() {
        let deny = "purpose: deny, name: d, function: r.f, timing: before, level: row, events: [insert]"
        expect(
            trigger("{\(deny), origin: 1️⃣always, subscriber: enabled}"),
            Expected(1, "the trigger 'd' would refuse every write on the origin"))
        let note = "say subscriber: enabled, or leave it out with its purpose"
        expect(
            trigger("{\(deny), origin: disabled, subscriber: 1️⃣replica}"),
            Expected(1, "the trigger 'd' would refuse no write on a subscriber", notes: [(1, note)]))
        let aside = deny.replacing("name: d", with: "name: e, args: [aside]")
        #expect(throws: Never.self) {
            try read(trigger("{\(aside), bystander: enabled}\n    - {\(deny), subscriber: enabled}")).get()
        }
        #expect(throws: Never.self) {
            try read(
                trigger(
                    "{purpose: truncate_deny, name: t, function: r.f, timing: before, level: statement, "
                        + "events: [truncate], origin: always}")
            ).get()
        }
    }

    @Test func `a function has a schema`() {
        expect(
            trigger("{\(log), name: t, events: [insert], origin: enabled}").replacing("r.f", with: "1️⃣f"),
            Expected(1, "'f' has no schema", notes: [(1, "write it as in SQL: schema.name")]))
    }

    @Test func `drained takes two statements`() {
        expect(
            trigger("{\(log), name: t, events: [insert], origin: enabled}").replacing(
                "type: custom", with: "type: custom\n  drained: 1️⃣{sql: 2️⃣'', timeout: 3️⃣60}"),
            Expected(1, "drained needs the key 'origin_position'"),
            Expected(2, "expected a text, found nothing"),
            Expected(3, "'60' is not a duration such as 500ms, 2s or 5m"))
    }
}

@Suite struct `variables` {
    private func origin(_ text: String, _ environment: [String: String] = [:]) -> String? {
        let cluster = try? read(file(sets: "origin: \(text)\ntables: [public.orders]"), environment: environment).get()
        return cluster?.sets.first?.origin?.text
    }

    @Test func `a variable is filled in, with its default where it is unset or empty`() {
        #expect(origin("${O}", ["O": "paris"]) == "paris")
        #expect(origin("p${O}s", ["O": "ari"]) == "paris")
        #expect(origin("${O:-paris}") == "paris")
        #expect(origin("${O:-paris}", ["O": ""]) == "paris")
        #expect(origin("${O:-paris}", ["O": "berlin"]) == "berlin")
        #expect(origin("${O:?say where}", ["O": "berlin"]) == "berlin")
        #expect(origin("${A}${B:-r}lin", ["A": "be"]) == "berlin")
    }

    @Test func `what a variable holds is not looked at again, and dollars without braces stand for themselves`() throws
    {
        let text = file(nodes: "{berlin: \"dbname=${A} user=$x application_name=$$\", paris: service=b}")
        let cluster = try read(text, environment: ["A": "${B}"]).get()
        #expect(cluster.node("berlin")?.conninfo == "dbname=${B} user=$x application_name=$$")
    }

    @Test func `variables fill values of every sort, and no keys`() throws {
        let text = file(
            nodes: "{'${N}': service=a, berlin: {id: \"${ID:-7}\", conninfo: service=b}}",
            policy: "policy: {lock_timeout: \"${T:-3s}\"}")
        let cluster = try read(text).get()
        #expect(cluster.nodes.map(\.name) == ["${N}", "berlin"])
        #expect(cluster.nodes.map(\.id) == [nil, 7])
        #expect(cluster.policy.lockTimeout == .seconds(3))
    }

    @Test func `an unset variable and a malformed one are errors`() {
        expect(
            file(
                nodes: """
                    {a: 1️⃣"${A}", b: 2️⃣"${B:?ask the DBA}", c: 3️⃣"${C", d: 4️⃣"${1}", e: 5️⃣"${E-x}", berlin: 6️⃣"${F:?}"}
                    """),
            Expected(1, "variable 'A' is not set", notes: [(1, "give it a default: ${A:-…}")]),
            Expected(2, "variable 'B' is not set: ask the DBA"),
            Expected(3, "'${' without its '}'", notes: [(3, "write ${DOLLAR:-$}{ for a literal ${")]),
            Expected(4, "'${1}' does not name a variable"),
            Expected(
                5, "'${E-x}' is not a form of variable",
                notes: [(5, "the forms are ${VAR}, ${VAR:-default} and ${VAR:?message}")]),
            Expected(6, "variable 'F' is not set"))
    }

    @Test(arguments: [[:], ["A": "paris"], ["B": "paris"]])
    func `a variable in another's default is an error, not a text with a brace too many`(environment: [String: String])
    {
        expect(
            file(nodes: #"{a: 1️⃣"${A:-${B}}", b: 2️⃣"x${A:?set $A or ${B}}", berlin: 3️⃣"${A:-${}"}"#),
            environment: environment,
            Expected(
                1, "variable 'A' has a '${' in its default",
                notes: [(1, "variables do not nest: what stands after ':-' is taken as a plain text")]),
            Expected(
                2, "variable 'A' has a '${' in its message",
                notes: [(2, "variables do not nest: what stands after ':?' is taken as a plain text")]),
            Expected(
                3, "variable 'A' has a '${' in its default",
                notes: [(3, "variables do not nest: what stands after ':-' is taken as a plain text")]))
    }

    @Test func `a dollar in a default stands for itself`() throws {
        let cluster = try read(file(nodes: #"{berlin: "service=${A:-$}{${A:-$$x$}", paris: service=b}"#)).get()
        #expect(cluster.node("berlin")?.conninfo == "service=${$$x$")
    }
}
