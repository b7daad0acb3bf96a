import Replication

extension Page {
    /// The words that the plan needs, each with what it stands for.
    var gates: [String] {
        guard !report.required.isEmpty else { return [] }
        let rows = report.required.map { [Cell($0.rawValue, .warning), Cell($0.meaning)] }
        return ["Needs a word of its own"] + columns(rows, isColoured: style.isColoured)
    }

    /// The steps of one node, stage and lock on one line, in the order in which they are taken.
    var steps: [String] {
        guard let plan = report.plan, !plan.isEmpty else { return [] }
        var rows: [[Cell]] = []
        for stage in StageName.allCases {
            if stage == .drain { rows += plan.drains.map(drainCells) }
            rows += stepRows(plan.stages.filter { $0.name == stage }.flatMap(\.steps))
        }
        rows.append([Cell("verify", .strong), Cell(verified(plan).map { visible($0.text) }.joined(separator: ", "))])
        let numbered = rows.enumerated().map { index, row in
            [Cell(blanks(String(rows.count).count - String(index + 1).count) + "\(index + 1) " + row[0].text, .strong)]
                + row.dropFirst()
        }
        return [paint("Steps", .strong)] + columns(numbered, isColoured: style.isColoured)
    }

    /// One row for the schema, and one for each lock, of every node of a stage.
    private func stepRows(_ steps: [Step]) -> [[Cell]] {
        var groups: [(node: NodeName, isSchema: Bool, lock: LockMode, steps: [Step])] = []
        for step in steps {
            let same = groups.firstIndex {
                $0.node == step.node && $0.isSchema == (step.table == nil) && $0.lock == step.lock
            }
            if let same {
                groups[same].steps.append(step)
            } else {
                groups.append((step.node, step.table == nil, step.lock, [step]))
            }
        }
        return groups.map { group in
            [
                Cell(group.steps[0].stage.rawValue), Cell(visible(group.node.text)), Cell(extent(group.steps)),
                Cell(words(for: group.lock)),
            ]
        }
    }

    private func extent(_ steps: [Step]) -> String {
        let tables = Set(steps.compactMap(\.table)).count
        if tables > 0, steps.allSatisfy({ $0.stage == .drain }) { return counted(steps.count, "sequence") }
        return tables == 0 ? "schema polarity" : counted(tables, "table")
    }

    private func words(for lock: LockMode) -> String {
        let wait = report.cluster.policy.lockTimeout.words
        return switch lock {
        case .none: "no lock on a table"
        case .shareRowExclusive: "\(lock.rawValue): writers wait at most \(wait) a try, readers never"
        case .accessExclusive: "\(lock.rawValue): writers and readers wait at most \(wait) a try"
        }
    }

    private func drainCells(_ drain: Drain) -> [Cell] {
        let sources = drain.sources.map { visible($0.text) }.joined(separator: ", ")
        return [
            Cell(StageName.drain.rawValue), Cell(visible(drain.newOrigin.text)),
            Cell(counted(drain.tables.count, "table")),
            Cell("set \(visible(drain.set.text)), everything from \(sources): \(drain.evidence.words)"),
        ]
    }

    /// Every reachable member of the sets that the plan touches.
    private func verified(_ plan: Plan) -> [NodeName] {
        let sets = Set(plan.steps.map(\.set) + plan.drains.map(\.set))
        let members = report.cluster.sets.filter { sets.contains($0.name) }.flatMap(\.members)
        return Set(members + plan.steps.map(\.node)).sorted().filter { report.observed?.node($0) != nil }
    }
}

extension DrainEvidence {
    /// How it is proven, in words.
    var words: String {
        switch self {
        case .polarityApplied: "proven by polarity.applied"
        case .query: "proven by the engine's own query"
        case .nothing: "nothing can prove it"
        }
    }
}

extension Gate {
    /// What the word allows.
    public var meaning: String {
        switch self {
        case .originChange: "an origin moves, is closed, or a set that is closed everywhere is opened"
        case .replaceTrigger: "a trigger with the engine's name and another definition is replaced"
        case .dropTrigger: "a surplus trigger is dropped"
        case .massChange: "there are more changes than policy.max_changes"
        case .unprovenHandover: "nothing can prove that every reachable subscriber has everything"
        case .openBystander: "a node that leaves a set becomes writable"
        case .subscribeTable: "under bruce, a deny trigger subscribes a table that may already hold rows"
        }
    }
}
