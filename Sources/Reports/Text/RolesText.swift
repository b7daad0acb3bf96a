import Replication

extension Page {
    /// One row a node, one column a set; the columns go on below where they do not fit.
    var roles: [String] {
        guard report.observed != nil, !report.roles.isEmpty else { return [] }
        let sets = report.cluster.sets.map { column(of: $0.name) }
        let nodes = report.cluster.nodes.map(\.name)
        let left = [[Cell("node", .faint), Cell("server", .faint), Cell("", .faint)]] + nodes.map(nodeCells)
        var lines: [String] = []
        var rest = sets[...]
        repeat {
            var chosen: [[Cell]] = []
            while let next = rest.first, chosen.isEmpty || width(of: left, chosen + [next]) <= style.width {
                chosen.append(next)
                rest = rest.dropFirst()
            }
            let rows = left.indices.map { row in left[row] + chosen.map { $0[row] } }
            if !lines.isEmpty { lines.append("") }
            lines += columns(rows, isColoured: style.isColoured)
        } while !rest.isEmpty
        return lines
    }

    private func width(of left: [[Cell]], _ sets: [[Cell]]) -> Int {
        let widths = (0..<3).map { index in left.map { $0[index].width }.max() ?? 0 }
        return (widths + sets.map { $0.map(\.width).max() ?? 0 }).reduce(2) { $0 + $1 + 3 } - 3
    }

    private func nodeCells(_ name: NodeName) -> [Cell] {
        let shown = Cell(visible(name.text), .strong)
        switch report.observed?.nodes[name] {
        case .observed(let node):
            let standby = node.identity.inRecovery ? " standby" : ""
            return [shown, Cell(node.identity.versionWords + standby), Cell(node.rights.roundTrip.words)]
        case .failed(let failure): return [shown, Cell(failure.sort.rawValue, .bad), Cell("")]
        case nil: return [shown, Cell("not asked", .faint), Cell("")]
        }
    }

    /// The set's name and one cell for each node; the marks stand under each other.
    private func column(of set: SetName) -> [Cell] {
        let roles = report.cluster.nodes.map { node in report.roles.first { $0.set == set && $0.node == node.name } }
        let judged = roles.map { role in role.map { judgement(of: $0) } }
        let widest = judged.compactMap { $0.map { displayWidth($0.words) } }.max() ?? 0
        let cells = judged.map { judged -> Cell in
            guard let judged else { return Cell("–", .faint) }
            guard let mark = judged.mark else { return Cell(judged.words, judged.shade) }
            return Cell(judged.words + blanks(widest - displayWidth(judged.words) + 2) + mark, judged.shade)
        }
        return [Cell(visible(set.text), .faint)] + cells
    }

    /// Words, mark and shade for one node's part in one set.
    func judgement(of role: SetRole) -> (words: String, mark: String?, shade: Shade?) {
        let refusal = refusalWords(role)
        let isRight = role.observed.rawValue == role.declared.rawValue || isClosedOrigin(role)
        switch role.observed {
        case .unknown: return ("unknown, declared \(role.declared.rawValue)", "?", .warning)
        case .bystander where isRight, .missing where role.declared == .bystander: return ("–", nil, .faint)
        case _ where isRight && refusal == nil: return (role.observed.rawValue, "✓", .good)
        case _ where isRight: return (role.observed.rawValue + ", " + (refusal ?? ""), "✗", .bad)
        default: break
        }
        let counts = role.observed == .mixed ? ": " + role.countWords + ";" : ","
        return (role.observed.words + counts + " declared " + role.declared.rawValue, "✗", .bad)
    }

    /// Whether it is the origin by Slony's catalog of a set that is to be written nowhere: it goes on logging.
    private func isClosedOrigin(_ role: SetRole) -> Bool {
        role.observed == .fenced && report.cluster.engine.catalog == .slony
            && report.cluster.sets.contains { $0.name == role.set && $0.origin == nil }
    }

    /// What a node does otherwise than its triggers say of rows; `nil` where it does as they say. A standby refuses all.
    private func refusalWords(_ role: SetRole) -> String? {
        role.observed == .origin && role.acceptsWrites == .none ? "refuses writes" : truncateWords(role)
    }

    /// What TRUNCATE does where rows do as declared; `nil` where it does too, or where the engine has no such trigger.
    private func truncateWords(_ role: SetRole) -> String? {
        guard report.cluster.engine.templates.contains(where: { $0.purpose == .truncateDeny }) else { return nil }
        switch (role.declared, role.acceptsTruncate) {
        case (.origin, .none): return "refuses TRUNCATE"
        case (.origin, .some): return "some tables refuse TRUNCATE"
        case (.subscriber, .all): return "accepts TRUNCATE"
        case (.subscriber, .some): return "some tables accept TRUNCATE"
        case (.origin, .all), (.subscriber, .none), (.bystander, _), (_, .unknown): return nil
        }
    }
}

extension ObservedRole {
    /// The word in text; what loses changes is in capitals.
    var words: String {
        switch self {
        case .unlogged: "UNLOGGED"
        case .origin, .subscriber, .fenced, .bystander, .mixed, .missing, .unknown: rawValue
        }
    }
}

extension SetRole {
    /// `1 UNLOGGED, 199 subscriber`: what is dangerous first, however few they are.
    var countWords: String {
        let order: [ObservedRole] = [
            .unlogged, .missing, .unknown, .mixed, .fenced, .origin, .subscriber, .bystander,
        ]
        return order.compactMap { role in
            guard let count = tables[role], count > 0 else { return nil }
            return grouped(count) + " " + role.words
        }.joined(separator: ", ")
    }
}
