/// How Slony's own commands bring a set to the origin that the file names.
struct SlonyMove {
    private let id: Int
    private let old: Int
    private let new: Int
    private let oldName: NodeName
    /// Whether some node knows of a subscription of the new origin.
    private let isSubscribed: Bool

    /// `nil` where Slony's number of the set, of the new or of the old origin is not known, or a node has moved it already.
    init?(_ judgement: SetJudgement, _ observed: ObservedState, _ names: [Int: NodeName]) {
        guard let id = judgement.slonySet, let origin = judgement.set.origin,
            let new = names.first(where: { $0.value == origin })?.key
        else { return nil }
        let catalogs = observed.nodes.keys.sorted().compactMap { observed.node($0)?.slony }
        let origins = catalogs.compactMap { $0.sets[id]?.origin }
        guard let old = origins.first, !origins.contains(new) else { return nil }
        (self.id, self.old, self.new) = (id, old, new)
        isSubscribed = catalogs.contains { $0.subscribers[id]?.contains(new) ?? false }
        oldName = names[old] ?? NodeName("node \(old)")
    }

    /// What to do, given what else was found of the set.
    func steps(beside found: [Finding]) -> String {
        guard isSubscribed else {
            return "subscribe it first with slonik: subscribe set (id = \(id), provider = \(old), receiver = \(new), "
                + "forward = yes); wait until it is active, then move it"
        }
        let broken = found.filter { $0.breaksMoves }.map(\.code.rawValue)
        guard broken.isEmpty else {
            return "first put '\(oldName)' back as origin in the file and run polarity apply, which mends "
                + Set(broken).sorted().joined(separator: " and ")
                + "; then move it: on triggers like these MOVE SET would end halfway, and no node would accept writes"
        }
        return "move it with slonik: lock set (id = \(id), origin = \(old)); "
            + "move set (id = \(id), old origin = \(old), new origin = \(new)); or correct the file"
    }
}

extension Finding {
    /// Whether MOVE SET, which goes by the names of the engine's triggers, would die of it.
    fileprivate var breaksMoves: Bool {
        trigger != nil && [.triggerMissing, .misnamed, .impostor].contains(code)
    }

    /// The same finding with the steps that bring the origin to where the file has it.
    func moving(by move: SlonyMove?, beside found: [Finding]) -> Finding {
        guard code == .originDisagrees, let move else { return self }
        return Finding(
            code, blocking: blocking, set: set, node: node, table: table, trigger: trigger, message,
            next: move.steps(beside: found), because: because)
    }
}
