import Replication

extension Page {
    /// One counted line, what ended the command early, and the exact command to go on with.
    var closing: [String] {
        let lines =
            switch report.kind {
            case _ where report.cluster.name.isEmpty: [String]()
            case .validate: [report.error == nil ? "\(name) is valid" : "\(name) is not valid"]
            case .status: [counts] + (report.changes.isEmpty ? [] : ["Review:  " + style.command(["--dry-run"])])
            case .plan: [counts] + exactly
            case .apply: applied
            }
        return (report.error.map(sentence) ?? []) + lines
    }

    /// `✗ CODE: message`.
    private func sentence(_ error: Report.Failure) -> [String] {
        let lines = error.lines
        let first = "✗ " + error.code.rawValue + ": " + (lines.first ?? "")
        return (wrapped(first, width: style.width) + lines.dropFirst()).map { paint($0, .bad) }
    }

    private var name: String { visible(report.cluster.name) }

    /// `2 to set, 0 to create, 0 to replace, 0 to drop on 1 of 3 nodes; 54 triggers are right.`
    private var counts: String {
        guard !report.changes.isEmpty else {
            let read = report.readNodes.count
            if read == 0 { return "No node could be read: what is to be changed is not known." }
            let place = read < report.cluster.nodes.count ? " where a node could be read" : ""
            let nothing =
                "Nothing to change" + (report.counts.leftOut > 0 ? " in what was selected" : "") + place + "; "
            return report.result == .inSync && report.counts.leftOut == 0 ? "In sync: \(right)." : nothing + right + "."
        }
        var words = [Int: String]()
        for (index, kind) in ["set_mode", "create", "replace", "drop", "rename", "install"].enumerated() {
            let count = report.changes.count { $0.action.word == kind }
            let verb = kind == "set_mode" ? "set" : kind
            if count > 0 || index < 4 { words[index] = "\(grouped(count)) to \(verb)" }
        }
        let nodes = Set(report.changes.map(\.node)).count
        let list = words.sorted { $0.key < $1.key }.map(\.value).joined(separator: ", ")
        let held = report.plan?.heldBack.count ?? 0
        return "\(list) on \(nodes) of \(counted(report.cluster.nodes.count, "node")); "
            + (held > 0 ? "\(grouped(held)) held back; " : "") + right + "."
    }

    private var right: String {
        let left = report.counts.leftOut
        return (left > 0 ? counted(left, "change") + (left == 1 ? " is" : " are") + " left out, " : "")
            + counted(report.counts.triggersRight, "trigger")
            + (report.counts.triggersRight == 1 ? " is right" : " are right")
    }

    /// The command that applies what was shown and nothing else; never wrapped.
    private var exactly: [String] {
        guard let plan = report.plan, !plan.isEmpty else { return [] }
        return ["Apply exactly this:  " + style.command(["--expect", String(report.fingerprint.prefix(12))] + allow)]
    }

    /// `--allow A,B`, complete, with commas and no blanks.
    private var allow: [String] {
        report.required.isEmpty ? [] : ["--allow", report.required.words]
    }

    private var applied: [String] {
        switch report.result {
        case .inSync:
            let found =
                report.counts.leftOut > 0
                ? "nothing was to be done in what was selected" : "in sync, nothing was to be done"
            return ["\(name): \(found); \(right)"]
        case .applied:
            let nodes = Set((report.outcomes?.steps ?? []).filter(\.isDone).map(\.step.node)).count
            return [
                "\(name): \(counted(made, "change")) made on \(nodes) of \(counted(report.cluster.nodes.count, "node"))"
                    + " and read back; \(right)"
            ]
        case .drift, .planned, .incomplete, .refused: return [unfinished] + again
        }
    }

    private var made: Int { changes(where: \.isDone) }

    private func changes(where condition: (StepOutcome) -> Bool) -> Int {
        (report.outcomes?.steps ?? []).filter(condition).reduce(0) { $0 + $1.step.changes.count }
    }

    private var unfinished: String {
        let ends = report.outcomes?.steps ?? []
        if report.outcomes?.changedAnything == true {
            let held = report.plan?.heldBack.count ?? 0
            let all = ends.reduce(held) { $0 + $1.step.changes.count }
            let unverified = changes(where: \.isUnverified)
            return "\(name): incomplete, \(grouped(made)) of \(counted(all, "change")) made"
                + (unverified > 0 ? ", \(grouped(unverified)) not verified" : "")
                + (held > 0 ? ", \(grouped(held)) held back" : "") + "; the cluster has not converged"
        }
        for end in ends {
            guard case .busy(let tries, let blockers) = end.outcome else { continue }
            let table = end.step.table.map { visible($0.description) } ?? "schema polarity"
            let isEngines = blockers.contains(where: \.holdsEngineLock)
            return "\(name): nothing changed, \(isEngines ? "Slony's configuration lock" : table) on "
                + "\(visible(end.step.node.text)) \(isEngines ? "was held" : "stayed busy") for "
                + (tries == 1 ? "1 try" : "\(tries) tries")
        }
        return "\(name): nothing changed"
    }

    private var again: [String] {
        switch report.result {
        // What is stale is not to be applied with any word.
        case .refused where !allow.isEmpty && report.outcomes == nil && report.error?.code != .stalePlan:
            ["Needs:  " + style.reviewedCommand(allow)]
        case .incomplete: ["Run again:  " + style.command(allow)]
        case .inSync, .drift, .planned, .applied, .refused: []
        }
    }
}
