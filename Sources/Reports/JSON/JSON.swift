import Replication

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A report for machines: one document of `format_version` 1, keys and lists sorted, with a newline at its end.
///
/// The same world gives the same bytes. Every character that a terminal would obey or hide is escaped.
public func json(_ report: Report) -> String { encoded(JSONDocument(report, source: nil)) }

/// A plan to keep: the report with the text of the cluster file, for ``readSavedPlan(_:)``.
///
/// - Parameters:
///   - report: A dry run's report.
///   - source: The file's path and text as they were read, and what else chose the plan.
public func savedPlan(_ report: Report, source: SavedPlan.Source) -> String {
    encoded(
        JSONDocument(
            report,
            source: JSONDocument.Source(
                path: source.path, text: source.text,
                arguments: source.arguments.isEmpty ? nil : source.arguments)))
}

/// Reads a plan that ``savedPlan(_:source:)`` wrote; of its SQL nothing is ever read.
///
/// - Throws: ``InvalidSavedPlan``, which says what is wrong with the text.
public func readSavedPlan(_ bytes: [UInt8]) throws(InvalidSavedPlan) -> SavedPlan {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let saved: SavedDocument
    do {
        saved = try decoder.decode(SavedDocument.self, from: Data(bytes))
    } catch let error as DecodingError {
        throw .notADocument(error.words)
    } catch {
        throw .notADocument("\(error)")
    }
    return try saved.checked()
}

private func encoded(_ document: JSONDocument) -> String {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
        return visibleJSON(String(decoding: try encoder.encode(document), as: UTF8.self)) + "\n"
    } catch {
        preconditionFailure("a document of texts and numbers cannot be encoded: \(error)")
    }
}

/// A document of JSON with its own escapes for what an encoder leaves as it is: DEL, C1, marks of direction, invisible
/// characters.
public func visibleJSON(_ text: String) -> String {
    guard text.utf8.contains(where: { $0 > 0x7e }) else { return text }
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
        guard scalar.value > 0x7e, isHostile(scalar) else {
            result.append(scalar)
            continue
        }
        for unit in String(scalar).utf16 {
            let digits = String(unit, radix: 16)
            result.append(contentsOf: ("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).unicodeScalars)
        }
    }
    return String(result)
}

extension DecodingError {
    /// What is missing or wrong, and where, without the decoder's own type names.
    fileprivate var words: String {
        let path = { (context: Context) in context.codingPath.map(\.stringValue).map(inSnakeCase).joined(separator: ".")
        }
        switch self {
        case .keyNotFound(let key, let context):
            return "the key '" + (context.codingPath.isEmpty ? "" : path(context) + ".")
                + inSnakeCase(key.stringValue) + "' is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            return "the key '\(path(context))' holds something else than a text"
        case .dataCorrupted: return "it is not JSON"
        @unknown default: return "it is not JSON"
        }
    }
}

/// A key as it stands in the document.
private func inSnakeCase(_ property: String) -> String {
    property.map { $0.isUppercase ? "_" + $0.lowercased() : String($0) }.joined()
}
