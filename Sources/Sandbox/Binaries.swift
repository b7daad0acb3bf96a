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

    init(directory: String, major: Int) {
        self.directory = directory
        self.major = major
    }

    /// Looks for PostgreSQL's programs: in the directories of `$POLARITY_PG_BIN` alone where it is set (colons between
    /// them); else in `/usr/lib/postgresql/*/bin`, newest first, then in every directory of `PATH`.
    ///
    /// - Parameter major: The major version wanted; nil takes the first that is found.
    public static func find(major: Int? = nil) async -> Binaries? {
        for directory in named ?? packaged() + path(ProcessInfo.processInfo.environment["PATH"] ?? "") {
            guard let found = await Binaries(in: directory), major ?? found.major == found.major else { continue }
            return found
        }
        return nil
    }

    /// What servers that are made together take in turn, so that they can be of different majors: every directory of
    /// `$POLARITY_PG_BIN`, none where one of them holds no programs; else what ``find(major:)`` finds.
    static func inTurn() async -> [Binaries] {
        guard let named else { return await find().map { [$0] } ?? [] }
        var all: [Binaries] = []
        for directory in named {
            guard let found = await Binaries(in: directory) else { return [] }
            all.append(found)
        }
        return all
    }

    private init?(in directory: String) async {
        guard FileManager.default.isExecutableFile(atPath: directory + "/initdb"),
            let major = await Self.version(in: directory)
        else { return nil }
        self.init(directory: directory, major: major)
    }

    private static var named: [String]? {
        ProcessInfo.processInfo.environment["POLARITY_PG_BIN"].map { $0.split(separator: ":").map(String.init) }
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
