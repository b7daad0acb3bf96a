import Replication

/// A report for people: roles first, then findings, then only what changes, then the steps, then one counted line.
///
/// The text ends with a newline and holds no other control character, except ANSI colours where the style asks for them.
public func text(_ report: Report, style: TextStyle) -> String {
    let page = Page(report: report, style: style)
    let sections = page.sections.filter { !$0.isEmpty }
    return sections.map { $0.joined(separator: "\n") + "\n" }.joined(separator: "\n")
}

/// One text while it is written; each section is in a file of its own.
struct Page {
    let report: Report
    let style: TextStyle

    /// The sections in their order; an empty one is left out.
    var sections: [[String]] {
        switch (style.detail, report.kind) {
        case _ where report.cluster.name.isEmpty: [closing]
        case (.quiet, _): [findings(.quiet), closing]
        case (_, .validate): [heading + findings(style.detail), closing]
        case (_, .status): [heading, roles, findings(style.detail)] + changes + [closing]
        case (_, .plan): [heading, roles, findings(style.detail)] + changes + [waits, gates, steps, closing]
        case (_, .apply) where report.outcomes == nil:
            [heading, roles, findings(style.detail)] + changes + [
                report.error?.code == .heldBack ? [] : waits, gates, closing,
            ]
        case (_, .apply): [heading, roles, findings(style.detail), outcomes, closing]
        }
    }

    /// The cluster, the engine, how much there is of it, and whether anything is changed.
    var heading: [String] {
        let cluster = report.cluster
        var size = [counted(cluster.nodes.count, "node"), counted(cluster.sets.count, "set")]
        size.append(counted(report.counts.tables, "table"))
        let patterns = cluster.sets.reduce(0) { $0 + $1.patterns.count }
        if report.kind == .validate, patterns > 0 { size.append(counted(patterns, "pattern")) }
        let left = Cell("\(visible(cluster.name)) (\(visible(cluster.engine.name))): " + size.joined(separator: ", "))
        let right =
            switch report.kind {
            case .plan: "dry run, nothing is changed"
            case .validate: "the file alone, no node was asked"
            case .status, .apply: ""
            }
        return spread([left], right: Cell(right, .faint), width: style.width, indent: 2, isColoured: style.isColoured)
    }

    /// What waits for nothing but what was not selected.
    private var waits: [String] {
        report.heldBySelection.flatMap { wrapped("Held back: " + $0, width: style.width) }.map { paint($0, .warning) }
    }

    /// A cell's text in its shade.
    func paint(_ text: String, _ shade: Shade) -> String { Cell(text, shade).painted(style.isColoured) }
}
