import ClusterFile
import Foundation
import Testing

@Test(arguments: ["mistakes", "broken"]) func `all errors of a file are shown at once, in order`(name: String) throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Goldens")
    let golden = folder.appending(path: name + ".txt")
    let bytes = Array(try Data(contentsOf: folder.appending(path: name + ".yaml")))
    let invalid = #expect(throws: InvalidClusterFile.self) {
        try readCluster(bytes, file: "\(name).yaml", environment: [:])
    }
    let found = (invalid?.description ?? "") + "\n"
    if ProcessInfo.processInfo.environment["RECORD"] == "1" { try Data(found.utf8).write(to: golden) }
    #expect(found == String(decoding: try Data(contentsOf: golden), as: UTF8.self))
    #expect(!found.contains("sesame"))
}
