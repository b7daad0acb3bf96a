import Replication

/// What the line for a monitoring system says; the raw value is the number that such systems have for it. It is not how
/// the program ends: exit codes are the same for every output, 2 for drift.
public enum NagiosState: Int32, Hashable, Sendable, CaseIterable {
    /// In sync.
    case ok = 0
    /// Drift, or a finding that holds a set back.
    case warning = 1
    /// Data is being lost or is about to be.
    case critical = 2
    /// A node could not be read, or the command failed.
    case unknown = 3

    /// The word in the line.
    public var word: String {
        switch self {
        case .ok: "OK"
        case .warning: "WARNING"
        case .critical: "CRITICAL"
        case .unknown: "UNKNOWN"
        }
    }
}

/// What a monitoring system is told: critical findings first, then what could not be read, then drift.
public func nagiosState(_ report: Report) -> NagiosState {
    if report.findings.contains(where: { $0.severity == .critical }) { return .critical }
    if report.error != nil || (report.observed != nil && report.readNodes.count < report.cluster.nodes.count) {
        return .unknown
    }
    if report.changes.count > report.made || report.findings.contains(where: \.blocking) { return .warning }
    switch report.result {
    case .inSync, .applied: return .ok
    case .drift, .planned, .incomplete, .refused: return .warning
    }
}

/// One line for a monitoring system, with its measures behind a bar.
public func nagios(_ report: Report) -> String {
    let state = nagiosState(report)
    var words: [String] = []
    if let worst = report.sortedFindings.first, state != .ok {
        let more = report.findings.count - 1
        words.append("\(worst.code.rawValue) \(worst.sentence)" + (more > 0 ? " (and \(grouped(more)) more)" : ""))
    }
    if let error = report.error {
        let more = error.places.count - 1
        words.append(
            "\(error.code.rawValue): \(error.lines.first ?? "")" + (more > 0 ? " (and \(grouped(more)) more)" : ""))
    }
    let made = report.made
    let left = report.changes.count - made
    if made > 0 { words.append("\(counted(made, "change")) made") }
    if left > 0 { words.append("\(counted(left, "change")) to make") }
    if words.isEmpty {
        let good = report.kind == .validate ? "valid" : "in sync"
        words.append(
            "\(good), \(counted(report.counts.tables, "table")) on \(counted(report.cluster.nodes.count, "node"))")
    }
    let unread = report.observed == nil ? 0 : report.cluster.nodes.count - report.readNodes.count
    let measures = [
        "changes=\(left)", "findings=\(report.findings.count)",
        "critical=\(report.findings.count { $0.severity == .critical })", "unreachable=\(unread)",
        "nodes=\(report.cluster.nodes.count)", "tables=\(report.counts.tables)",
    ]
    let name = report.cluster.name.isEmpty ? "" : visible(report.cluster.name) + ": "
    let line = name + words.joined(separator: "; ")
    return "POLARITY \(state.word) - " + line.replacing(["|": "/"]) + "|" + measures.joined(separator: " ") + "\n"
}
