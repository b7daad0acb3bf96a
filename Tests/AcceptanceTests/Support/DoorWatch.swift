import Postgres
import TestSupport

/// Looks from outside, all the time, whether two nodes are open for one table, or one is open and unlogged.
///
/// Two nodes cannot be read at one moment. A node that was open for a table before another was read and is so after it,
/// by the very same version of the same row, was open when the other was read.
struct DoorWatch: Sendable {
    /// How often all nodes were read, and what must not be.
    struct Seen: Sendable {
        var rounds = 0
        var violations: [String] = []
    }

    let sessions: [Session]

    init(_ addresses: [ConnectionString]) async throws {
        var sessions: [Session] = []
        for address in addresses {
            sessions.append(try await Session.connect(to: address, timeout: .seconds(10), applicationName: "watch"))
        }
        self.sessions = sessions
    }

    /// One table that accepts writes: which version of its deny trigger's row says so.
    private struct Open: Hashable {
        let table: String
        let version: String
        let isLogged: Bool
    }

    private static let query = """
        SELECT d.tgrelid::regclass, d.oid || '/' || d.xmin, coalesce(l.tgenabled IN ('O', 'A'), false)
          FROM pg_trigger AS d
          LEFT JOIN pg_trigger AS l ON l.tgrelid = d.tgrelid AND l.tgname = '00_polarity_log'
         WHERE d.tgname = '00_polarity_deny' AND d.tgenabled IN ('D', 'R')
        """

    /// Looks until it is told to stop.
    func look(until ended: Flag) async throws -> Seen {
        var seen = Seen()
        var last: [Set<Open>] = Array(repeating: [], count: sessions.count)
        while !ended.isSet {
            for (node, session) in sessions.enumerated() {
                let rows = try await session.run(Self.query)[0].values
                let open = Set(rows.map { Open(table: $0[0] ?? "", version: $0[1] ?? "", isLogged: $0[2] == "t") })
                for table in open where !table.isLogged {
                    seen.violations.append("\(table.table) is open and unlogged on node \(node)")
                }
                let still = Set(open.intersection(last[node]).map(\.table))
                for other in sessions.indices where other != node {
                    let both = still.intersection(last[other].map(\.table))
                    seen.violations += both.map { "\($0) is open on nodes \(node) and \(other)" }
                }
                last[node] = open
            }
            seen.rounds += 1
            try await Task.sleep(for: .milliseconds(5))
        }
        for session in sessions { await session.close() }
        return seen
    }
}

extension Shop {
    /// Runs something under a watch on all nodes; nothing that must not be is seen.
    func watched<Answer: Sendable>(_ body: () async throws -> Answer) async throws -> (Answer, DoorWatch.Seen) {
        let watch = try await DoorWatch(Self.nodes.compactMap { addresses[$0] })
        let ended = Flag()
        async let looking = watch.look(until: ended)
        do {
            let answer = try await body()
            ended.set()
            return (answer, try await looking)
        } catch {
            ended.set()
            _ = try await looking
            throw error
        }
    }
}
