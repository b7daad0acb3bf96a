import Replication

/// A report for a comment under a pull request: the roles as a table, the findings, what changes, one counted line.
public func markdown(_ report: Report) -> String {
    let page = MarkdownPage(report: report)
    let sections = [page.heading, page.roles, page.findings, page.changes, page.waits, page.closing].filter {
        !$0.isEmpty
    }
    return sections.map { $0.joined(separator: "\n") + "\n" }.joined(separator: "\n")
}

private struct MarkdownPage {
    let report: Report

    private var page: Page {
        Page(report: report, style: TextStyle(isColoured: false, width: 100, file: "polarity.yaml"))
    }

    var heading: [String] {
        let size = [
            counted(report.cluster.nodes.count, "node"), counted(report.cluster.sets.count, "set"),
            counted(report.counts.tables, "table"),
        ]
        let isValid = report.kind == .validate && report.error == nil
        let result = isValid ? "valid" : report.result.rawValue.replacing("_", with: " ")
        guard !report.cluster.name.isEmpty else { return ["## Polarity: " + result] }
        return [
            "## Polarity: \(escaped(report.cluster.name)), \(result)", "",
            "\(escaped(report.cluster.engine.name)), \(size.joined(separator: ", "))",
        ]
    }

    var roles: [String] {
        guard report.observed != nil, !report.roles.isEmpty else { return [] }
        let sets = report.cluster.sets.map(\.name)
        let rows = report.cluster.nodes.map { node in
            let version = report.observed?.node(node.name)?.identity.versionWords ?? "not read"
            let cells = sets.map { set in
                report.roles.first { $0.set == set && $0.node == node.name }.map { role in
                    let judged = page.judgement(of: role)
                    return ([judged.mark].compactMap { $0 } + [judged.words]).joined(separator: " ")
                } ?? "–"
            }
            return row([escaped(node.name.text), version] + cells)
        }
        return [
            row(["node", "server"] + sets.map { escaped($0.text) }), row(sets.map { _ in "---" } + ["---", "---"]),
        ]
            + rows
    }

    var findings: [String] {
        let shown = report.sortedFindings.prefix(50).map { finding in
            let place = finding.because.map { " (\(escaped($0.description)))" } ?? ""
            return
                "- **\(finding.severity.rawValue)** `\(finding.code.rawValue)` \(escaped(finding.sentence))\(place)  \n"
                + "  \(escaped(finding.next))"
        }
        let rest = report.findings.count - shown.count
        return shown + (rest > 0 ? ["- … and \(grouped(rest)) more"] : [])
    }

    var changes: [String] {
        guard !report.changes.isEmpty else { return [] }
        let ends = report.outcomeWords
        let shown = report.sortedChanges.prefix(50).map { change in
            row(
                [
                    escaped(change.node.text), escaped(change.set.text), escaped(change.table?.description ?? ""),
                    escaped(change.action.trigger?.shown ?? ""), change.purposeWords, escaped(change.action.arrow),
                ] + [report.end(of: change, among: ends)].compactMap { $0 })
        }
        let rest = report.changes.count - shown.count
        let names =
            ["node", "set", "table", "trigger", "purpose", "change"] + (report.outcomes == nil ? [] : ["outcome"])
        return [row(names), row(names.map { _ in "---" })]
            + shown + (rest > 0 ? ["", "… and \(grouped(rest)) more"] : [])
    }

    var waits: [String] { report.heldBySelection.map { "Held back: " + escaped($0) } }

    var closing: [String] {
        let needs = report.required.map { "`\($0.rawValue)`" }.joined(separator: ", ")
        let made = report.outcomes == nil ? "" : "\(grouped(report.made)) made of "
        var words = [
            "\(made)\(counted(report.changes.count, "change")), \(counted(report.findings.count, "finding"))."
        ]
        if !needs.isEmpty { words.append("Needs \(needs).") }
        if !report.fingerprint.isEmpty {
            words.append("Fingerprint `\(visible(String(report.fingerprint.prefix(12))))`.")
        }
        let counts = report.cluster.name.isEmpty ? [] : [[words.joined(separator: " ")]]
        return Array(([report.error.map(sentence)].compactMap { $0 } + counts).joined(separator: [""]))
    }

    private func sentence(_ error: Report.Failure) -> [String] {
        let code = "**\(escaped(error.code.rawValue))**"
        guard !error.places.isEmpty else { return ["\(code) \(escaped(error.message))"] }
        let places = error.places.map { place in
            "- \(escaped(place.message)) (\(escaped(place.position.description)))"
                + place.notes.map { "  \n  " + escaped($0) }.joined()
        }
        return [code, ""] + places
    }

    private func row(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }
}

/// A text that Markdown takes for nothing but text, and that calls nobody.
private func escaped(_ text: String) -> String { visible(text).replacing(markup) }

private let markup: [Unicode.Scalar: String] = {
    let marks = "\\`*_[]>#|~!()".unicodeScalars.map { ($0, "\\\($0)") }
    return Dictionary(uniqueKeysWithValues: marks + [("<", "&lt;"), ("&", "&amp;"), ("@", "&#64;")])
}()
