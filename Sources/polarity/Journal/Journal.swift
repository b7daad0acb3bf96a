import Replication

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

// One file a cluster, one JSON object a line, on disk before the run goes on: what was, what was done, how long it took
// and who blocked. For engines without a catalog it also remembers a set's members and last origin, so that no door is
// opened by leaving something out of the cluster file. A torn last line, from a crash, is passed over.

/// Where runs are written down: `$XDG_STATE_HOME/polarity`, or `~/.local/state/polarity`.
struct Journal: Sendable {
    /// Nil where the user has no home.
    let directory: String?

    /// - Parameter home: The user's as the system knows it, where the environment names none.
    init(environment: [String: String], home: @autoclosure () -> String? = Terminal.home) {
        let absolute = { (path: String?) in path?.hasPrefix("/") == true ? path : nil }
        let state =
            absolute(environment["XDG_STATE_HOME"])
            ?? (absolute(environment["HOME"]) ?? absolute(home())).map { $0 + "/.local/state" }
        directory = state.map { $0 + "/polarity" }
    }

    /// The members and last origins that the last run recorded; nothing for an engine that has a catalog of its own.
    func recorded(for declared: DeclaredCluster) -> RecordedCluster {
        switch declared.engine.catalog {
        case .slony, .polarity: return RecordedCluster()
        case .none: break
        }
        guard let bytes = bytes(of: declared) else { return RecordedCluster() }
        let decoder = JSONDecoder()
        for line in bytes.split(separator: UInt8(ascii: "\n")).reversed() {
            guard let entry = try? decoder.decode(JournalEntry.self, from: Data(line)), let sets = entry.recorded
            else { continue }
            return RecordedCluster(sets: sets.reduce(into: [:]) { $0[SetName($1.key)] = $1.value.set })
        }
        return RecordedCluster()
    }

    /// Opens the cluster's file for one run, and writes its first line: what is on record, and what is declared.
    func begin(_ run: String, _ walk: Walk) async throws(Files.Failure) -> JournalFile {
        guard let directory, let path = path(of: walk.declared) else { throw Self.homeless }
        try Files.makeOwnDirectory(directory)
        let descriptor = try Files.openLog(path)
        try Files.sync(directory)
        let file = JournalFile(path: path, descriptor: descriptor, run: run, cluster: walk.declared.name)
        await file.begin(walk)
        if let failure = await file.failure { throw Files.Failure(message: failure) }
        return file
    }

    /// Every whole line of a cluster's file, in order.
    func entries(of declared: DeclaredCluster) -> [JournalEntry] {
        guard let bytes = bytes(of: declared) else { return [] }
        let decoder = JSONDecoder()
        return bytes.split(separator: UInt8(ascii: "\n")).compactMap {
            try? decoder.decode(JournalEntry.self, from: Data($0))
        }
    }

    private static let homeless = Files.Failure(
        message: "neither the environment nor the system names a home of the user: set XDG_STATE_HOME to a directory")

    private func bytes(of declared: DeclaredCluster) -> [UInt8]? {
        path(of: declared).flatMap { try? Files.read($0, atMost: .max) }
    }

    private func path(of declared: DeclaredCluster) -> String? {
        guard let directory else { return nil }
        let name = declared.name.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"),
                UInt8(ascii: "-"):
                String(UnicodeScalar(byte))
            default: "%" + String(byte, radix: 16, uppercase: true)
            }
        }
        return directory + "/" + name.joined() + ".jsonl"
    }
}

/// One line of the journal; what does not apply is left out.
struct JournalEntry: Codable {
    var at: String
    var run: String
    var cluster: String
    var event: String
    var plan: String?
    var stage: String?
    var node: String?
    var set: String?
    var table: String?
    var changes: [String]?
    var statements: [String]?
    var rowsBefore: String?
    var tries: Int?
    var tookMilliseconds: Int64?
    var outcome: String?
    var blockers: [String]?
    var message: String?
    var recorded: [String: Record]?
    /// What was on record of the run's sets before it, and what its file declared.
    var found: [String: Record]?
    var declared: [String: Record]?
    /// The firing modes that a step changes, before and after, by trigger or rule.
    var modes: [String: [String]]?

    /// A set's members and last origin.
    struct Record: Codable {
        var origin: String?
        var members: [String]

        init(_ set: RecordedSet) {
            origin = set.origin?.text
            members = set.members.map(\.text).sorted()
        }

        var set: RecordedSet {
            RecordedSet(origin: origin.map { NodeName($0) }, members: Set(members.map { NodeName($0) }))
        }
    }

    init(run: String, cluster: String, event: String) {
        at = Date.now.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        self.run = run
        self.cluster = cluster
        self.event = event
    }
}
