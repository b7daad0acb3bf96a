/// What a plan needs a word for, and what has to be proven before it opens anything.
extension Planning {
    /// The words that `--allow` must hold, sorted.
    func gates() -> [Gate] {
        var gates: Set<Gate> = []
        let moving = Set(tables.filter(movesOrigin).map(\.staging.desired.set))
        if !moving.isEmpty { gates.insert(.originChange) }
        var count = 0
        for table in tables {
            if table.opens && table.staging.desired.role == .bystander { gates.insert(.openBystander) }
            for (stage, changes) in table.staging.parts where table.stages.contains(stage) {
                count += changes.count
                for change in changes { gates.formUnion(gate(for: change, table, moving)) }
            }
        }
        count += installations.values.reduce(0) { $0 + $1.count }
        if let limit = difference.desired.declared.policy.maxChanges, exceeds(limit, count) {
            gates.insert(.massChange)
        }
        // Where nothing shuts the old origin, its last write is never known.
        if drains().contains(where: needsWord) || tables.contains(where: { $0.stopsLog && movesOrigin($0) }) {
            gates.insert(.unprovenHandover)
        }
        return gates.sorted()
    }

    /// Where a last origin is closed, and the declared one is not open already: that one could be opened again.
    func lastWriters() -> Set<Place> {
        Set(
            tables.filter { $0.closes && movesOrigin($0) && !isOpenElsewhere($0, by: { $1.areOpen(on: $0) }) }
                .map { Place($0.node, $0.table) })
    }

    /// Where doors close that were open, of tables that are not new to the engine.
    var foundOpen: Set<Place> {
        Set(tables.filter { $0.closes && $0.staging.before.hasEngineTriggers }.map { Place($0.node, $0.table) })
    }

    /// Whether a table's changes open another node than the last origin, or close the last origin, or end its log where the
    /// engine cannot close it.
    func movesOrigin(_ table: PlannedTable) -> Bool {
        let authority = table.judgement.lastOrigin(of: table.table)
        if table.opens && table.staging.desired.role == .origin && authority != .node(table.node) { return true }
        guard table.closes || table.stopsLog, table.staging.desired.role != .origin else { return false }
        switch authority {
        case .node(let origin): return origin == table.node
        case .nowhere where table.judgement.set.origin == nil: return false
        case .nowhere, .unknown: return table.staging.before.role == .origin && !isOpenElsewhere(table)
        }
    }

    /// Whether the declared origin already accepts a table's writes and, unless something else is asked of its doors as
    /// they were found, logs them: closing another is then a repair.
    private func isOpenElsewhere(
        _ table: PlannedTable, by isOpen: (ObservedTable, Doors) -> Bool = { $1.role == .origin }
    ) -> Bool {
        guard let origin = table.judgement.set.origin, origin != table.node, takesWrites(origin, table.judgement),
            let found = difference.observed.node(origin)?.tables[table.table]
        else { return false }
        return isOpen(found, Doors(found.triggers, table.staging.desired.triggers ?? []))
    }

    /// Whether a node takes writes at all where its doors stand open: not a standby, and not whatever else stands behind its
    /// name than was declared.
    func takesWrites(_ node: NodeName, _ judgement: SetJudgement) -> Bool {
        guard !judgement.unread.contains(node), let seen = difference.observed.node(node) else { return false }
        return !seen.identity.inRecovery
    }

    private func gate(for change: Change, _ table: PlannedTable, _ moving: Set<SetName>) -> Set<Gate> {
        switch change.action {
        case .install, .setMode, .setRuleMode, .rename: []
        case .replace: [.replaceTrigger]
        case .drop(let observed):
            // A trigger that the other role has is part of the move.
            isPartOfMove(table, moving)
                && (table.staging.desired.triggers ?? []).contains {
                    $0.mode == nil && $0.isSameDefinition(as: observed)
                }
                ? [] : [.dropTrigger]
        case .create(let trigger):
            difference.desired.declared.engine.presenceIsSubscription && trigger.purpose == .deny
                && mayHoldRows(table) && !isPartOfMove(table, moving) ? [.subscribeTable] : []
        }
    }

    /// Whether a table may hold rows; a partitioned one holds those of the tables below it.
    private func mayHoldRows(_ table: PlannedTable) -> Bool {
        guard table.staging.observed.kind == .partitionedTable, let node = difference.observed.node(table.node) else {
            return table.staging.observed.kind == .table && table.staging.observed.mayHoldRows
        }
        let below = difference.desired.families[table.node]?.partitions(below: table.table) ?? []
        return below.contains { name in
            node.tables[name].map { $0.kind == .table && $0.mayHoldRows } ?? false
        }
    }

    /// Whether a table changes because its set moves from this node or to it.
    private func isPartOfMove(_ table: PlannedTable, _ moving: Set<SetName>) -> Bool {
        guard moving.contains(table.staging.desired.set) else { return false }
        switch table.staging.desired.role {
        case .origin: return true
        case .subscriber: return table.closes || table.judgement.lastOrigin(of: table.table) == .node(table.node)
        case .bystander: return false
        }
    }

    private func exceeds(_ limit: ChangeLimit, _ count: Int) -> Bool {
        switch limit {
        case .count(let most): count > most
        case .percent(let share):
            count * 100 > share * difference.desired.tables.reduce(0) { $0 + ($1.triggers?.count ?? 0) }
        }
    }

    /// One drain for each set that opens on its origin. Slony proves its own moves.
    func drains() -> [Drain] {
        guard !difference.desired.declared.engine.catalog.movesOrigins else { return [] }
        let opening = tables.filter { $0.opens && $0.staging.desired.role == .origin }
        return Dictionary(grouping: opening, by: \.staging.desired.set).sorted { $0.key < $1.key }
            .compactMap { set, tables in
                guard let judgement = tables.first?.judgement, let origin = judgement.set.origin else { return nil }
                let evidence = evidence
                let names = tables.map(\.table).filter {
                    evidence != .nothing || judgement.lastOrigin(of: $0) != .node(origin)
                }
                guard !names.isEmpty else { return nil }
                let sources = judgement.members(ofAny: names)
                    .filter { $0 != origin && difference.observed.node($0) != nil }
                return Drain(
                    set: set, newOrigin: origin, sources: sources.sorted(), tables: names.sorted(), evidence: evidence,
                    because: judgement.set.originPosition)
            }
    }

    private var evidence: DrainEvidence {
        let engine = difference.desired.declared.engine
        switch engine.catalog {
        case .polarity: return .polarityApplied
        case .none, .slony: return engine.drained.map { .query($0) } ?? .nothing
        }
    }

    /// Whether it can be told now that nothing will prove the drain.
    private func needsWord(_ drain: Drain) -> Bool {
        switch drain.evidence {
        case .nothing: true
        case .query: false
        case .polarityApplied:
            drainLags(
                drain.set, opening: drain.tables, among: Set(drain.sources + [drain.newOrigin]), difference.observed
            ).contains { $0.source != drain.newOrigin && $0.applied == nil }
        }
    }
}
