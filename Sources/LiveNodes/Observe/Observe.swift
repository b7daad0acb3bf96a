import Postgres
import Replication

/// Reads every node at once, in one REPEATABLE READ READ ONLY transaction each, and takes no lock beyond those of reading.
///
/// One failed node is a value beside the others' answers. A node is asked at most six times, whatever the number of
/// tables.
///
/// - Parameters:
///   - nodes: The declared nodes. Rights are judged for a node's declared role, else for the role that logs in.
///   - scope: What to read.
///   - connectTimeout: For connecting to one node, all its hosts together.
///   - statementTimeout: For each answer of a node; 30 seconds unless given.
///   - locks: An apply's: a node is read only where its lock is held, and fails where the name leads elsewhere by now.
public func observe(
    _ nodes: [DeclaredNode], reading scope: Scope, connectTimeout: Duration,
    statementTimeout: Duration = .seconds(30), holding locks: RunLocks? = nil
) async -> [NodeName: NodeAnswer] {
    let byName = Dictionary(nodes.map { ($0.name, $0) }) { first, _ in first }
    return await atOnce(byName) { node in
        let lock = locks?.held[node.name]
        var answer = NodeAnswer.failed(
            locks?.missing[node.name] ?? NodeFailure(sort: .unreachable, sqlState: "", message: "it is not locked"))
        if locks == nil || lock != nil {
            let reading = NodeReading(node: node, scope: scope, timeout: statementTimeout, lock: lock)
            answer = await reading.answer(connectTimeout: connectTimeout)
        }
        guard locks != nil, case .failed(let failure) = answer, failure.sqlState == "42501" else { return answer }
        let reading = NodeReading(node: node, scope: scope, timeout: statementTimeout, lock: nil)
        return await reading.lackingLock(connectTimeout) ?? answer
    }
}

extension NodeReading {
    /// The answer of a node on which the lock may not even be tried: it says which right is missing, so that nothing is
    /// changed. `nil` where it does not.
    fileprivate func lackingLock(_ connectTimeout: Duration) async -> NodeAnswer? {
        let answer = await answer(connectTimeout: connectTimeout)
        guard case .observed(let node) = answer, !node.rights.closedServerFunctions.isEmpty else { return nil }
        return answer
    }
}

extension NodeFailure {
    /// What a session's failure says about its node.
    ///
    /// libpq gives no SQLSTATE while it connects but those that servers gave, and a line for each host: a server that
    /// refuses is known by its own, in whatever language, libpq's own refusals by their words, which are English. What a
    /// server says while it starts or stops does not last, a connection is cut off by whoever is on the way, and a pooler
    /// speaks without its server. A server that is full is up, one that ends a session may be, and so is one that answers
    /// too late, since it was heard to cancel.
    init(_ error: PostgresError) {
        let comingAndGoing = ["57P02", "57P03"]
        let ofPoolers = [
            "the database system is", "(server down)", "cannot connect to server", "server login has been failing",
        ]
        let refusals = [
            "no password supplied", "SSL", "certificate", "GSSAPI", "SCRAM", "authentication", "channel binding",
            "not in hot standby mode", "session is not read-only",
        ]
        let breaks = ["SSL SYSCALL", "SSL negotiation packet", "SSL connection has been closed"]
        let isUp =
            error.sqlState == "57P01"
            || error.refusals.contains { refusal in
                !comingAndGoing.contains(refusal.sqlState) && !ofPoolers.contains(where: refusal.message.contains)
            }
        let isRefused = error.message.split(separator: "\n").contains { line in
            refusals.contains(where: line.contains) && !breaks.contains(where: line.contains)
        }
        self.init(
            sort: error.isConnectionLost && !isUp && !isRefused ? .unreachable : .unusable, sqlState: error.sqlState,
            message: error.message)
    }
}
