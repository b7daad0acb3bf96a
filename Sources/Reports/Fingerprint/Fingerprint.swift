import Replication

/// The fingerprint of a world: SHA-256, 64 hexadecimal digits, over everything that decides what a plan says.
///
/// In it: what is declared (names, roles, engine, tables, patterns, own triggers and rules, `max_changes` and
/// `sequences`), what limits the plan beyond the file, and of each node its identity, its rights that decide what apply
/// may do, and the rows that were read: tables with OIDs and owners, whole triggers, rules, the engine's registrations,
/// recorded members and origins, functions, stray triggers, foreign keys and event triggers.
///
/// Not in it, since they move all the time or change no plan: positions in the file, the file's name and connection
/// strings, lock timeouts and retries, round trips, last values of sequences, whether a table may hold rows, log and
/// applied positions unless they are of another log, and the words of a failed connection.
///
/// - Parameter limits: `--node`, `--set`, `--table` and `--failover` with theirs, in one order; none for the whole file.
public func fingerprint(declared: DeclaredCluster, observed: ObservedState, limits: [String]) -> String {
    var world = CanonicalBytes()
    world.add("polarity fingerprint 2")
    world.add(digestOf { $0.add(declared) })
    world.add(limits) { $0.add($1) }
    let named = declared.scope.tables
    let nodes = Set(declared.nodes.map(\.name))
    world.add(observed.nodes.sorted { $0.key < $1.key }) { bytes, node in
        bytes.add(node.key.text)
        bytes.add(digestOf { $0.add(node.value, named: named, among: nodes) })
    }
    world.add(observed.journal)
    world.add(observed.sameDatabase.map { $0.sorted().map(\.text) }.sorted { $0.precedes($1) }) { bytes, group in
        bytes.add(group) { $0.add($1) }
    }
    let overtaken = observed.overtakenLogs(among: nodes)
    if !overtaken.isEmpty {
        world.add(overtaken) { bytes, log in
            bytes.add(log.node.text)
            bytes.add(log.source.text)
        }
    }
    let digits = Array("0123456789abcdef".utf8)
    return String(
        decoding: world.digest().flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}

/// A part's digest.
private func digestOf(_ body: (inout CanonicalBytes) -> Void) -> [UInt8] {
    var part = CanonicalBytes()
    body(&part)
    return part.digest()
}
