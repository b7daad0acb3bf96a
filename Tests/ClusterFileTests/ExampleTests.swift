import ClusterFile
import CustomDump
import Foundation
import Replication
import TestSupport
import Testing

/// The files in `examples/`, read from the package.
enum Examples {
    static let names = [
        "bruce", "builtin", "custom", "minimal", "slony", "switchover-after", "switchover-before",
    ]

    static let folder = packageFolder.appending(path: "examples")

    static func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: folder.appending(path: name + ".yaml")))
    }

    static func read(_ name: String) throws -> DeclaredCluster {
        try readCluster(bytes(name), file: "\(name).yaml", environment: [:])
    }
}

private func at(_ file: String, _ line: Int, _ column: Int) -> Position {
    Position(file: file + ".yaml", line: line, column: column)
}

@Test func `every file in examples is known here`() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Examples.folder.path())
    #expect(files.filter { $0.hasSuffix(".yaml") }.sorted() == Examples.names.map { $0 + ".yaml" })
}

@Test(arguments: Examples.names) func `an example is valid, and survives being written and read`(name: String) throws {
    let cluster = try Examples.read(name)
    let again = try readCluster(Array(yaml(cluster).utf8), file: "again", environment: [:])
    expectNoDifference(again.unplaced, cluster.unplaced)
}

@Test func `the minimal example is one set named default under the builtin engine`() throws {
    let file = "minimal"
    let cluster = try Examples.read(file)
    expectNoDifference(
        cluster,
        DeclaredCluster(
            name: "shop", engine: .builtin(cluster: "shop"),
            nodes: [
                DeclaredNode(name: "berlin", conninfo: "service=shop-berlin", because: at(file, 6, 3)),
                DeclaredNode(name: "paris", conninfo: "service=shop-paris", because: at(file, 7, 3)),
            ],
            sets: [
                ReplicationSet(
                    name: "default", origin: "berlin", originPosition: at(file, 8, 9), subscribers: ["paris"],
                    tables: [
                        DeclaredTable(name: TableName("public", "orders"), because: at(file, 10, 5)),
                        DeclaredTable(name: TableName("sales", "Order Line"), because: at(file, 11, 5)),
                    ], because: at(file, 8, 1))
            ], because: at(file, 3, 1)))
}

@Test func `the slony example has two sets with different origins and all that a table can say`() throws {
    let file = "slony"
    let cluster = try Examples.read(file)
    expectNoDifference(
        cluster,
        DeclaredCluster(
            name: "shop", engine: .slony(cluster: "shopcl"),
            nodes: [
                DeclaredNode(
                    name: "berlin", conninfo: "service=shop-berlin", id: 1, role: "shop_owner", because: at(file, 7, 3)),
                DeclaredNode(
                    name: "paris", conninfo: "service=shop-paris", id: 2, expectedDatabase: "shop",
                    expectedSystemIdentifier: "7412345678901234567", because: at(file, 8, 3)),
                DeclaredNode(
                    name: "tokyo", conninfo: "postgresql://polarity@tokyo.example:5432/shop?sslmode=verify-full", id: 3,
                    because: at(file, 12, 3)),
            ],
            sets: [
                ReplicationSet(
                    name: "orders", id: 1, origin: "berlin", originPosition: at(file, 14, 35),
                    subscribers: ["paris", "tokyo"],
                    tables: [
                        DeclaredTable(name: TableName("public", "orders"), because: at(file, 14, 52)),
                        DeclaredTable(name: TableName("public", "order_items"), because: at(file, 14, 67)),
                    ], because: at(file, 14, 5)),
                ReplicationSet(
                    name: "billing", id: 2, origin: "paris", originPosition: at(file, 17, 13), subscribers: ["berlin"],
                    tables: [
                        DeclaredTable(
                            name: TableName("billing", "ledger"),
                            triggers: [
                                OwnObject(
                                    name: "ledger_audit", modes: [.origin: .enabled, .subscriber: .replica],
                                    because: at(file, 23, 11))
                            ],
                            rules: [
                                OwnObject(
                                    name: "ledger_shadow", modes: [.origin: .enabled, .subscriber: .disabled],
                                    because: at(file, 25, 11))
                            ], because: at(file, 21, 15))
                    ],
                    patterns: [
                        TablePattern(
                            schema: "billing", match: "invoice*", exclude: ["invoice_tmp*"], because: at(file, 20, 9))
                    ], because: at(file, 15, 5)),
            ], policy: Policy(maxChanges: .percent(25)), because: at(file, 3, 1)))
}

@Test func `origin none closes a set on every member`() throws {
    let archive = try #require(try Examples.read("builtin").sets.first)
    #expect(archive.name == "archive")
    #expect(archive.origin == nil)
    #expect(archive.subscribers == ["berlin", "paris"])
}

@Test func `the switchover examples differ in the origin alone`() throws {
    let before = try #require(try Examples.read("switchover-before").unplaced.sets.first)
    let after = try #require(try Examples.read("switchover-after").unplaced.sets.first)
    #expect(before.origin == "berlin")
    #expect(before.subscribers == ["paris", "tokyo"])
    #expect(after.origin == "paris")
    #expect(after.subscribers == ["berlin", "tokyo"])
    #expect(before.tables == after.tables)
}
