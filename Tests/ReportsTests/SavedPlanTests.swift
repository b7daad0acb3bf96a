import Replication
import Reports
import Testing

private let source = SavedPlan.Source(
    path: "clusters/shop.yaml", text: "version: 1\ncluster: ${NAME}\n# \u{1b}\u{202e}\u{e0041} é", arguments: [])

@Suite struct `A saved plan` {
    @Test(arguments: [[], ["--node", "paris"]]) func `comes back as it was written`(arguments: [String]) throws {
        let report = Shop.sabotaged.report(.plan)
        let source = SavedPlan.Source(path: source.path, text: source.text, arguments: arguments)
        let read = try readSavedPlan(Array(savedPlan(report, source: source).utf8))
        #expect(read == SavedPlan(cluster: "shop", fingerprint: report.fingerprint, source: source))
    }

    @Test(arguments: [
        ("{", "this is not a saved plan: it is not JSON"), ("", "this is not a saved plan: it is not JSON"),
        ("[]", "this is not a saved plan: the key '' holds something else than a text"),
        (#"{"kind": "plan"}"#, "this is not a saved plan: the key 'format_version' is missing"),
    ])
    func `that is none says what is missing`(text: String, message: String) {
        #expect(performing { () throws(InvalidSavedPlan) in try readSavedPlan(Array(text.utf8)) } == message)
    }

    @Test func `of another kind, format or fingerprint is refused`() {
        let good = savedPlan(Shop.sabotaged.report(.plan), source: source)
        let print = Shop.sabotaged.report(.plan).fingerprint
        let read = { (text: String) in
            performing { () throws(InvalidSavedPlan) in try readSavedPlan(Array(text.utf8)) }
        }
        #expect(read(good) == nil)
        #expect(read(good.replacing("\"plan\"", with: "\"apply\"")) == "this is a report of kind apply, not a plan")
        #expect(
            read(good.replacing("\"1.0\"", with: "\"2.0\"")) == "the saved plan has format 2.0, this program reads 1.x")
        #expect(read(good.replacing("\"1.0\"", with: "\"1.7\"")) == nil)
        #expect(
            read(good.replacing(print, with: "abc")) == "the saved plan has no fingerprint of 64 hexadecimal digits")
        #expect(
            read(json(Shop.sabotaged.report(.plan)))
                == "this is not a saved plan: the key 'source' is missing; write it with --out")
    }
}

/// What was thrown, in words; `nil` where nothing was.
private func performing<Value>(_ body: () throws(InvalidSavedPlan) -> Value) -> String? {
    do {
        _ = try body()
        return nil
    } catch {
        return error.description
    }
}
