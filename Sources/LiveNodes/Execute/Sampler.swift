import Postgres
import Replication

/// Looks, through a session of its own, at whom a worker waits for. What a lock timeout leaves behind names nobody.
struct Sampler: Sendable {
    /// Who stood in the way, and of which relation.
    struct Sample: Hashable, Sendable {
        let relation: UInt32
        let blockers: [Blocker]
    }

    let session: Session
    /// The worker's backend; behind a pooler, where that number means nothing, its query's first words tell.
    let worker: Int32
    let label: RunLabel

    /// Looks again and again until the task is cancelled, and tells each relation that is waited for once.
    ///
    /// - Returns: The last sample that named anyone.
    func watch(_ tell: (Sample) async -> Void) async -> Sample? {
        var last: Sample?
        var told: Set<UInt32> = []
        while (try? await Task.sleep(for: .milliseconds(15))) != nil {
            guard let sample = await sample() else { continue }
            last = sample
            if told.insert(sample.relation).inserted { await tell(sample) }
        }
        return last
    }

    private func sample() async -> Sample? {
        guard
            let rows = try? await session.query(
                PackageResources.blockers_sql.text, ["\(worker)", label.comment], timeout: .seconds(5)), !rows.isEmpty
        else { return nil }
        let blockers = rows.values.map { row in
            Blocker(
                pid: row[1].flatMap { Int32($0) } ?? 0, user: row[2] ?? "", application: row[3] ?? "",
                state: row[4] ?? "",
                age: .microseconds(row[5].flatMap { Int64($0) } ?? 0), isAutovacuum: row[4] == "autovacuum worker")
        }
        return Sample(relation: rows[0, "relation"].flatMap { UInt32($0) } ?? 0, blockers: blockers)
    }
}
