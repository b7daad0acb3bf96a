import ClusterFile
import Replication

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

// What libFuzzer runs: any bytes are read as a cluster file, and the answer is held against what the reader promises.
// A broken promise is a trap, which libFuzzer takes for a crash and keeps.

private let environment = ["X": "x", "EMPTY": "", "HOST": "db.example", "CONTROL": "\u{1B}[2J"]

/// Reads one input; always 0, as libFuzzer asks.
@_cdecl("LLVMFuzzerTestOneInput")
public func readOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    let answer = read(bytes)
    // A quarter of the lengths is enough: this is half of what a run costs.
    if count % 4 == 0 { check(read(bytes) == answer, "the same bytes gave two answers") }
    switch answer {
    case .success(let cluster): checkRoundTrip(cluster)
    case .failure(let invalid): check(invalid, against: bytes)
    }
    return 0
}

private func read(_ bytes: [UInt8]) -> Result<DeclaredCluster, InvalidClusterFile> {
    Result { () throws(InvalidClusterFile) in try readCluster(bytes, file: "f", environment: environment) }
}

/// What is written for a cluster must be read as the same cluster, positions aside.
private func checkRoundTrip(_ cluster: DeclaredCluster) {
    let text = yaml(cluster)
    switch read(Array(text.utf8)) {
    case .success(let again):
        check(again.unplaced == cluster.unplaced, "another cluster was read from what was written:\n\(text)")
        check(yaml(again) == text, "written again, the text was another:\n\(text)")
    case .failure(let invalid): fail("what was written is not valid: \(invalid)\n\(text)")
    }
}

/// At least one error, in order, each with a place in the text and fit for a terminal.
private func check(_ invalid: InvalidClusterFile, against bytes: [UInt8]) {
    let lines = lengthsOfLines(bytes)
    check(!invalid.diagnostics.isEmpty, "refused without an error")
    var last: Position?
    for diagnostic in invalid.diagnostics {
        check(diagnostic.severity == .error, "a note stands alone: \(diagnostic)")
        if let last { check(last <= diagnostic.position, "not in order: \(invalid)") }
        last = diagnostic.position
        for said in [diagnostic] + diagnostic.notes {
            let (line, column) = (said.position.line, said.position.column)
            let isInside = lines.indices.contains(line - 1) && 1...lines[line - 1] + 1 ~= column
            check(isInside, "not a place in the text: \(said)")
            check(said.message.unicodeScalars.allSatisfy(\.isVisible), "not fit for a terminal: \(said)")
        }
    }
}

/// How many characters each line has, its break aside; a byte that belongs to no character counts as one.
private func lengthsOfLines(_ bytes: [UInt8]) -> [Int] {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    var lengths = [0]
    var wasReturn = false
    for scalar in String(decoding: bytes.starts(with: mark) ? bytes[3...] : bytes[...], as: UTF8.self).unicodeScalars {
        switch scalar {
        case "\n" where wasReturn: break
        case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}": lengths.append(0)
        default: lengths[lengths.count - 1] += 1
        }
        wasReturn = scalar == "\r"
    }
    return lengths
}

extension Unicode.Scalar {
    fileprivate var isVisible: Bool {
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }
}

private func check(_ condition: Bool, _ complaint: @autoclosure () -> String) {
    if !condition { fail(complaint()) }
}

private func fail(_ complaint: String) -> Never {
    print("property broken: \(complaint)")
    fflush(nil)
    abort()
}
