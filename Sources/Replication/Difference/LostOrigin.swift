// An origin that was given up with --failover leaves survivors that may have applied different shares of its log, and
// returns with changes that none of them has.

extension SetAudit {
    /// A node is given up only where it is out of reach, or refuses writes: whoever is open stays so beside the new origin.
    mutating func refuseFailover(_ lost: NodeName, _ judged: [TableJudgement], _ observed: ObservedState) {
        if set.origin == lost {
            add(
                Finding(
                    .failoverRefused, set: set.name, node: lost,
                    "'\(lost)' is named as the lost origin, and the file still has it as the origin of set '\(set.name)'",
                    next: "name another origin in the file", because: set.originPosition))
            return
        }
        guard judgement.lost != lost else { return }
        let isKnown = !judgement.unread.contains(lost)
        let isOpen = judged.contains { table in
            table.desired.node == lost
                && table.doors.map { doors in Door.allCases.contains { doors[$0].canClose && !doors[$0].isClosed } }
                    ?? false
        }
        guard isOpen || !isKnown else { return }
        let (what, next) = isKnown ? ("accepts writes", nil) : doubts(about: lost, observed)
        add(
            Finding(
                .failoverRefused, set: set.name, node: lost,
                "'\(lost)' is named as the lost origin, and it is reachable and \(what)", next: next,
                because: declared.node(lost)?.because))
    }

    /// Why a node that answers is not known to refuse writes, and what to do about it.
    private func doubts(about lost: NodeName, _ observed: ObservedState) -> (what: String, next: String?) {
        let mends =
            observed.node(lost) == nil
            ? ("though it could not be read", "mend why it could not be read")
            : ("though it is not what was declared", "correct what the file says of '\(lost)'")
        return ("may accept writes, \(mends.0)", "stop what answers there, or \(mends.1); then run it again")
    }

    /// What a lost origin logged can come from nowhere any more: whoever has most of it must be the new one.
    mutating func compareSurvivors(_ judged: [TableJudgement], _ observed: ObservedState) {
        guard declared.engine.catalog.keepsLog, let origin = set.origin else { return }
        let survivors = judgement.members.reduce(into: [NodeName: BuiltinRegistrations]()) { survivors, node in
            survivors[node] = observed.node(node)?.builtin
        }
        let gone = gone(survivors.values)
        guard judgement.lost != nil || !gone.isEmpty else { return }
        let opens = !closed(on: origin, judged).isEmpty
        if opens, let lost = judgement.lost {
            compare(survivors.mapValues { $0.applied[lost] ?? -1 }, of: lost, beside: origin, opens: true)
        }
        for lost in gone {
            compare(survivors.compactMapValues { $0.applied[lost] }, of: lost, beside: origin, opens: opens)
        }
    }

    /// Who was given up before: no member of another cluster, and nobody whose log can be read, or is waited for.
    private func gone(_ survivors: some Sequence<BuiltinRegistrations>) -> [NodeName] {
        let others = survivors.reduce(into: Set<NodeName>()) { $0.formUnion($1.otherMembers.map(\.node)) }
        let sources = survivors.reduce(into: Set<NodeName>()) { $0.formUnion($1.applied.keys) }
        return sources.subtracting(others).sorted().filter { source in
            guard source != judgement.lost, judgement.authority.lastOrigin != .node(source) else { return false }
            return declared.node(source) == nil || judgement.unread.contains(source)
        }
    }

    private mutating func compare(
        _ applied: [NodeName: Int64], of lost: NodeName, beside origin: NodeName, opens: Bool
    ) {
        guard let most = applied.values.max(), most >= 0 else { return }
        let own = applied[origin] ?? most
        let best = own == most ? origin : applied.keys.sorted().first { applied[$0] == most } ?? origin
        for node in applied.keys.sorted() {
            guard let has = applied[node], has < most, node == origin || own == most else { continue }
            let what =
                has >= 0
                ? "'\(node)' has applied \(has) of '\(lost)', and '\(best)' \(most)"
                : "nothing on '\(node)' says what it has applied of '\(lost)', and '\(best)' has applied \(most)"
            add(
                Finding(
                    .failoverBehind, blocking: opens && node == origin, set: set.name, node: node, what,
                    because: set.originPosition))
        }
    }

    /// What an origin took in after it was given up is told until it is dealt with.
    mutating func findLeftBehind(_ judged: [TableJudgement], _ observed: ObservedState) {
        guard let origin = set.origin, !observed.unapplied.isEmpty else { return }
        let tables = Set(judged.map(\.desired.name))
        for node in judgement.members.subtracting(judgement.unread).sorted() where node != origin {
            let counts = (observed.unapplied[node] ?? [:]).filter { tables.contains($0.key) }.sorted { $0.key < $1.key }
            guard !counts.isEmpty else { continue }
            let count = counts.reduce(0) { $0 + $1.value }
            add(
                Finding(
                    .leftBehind, set: set.name, node: node,
                    "'\(node)' logged \(count) change\(count == 1 ? "" : "s") that '\(origin)' has not applied: "
                        + counts.map { "\($0.key) \($0.value)" }.joined(separator: ", "),
                    because: set.originPosition))
        }
    }
}

extension ObservedState {
    /// The nodes that logged changes of a set that is recorded as written elsewhere, with the last one that its origin has
    /// applied: what lies beyond it is worth counting. Only under the builtin engine.
    public func unapplied(by declared: DeclaredCluster) -> [NodeName: Int64] {
        guard declared.engine.catalog.keepsLog else { return [:] }
        var beyond: [NodeName: Int64] = [:]
        for set in declared.sets {
            guard let origin = set.origin, let own = node(origin)?.builtin,
                own.recorded.sets[set.name]?.origin == origin
            else { continue }
            for member in set.members where member != origin {
                guard let logged = node(member)?.builtin?.logged[set.name], let applied = own.applied[member],
                    applied < logged
                else { continue }
                beyond[member] = min(beyond[member] ?? applied, applied)
            }
        }
        return beyond
    }
}
