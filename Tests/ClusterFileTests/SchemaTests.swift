import ClusterFile
import Foundation
import Testing

// The schema is read as an editor would read it, with a reader of JSON that is not ours.

private typealias Object = [String: Any]

private func schema() throws -> Object {
    let value = try JSONSerialization.jsonObject(with: Data(jsonSchema().utf8))
    return try #require(value as? Object)
}

private func alternatives(_ place: Object) -> [Object] {
    [place] + ((place["anyOf"] as? [Object]) ?? []).flatMap(alternatives)
}

/// What the decoder says it knows, when it is given a key that it does not.
private func known(_ text: String) -> [String] {
    guard case .failure(let invalid) = read(text) else { return [] }
    let notes = invalid.diagnostics.filter { $0.message.hasPrefix("unknown key 'zzzzzzzzzz'") }.flatMap(\.notes)
    return notes.flatMap { $0.message.dropFirst("known here: ".count).components(separatedBy: ", ") }.sorted()
}

@Suite struct `the schema` {
    @Test func `it is JSON Schema 2020-12 with a title and one definition`() throws {
        let schema = try schema()
        #expect(schema["$schema"] as? String == "https://json-schema.org/draft/2020-12/schema")
        #expect(schema["title"] as? String == "Polarity cluster file, version 1")
        #expect(schema["required"] as? [String] == ["version", "cluster", "nodes"])
        #expect(schema["additionalProperties"] as? Bool == false)
        #expect((schema["$defs"] as? Object)?.keys.sorted() == ["variable"])
        #expect(jsonSchema().hasSuffix("}\n"))
    }

    @Test(arguments: [
        ("zzzzzzzzzz: 1", []),
        ("nodes: {a: {zzzzzzzzzz: 1}}", ["nodes", "*"]),
        ("nodes: {a: {expect: {zzzzzzzzzz: 1}}}", ["nodes", "*", "expect"]),
        ("engine: {zzzzzzzzzz: 1}", ["engine"]),
        ("engine: {drained: {zzzzzzzzzz: 1}}", ["engine", "drained"]),
        ("engine: {triggers: [{zzzzzzzzzz: 1}]}", ["engine", "triggers", "*"]),
        ("sets: [{zzzzzzzzzz: 1}]", ["sets", "*"]),
        ("sets: [{tables: [{zzzzzzzzzz: 1}]}]", ["sets", "*", "tables", "*"]),
        ("tables: [{zzzzzzzzzz: 1}]", ["tables", "*"]),
        ("tables: [{triggers: {a: {zzzzzzzzzz: 1}}}]", ["tables", "*", "triggers", "*"]),
        ("tables: [{rules: {a: {zzzzzzzzzz: 1}}}]", ["tables", "*", "rules", "*"]),
        ("policy: {zzzzzzzzzz: 1}", ["policy"]),
    ])
    func `it knows exactly the keys that the decoder knows`(text: String, path: [String]) throws {
        var places: [Object] = [try schema()]
        for step in path {
            places = places.flatMap(alternatives).compactMap { place in
                let next = step == "*" ? place["items"] ?? place["additionalProperties"] : nil
                return (next ?? (place["properties"] as? Object)?[step]) as? Object
            }
        }
        let inSchema = places.flatMap(alternatives).flatMap { ($0["properties"] as? Object)?.keys.sorted() ?? [] }
        #expect(!inSchema.isEmpty)
        #expect(known(text) == inSchema.sorted())
    }

    @Test func `every key says what it is for`() throws {
        var (described, undescribed): (Int, [String]) = (0, [])
        func walk(_ value: Any, _ path: String) {
            guard let object = value as? Object else {
                for element in value as? [Any] ?? [] { walk(element, path) }
                return
            }
            for (name, value) in object["properties"] as? Object ?? [:] where object["additionalProperties"] != nil {
                let words = (value as? Object)?["description"] as? String ?? ""
                if words.isEmpty { undescribed.append("\(path).\(name)") } else { described += 1 }
            }
            for (name, value) in object { walk(value, "\(path).\(name)") }
        }
        walk(try schema(), "")
        #expect(undescribed == [])
        #expect(described > 40)
    }
}
