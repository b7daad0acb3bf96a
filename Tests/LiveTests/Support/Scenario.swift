import ClusterFile
import Foundation
import Postgres
import Replication
import TestSupport

/// A story on real servers, told by the files of one folder in Scenarios. The folder's name begins with its engine.
///
/// - `scenario`: lines of `key: value`. `about` says what the story shows; `allow` the words for `--allow`; `failover` the
///   lost origin; `interrupt` after how many ended steps the operator interrupts the first run; `roles` the login roles
///   it needs; `standing` the nodes' cluster is applied before, every gate allowed (`standing: yes`); `daemons` the Slony
///   nodes whose slon is ended before the sabotage.
/// - `setup.sql`, `setup.slonik`: run first, after ENGINE.sql. `before.yaml`: applied then, every gate allowed.
/// - `sabotage.sql`, `sabotage.slonik`: run after that.
/// - `cluster.yaml`, else ENGINE.yaml: what is planned and applied. `${NODE1}` to `${NODE3}` are connection strings.
/// - `next.sql`, `next.yaml`, `next-allow`: where there is one of them, what happens next and a second apply, of the same
///   file unless there is another, and without a lost origin.
/// - `plan.txt`: golden of roles, findings, plan and outcome.
/// - `plan-13.txt` and the like: the golden on another major, where it differs (see `make test-majors`).
/// - `after.sql`, else ENGINE-after.sql: what is asked when all is done; `after.txt`: golden of the answers.
///
/// SQL files are cut into parts by lines `-- on NODE, NODE`; `-- on every node` stands for all. `when replicated` at the
/// end of such a line waits for Slony-I first.
struct Scenario: Sendable, CustomStringConvertible {
    let name: String
    let folder: URL
    private let settings: [String: String]

    var description: String { name }

    static let folder = packageFolder.appending(path: "Tests/LiveTests/Scenarios")

    /// What a scenario's file calls its nodes' connection strings.
    static func environment(_ addresses: [ConnectionString]) -> [String: String] {
        Dictionary(uniqueKeysWithValues: addresses.enumerated().map { ("NODE\($0 + 1)", $1.text) })
    }

    /// The file of all scenarios under Slony-I that have none of their own.
    static func slony(on addresses: [ConnectionString]) throws -> DeclaredCluster {
        let text = try String(contentsOf: folder.appending(path: "slony.yaml"), encoding: .utf8)
        return try readCluster(Array(text.utf8), file: "slony.yaml", environment: environment(addresses))
    }

    /// All folders in the order of their names.
    static let all: [Scenario] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.sorted().map(Scenario.init).filter { $0.text("scenario") != nil }
    }()

    init(_ name: String) {
        self.name = name
        folder = Self.folder.appending(path: name)
        let lines = (try? String(contentsOf: folder.appending(path: "scenario"), encoding: .utf8)) ?? ""
        settings = Dictionary(
            lines.split(separator: "\n").compactMap { line in
                let parts = line.split(separator: ": ", maxSplits: 1).map(String.init)
                return parts.count == 2 ? (parts[0], parts[1]) : nil
            }
        ) { $0 + " " + $1 }
    }

    /// The word before the first hyphen.
    var engine: String { String(name.prefix { $0 != "-" }) }

    /// Whether it is told on a real Slony-I cluster.
    var isSlony: Bool { engine == "slony" }

    /// What stands behind a key, cut at commas.
    func words(_ key: String) -> [String] {
        (settings[key] ?? "").split { ", ".contains($0) }.map(String.init)
    }

    var allowed: Set<Gate> { Set(words("allow").compactMap(Gate.init)) }
    var failover: NodeName? { words("failover").first.map { NodeName($0) } }
    /// The words of the second apply, if it has its own.
    var allowedNext: Set<Gate> { next.isEmpty ? allowed : Set(next.compactMap(Gate.init)) }
    /// Whether there is a second apply.
    var goesOn: Bool { !next.isEmpty || text("next.sql") != nil || text("next.yaml") != nil }
    private var next: [String] { words("next-allow") }
    var interruptAfter: Int? { words("interrupt").first.flatMap { Int($0) } }

    /// A file of the folder, else the engine's own; nil where there is neither.
    func text(_ file: String, else common: String? = nil) -> String? {
        if let text = try? String(contentsOf: folder.appending(path: file), encoding: .utf8) { return text }
        guard let common else { return nil }
        return try? String(contentsOf: Self.folder.appending(path: engine + common), encoding: .utf8)
    }
}

/// One part of a scenario's SQL.
struct SQLPart: Sendable {
    /// The nodes it is for; all of them where empty.
    let nodes: [NodeName]
    let waits: Bool
    let sql: String

    static func cut(_ text: String) -> [SQLPart] {
        var parts: [(header: String, lines: [Substring])] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("-- on ") {
                parts.append((String(line.dropFirst(6)), []))
            } else if parts.isEmpty {
                parts.append(("every node", [line]))
            } else {
                parts[parts.count - 1].lines.append(line)
            }
        }
        return parts.map { header, lines in
            let waits = header.hasSuffix(" when replicated")
            let nodes = header.replacing(" when replicated", with: "").split { ", ".contains($0) }
            return SQLPart(
                nodes: header.hasPrefix("every node") ? [] : nodes.map { NodeName(String($0)) }, waits: waits,
                sql: lines.joined(separator: "\n").trimmingCharacters(in: .newlines))
        }.filter { !$0.sql.isEmpty }
    }
}
