import CustomDump
import Foundation
import IssueReporting

/// Compares a text with the golden of this name in the folder `Goldens` beside the test.
///
/// With `RECORD=1` a golden that differs is written anew instead, and the test fails once.
public func expectGolden(
    _ text: String, _ name: String, fileID: StaticString = #fileID, filePath: StaticString = #filePath,
    line: UInt = #line, column: UInt = #column
) throws {
    let golden = URL(filePath: "\(filePath)").deletingLastPathComponent().appending(path: "Goldens").appending(
        path: name)
    try expectGolden(text, at: golden, fileID: fileID, filePath: filePath, line: line, column: column)
}

/// Compares a text with a golden.
///
/// With `RECORD=1` a golden that differs is written anew instead, and the test fails once.
///
/// - Parameter common: What it is compared with where there is no such golden.
public func expectGolden(
    _ text: String, at golden: URL, else common: URL? = nil, fileID: StaticString = #fileID,
    filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
) throws {
    let recorded = [golden, common].lazy.compactMap { $0 }.compactMap { try? String(contentsOf: $0, encoding: .utf8) }
        .first
    let name = golden.pathComponents.suffix(2).joined(separator: "/")
    if ProcessInfo.processInfo.environment["RECORD"] == "1" {
        guard recorded != text else { return }
        try Data(text.utf8).write(to: golden)
        reportIssue("recorded \(name)", fileID: fileID, filePath: filePath, line: line, column: column)
    } else {
        expectNoDifference(
            text, recorded ?? "", "differs from \(name); review it and run with RECORD=1", fileID: fileID,
            filePath: filePath, line: line, column: column)
    }
}
