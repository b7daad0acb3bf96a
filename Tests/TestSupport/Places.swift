import Foundation

/// The folder that holds Package.swift.
public let packageFolder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

/// The text of a page of the documentation.
public func documentation(_ page: String) throws -> String {
    let path = "Sources/Replication/Replication.docc/\(page).md"
    return try String(contentsOf: packageFolder.appending(path: path), encoding: .utf8)
}

/// A new directory that the caller deletes.
public func temporaryDirectory() throws -> String {
    let path = FileManager.default.temporaryDirectory.appending(path: "polarity-test-\(UUID().uuidString)").path()
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    return path
}
