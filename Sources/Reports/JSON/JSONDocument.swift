import Replication

/// The document of `format_version` 1: each property is a key, in snake case.
struct JSONDocument: Encodable {
    let formatVersion = "1.0"
    let kind: String
    let cluster: String
    let fingerprint: String
    let result: String
    let summary: Summary
    let nodes: [Node]
    let roles: [RoleRow]
    let changes: [ChangeRow]
    let steps: [StepRow]
    let findings: [FindingRow]
    let error: Failure?
    let source: Source?

    struct Summary: Encodable {
        let nodes, tables, changes, findings: Int
    }

    struct Node: Encodable {
        let name: String
        /// Null where no node was asked.
        let reachable: OrNull<Bool>
        let serverVersion: OrNull<String>
        let database: OrNull<String>
        let systemIdentifier: OrNull<String>
        let inRecovery: OrNull<Bool>
    }

    struct RoleRow: Encodable {
        let set, node, declared, observed, acceptsWrites, logsWrites, acceptsTruncate: String
        let tables: [String: Int]
    }

    struct ChangeRow: Encodable {
        let node, set: String
        let table, trigger, purpose: String?
        let action: String
        let from: OrNull<String>
        let to: OrNull<String>
        let stage: OrNull<String>
        let because: Place
        let outcome: String?
    }

    struct StepRow: Encodable {
        let stage, node: String
        let table: OrNull<String>
        let sql: [String]
        let lock: String
    }

    struct FindingRow: Encodable {
        let code, severity: String
        let blocking: Bool
        let set, node, table, trigger: String?
        let message, next: String
        let because: Place?
    }

    struct Place: Encodable {
        let file: String
        let line, column: Int

        init(_ position: Position) { (file, line, column) = (position.file, position.line, position.column) }
    }

    struct Failure: Encodable {
        let code, message: String
    }

    struct Source: Codable {
        let path, text: String
        let arguments: [String]?
    }
}

/// A key that is always there, `null` where nothing is known.
struct OrNull<Value: Encodable>: Encodable {
    let value: Value?

    init(_ value: Value?) { self.value = value }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if let value { try container.encode(value) } else { try container.encodeNil() }
    }
}

extension JSONDocument {
    init(_ report: Report, source: Source?) {
        kind = report.kind.rawValue
        cluster = report.cluster.name
        fingerprint = report.fingerprint
        result = report.result.rawValue
        summary = Summary(
            nodes: report.cluster.nodes.count, tables: report.counts.tables, changes: report.changes.count,
            findings: report.findings.count)
        nodes = report.cluster.nodes.map { Node($0.name, among: report.observed) }
        roles = report.sortedRoles.map(RoleRow.init)
        let (stages, outcomes) = (report.stages, report.outcomeWords)
        changes = report.sortedChanges.map { change in
            let outcome = outcomes[change] ?? "not_begun"
            return ChangeRow(change, stage: stages[change], outcome: report.kind == .apply ? outcome : nil)
        }
        steps = (report.plan?.steps ?? []).map(StepRow.init)
        findings = report.sortedFindings.map(FindingRow.init)
        error = report.error.map { Failure(code: $0.code.rawValue, message: $0.message) }
        self.source = source
    }
}

extension JSONDocument.Node {
    init(_ name: NodeName, among observed: ObservedState?) {
        let identity = observed?.node(name)?.identity
        self.init(
            name: name.text, reachable: OrNull(observed.map { _ in identity != nil }),
            serverVersion: OrNull(identity?.versionWords),
            database: OrNull(identity?.database.text), systemIdentifier: OrNull(identity?.systemIdentifier),
            inRecovery: OrNull(identity?.inRecovery))
    }
}

extension JSONDocument.RoleRow {
    init(_ role: SetRole) {
        self.init(
            set: role.set.text, node: role.node.text, declared: role.declared.rawValue,
            observed: role.observed.rawValue, acceptsWrites: role.acceptsWrites.rawValue,
            logsWrites: role.logsWrites.rawValue, acceptsTruncate: role.acceptsTruncate.rawValue,
            tables: Dictionary(uniqueKeysWithValues: role.tables.map { ($0.key.rawValue, $0.value) }))
    }
}

extension JSONDocument.ChangeRow {
    init(_ change: Change, stage: StageName?, outcome: String?) {
        self.init(
            node: change.node.text, set: change.set.text, table: change.table?.description,
            trigger: change.action.trigger?.text, purpose: change.purpose?.rawValue, action: change.action.word,
            from: OrNull(change.action.from), to: OrNull(change.action.to), stage: OrNull(stage?.rawValue),
            because: JSONDocument.Place(change.because), outcome: outcome)
    }
}

extension JSONDocument.StepRow {
    init(_ step: Step) {
        self.init(
            stage: step.stage.rawValue, node: step.node.text, table: OrNull(step.table?.description),
            sql: step.statements,
            lock: step.lock.rawValue)
    }
}

extension JSONDocument.FindingRow {
    init(_ finding: Finding) {
        self.init(
            code: finding.code.rawValue, severity: finding.severity.rawValue, blocking: finding.blocking,
            set: finding.set?.text, node: finding.node?.text, table: finding.table?.description,
            trigger: finding.trigger?.text, message: finding.message, next: finding.next,
            because: finding.because.map(JSONDocument.Place.init))
    }
}
