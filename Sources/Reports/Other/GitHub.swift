import Replication

/// Findings and changes as annotations of a GitHub workflow, one line each, at the place in the file that asked for it.
public func github(_ report: Report) -> String {
    let findings = report.sortedFindings.map { finding in
        let level =
            switch finding.severity {
            case .critical, .error: "error"
            case .warning: "warning"
            }
        return annotation(
            level, at: finding.because, title: finding.code.rawValue,
            lines: [finding.sentence, visible(finding.code.why), visible(finding.next)])
    }
    let ends = report.outcomeWords
    let groups = Dictionary(grouping: report.sortedChanges) { change in
        [change.node.text, change.set.text] + [report.end(of: change, among: ends)].compactMap { $0 }
    }
    let changes = groups.sorted { $0.key.precedes($1.key) }.map { key, changes in
        let end = key.dropFirst(2).map { ": " + $0 }.joined()
        let words = "\(counted(changes.count, "change")) on \(visible(key[0])), set \(visible(key[1]))" + end
        return annotation("notice", at: changes.first?.because, title: report.result.rawValue, lines: [words])
    }
    let needs = report.required.words
    let words = needs.isEmpty ? [] : [annotation("notice", at: nil, title: "needs", lines: ["--allow " + needs])]
    return (findings + changes + words + (report.error.map(annotations) ?? [])).map { $0 + "\n" }.joined()
}

private func annotations(_ error: Report.Failure) -> [String] {
    let places = error.places.map { place in
        annotation(
            "error", at: place.position, title: error.code.rawValue,
            lines: ([place.message] + place.notes).map { visible($0) })
    }
    return places.isEmpty
        ? [annotation("error", at: nil, title: error.code.rawValue, lines: [visible(error.message)])] : places
}

private func annotation(_ level: String, at position: Position?, title: String, lines: [String]) -> String {
    let place = position.map { "file=\(property($0.file)),line=\($0.line),col=\($0.column)," } ?? ""
    return "::\(level) \(place)title=\(property(title))::" + message(lines.joined(separator: "\n"))
}

private func message(_ text: String) -> String {
    text.replacing(["%": "%25", "\r": "%0D", "\n": "%0A"])
}

private func property(_ text: String) -> String {
    message(visible(text)).replacing([":": "%3A", ",": "%2C"])
}
