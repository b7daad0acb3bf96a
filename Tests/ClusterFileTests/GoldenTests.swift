import ClusterFile
import Foundation
import TestSupport
import Testing

@Test(arguments: ["mistakes", "broken"]) func `all errors of a file are shown at once, in order`(name: String) throws {
    let file = packageFolder.appending(path: "Tests/ClusterFileTests/Goldens/\(name).yaml")
    let bytes = Array(try Data(contentsOf: file))
    let invalid = #expect(throws: InvalidClusterFile.self) {
        try readCluster(bytes, file: "\(name).yaml", environment: [:])
    }
    let found = (invalid?.description ?? "") + "\n"
    try expectGolden(found, "\(name).txt")
    #expect(!found.contains("sesame"))
}
