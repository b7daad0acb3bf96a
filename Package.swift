// swift-tools-version: 6.2
import PackageDescription

/// Rooms that never see C: touching a pointer there is a compile error.
let safe: [SwiftSetting] = [.treatAllWarnings(as: .error), .strictMemorySafety()]
/// Rooms with a C door, and the tests.
let plain: [SwiftSetting] = [.treatAllWarnings(as: .error)]
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let customDump = Target.Dependency.product(name: "CustomDump", package: "swift-custom-dump")
/// Without it `expectNoDifference` prints, and the test passes all the same.
let issueReporting = Target.Dependency.product(name: "IssueReportingTestSupport", package: "xctest-dynamic-overlay")

let package = Package(
    name: "polarity",
    products: [.executable(name: "polarity", targets: ["polarity"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/pointfreeco/swift-custom-dump", exact: "1.7.3"),
        .package(url: "https://github.com/pointfreeco/xctest-dynamic-overlay", exact: "1.13.1"),
        .package(url: "https://github.com/swiftlang/swift-docc-plugin", exact: "1.5.0"),
    ],
    targets: [
        .systemLibrary(
            name: "CLibYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"]), .brew(["libyaml"])]),
        .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"]), .brew(["libpq"])]),
        .systemLibrary(
            name: "CLibCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"]), .brew(["openssl"])]),
        .target(name: "Replication", resources: [.embedInCode("Engines/SQL")], swiftSettings: safe),
        .target(name: "Postgres", dependencies: ["CLibPQ"], swiftSettings: plain),
        .target(name: "ClusterFile", dependencies: ["Replication", "CLibYAML", "Postgres"], swiftSettings: plain),
        .target(name: "Reports", dependencies: ["Replication", "CLibCrypto"], swiftSettings: plain),
        .target(
            name: "LiveNodes", dependencies: ["Replication", "Postgres"],
            resources: [.embedInCode("Queries")], swiftSettings: safe),
        .target(name: "Sandbox", dependencies: ["Postgres"], resources: [.embedInCode("Files")], swiftSettings: plain),
        .executableTarget(
            name: "polarity",
            dependencies: [
                "ClusterFile", "Replication", "Reports", "LiveNodes", "Postgres", "Sandbox", argumentParser,
            ],
            swiftSettings: plain),
        .executableTarget(
            name: "polarity-bench",
            dependencies: [
                "ClusterFile", "Replication", "LiveNodes", "Postgres", "Sandbox", "CLibYAML", "CLibPQ", "polarity",
            ],
            path: "Tests/Benchmarks", swiftSettings: plain),
        .target(name: "SafetyTally", path: "Tests/SafetyTally", swiftSettings: safe),
        .target(
            name: "TestSupport",
            dependencies: [
                "Postgres", customDump, .product(name: "IssueReporting", package: "xctest-dynamic-overlay"),
            ],
            path: "Tests/TestSupport", swiftSettings: safe),
        .target(name: "FaultProxy", dependencies: ["Postgres"], path: "Tests/FaultProxy", swiftSettings: plain),
        .testTarget(
            name: "ReplicationTests",
            dependencies: ["Replication", "SafetyTally", "TestSupport", customDump, issueReporting],
            swiftSettings: plain),
        .testTarget(
            name: "ClusterFileTests",
            dependencies: ["ClusterFile", "Replication", "SafetyTally", "TestSupport", customDump, issueReporting],
            exclude: ["Goldens"],
            swiftSettings: plain),
        .testTarget(
            name: "ReportsTests",
            dependencies: ["Reports", "Replication", "SafetyTally", "TestSupport", customDump, issueReporting],
            exclude: ["Goldens"],
            swiftSettings: plain),
        .testTarget(
            name: "PostgresTests", dependencies: ["Postgres", "Sandbox", "TestSupport", "FaultProxy"],
            swiftSettings: plain),
        .testTarget(
            name: "LiveTests",
            dependencies: [
                "ClusterFile", "Replication", "Reports", "LiveNodes", "Postgres", "Sandbox", "SafetyTally",
                "TestSupport", "polarity", customDump, issueReporting,
            ],
            exclude: ["Scenarios"], swiftSettings: plain),
        .testTarget(
            name: "AcceptanceTests",
            dependencies: ["polarity", "Postgres", "Sandbox", "SafetyTally", "TestSupport", "FaultProxy"],
            swiftSettings: plain),
    ],
    swiftLanguageModes: [.v6]
)
