import ClusterFile
import Foundation
import TestSupport
import Testing

/// What is wrong with bytes, as lines.
private func complaints(_ bytes: [UInt8]) -> String {
    do {
        _ = try readCluster(bytes, file: "f", environment: [:])
        return "accepted"
    } catch {
        return error.description
    }
}

@Suite struct `bounds` {
    @Test func `a file over 64 MiB is refused`() {
        let bytes = [UInt8](repeating: UInt8(ascii: "#"), count: 64 * 1024 * 1024 + 1)
        #expect(complaints(bytes) == "f:1:1: error: the file is larger than 64 MiB")
    }

    @Test func `nesting of 64 is read, and deeper is refused`() {
        let nested = { (depth: Int) in
            "x: " + String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(complaints(Array(nested(63).utf8)).contains("unknown key 'x'"))
        #expect(complaints(Array(nested(64).utf8)) == "f:1:67: error: nested deeper than 64 levels")
        #expect(complaints(Array(nested(100_000).utf8)) == "f:1:67: error: nested deeper than 64 levels")
        for (opening, column) in [("[", 65), ("{", 65), ("- ", 129), ("? ", 129)] {
            let bomb = Array(String(repeating: opening, count: 100_000).utf8)
            #expect(complaints(bomb) == "f:1:\(column): error: nested deeper than 64 levels")
        }
    }

    @Test func `nesting through aliases counts`() {
        let half = String(repeating: "[", count: 40) + String(repeating: "]", count: 40)
        let text = "x: &a \(half)\ny: " + String(repeating: "[", count: 30) + "*a" + String(repeating: "]", count: 30)
        #expect(complaints(Array(text.utf8)) == "f:2:34: error: nested deeper than 64 levels")
    }

    @Test func `a million values are read, and one more is refused`() {
        // The root, its key and the list are three values besides the elements.
        let list = { (count: Int) in Array(("x: [" + String(repeating: "a,", count: count) + "]").utf8) }
        #expect(complaints(list(999_997)).contains("unknown key 'x'"))
        #expect(
            complaints(list(999_998)) == "f:1:1999999: error: more than 1,000,000 values once aliases are expanded")
    }

    @Test(arguments: [
        String(repeating: "postgres://", count: 1000), "postgres://" + String(repeating: ":", count: 16_000),
    ])
    func `a wrong text of many addresses is quoted at once`(text: String) {
        #expect(complaints(Array("version: '\(text)'".utf8)).contains("error: version 'postgres://"))
    }

    @Test func `a billion laughs are refused at once`() {
        var text = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n"
        for level in 1..<10 {
            let aliases = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(aliases)]\n"
        }
        let clock = ContinuousClock()
        var found = ""
        let time = clock.measure { found = complaints(Array(text.utf8)) }
        #expect(found.hasSuffix("error: more than 1,000,000 values once aliases are expanded"))
        #expect(time < .seconds(2))
    }

    @Test func `a billion merged laughs are refused too`() {
        var text = "a0: &a0 {a: 1, b: 2, c: 3, d: 4}\n"
        for level in 1..<30 { text += "a\(level): &a\(level) {<<: [*a\(level - 1), *a\(level - 1)]}\n" }
        #expect(complaints(Array(text.utf8)).hasSuffix("error: more than 1,000,000 values once aliases are expanded"))
    }

    @Test func `bytes that are no UTF-8 are refused where they stand`() {
        let head = Array("version: 1\ncluster: grün".utf8)
        #expect(complaints(head + [0xFF]) == "f:2:14: error: not valid UTF-8")
        #expect(complaints(head + [0xC3]) == "f:2:14: error: not valid UTF-8")
        #expect(complaints(head + [0xED, 0xA0, 0x80]) == "f:2:14: error: not valid UTF-8")
        #expect(complaints([0xFF, 0xFE, 0x61, 0x00]) == "f:1:1: error: not valid UTF-8")
    }

    @Test(arguments: ["\n", "\r", "\r\n", "\u{85}", "\u{2028}", "\u{2029}"])
    func `a byte stands on the line that an unknown key there would stand on`(end: String) {
        let head = Array("version: 1\(end)cluster: shop\(end)".utf8)
        #expect(complaints(head + Array("grün: [\(end)".utf8)).hasPrefix("f:4:1: error: did not find expected"))
        #expect(complaints(head + Array("grün: ".utf8) + [0xFF]) == "f:3:7: error: not valid UTF-8")
    }

    @Test func `what ends too early ends in the last line, with a line break and without`() {
        #expect(complaints(Array("version: {a: b\n".utf8)).hasPrefix("f:2:1: error: did not find expected ',' or '}'"))
        #expect(complaints(Array("version: {a: b".utf8)).hasPrefix("f:1:15: error: did not find expected ',' or '}'"))
    }

    @Test func `a NUL and other control characters are refused where they stand`() {
        let head = Array("version: 1\ncluster: grün".utf8)
        #expect(complaints(head + [0]) == "f:2:14: error: a NUL character is not allowed")
        #expect(complaints(head + [7]) == "f:2:14: error: a control character (byte 0x7) is not allowed")
    }
}

@Suite struct `robustness` {
    @Test(arguments: Examples.names) func `no mutation or truncation of an example crashes`(name: String) throws {
        let bytes = try Examples.bytes(name)
        var random = Dice(seed: bytes.count)
        let interesting = Array("{}[]:,-&*!|>'\"%@`#\n \t?<$0a\u{FEFF}é".utf8) + [0, 0x80, 0xFF]
        var refused = 0
        for round in 0..<500 {
            var mutant = bytes
            for _ in 0...Int.random(in: 0..<3, using: &random) where !mutant.isEmpty {
                let place = Int.random(in: 0..<mutant.count, using: &random)
                let byte = interesting[Int.random(in: 0..<interesting.count, using: &random)]
                switch Int.random(in: 0..<5, using: &random) {
                case 0: mutant[place] = byte
                case 1: mutant.insert(byte, at: place)
                case 2: mutant.remove(at: place)
                case 3: mutant.removeSubrange(place..<min(mutant.count, place + 9))
                default: mutant.insert(contentsOf: bytes[0..<min(bytes.count, 40)], at: place)
                }
            }
            if round % 5 == 0 { mutant.removeLast(Int.random(in: 0...mutant.count, using: &random)) }
            do {
                let cluster = try readCluster(mutant, file: "mutant", environment: [:])
                let again = try readCluster(Array(yaml(cluster).utf8), file: "again", environment: [:])
                #expect(again.unplaced == cluster.unplaced)
            } catch {
                refused += 1
                #expect(!error.diagnostics.isEmpty)
                #expect(error.diagnostics == error.diagnostics.sorted { $0.position < $1.position })
            }
        }
        #expect(refused > 125)
    }
}
