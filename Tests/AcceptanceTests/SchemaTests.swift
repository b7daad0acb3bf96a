import Foundation
import Sandbox
import TestSupport
import Testing

// The schema is used as an editor uses it: by a validator and a YAML reader that are not ours.

/// Validates YAML files against a schema; a line `accepted` or `rejected` for each.
private func judge(_ files: [String], by schema: String) async throws -> [String] {
    let script = """
        import json, sys, jsonschema, yaml
        schema = json.load(open(sys.argv[1]))
        jsonschema.Draft202012Validator.check_schema(schema)
        validator = jsonschema.Draft202012Validator(schema)
        for file in sys.argv[2:]:
            print("accepted" if validator.is_valid(yaml.safe_load(open(file))) else "rejected")
        """
    let answer = try await run("python3", ["-c", script, schema] + files)
    guard answer.status == 0 else { throw SandboxError(message: answer.errorOutput) }
    return answer.output.split(separator: "\n").map(String.init)
}

private func schemaFile(in directory: String) async throws -> String {
    let answer = try await run(Binary.path, ["schema"])
    #expect(answer.status == 0)
    let path = directory + "/polarity.schema.json"
    try Data(answer.output.utf8).write(to: URL(filePath: path))
    return path
}

@Test func `the schema accepts every example, as validate does`() async throws {
    let directory = try temporaryDirectory()
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let folder = packageFolder.appending(path: "examples").path()
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".yaml") }.sorted()
    #expect(names.count >= 7)
    let files = names.map { folder + "/" + $0 }
    let judged = try await judge(files, by: schemaFile(in: directory))
    #expect(zip(names, judged).filter { $0.1 != "accepted" }.map(\.0) == [])
    for file in files { #expect(try await run(Binary.path, ["validate", "-f", file]).status == 0) }
}

private let sound = """
    version: 1
    cluster: shop
    nodes: {berlin: service=a, paris: service=b}
    origin: berlin
    tables: [public.orders]

    """

/// Expects the same of the schema and of `validate`.
private func expect(_ files: [String], _ verdict: String) async throws {
    let directory = try temporaryDirectory()
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let paths = try files.enumerated().map { number, text in
        let path = directory + "/\(number).yaml"
        try Data(text.utf8).write(to: URL(filePath: path))
        return path
    }
    let judged = try await judge(paths, by: schemaFile(in: directory))
    for (number, path) in paths.enumerated() {
        #expect(judged[number] == verdict, "\(files[number])")
        let status = try await run(Binary.path, ["validate", "-f", path]).status
        #expect(status == (verdict == "accepted" ? 0 : 65), "\(files[number])")
    }
}

@Test func `what is given twice, it rejects, as validate does`() async throws {
    let head = "version: 1\ncluster: shop\nnodes: {berlin: service=a, paris: service=b}\n"
    let set = "{name: a, origin: berlin, tables: [public.a]}"
    let template = "purpose: log, name: l, function: f.f, timing: after, level: row, events: [insert], origin: enabled"
    try await expect(
        [
            head + "origin: berlin\ntables: [public.orders, public.orders]",
            head + "origin: berlin\ntables: [{name: public.orders}, {name: public.orders}]",
            head + "sets: [{name: a, origin: berlin, tables: [public.a, public.b, public.a]}]",
            head + "sets: [\(set), \(set)]",
            sound + "engine: {type: custom, triggers: [{\(template)}, {\(template)}]}",
        ], "rejected")
    let pattern = "{schema: public, match: 'a*'}"
    try await expect([head + "origin: berlin\ntables: [\(pattern), \(pattern)]"], "accepted")
}

@Test func `what a schema can say, it rejects, as validate does`() async throws {
    let template = "purpose: log, name: l, function: f.f, timing: after, level: row, events: [insert]"
    let custom = "engine: {type: custom, triggers: [{\(template), origin: enabled, subscriber: disabled}]}\n"
    let broken = [
        sound + "tabels: []",
        sound.replacing("version: 1", with: "version: 2"),
        sound.replacing("cluster: shop\n", with: ""),
        sound.replacing("nodes: {berlin: service=a, paris: service=b}\n", with: ""),
        sound.replacing("nodes: {berlin: service=a, paris: service=b}", with: "nodes: [berlin, paris]"),
        sound.replacing("[public.orders]", with: "public.orders"),
        sound.replacing("service=a", with: "{conninfo: service=a, port: 5432}"),
        sound.replacing("service=a", with: "{role: shop}"),
        sound.replacing("service=a", with: "{conninfo: service=a, id: one}"),
        sound + "engine: mysql",
        sound + "engine: {type: slony, clutser: x}",
        sound + custom.replacing("timing: after", with: "timing: sometimes"),
        sound + custom.replacing("level: row", with: "level: column"),
        sound + custom.replacing("[insert]", with: "[upsert]"),
        sound + custom.replacing("origin: enabled", with: "origin: on"),
        sound + custom.replacing("purpose: log", with: "purpose: logging"),
        sound + custom.replacing("name: l, ", with: ""),
        sound + "policy: {lock_timeout: soon}",
        sound + "policy: {retries: often}",
        sound + "policy: {max_changes: most}",
        sound + "policy: {sequences: guess}",
        sound.replacing("[public.orders]", with: "[{name: public.orders, triggers: {audit: {origin: sometimes}}}]"),
        sound.replacing("[public.orders]", with: "[{match: \"order*\"}]"),
        sound.replacing("origin: berlin\ntables: [public.orders]", with: "sets: [{name: a, origin: berlin}]"),
        sound.replacing("public.orders", with: "Pg_Catalog.pg_class"),
        sound.replacing("public.orders", with: "information_Schema.sql_parts"),
        sound.replacing("[public.orders]", with: "['\"pg_toast\".a']"),
        sound.replacing("[public.orders]", with: "[{schema: pg_catalog, match: '*'}]"),
        sound.replacing("[public.orders]", with: "[{schema: information_schema, match: '*'}]"),
        sound.replacing("public.orders", with: "Polarity.log"),
        sound.replacing("public.orders", with: "'\"polarity\".log'") + "engine: {type: builtin}",
        sound.replacing("[public.orders]", with: "[{schema: polarity, match: 'l*'}]") + "engine: builtin",
        sound.replacing("public.orders", with: "polarity.t")
            + custom.replacing("type: custom,", with: "type: custom, catalog: polarity,"),
        sound.replacing("[public.orders]", with: "[{name: bruce.t}]") + "engine: {type: bruce, cluster: b}",
        sound.replacing(
            "origin: berlin\ntables: [public.orders]", with: "sets: [{name: a, origin: berlin, tables: [bruce.t]}]")
            + "engine: bruce",
        sound.replacing(
            "[public.orders]", with: "[{name: public.orders, triggers: {00_polarity_deny: {origin: enabled}}}]"),
    ]
    func engine(_ modes: String...) -> String {
        let deny = "purpose: deny, function: f.d, timing: before, level: row, events: [insert]"
        let all = modes.enumerated().map { "{\(deny), name: d\($0), args: [a\($0)], \($1)}" }
        return sound + "engine: {type: custom, triggers: [\(all.joined(separator: ", "))]}\n"
    }
    let open = [
        engine("origin: always, subscriber: enabled"), engine("origin: disabled, subscriber: replica"),
        engine("subscriber: absent, origin: replica"), engine("bystander: enabled", "subscriber: disabled"),
    ]
    let closed = [
        engine("bystander: enabled"), engine("subscriber: disabled", "origin: disabled, subscriber: always"),
        engine("origin: absent, bystander: always"), engine("origin: disabled, subscriber: '${MODE:-enabled}'"),
    ]
    let others = [
        sound.replacing("public.orders", with: "polarity.log") + "engine: bruce",
        sound.replacing("public.orders", with: "bruce.t"), sound.replacing("public.orders", with: "polarity_.log"),
        sound.replacing(
            "[public.orders]", with: "[{name: public.orders, triggers: {00_polarity_deny: {origin: enabled}}}]")
            + "engine: bruce",
    ]
    let near = ["pgx.a", "information_schemata.a", "'\"PG_a\".a'"]
    try await expect(
        [sound, sound + custom] + closed + others + near.map { sound.replacing("public.orders", with: $0) }, "accepted")
    try await expect(broken + open, "rejected")
}

/// A value in a cluster file, and texts for it.
private struct Place {
    /// The file with `@` where the text stands.
    let file: String
    let right: [String]
    let wrong: [String]

    /// `part` stands in place of another part of the sound file, or else at its end.
    init(_ part: String, insteadOf other: String = "", right: [String], wrong: [String]) {
        file = other.isEmpty ? sound + part : sound.replacing(other, with: part)
        (self.right, self.wrong) = (right, wrong)
    }
}

private let trigger = "purpose: log, function: f.f, timing: after, level: row, events: [insert], origin: enabled"
private let anything = ["null", "~", "no", "1.5", #""a$${A:-$x$}b$""#]
private let nothing = [#""""#, #""a\0""#, #""${A""#, #""${A-a}""#, #""${A:-a}${1}""#, #""${A:-${B}}""#, "[]"]
private let long = String(repeating: "x", count: 63)
private let short = "origin: berlin\ntables: [public.orders]"

private let places = [
    Place("cluster: @", insteadOf: "cluster: shop", right: anything + [long], wrong: nothing + [long + "x"]),
    Place(
        "{@: service=a, berlin:", insteadOf: "{berlin: service=a, paris:", right: ["null", "~", "no"],
        wrong: ["none", #""""#, #""a\0""#]),
    Place(
        "{berlin: @,", insteadOf: "{berlin: service=a,",
        right: ["host = a", "' '", "postgres://", #""service=${A:-a}""#],
        wrong: ["berlin", "null", "5", "POSTGRES://h", #""service=a\0""#, #""service=${A""#]),
    Place("{conninfo: service=a, role: @}", insteadOf: "service=a", right: anything, wrong: nothing + [long + "x"]),
    Place(
        "{conninfo: service=a, id: @}", insteadOf: "service=a", right: ["1", "2147483647", #""007""#],
        wrong: ["0", #""0""#, "2147483648", #""2147483648""#, #""99999999999""#, "null"]),
    Place(
        "{conninfo: service=a, expect: {system_identifier: @}}", insteadOf: "service=a",
        right: ["1", "7412345678901234567", #""7412345678901234567""#, #""18446744073709551615""#],
        wrong: [
            "0", #""0""#, #""0000000000000000000000007""#, "18446744073709551616", #""18446744073709551616""#, #""""#,
            "null",
        ]),
    Place("{conninfo: service=a, expect: {database: @}}", insteadOf: "service=a", right: ["~"], wrong: [#""a\0""#]),
    Place("sets: [{name: @, origin: berlin, tables: [a.b]}]", insteadOf: short, right: ["~"], wrong: [#""a\0""#]),
    Place(
        "sets: [{name: a, origin: berlin, subscribers: [@], tables: [a.b]}]", insteadOf: short,
        right: ["paris", #""${A:-paris}""#], wrong: ["none", #""a\0""#]),
    Place(
        "tables: [@]", insteadOf: "tables: [public.orders]",
        right: ["a.\(long)", "É.f$", #"'"\#(String(repeating: #""""#, count: 63))".ä'"#, #""${A:-a.b}""#],
        wrong: nothing + [
            "null", "1.5", "a", "a.b.c", "a.\(long)x", #"'a."\#(long)x"'"#, #""a.\"b\0\"""#, #"'a."${b"'"#,
        ]),
    Place("tables: [{schema: @, match: a}]", insteadOf: "tables: [public.orders]", right: ["~"], wrong: [#""a\0""#]),
    Place(
        "tables: [{schema: a, match: @, exclude: [@]}]", insteadOf: "tables: [public.orders]", right: anything,
        wrong: nothing),
    Place(
        "tables: [{name: a.b, rules: {@: {origin: enabled}}}]", insteadOf: "tables: [public.orders]",
        right: ["null", "no", long], wrong: [#""""#, #""a\0""#, long + "x"]),
    Place(
        "engine: {type: slony, cluster: @}", right: ["true", "null", "a_$1", #""${A:-a}""#],
        wrong: ["1", "a-b", #""${A""#]),
    Place(
        "cluster: @\nengine: slony", insteadOf: "cluster: shop", right: ["true", "null", "a_$1"], wrong: ["7", "a-b"]),
    Place(
        "cluster: @\nengine: {type: custom, catalog: slony, triggers: [{\(trigger), name: a}]}",
        insteadOf: "cluster: shop", right: ["true", "null", "a_$1"], wrong: ["7", "a-b"]),
    Place(
        "cluster: a-b\nengine: {type: custom, catalog: slony, cluster: @, triggers: [{\(trigger), name: a}]}",
        insteadOf: "cluster: shop", right: ["true", "null", "a_$1"], wrong: ["7", "a-b"]),
    Place(
        "engine: {type: custom, triggers: [{\(trigger), name: @}]}",
        right: ["null", "7", "'{table}'"], wrong: [#""a\0""#, "''", "'{table'", "'{table_id}'"]),
    Place(
        "engine: {type: custom, triggers: [{\(trigger), name: a, args: [@]}]}",
        right: ["null", "7", "''", "'{table}'"],
        wrong: [#""a\0""#, "'{table_id}'", "'a {key_mask}'", "'{row}'", "'{table'", #""${A""#]),
    Place(
        "engine: {type: custom, catalog: @, triggers: [{\(trigger), name: a, args: ['{table_id}']}]}",
        right: ["slony", #""${A:-slony}""#], wrong: ["none", "polarity", "null"]),
    Place(
        "engine: {type: custom, triggers: [{\(trigger.replacing("f.f", with: "@")), name: a}]}",
        right: ["'f.{CLUSTER}_1'", "'f.a}'", #"'"{cluster}"."a ""b"'"#, "É.f$", #""${A:-a.b}""#],
        wrong: ["f", "a.b.c", "f.1a", "f.a b", "'f.{table}'", "'f.{cluster'", "f.", #"'f."{CLUSTER}"'"#]),
    Place(
        "engine: {type: custom, triggers: [{\(trigger), name: a}], drained: {sql: @, origin_position: @}}",
        right: ["~"], wrong: [#""a\0""#]),
    Place(
        "policy: {lock_timeout: @}", right: ["007s", "2147483647ms", "2147483s", "35791m", "9m", #""${A:-1s}""#],
        wrong: [
            "0s", "00m", "5", "1h", "2147483648ms", #""2147484s""#, "35792m", "99999m", "99999999999ms", "null",
        ]),
    Place(
        "policy: {max_changes: @}",
        right: ["0", "100%", "007%", "00%", #""0""#, #""12""#, "9223372036854775807", #""9223372036854775807""#],
        wrong: [
            "101%", "-1", "1.5", #""9223372036854775808""#, #""99999999999999999999""#, "'%'", #""""#, "null",
        ]),
    Place(
        "policy: {retries: @}", right: ["1", #""001""#, "1000000", #""999999""#, #""01000000""#],
        wrong: ["0", "1000001", #""0""#, #""1000001""#, #""9999999""#]),
]

@Test(arguments: ["accepted", "rejected"])
func `in every place, the schema rejects what validate does, and nothing else`(verdict: String) async throws {
    let files = places.flatMap { place in
        (verdict == "accepted" ? place.right : place.wrong).map { place.file.replacing("@", with: $0) }
    }
    try await expect(files, verdict)
}
