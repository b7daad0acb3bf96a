import Postgres
import Replication

/// One thing to say about a place in a cluster file, with what helps to mend it.
public struct Diagnostic: Hashable, Sendable {
    /// How much a diagnostic matters.
    public enum Severity: String, Hashable, Sendable, CaseIterable {
        /// The file is not valid because of it.
        case error
        /// Says more about an error; stands in ``Diagnostic/notes`` only.
        case note
    }

    /// How much it matters.
    public let severity: Severity
    /// Where in the file; 1:1 where no better place is known.
    public let position: Position
    /// What is wrong, in lower case and without a full stop; control characters are escaped, passwords never in it.
    public let message: String
    /// What helps to mend it, such as the name that was probably meant.
    public let notes: [Diagnostic]

    /// Says something about a place.
    public init(_ severity: Severity = .error, at position: Position, _ message: String, notes: [Diagnostic] = []) {
        self.severity = severity
        self.position = position
        self.message = message
        self.notes = notes
    }
}

extension Diagnostic {
    /// The same without some texts, which a message may quote.
    func hiding(_ secrets: [String]) -> Diagnostic {
        let shown = secrets.reduce(message) {
            $0.replacing($1.inQuotes, with: "'***'").replacing($1.escaped, with: "***")
        }
        return Diagnostic(severity, at: position, shown, notes: notes.map { $0.hiding(secrets) })
    }
}

extension Diagnostic: CustomStringConvertible {
    /// `file:line:column: error: message`, and one line for each note.
    public var description: String {
        (["\(position.description.escaped): \(severity.rawValue): \(message)"] + notes.map(\.description)).joined(
            separator: "\n")
    }
}

/// Why a cluster file is not valid: everything that is wrong with it, not only the first thing.
public struct InvalidClusterFile: Error, Hashable, Sendable, CustomStringConvertible {
    /// The errors, sorted by position and then by what they say, each once; never empty.
    public let diagnostics: [Diagnostic]

    init(_ diagnostics: [Diagnostic]) {
        self.diagnostics = Set(diagnostics).sorted { left, right in
            if left.position != right.position { return left.position < right.position }
            return left.message == right.message ? left.description < right.description : left.message < right.message
        }
    }

    /// Every diagnostic on lines of its own.
    public var description: String { diagnostics.map(\.description).joined(separator: "\n") }
}

extension String {
    /// The text in single quotes, fit for a message; long texts are cut, and what looks like a password is taken out first.
    var inQuotes: String {
        let text = withoutPasswords
        let isCut = !text.unicodeScalars.dropFirst(80).isEmpty
        return "'" + (isCut ? String(text.unicodeScalars.prefix(80)).escaped + "…" : text.escaped) + "'"
    }

    /// The text fit for a terminal: control and direction characters are escaped.
    var escaped: String {
        var result = ""
        for scalar in unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator:
                result += "\\u{" + String(scalar.value, radix: 16) + "}"
            default:
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
