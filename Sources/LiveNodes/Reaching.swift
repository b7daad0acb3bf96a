import Postgres
import Replication

/// Asks all nodes at once; one that fails is an answer beside the others'.
func atOnce<Node: Sendable, Answer: Sendable>(
    _ nodes: [NodeName: Node], _ ask: @Sendable @escaping (Node) async -> Answer
) async -> [NodeName: Answer] {
    await withTaskGroup(of: (NodeName, Answer).self) { group in
        for (name, node) in nodes { group.addTask { (name, await ask(node)) } }
        return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }
}

/// A new session on a declared node.
func connect(
    to node: DeclaredNode, within timeout: Duration, as application: String = "polarity"
) async throws(PostgresError) -> Session {
    let address: ConnectionString
    do throws(InvalidConnectionString) {
        address = try ConnectionString(node.conninfo)
    } catch {
        throw PostgresError(sqlState: "", message: error.message)
    }
    return try await Session.connect(to: address, timeout: timeout, applicationName: application)
}

/// What stands behind a BEGIN: how long is waited, and what names mean, is for who asks to say, whatever the role or the
/// database has set. A client that is frozen holds nothing for long. Rows that a policy would hide are an error.
func ownSettings(serverVersion: Int32) -> String {
    """
    SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 60000;
    SET LOCAL search_path = pg_catalog, pg_temp; SET LOCAL row_security = off;
    \(noTransactionTimeout(serverVersion: serverVersion))
    """
}

/// Opens the snapshot under which lists are read; only who asks bounds the time.
func beginning(serverVersion: Int32) -> String {
    // PostgreSQL 10 knows no JIT.
    let jit = serverVersion >= 110_000 ? "SET LOCAL jit = off;" : ""
    return """
        \(String(decoding: PackageResources.begin_sql, as: UTF8.self))
        \(jit)
        \(noTransactionTimeout(serverVersion: serverVersion))

        """
}

/// What keeps a transaction from the end that a role or a database has set for it, which ends the session as well.
func noTransactionTimeout(serverVersion: Int32) -> String {
    hasTransactionTimeout(serverVersion: serverVersion) ? "SET LOCAL transaction_timeout = 0;" : ""
}

/// Whether the server knows `transaction_timeout`; PostgreSQL 17 was the first.
func hasTransactionTimeout(serverVersion: Int32) -> Bool { serverVersion >= 170_000 }

/// Asks some nodes one thing each, in a session of its own that can change nothing; those that do not answer are absent.
func askAside(
    _ questions: [NodeName: [String?]], _ sql: String, of nodes: [DeclaredNode], within timeout: Duration
) async -> [NodeName: Rows] {
    let asked = nodes.reduce(into: [NodeName: (node: DeclaredNode, parameters: [String?])]()) { asked, node in
        if let parameters = questions[node.name] { asked[node.name] = (node: node, parameters: parameters) }
    }
    return await atOnce(asked) { asked in
        await Result { () async throws(PostgresError) in
            let session = try await connect(to: asked.node, within: timeout)
            let begin = "BEGIN TRANSACTION READ ONLY; \(ownSettings(serverVersion: session.serverVersion))"
            let rows = await Result { () async throws(PostgresError) in
                try await session.query(sql, asked.parameters, in: begin)
            }
            await session.close()
            return try rows.get()
        }
    }.compactMapValues { try? $0.get() }
}

/// Reads once more where what was read was dropped meanwhile, or a standby had to go on: that ends the transaction, and
/// does not last. Before PostgreSQL 14 a function that is gone is an error where it is named.
func twiceIfNeeded<Answer>(
    _ session: Session, within time: Duration, _ read: () async throws(PostgresError) -> Answer
) async throws(PostgresError) -> Answer {
    do throws(PostgresError) {
        return try await read()
    } catch {
        guard ["XX000", "40001", "42P01", "42704"].contains(error.sqlState) else { throw error }
        _ = try await session.run("ROLLBACK", timeout: time)
        return try await read()
    }
}

extension Result {
    /// What an awaited verb gives or throws, as a value.
    init(catching body: () async throws(Failure) -> Success) async {
        do {
            self = .success(try await body())
        } catch {
            self = .failure(error)
        }
    }

    /// The answer, or what stands for it after an error.
    func recovered(_ answer: (Failure) -> Success) -> Success {
        switch self {
        case .success(let success): success
        case .failure(let error): answer(error)
        }
    }

    /// Why there is no answer; nil where there is one.
    var failure: Failure? {
        switch self {
        case .success: nil
        case .failure(let failure): failure
        }
    }
}

extension Array where Element == UInt8 {
    /// An embedded query as text.
    var text: String { String(decoding: self, as: UTF8.self) }
}
