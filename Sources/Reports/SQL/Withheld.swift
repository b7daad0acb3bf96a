import Replication

// What a script says of what it does not do, as comments.

extension Script {
    /// The blocking findings, and the changes that wait for them.
    var withheld: [String] {
        let findings = report.sortedFindings.filter(\.blocking).flatMap { finding in
            ["-- Held back by \(finding.code.rawValue): \(finding.sentence)", "--   " + visible(finding.next)]
        }
        let held = Set(report.plan?.heldBack ?? [])
        return findings + report.heldBySelection.map { "-- Held back: " + $0 }
            + report.sortedChanges.filter(held.contains).map { "-- Waits: " + $0.sentence }
    }

    /// How many changes the selection leaves out.
    var leftOut: [String] {
        switch report.counts.leftOut {
        case 0: []
        case 1: ["-- 1 change is left out, which was not selected."]
        case let count: ["-- \(grouped(count)) changes are left out, which were not selected."]
        }
    }

    /// How an apply ended that had this plan.
    var ended: [String] {
        let result = report.result.rawValue.replacing("_", with: " ")
        let run = "-- polarity apply has run this plan: \(result). What follows is what was planned, not what is left."
        return (report.outcomes == nil ? [] : [run]) + [failure].compactMap { $0 }
    }

    private var failure: String? {
        report.error.map { "-- " + $0.code.rawValue + ": " + $0.lines.joined(separator: "; ") }
    }

    /// Whether an apply had this plan and changed nothing.
    var isRefused: Bool { report.kind == .apply && report.result == .refused }

    /// Why a plan that was refused is not written as statements.
    var refused: [String] {
        let words =
            "polarity apply has changed nothing, so there is nothing to run; with --dry-run it writes the statements."
        return [failure, "-- " + words].compactMap { $0 }
    }

    /// Why there are no statements.
    var nothing: String {
        if report.kind == .validate { return "-- The file is valid; no node was asked." }
        guard report.changes.isEmpty else {
            return report.plan == nil
                ? "-- There is something to change: polarity apply --dry-run writes the statements."
                : "-- There is something to change, and all of it is held back."
        }
        if report.findings.contains(where: \.blocking) {
            return "-- Nothing can be changed as long as that holds it back."
        }
        let left = report.counts.leftOut
        return "-- There is nothing to change"
            + (left == 0
                ? "." : " in what was selected; \(counted(left, "change")) \(left == 1 ? "is" : "are") left out.")
    }
}

extension Change {
    /// Where, on what and from what to what.
    fileprivate var sentence: String {
        let place = "\(visible(node.text)), set \(visible(set.text)): "
        guard let table else { return place + "schema polarity: " + action.arrow }
        let words = [visible(table.description), action.trigger.map { visible($0.shown) }, action.arrow]
        return place + words.compactMap { $0 }.joined(separator: " ")
    }
}
