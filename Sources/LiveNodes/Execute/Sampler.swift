import Postgres
import Replication
import Synchronization

/// Looks, through a session of its own, at whom a worker waits for. What a lock timeout leaves behind names nobody.
struct Sampler: Sendable {
    /// Who stood in the way, and of which relation.
    struct Sample: Hashable, Sendable {
        let relation: UInt32
        let blockers: [Blocker]

        /// Whether it is the engine's lock that is waited for.
        var waitsForEngine: Bool { blockers.contains(where: \.holdsEngineLock) }

        /// Whether it may be the step on this table that waits: each takes the engine's lock before its own. A step without
        /// a table (0) records in the engine's own.
        func concerns(_ table: UInt32) -> Bool { [0, table].contains(relation) || table == 0 || waitsForEngine }
    }

    let session: Session
    /// The worker's backend; behind a pooler, where that number means nothing, its query's first words tell.
    let worker: Int32
    let label: RunLabel
    /// Whether both sessions are their backends' own: then the question is prepared once.
    let isDirect: Bool
    /// The OID of the engine's lock on its configuration, where it has one.
    let engineLock: UInt32?

    /// How long a message is on its way before it is looked at: most have their answer long before.
    private static let pause = Duration.milliseconds(10)

    /// Looks again and again at the message that is on its way, until the task is cancelled, and tells each relation that
    /// it waits for once.
    func watch(_ message: Underway, _ tell: @Sendable (StepTry, [Blocker]) async -> Void) async {
        var seen: Int?
        var isPrepared = !isDirect
        while (try? await Task.sleep(for: Self.pause)) != nil {
            defer { seen = message.number }
            guard let number = seen, number == message.number else { continue }
            if !isPrepared { isPrepared = await prepare() }
            guard isPrepared, let sample = await sample() else { continue }
            if let attempt = message.note(sample, during: number) { await tell(attempt, sample.blockers) }
        }
    }

    private func prepare() async -> Bool {
        let question = PackageResources.blockers_sql.text
        return (try? await session.run("SET \(path); PREPARE blockers AS \(question)")) != nil
    }

    private func sample() async -> Sample? {
        guard let rows = try? await rows(), !rows.isEmpty else { return nil }
        let relation = rows[0, "relation"].flatMap { UInt32($0) } ?? 0
        let blockers = rows.values.map { row in
            Blocker(
                pid: row[1].flatMap { Int32($0) } ?? 0, user: row[2] ?? "", application: row[3] ?? "",
                state: row[4] ?? "",
                age: .microseconds(row[5].flatMap { Int64($0) } ?? 0), isAutovacuum: row[4] == "autovacuum worker",
                holdsEngineLock: relation == engineLock)
        }
        return Sample(relation: relation, blockers: blockers)
    }

    private func rows() async throws(PostgresError) -> Rows? {
        let time = Duration.seconds(5)
        if isDirect {
            return try await session.run("EXECUTE blockers('\(worker)', \(literal(label.comment)))", timeout: time).last
        }
        // One message, hence one transaction: a pooler may send the next to another backend.
        let question = PackageResources.blockers_sql.text.replacing("$1", with: "\(worker)")
            .replacing("$2", with: literal(label.comment))
        return try await session.run("SET LOCAL \(path); \(question)", timeout: time).last
    }

    /// Whatever the login role would search is out of sight.
    private var path: String { "search_path = pg_catalog, pg_temp" }
}

/// The message that a worker has on its way, for who looks whom it waits for.
final class Underway: Sendable {
    private struct State {
        /// Counts the messages; nil between them.
        var number: Int?
        var last = 0
        /// The tries in the message.
        var tries: [StepTry] = []
        var told: Set<UInt32> = []
        var sample: Sampler.Sample?
    }

    private let state = Mutex(State())

    var number: Int? { state.withLock { $0.number } }

    /// A message leaves.
    func begin(_ tries: [StepTry]) {
        state.withLock { state in
            state = State(number: state.last + 1, last: state.last + 1, tries: tries)
        }
    }

    /// Its answer has come.
    ///
    /// - Returns: The last sample that named anyone.
    func end() -> Sampler.Sample? {
        state.withLock { state in
            state.number = nil
            return state.sample
        }
    }

    /// Keeps a sample, unless the answer has come meanwhile.
    ///
    /// - Returns: What waits for the relation, the first time that this is asked.
    func note(_ sample: Sampler.Sample, during number: Int) -> StepTry? {
        state.withLock { state in
            guard state.number == number else { return nil }
            state.sample = sample
            guard state.told.insert(sample.relation).inserted else { return nil }
            let isEveryones = sample.waitsForEngine
            return state.tries.first { isEveryones || $0.step.tableOID == sample.relation }
                ?? state.tries.first { $0.step.table == nil }
        }
    }
}
