import Replication

extension Page {
    /// Only what changes: a section for each node and set.
    var changes: [[String]] {
        var sections: [[String]] = []
        let held = Set(report.plan?.heldBack ?? [])
        var rest = report.sortedChanges[...]
        while let first = rest.first {
            let group = rest.prefix { $0.node == first.node && $0.set == first.set }
            rest = rest.dropFirst(group.count)
            sections.append(section(Array(group), held: held))
        }
        return sections
    }

    /// At most this many changes of one node and set are shown one by one.
    private var limit: Int {
        switch style.detail {
        case .quiet, .normal: 20
        case .verbose: Int.max
        }
    }

    private func section(_ group: [Change], held: Set<Change>) -> [String] {
        guard let first = group.first else { return [] }
        let title = "Changes on \(visible(first.node.text)), set \(visible(first.set.text))"
        let waiting = group.count { held.contains($0) }
        let note = waiting == 0 ? "" : waiting == group.count ? "  held back" : "  \(grouped(waiting)) held back"
        let position = report.cluster.sets.first { $0.name == first.set }?.because
        let heading = spread(
            [Cell(title, .strong), Cell(note, .warning)],
            right: Cell(position.map { visible($0.description) } ?? "", .faint), width: style.width, indent: 2,
            isColoured: style.isColoured)
        return heading + columns(group.prefix(limit).map(cells), isColoured: style.isColoured)
            + summary(group.dropFirst(limit))
    }

    private func cells(_ change: Change) -> [Cell] {
        let sign = change.action.sign
        let because = style.detail == .verbose ? [Cell(visible(change.because.description), .faint)] : []
        guard let table = change.table else { return [Cell(sign.text + " schema polarity: " + change.action.arrow)] }
        return [
            Cell(sign.text + " " + visible(table.description), sign.shade),
            Cell(change.action.trigger.map { visible($0.shown) } ?? ""), Cell(change.purposeWords, .faint),
            Cell(change.action.arrow),
        ] + because
    }

    /// What is left, one line a kind.
    private func summary(_ rest: ArraySlice<Change>) -> [String] {
        let kinds = Dictionary(grouping: rest) { [$0.purposeWords, $0.action.kindArrow] }
        return kinds.sorted { $0.key.precedes($1.key) }.map { kind, changes in
            "  … and \(grouped(changes.count)) more of the same: " + kind.filter { !$0.isEmpty }.joined(separator: " ")
        }
    }
}

extension Change {
    /// `deny`, `truncate log`, `own trigger`, `rule`.
    var purposeWords: String {
        if let purpose { return purpose.words }
        switch action {
        case .install: return ""
        case .setRuleMode: return "rule"
        case .create, .setMode, .replace, .rename, .drop: return "own trigger"
        }
    }
}

extension Action {
    /// `+` comes, `-` goes, `~` becomes another.
    var sign: (text: String, shade: Shade) {
        switch self {
        case .create: ("+", .good)
        case .install(let installation): (installation.from == nil ? "+" : "~", .good)
        case .setMode, .setRuleMode, .replace, .rename: ("~", .warning)
        case .drop: ("-", .bad)
        }
    }

    /// From what to what, with names.
    var arrow: String {
        switch self {
        case .install(let installation): installation.words
        case .rename(_, let to): "renamed → " + visible(to.shown)
        case .replace(let observed, let desired) where observed.function != desired.function:
            "replaced: calls \(visible(observed.function.description)) → \(visible(desired.function.description)), "
                + (desired.mode?.rawValue ?? "absent")
        case .create, .setMode, .setRuleMode, .replace, .drop: kindArrow
        }
    }

    /// From what to what, without names.
    var kindArrow: String {
        switch self {
        case .install: "installed or recorded"
        case .rename: "renamed"
        case .replace(_, let desired): "another definition → \(desired.mode?.rawValue ?? "absent")"
        case .create, .setMode, .setRuleMode, .drop: "\(from ?? "absent") → \(to ?? "absent")"
        }
    }
}

extension Installation {
    /// What is installed, and what is recorded of the set.
    var words: String {
        let origin = record.recorded.origin.map { "origin " + visible($0.text) } ?? "no origin"
        let members = record.recorded.members.sorted().map { visible($0.text) }.joined(separator: ", ")
        let recorded = "records \(origin); members \(members); \(counted(record.tables.count, "table"))"
        switch (preparation, from) {
        case (.schema, nil): return "absent → version \(to); " + recorded
        case (.schema, let from?): return (from == to ? "installed again; " : "version \(from) → \(to); ") + recorded
        case (.record, _): return recorded
        case (.conclusion, _): return "afterwards " + recorded
        }
    }
}
