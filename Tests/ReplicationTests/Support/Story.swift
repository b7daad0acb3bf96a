@testable import Replication

extension World {
    /// Everything that a plan and its findings say, a line each: what a test compares whole.
    var story: String {
        let difference = difference
        let plan = Plan(difference)
        var lines = difference.findings.map(\.line)
        for step in plan.steps {
            let table = step.table.map { " \($0)" } ?? ""
            lines.append("\(step.stage) \(step.node)\(table) \(step.lock.rawValue)")
            let isLong = step.changes.contains { $0.action.word == "install" }
            lines += isLong ? step.changes.map { "  " + $0.line } : step.statements.map { "  " + $0 }
        }
        lines += plan.drains.map { drain in
            "drain \(drain.sources.map(\.text).joined(separator: ", ")) into \(drain.newOrigin) for "
                + drain.tables.map(\.description).joined(separator: ", ") + " by \(drain.evidence.word)"
        }
        if !plan.required.isEmpty { lines.append("needs " + plan.required.map(\.rawValue).joined(separator: ",")) }
        lines += plan.heldBack.map { "held back " + $0.line }
        return lines.isEmpty ? "in sync" : lines.joined(separator: "\n")
    }

    /// The findings alone.
    var findings: String { difference.findings.map(\.line).joined(separator: "\n") }
}

extension Finding {
    fileprivate var line: String {
        let place = [node?.text, table?.description, trigger?.text].compactMap { $0 }.joined(separator: " ")
        return "\(severity)\(blocking ? ", blocking" : ""): \(code.rawValue) [\(place)] \(message)"
    }
}

extension Change {
    fileprivate var line: String {
        let place = "\(node)" + (table.map { " \($0)" } ?? "")
        switch action {
        case .install(let installation):
            let recorded = installation.record.recorded
            return "\(place) \(installation.preparation) \(set): origin \(recorded.origin?.text ?? "none"), members "
                + recorded.members.sorted().map(\.text).joined(separator: " ") + ", tables "
                + installation.record.tables.map(\.description).joined(separator: " ")
        case .setMode(let name, let from, let to), .setRuleMode(let name, let from, let to):
            return "\(place) \(name) \(from) to \(to)"
        case .create(let trigger): return "\(place) create \(trigger.name)"
        case .replace(let observed, _): return "\(place) replace \(observed.name)"
        case .rename(let name, let new): return "\(place) rename \(name) to \(new)"
        case .drop(let observed): return "\(place) drop \(observed.name)"
        }
    }
}

extension DrainEvidence {
    fileprivate var word: String {
        switch self {
        case .polarityApplied: "polarity.applied"
        case .query: "query"
        case .nothing: "nothing"
        }
    }
}
