#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Where the programs of one PostgreSQL installation are.
public struct Binaries: Hashable, Sendable {
    /// The directory that holds `initdb`, `pg_ctl` and `postgres`.
    public let directory: String
    /// The major version, from `pg_ctl --version`: 15 for 15.20.
    public let major: Int

    /// Looks for PostgreSQL's programs: in `$POLARITY_PG_BIN` alone where it is set; else in
    /// `/usr/lib/postgresql/*/bin`, newest first, then in every directory of `PATH`.
    ///
    /// - Parameter major: The major version wanted; nil takes the first that is found.
    public static func find(major: Int? = nil) async -> Binaries? {
        let variables = ProcessInfo.processInfo.environment
        let candidates = variables["POLARITY_PG_BIN"].map { [$0] } ?? packaged() + path(variables["PATH"] ?? "")
        for directory in candidates where FileManager.default.isExecutableFile(atPath: directory + "/initdb") {
            guard let found = await version(in: directory), major ?? found == found else { continue }
            return Binaries(directory: directory, major: found)
        }
        return nil
    }

    private static func packaged() -> [String] {
        let root = "/usr/lib/postgresql"
        let majors = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        return majors.compactMap { Int($0) }.sorted(by: >).map { "\(root)/\($0)/bin" }
    }

    /// `initdb` may be a link out of its installation; the other programs are beside what it points to.
    private static func path(_ text: String) -> [String] {
        text.split(separator: ":").map { directory in
            let program = URL(fileURLWithPath: "\(directory)/initdb").resolvingSymlinksInPath()
            return program.deletingLastPathComponent().path
        }
    }

    private static func version(in directory: String) async -> Int? {
        let answer = try? await run("\(directory)/pg_ctl", ["--version"])
        let number = answer?.output.split(separator: " ").last?.prefix { $0.isNumber }
        return number.flatMap { Int($0) }
    }
}
