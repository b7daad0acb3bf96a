import Foundation
import Sandbox
import Testing

// The schema is used as an editor uses it: by a validator and a YAML reader that are not ours.

private let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

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
    let folder = package.appending(path: "examples").path()
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".yaml") }.sorted()
    #expect(names.count >= 7)
    let files = names.map { folder + "/" + $0 }
    let judged = try await judge(files, by: schemaFile(in: directory))
    #expect(zip(names, judged).filter { $0.1 != "accepted" }.map(\.0) == [])
    for file in files { #expect(try await run(Binary.path, ["validate", "-f", file]).status == 0) }
}

@Test func `what a schema can say, it rejects, as validate does`() async throws {
    let directory = try temporaryDirectory()
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let sound = """
        version: 1
        cluster: shop
        nodes: {berlin: service=a, paris: service=b}
        origin: berlin
        tables: [public.orders]

        """
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
    ]
    let files = [sound, sound + custom] + broken
    let paths = try files.enumerated().map { number, text in
        let path = directory + "/\(number).yaml"
        try Data(text.utf8).write(to: URL(filePath: path))
        return path
    }
    let judged = try await judge(paths, by: schemaFile(in: directory))
    for (number, path) in paths.enumerated() {
        let isBroken = number >= 2
        #expect(judged[number] == (isBroken ? "rejected" : "accepted"), "\(files[number])")
        let status = try await run(Binary.path, ["validate", "-f", path]).status
        #expect(status == (isBroken ? 65 : 0), "\(files[number])")
    }
}
