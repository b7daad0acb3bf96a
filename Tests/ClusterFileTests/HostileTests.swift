import ClusterFile
import Foundation
import Replication
import Testing

// Files within every bound on bytes and values that once took minutes or all memory, each because something was done again
// for every value. A file four times as long may take four times as long; what grows with the square fails here.

/// What is wrong with a text, nil where it is valid, and how long the processor took to say so, whoever else was waiting.
private func answer(_ text: String, environment: [String: String] = [:]) -> (invalid: InvalidClusterFile?, Duration) {
    let bytes = Array(text.utf8)
    let start = timeOfThread()
    do throws(InvalidClusterFile) {
        _ = try readCluster(bytes, file: "f", environment: environment)
        return (nil, timeOfThread() - start)
    } catch {
        return (error, timeOfThread() - start)
    }
}

private func timeOfThread() -> Duration {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
}

/// In a debug build; the mistakes took minutes.
private let soon = Duration.seconds(20)

private func lines(_ count: Int, _ line: (Int) -> String) -> String {
    (0..<count).map(line).joined(separator: "\n") + "\n"
}

@Suite struct `hostile files` {
    private let head = "version: 1\ncluster: shop\n"

    @Test func `a mapping of 20,000 nodes is read without a copy of the text for each`() {
        let nodes = lines(20_000) { "  node_\($0): service=a" }
        let (invalid, time) = answer(head + "nodes:\n\(nodes)origin: node_7\ntables: [public.orders]\n")
        #expect(invalid == nil)
        #expect(time < soon)
    }

    @Test func `20,000 names that are no nodes among as many that are get an error each`() {
        let nodes = lines(20_000) { "  node_\($0): service=a" }
        let strangers = lines(20_000) { "  - nodes_\($0)" }
        let (invalid, time) = answer(
            head + "nodes:\n\(nodes)sets:\n- name: s\n  origin: node_7\n  tables: [public.orders]\n"
                + "  subscribers:\n\(strangers)")
        #expect(invalid?.diagnostics.count == 20_000)
        #expect(time < soon)
    }

    @Test func `a long list of misspelled names has the first of them helped`() {
        let nodes = lines(1_000) { "  a_name_that_many_others_are_near_to_\($0): service=a" }
        let strangers = lines(2_000) { "  - a_nmae_that_many_others_are_near_to_\($0)" }
        let (invalid, time) = answer(
            head + "nodes:\n\(nodes)sets:\n- name: s\n  origin: none\n  tables: [public.orders]\n"
                + "  subscribers:\n\(strangers)")
        #expect(invalid?.diagnostics.count == 2_000)
        #expect(invalid?.diagnostics.count { !$0.notes.isEmpty } == 20)
        #expect(time < soon)
    }

    @Test func `20,000 aliases to nothing among as many anchors get an error each`() {
        let (invalid, time) = answer("x:\n" + lines(20_000) { "- &anchor_\($0) a\n- *anchors_\($0)" })
        #expect(invalid?.diagnostics.count { $0.message.hasSuffix("refers to nothing") } == 20_000)
        #expect(time < soon)
    }

    @Test func `a long text that is aliased again and again is refused like a file as long`() {
        let long = String(repeating: "x y", count: 100_000)
        let (invalid, time) = answer("x: &x '\(long)'\ny:\n" + lines(10_000) { _ in "- *x" })
        #expect(invalid?.description == "f:225:3: error: more than 64 MiB of text once aliases are expanded")
        #expect(time < soon)
    }

    @Test func `a long text that variables make is refused like a file as long`() {
        let many = String(repeating: "${P}", count: 10_000)
        let file = head + "nodes: {a: 'service=\(many)'}\norigin: a\ntables: [public.orders]\n"
        let (invalid, time) = answer(file, environment: ["P": String(repeating: "p", count: 10_000)])
        #expect(invalid?.description == "f:3:12: error: more than 64 MiB of text once variables are filled in")
        #expect(time < soon)
    }

    @Test func `sets that together name more than a million subscribers by naming none are refused`() {
        let nodes = lines(1_100) { "  node_\($0): service=a" }
        let sets = lines(1_000) { "- {name: s\($0), origin: node_7, tables: [public.t\($0)]}" }
        let (invalid, time) = answer(head + "nodes:\n\(nodes)sets:\n\(sets)")
        #expect(
            invalid?.description == "f:1105:3: error: more than 1,000,000 subscribers where every other node is one")
        #expect(time < soon)
    }

    @Test func `more patterns than can be held against so many tables are refused`() {
        let tables = lines(200) { "  - public.t\($0)" }
        let globs = Array(repeating: "'*'", count: 1_000).joined(separator: ",")
        let patterns = lines(50) { "  - {schema: public, match: x\($0), exclude: [\(globs)]}" }
        let (invalid, time) = answer(
            head + "nodes: {a: service=a}\nsets:\n- name: s\n  origin: a\n  tables:\n\(tables)"
                + "- name: t\n  origin: a\n  tables:\n\(patterns)")
        #expect(invalid?.diagnostics.map(\.message) == ["too many tables for so many patterns"])
        #expect(time < soon)
    }

    @Test func `a table that many patterns of another set take in is reported once`() {
        let patterns = lines(100) { _ in "  - {schema: public, match: '*'}" }
        let (invalid, _) = answer(
            head + "nodes: {a: service=a}\nsets:\n- name: s\n  origin: a\n  tables: [public.a, public.b]\n"
                + "- name: t\n  origin: a\n  tables:\n\(patterns)")
        #expect(
            invalid?.description == """
                f:7:12: error: the table public.a is in set 't' and in set 's'
                f:11:5: note: first given here
                f:7:22: error: the table public.b is in set 't' and in set 's'
                f:11:5: note: first given here
                """)
    }

    @Test func `a hundred thousand %TAG directives are refused before libyaml compares them`() {
        let directives = lines(100_000) { "%TAG !a\($0)! b" }
        let refused = "error: more than 100 %TAG directives"
        #expect(answer(directives + "---\na: b\n").invalid?.description == "f:101:1: \(refused)")
        #expect(answer("a: b\n...\n" + directives + "---\na: b\n").invalid?.description == "f:103:1: \(refused)")
        #expect(answer("a: b # %TAG\n" + lines(200) { _ in "# %TAG" }).invalid?.description.contains("%TAG") == false)
    }

    @Test func `a text that fills the file is answered`() {
        let long = String(repeating: "x", count: 63 * 1024 * 1024)
        let (invalid, time) = answer("version: \(long)\n")
        let cut = String(repeating: "x", count: 80)
        #expect(invalid?.diagnostics.contains { $0.message == "version '\(cut)…' is not known" } == true)
        #expect(time < soon)
    }

    @Test func `a value that is missing at the end of a text without a last line break has a place in the text`() {
        let invalid = answer("version: 1\nnodes:\n   ? <").invalid
        #expect(invalid?.diagnostics.last?.description == "f:3:7: error: expected a text, found nothing")
    }

    @Test func `the same mistake made twice through an alias is reported in the same order every time`() {
        let file =
            head + "nodes: {a: service=a, b: service=b}\nsets:\n"
            + "- {name: s, origin: &o a, tables: [public.o], subscribers: &l [a]}\n"
            + "- {name: s, origin: a, tables: [public.p], subscribers: *l}\n"
        let first = answer(file).invalid
        #expect(first?.diagnostics.count { $0.message.contains("cannot subscribe") } == 2)
        for _ in 0..<50 { #expect(answer(file).invalid == first) }
    }
}
