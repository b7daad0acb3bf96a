import Replication

extension Page {
    /// The findings, worst first; those of one code stand together, with the reason and the next step once.
    func findings(_ detail: TextStyle.Detail) -> [String] {
        let sorted = report.sortedFindings
        if detail == .quiet { return sorted.filter { $0.severity < .warning }.flatMap { line(for: $0, blanks(2)) } }
        var lines: [String] = []
        var rest = sorted[...]
        while let first = rest.first {
            let group = rest.prefix { $0.code == first.code }
            rest = rest.dropFirst(group.count)
            if !lines.isEmpty { lines.append("") }
            lines += described(Array(group), limit: detail == .verbose ? Int.max : 10)
        }
        return lines
    }

    /// All findings of one code.
    private func described(_ group: [Finding], limit: Int) -> [String] {
        guard let first = group.first else { return [] }
        let indent = blanks(min(first.code.rawValue.count + 4, 20))
        let width = max(40, style.width - indent.count)
        var lines = group.prefix(limit).flatMap { line(for: $0, indent) }
        if group.count > limit {
            let rest = group.dropFirst(limit)
            let nodes = Set(rest.compactMap(\.node)).sorted().map { visible($0.text) }
            let place = nodes.isEmpty || nodes.count > 3 ? "" : " on " + nodes.joined(separator: ", ")
            lines.append(indent + "… and " + grouped(rest.count) + " more " + first.code.rawValue + place)
        }
        lines += wrapped(visible(first.code.why), width: width).map { indent + $0 }
        var steps: [String] = []
        for finding in group where !steps.contains(finding.next) && steps.count < limit { steps.append(finding.next) }
        for step in steps {
            let pieces = wrapped(visible(step), width: width - 2)
            lines += zip(pieces, ["→ "] + pieces.dropFirst().map { _ in "  " }).map { indent + $1 + $0 }
        }
        let held = Set(group.filter(\.blocking).compactMap(\.set)).sorted().map { visible($0.text) }
        if !held.isEmpty {
            lines += wrapped("holds back: " + held.joined(separator: ", "), width: width).map { indent + $0 }
        }
        return lines + [indent + paint("polarity explain " + first.code.rawValue, .faint)]
    }

    /// `✗ CODE  message … position`.
    private func line(for finding: Finding, _ indent: String) -> [String] {
        let (mark, shade) = finding.severity.mark
        let head = [Cell(mark + " " + finding.code.rawValue, shade), Cell("  ")]
        let used = head.reduce(0) { $0 + $1.width }
        let position = Cell(finding.because.map { visible($0.description) } ?? "", .faint)
        let pieces = wrapped(finding.sentence, width: max(40, style.width - used))
        guard pieces.count > 1 else {
            return spread(
                head + [Cell(pieces.first ?? "")], right: position, width: style.width, indent: indent.count,
                isColoured: style.isColoured)
        }
        let first = head.map { $0.painted(style.isColoured) }.joined() + (pieces.first ?? "")
        let tail = position.text.isEmpty ? [] : [indent + position.painted(style.isColoured)]
        return [first]
            + wrapped(pieces.dropFirst().joined(separator: " "), width: max(40, style.width - indent.count))
            .map { indent + $0 } + tail
    }
}

extension Severity {
    /// The sign and its shade; the code beside it says the rest.
    var mark: (String, Shade) {
        switch self {
        case .critical, .error: ("✗", .bad)
        case .warning: ("!", .warning)
        }
    }
}

extension Finding {
    /// The message, with whatever it does not name itself in front of it.
    var sentence: String {
        let message = visible(message)
        let names = [
            node.map { visible($0.text) }, table.map { visible($0.description) }, trigger.map { visible($0.shown) },
        ]
        let missing = names.compactMap { $0 }.filter { !message.contains($0) }
        return missing.isEmpty ? message : missing.joined(separator: " ") + ": " + message
    }
}
