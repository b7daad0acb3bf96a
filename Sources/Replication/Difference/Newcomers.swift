extension SetAudit {
    /// A declared origin that has none of the engine's triggers on a table which another node wrote: it was never a
    /// subscriber, so it lacks that node's rows, and there is nothing to wait for. The table stays as it is until it was one.
    mutating func findNewcomers(_ judged: [TableJudgement], _ observed: ObservedState) {
        guard let origin = set.origin, !declared.engine.catalog.movesOrigins,
            declared.engine.templates.contains(where: { $0.mode(for: .subscriber) != nil })
        else { return }
        // Where row triggers are not cloned a partitioned table may have none: its partitions have their own.
        let hasClones = observed.node(origin)?.identity.clonesRowTriggers ?? true
        let newcomers = judged.indices.filter { index in
            judged[index].doors.map { !$0.hasEngineTriggers } ?? false && judged[index].desired.node == origin
                && (hasClones || judged[index].kind != .partitionedTable)
        }
        guard !newcomers.isEmpty else { return }
        let names = Set(newcomers.map { judged[$0].desired.name })
        var others: [TableName: [TableJudgement]] = [:]
        for index in judged.indices where judged[index].doors?.hasEngineTriggers ?? false {
            let name = judged[index].desired.name
            if names.contains(name) { others[name, default: []].append(judged[index]) }
        }
        for index in newcomers {
            let name = judged[index].desired.name
            guard let there = others[name], let written = written(name, there, notOn: origin, observed) else {
                continue
            }
            find(
                .drainUnproven, judged[index],
                "\(name) \(written), and '\(origin)', its origin by the file, has none of the engine's triggers on it: it "
                    + "takes no part as it is, and may lack what was written",
                next: "name '\(origin)' as a subscriber and let it catch up, then move the origin")
        }
    }

    /// Where a table is written, or was; `nil` where nothing says so, or what is on record names the declared origin.
    ///
    /// - Parameter others: The table where any of the engine's triggers stands on it.
    private func written(
        _ table: TableName, _ others: [TableJudgement], notOn origin: NodeName, _ observed: ObservedState
    ) -> String? {
        if let open = others.first(where: { $0.doors?.isWritten ?? false }) {
            return "is written on '\(open.desired.node)'"
        }
        var recorded = judgement.formerOrigins(of: table, declared, observed)
        // That the declared origin is a member of this set by now says nothing of a table that comes from another.
        let members = recorded.isEmpty ? judgement.authority.members : judgement.authority.inherited.members
        if recorded.isEmpty {
            switch judgement.authority.lastOrigin {
            case .node(let last): recorded = [last]
            case .nowhere: recorded = [nil]
            case .unknown: return nil
            }
        }
        guard !recorded.contains(origin), !members.contains(origin) else { return nil }
        return recorded.compactMap { $0 }.min().map { "was written on '\($0)'" }
            ?? "belongs to a set that is written nowhere"
    }
}

extension Doors {
    /// Whether anything is accepted and logged.
    fileprivate var isWritten: Bool { Door.allCases.contains { self[$0].isLogged && !self[$0].isClosed } }
}
