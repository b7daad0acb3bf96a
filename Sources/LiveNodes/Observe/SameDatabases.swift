import Postgres
import Replication

/// Finds node names that mean one and the same database.
///
/// A base backup copies the system identifier and every OID, so equal identities prove nothing: an advisory lock on
/// two random numbers is taken through one node, and it is the same database if the other shows it. Nothing is written.
///
/// - Parameters:
///   - nodes: The declared nodes.
///   - answers: What ``observe(_:reading:connectTimeout:statementTimeout:)`` said. Only nodes that were read and whose
///     system identifier and database OID are equal are asked; most often there are none, and no connection is made.
/// - Returns: Groups of two names or more, sorted. A node that does not answer is in none.
public func sameDatabases(
    _ nodes: [DeclaredNode], among answers: [NodeName: NodeAnswer], connectTimeout: Duration
) async -> [[NodeName]] {
    var alike: [SharedIdentity: [DeclaredNode]] = [:]
    for node in nodes {
        guard case .observed(let observed) = answers[node.name] else { continue }
        let identity = SharedIdentity(
            systemIdentifier: observed.identity.systemIdentifier, databaseOID: observed.identity.databaseOID)
        alike[identity, default: []].append(node)
    }
    var groups: [[NodeName]] = []
    for nodes in alike.values where nodes.count > 1 {
        groups += await probe(nodes, connectTimeout)
    }
    return groups.sorted { $0.lexicographicallyPrecedes($1) }
}

private struct SharedIdentity: Hashable {
    let systemIdentifier: String
    let databaseOID: UInt32
}

/// Splits nodes that look alike into those that are one database.
private func probe(_ nodes: [DeclaredNode], _ timeout: Duration) async -> [[NodeName]] {
    var sessions: [(name: NodeName, session: Session)] = []
    for node in nodes {
        guard let session = try? await connect(to: node, within: timeout) else { continue }
        sessions.append((node.name, session))
    }
    var groups: [[NodeName]] = []
    var rest = sessions[...]
    while let first = rest.popFirst() {
        let others = rest
        let same = await seen(lockOf: first.session, by: others.map(\.session), timeout)
        let names = zip(others, same).filter(\.1).map(\.0.name)
        if !names.isEmpty { groups.append(([first.name] + names).sorted()) }
        rest = rest.filter { !names.contains($0.name) }[...]
    }
    for (_, session) in sessions { await session.close() }
    return groups
}

/// Which sessions see a lock that one of them holds.
private func seen(lockOf holder: Session, by others: [Session], _ timeout: Duration) async -> [Bool] {
    let key = [Int32.random(in: 1...Int32.max), Int32.random(in: 1...Int32.max)].map { String($0) as String? }
    var answer: [Bool] = []
    do throws(PostgresError) {
        _ = try await holder.run("BEGIN; \(ownSettings(serverVersion: holder.serverVersion))", timeout: timeout)
        let lock = String(decoding: PackageResources.advisory_lock_sql, as: UTF8.self)
        guard try await holder.query(lock, key, timeout: timeout)[0, 0] == "t" else { return others.map { _ in false } }
        for other in others { answer.append(await sees(key, other, timeout)) }
        _ = try await holder.run("ROLLBACK", timeout: timeout)
    } catch {
        return others.map { _ in false }
    }
    return answer
}

private func sees(_ key: [String?], _ session: Session, _ timeout: Duration) async -> Bool {
    let query = String(decoding: PackageResources.advisory_lock_seen_sql, as: UTF8.self)
    let begin = "BEGIN; \(ownSettings(serverVersion: session.serverVersion))"
    return (try? await session.query(query, key, in: begin, timeout: timeout))?[0, 0] == "t"
}
