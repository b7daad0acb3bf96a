import Replication

/// What one table on one node accepts and logs, for each session role, and which triggers make it so.
///
/// The text ends with a newline; a node that was not read and a table that is not there are said to be so.
public func explainTable(
    _ table: TableName, on node: NodeName, declared: DeclaredCluster, observed: ObservedState
) -> String {
    let place = visible(table.description) + " on " + visible(node.text)
    let part = words(for: table, on: node, in: declared)
    guard let read = observed.node(node) else {
        guard case .failed(let failure) = observed.nodes[node] else { return "\(place): \(part), not read\n" }
        return "\(place): \(part), could not be read: \(visible(failure.message))\n"
    }
    guard let found = read.tables[table] else { return "\(place): \(part), not there\n" }
    let matrix = WriteMatrix(found, engine: declared.engine)
    let lines =
        ["\(place): \(part), observed \(matrix.role.words)"]
        + columns(answers(matrix, declared.engine.catalog), isColoured: false)
        + triggers(of: found, declared.engine)
    return lines.joined(separator: "\n") + "\n"
}

/// `declared subscriber of set orders`.
private func words(for table: TableName, on node: NodeName, in declared: DeclaredCluster) -> String {
    let set = declared.sets.first { set in
        set.tables.contains { $0.name == table } || set.patterns.contains { $0.matches(table) }
    }
    guard let set else { return "not declared" }
    return "declared \(set.role(of: node).rawValue) of set \(visible(set.name.text))"
}

/// A row for each session role, a column for each door.
private func answers(_ matrix: WriteMatrix, _ catalog: EngineCatalog) -> [[Cell]] {
    let head = [Cell("session_replication_role"), Cell("write"), Cell("truncate")]
    return [head]
        + SessionRole.allCases.map { role in
            [Cell(role.words(catalog))] + Door.allCases.map { Cell(words(for: matrix[role, $0], in: role)) }
        }
}

/// Replayed changes need no log, so that only an unusual one is said.
private func words(for answer: WriteMatrix.Answer, in role: SessionRole) -> String {
    switch (answer.isAccepted, answer.isLogged, role) {
    case (false, _, _): "refused"
    case (true, true, _): "accepted, logged"
    case (true, false, .replica): "accepted"
    case (true, false, .origin), (true, false, .local): "accepted, not logged"
    }
}

/// Its triggers and rules, each with the session roles in which it fires.
private func triggers(of table: ObservedTable, _ engine: Engine) -> [String] {
    let triggers = table.triggers.map { trigger in
        let purpose = engine.purpose(of: trigger, on: table.name)?.words
        return (trigger.name, purpose ?? (engine.isLockOfSet(trigger) ? "LOCK SET" : "own trigger"), trigger.mode)
    }
    let rules = table.rules.map { ($0.name, "rule", $0.mode) }
    guard !(triggers + rules).isEmpty else { return ["", "  It has no triggers and no rules."] }
    let head = [Cell("trigger or rule"), Cell("purpose"), Cell("mode"), Cell("fires in")]
    let rows = (triggers + rules).map { name, purpose, mode in
        let roles = SessionRole.allCases.filter(mode.fires).map(\.rawValue)
        let fires = roles.isEmpty ? "no role" : roles.joined(separator: ", ")
        return [Cell(visible(name.shown)), Cell(purpose), Cell(mode.rawValue), Cell(fires)]
    }
    return [""] + columns([head] + rows, isColoured: false)
}

extension SessionRole {
    /// With who it usually is.
    fileprivate func words(_ catalog: EngineCatalog) -> String {
        switch (self, catalog) {
        case (.origin, _): "origin (applications)"
        case (.replica, .slony): "replica (slon)"
        case (.replica, .none), (.replica, .polarity), (.local, _): rawValue
        }
    }
}
