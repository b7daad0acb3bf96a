import Postgres
import Replication

// A node may be opened when every other reachable member has everything that any member's log holds of the tables that
// open, and of those that no set has on record: a table that was renamed has rows under the name it had. The cut, how far
// a log goes, is read once from each source after the last close: from then on nothing can be added to it. A log without
// rows proves itself. Progress is then asked until it is there or time is up.

/// Proves one drain.
struct Draining {
    let run: Run
    let drain: Drain
    /// Sessions on the members that could be reached.
    let sessions: [NodeName: Session]
    private let began = ContinuousClock.now

    /// Until when a pending drain is waited for: 60 s, unless a custom engine says for itself.
    private var deadline: ContinuousClock.Instant {
        if case .query(let query) = drain.evidence { began + query.timeout } else { began + .seconds(60) }
    }

    /// How far one member's log goes.
    private struct Cut {
        let source: NodeName
        let position: String
    }

    /// What one member may not have yet.
    private struct Lack {
        let cut: Cut
        let node: NodeName
    }

    /// What is known of one member's progress against one cut.
    private enum Progress: Hashable {
        case there
        case lacking(String)
        case unknown(String)
    }

    func outcome() async -> DrainOutcome {
        var verdict: DrainOutcome.Verdict
        switch drain.evidence {
        case .polarityApplied:
            verdict = await waited(cut: polarityCut, progress: polarityProgress)
        case .query(let query):
            verdict = await waited(
                cut: { source throws(PostgresError) in try await position(of: source, by: query) },
                progress: { cut, node throws(PostgresError) in try await progress(on: node, past: cut, by: query) })
        case .nothing:
            verdict = .unknowable("the engine has nothing that could prove it")
        }
        if case .unknowable = verdict, run.allowed.contains(.unprovenHandover) { verdict = .allowedUnproven }
        let outcome = DrainOutcome(drain: drain, verdict: verdict)
        await run.tell(.drainEnded(outcome))
        return outcome
    }

    /// Why it is left open whether all was applied.
    private struct Undecided: Error { let verdict: DrainOutcome.Verdict }

    private func waited(
        cut: (NodeName) async throws(PostgresError) -> Cut?,
        progress: @Sendable @escaping (Cut, NodeName) async throws(PostgresError) -> Progress
    ) async -> DrainOutcome.Verdict {
        do throws(Undecided) {
            var (open, said) = (try await afterClose(cut), "")
            while true {
                let lacking = try await stillLacking(open, said, progress)
                guard let first = lacking.first else { return .proven }
                open = lacking.map(\.lack)
                guard run.control.stopped() == nil, .now < deadline else { return .pending(first.what) }
                if first.what != said { await run.tell(.drainWaiting(drain, first.what)) }
                said = first.what
                try? await Task.sleep(for: .milliseconds(250))
            }
        } catch {
            return error.verdict
        }
    }

    /// What every member has to be asked about, once nothing can be added to it.
    private func afterClose(
        _ cut: (NodeName) async throws(PostgresError) -> Cut?
    ) async throws(Undecided) -> [Lack] {
        var open: [Lack] = []
        for source in drain.sources {
            guard sessions[source] != nil else {
                throw Undecided(verdict: .unknowable("\(source) cannot be asked what its log holds"))
            }
            do throws(PostgresError) {
                guard let cut = try await cut(source) else { continue }
                open += members.filter { $0 != source }.map { Lack(cut: cut, node: $0) }
            } catch {
                throw undecided(error, by: source, "\(source) did not say what its log holds")
            }
        }
        return open
    }

    /// One round: all members are asked at once, each for all that it may lack.
    private func stillLacking(
        _ open: [Lack], _ said: String,
        _ progress: @Sendable @escaping (Cut, NodeName) async throws(PostgresError) -> Progress
    ) async throws(Undecided) -> [(lack: Lack, what: String)] {
        var answers = await atOnce(Dictionary(grouping: open, by: \.node)) { lacks in
            await Result { () async throws(PostgresError) in
                var found: [(lack: Lack, progress: Progress)] = []
                for lack in lacks { found.append((lack, try await progress(lack.cut, lack.node))) }
                return found
            }
        }
        var lacking: [(lack: Lack, what: String)] = []
        for node in open.map(\.node) {
            guard let answer = answers.removeValue(forKey: node) else { continue }
            let found: [(lack: Lack, progress: Progress)]
            do throws(PostgresError) {
                found = try answer.get()
            } catch {
                if error.isCancelled && !said.isEmpty { throw Undecided(verdict: .pending(said)) }
                throw undecided(error, by: node, "\(node) did not say how far it is")
            }
            for (lack, progress) in found {
                switch progress {
                case .there: continue
                case .lacking(let what): lacking.append((lack, what))
                case .unknown(let why): throw Undecided(verdict: .unknowable(why))
                }
            }
        }
        return lacking
    }

    private func undecided(_ error: PostgresError, by node: NodeName, _ what: String) -> Undecided {
        if error.isConnectionLost { run.lose(node, error) }
        return Undecided(verdict: error.verdict(what))
    }

    /// The members that can be asked, sorted.
    private var members: [NodeName] { sessions.keys.sorted() }

    // MARK: - polarity.log and polarity.applied

    private func polarityCut(of source: NodeName) async throws(PostgresError) -> Cut? {
        let installed = try await ask(source, "SELECT pg_catalog.to_regclass('polarity.log') IS NOT NULL")
        guard installed == "t" else { return nil }
        let seq = try await ask(
            source, PackageResources.builtin_cut_sql.text,
            [array(drain.tables.map(\.schema.text)), array(drain.tables.map(\.name.text))])
        return seq.map { Cut(source: source, position: $0) }
    }

    private func polarityProgress(of cut: Cut, on node: NodeName) async throws(PostgresError) -> Progress {
        let installed = try await ask(node, "SELECT pg_catalog.to_regclass('polarity.applied') IS NOT NULL")
        let applied =
            installed == "t"
            ? try await ask(node, "SELECT a.seq FROM polarity.applied AS a WHERE a.origin = $1", [cut.source.text])
            : nil
        guard let applied else {
            return .unknown("\(cut.source) has logged changes, and nothing on \(node) says how far they were applied")
        }
        guard let has = Int64(applied), let needed = Int64(cut.position), has >= needed else {
            return .lacking("\(node) has applied \(applied) of \(cut.position) from \(cut.source)")
        }
        return await doubt(of: cut.source, where: node, has: has) ?? .there
    }

    /// What was applied beyond the log's end was another log's. Asked last: the log may go on with other tables.
    private func doubt(of source: NodeName, where node: NodeName, has: Int64) async -> Progress? {
        let end: Int64?
        do throws(PostgresError) {
            end = try await ask(source, PackageResources.builtin_log_end_sql.text).flatMap { Int64($0) }
        } catch {
            if error.isConnectionLost { run.lose(source, error) }
            return .unknown("\(source) did not say how far its log has come: \(error.description)")
        }
        guard let end else { return .unknown("\(source) cannot tell how far its log has come") }
        return has > end
            ? .unknown("\(node) has applied \(has) from \(source), whose log has come to \(end): it is another log")
            : nil
    }

    // MARK: - A custom engine's queries

    private func position(of source: NodeName, by query: DrainQuery) async throws(PostgresError) -> Cut? {
        let rows = try await answer(of: source, to: query.originPosition)
        try rows.expectValue(of: "origin_position", rows: 0...1)
        return rows.value.map { Cut(source: source, position: $0) }
    }

    private func progress(on node: NodeName, past cut: Cut, by query: DrainQuery) async throws(PostgresError)
        -> Progress
    {
        // A text that compares with nothing takes no parameter.
        let rows = try await answer(of: node, to: query.sql, query.sql.contains("$1") ? [cut.position] : [])
        try rows.expectValue(of: "sql", rows: 1...1)
        return switch rows.value {
        case "t": .there
        case nil: .unknown("\(node) cannot tell whether it has \(cut.position) of \(cut.source): the answer is NULL")
        default: .lacking("\(node) has not yet reached \(cut.position) of \(cut.source)")
        }
    }

    // MARK: - Asking

    /// The first field of the answer.
    private func ask(
        _ node: NodeName, _ sql: String, _ parameters: [String?] = []
    ) async throws(PostgresError) -> String? {
        try await answer(of: node, to: sql, parameters).value
    }

    /// The answer, in a transaction that can change nothing.
    private func answer(
        of node: NodeName, to sql: String, _ parameters: [String?] = []
    ) async throws(PostgresError) -> Rows {
        guard let session = sessions[node] else {
            throw PostgresError(sqlState: "08001", message: "not reachable")
        }
        let begin = """
            \(run.label.comment) BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED, READ ONLY;
            \(ownSettings(serverVersion: session.serverVersion))
            """
        // What is under way when time is up may come to an end: the set stays shut that long.
        let left = max(.seconds(5), deadline - .now)
        let time = run.control.patience(min(.seconds(30), left))
        // Drains are asked side by side through the same sessions.
        return try await session.query(sql, parameters, in: begin, timeout: time)
    }
}

extension Rows {
    /// The first field; nil for NULL, and where there is none.
    fileprivate var value: String? { values.first?.first ?? nil }

    /// Makes sure that the answer to what a custom engine asks is one value: of several nobody says which one counts.
    fileprivate func expectValue(of key: String, rows: ClosedRange<Int>) throws(PostgresError) {
        guard columns.count == 1, rows.contains(count) else {
            let found = columns.isEmpty ? "nothing" : "\(count * columns.count) values"
            throw PostgresError(sqlState: "21000", message: "\(key) of 'drained' answers \(found), not one value")
        }
    }
}

extension PostgresError {
    /// What it means that a node did not answer.
    fileprivate func verdict(_ what: String) -> DrainOutcome.Verdict {
        sqlState == "42501" ? .forbidden("\(what): \(description)") : .unknowable("\(what): \(description)")
    }
}

extension DrainOutcome.Verdict {
    /// Whether the new origin may be opened.
    var isGood: Bool {
        switch self {
        case .proven, .allowedUnproven: true
        case .pending, .unknowable, .forbidden: false
        }
    }
}
