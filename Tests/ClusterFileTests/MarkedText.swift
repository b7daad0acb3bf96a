import ClusterFile
import Replication
import Testing

/// A text with markers (1️⃣, 2️⃣ …) taken out, and where they stood; columns count characters as YAML does.
struct MarkedText {
    let text: String
    let positions: [Position]

    init(_ marked: String, file: String = "shop.yaml") {
        var text = ""
        var found: [(number: UInt32, position: Position)] = []
        var (line, column) = (1, 1)
        let scalars = Array(marked.unicodeScalars)
        var at = 0
        while at < scalars.count {
            if at + 2 < scalars.count, scalars[at + 1] == "\u{FE0F}", scalars[at + 2] == "\u{20E3}" {
                found.append((scalars[at].value, Position(file: file, line: line, column: column)))
                at += 3
                continue
            }
            text.unicodeScalars.append(scalars[at])
            (line, column) = scalars[at] == "\n" ? (line + 1, 1) : (line, column + 1)
            at += 1
        }
        self.text = text
        positions = found.sorted { $0.number < $1.number }.map(\.position)
    }
}

/// Where one diagnostic or note must stand, and what it must say.
struct Expected {
    let marker: Int
    let message: String
    let notes: [(marker: Int, message: String)]

    init(_ marker: Int, _ message: String, notes: [(marker: Int, message: String)] = []) {
        self.marker = marker
        self.message = message
        self.notes = notes
    }
}

/// Reads a text; the answer is a cluster or what is wrong with it.
func read(_ text: String, environment: [String: String] = [:]) -> Result<DeclaredCluster, InvalidClusterFile> {
    Result { () throws(InvalidClusterFile) in
        try readCluster(Array(text.utf8), file: "shop.yaml", environment: environment)
    }
}

/// Expects exactly these diagnostics at exactly these markers.
func expect(
    _ marked: String, environment: [String: String] = [:], _ expected: Expected...,
    location: SourceLocation = #_sourceLocation
) {
    let marked = MarkedText(marked)
    guard case .failure(let invalid) = read(marked.text, environment: environment) else {
        Issue.record("the file was accepted:\n\(marked.text)", sourceLocation: location)
        return
    }
    let diagnostics = expected.map { one in
        Diagnostic(
            at: marked.positions[one.marker - 1], one.message,
            notes: one.notes.map { Diagnostic(.note, at: marked.positions[$0.marker - 1], $0.message) })
    }
    let wanted = diagnostics.map(\.description).joined(separator: "\n")
    #expect(invalid.description == wanted, sourceLocation: location)
    #expect(invalid.diagnostics == diagnostics, sourceLocation: location)
}
