/// How Slony's own commands bring a set to the origin that the file names.
struct SlonyMove {
    /// What stands between the set and its new origin.
    private enum Stand {
        /// FAILOVER gave up a node that is named as the origin all the same; `survivor` knows of it.
        case givenUp(Int, survivor: Int)
        /// FAILOVER stopped half way: others have a successor as the origin, whose own catalog still has the node given up.
        case halfFailedOver(Int, successor: Int)
        /// DROP NODE took a node that is named as the origin all the same out of all other catalogs.
        case dropped(Int)
        /// The old origin could not be read.
        case originLost
        /// Slony does not have the new origin as a subscriber.
        case unsubscribed
        /// The file gives tables of Slony's set to another set, too, which stays elsewhere.
        case shared(SetName)
        case ready
    }

    private let id: Int
    private let old: Int
    private let new: Int
    private let names: [Int: NodeName]
    private let isSubscribed: Bool
    /// The old origin's sets that the new one could not take over by FAILOVER, sorted.
    private let withoutBackup: [Int]
    private let stand: Stand

    /// `nil` where Slony's number of the set, of the new or of the old origin is not known, or a node has moved it already.
    init?(
        _ judgement: SetJudgement, _ declared: DeclaredCluster, _ observed: ObservedState, _ names: [Int: NodeName]
    ) {
        guard let id = judgement.slonySet, let origin = judgement.set.origin,
            let new = names.first(where: { $0.value == origin })?.key
        else { return nil }
        let catalogs = observed.nodes.keys.sorted().compactMap { observed.node($0)?.slony }
        let origins = catalogs.compactMap { $0.sets[id]?.origin }
        guard let old = origins.first(where: { $0 != new }) else { return nil }
        (self.id, self.old, self.new, self.names) = (id, old, new, names)
        let sets = Set(catalogs.flatMap { catalog in catalog.sets.filter { $0.value.origin == old }.keys })
        withoutBackup = sets.filter { set in catalogs.contains { $0.noBackups[set]?.contains(new) ?? false } }.sorted()
        isSubscribed = catalogs.contains { $0.subscribers[id]?.contains(new) ?? false }
        let others = declared.sets.filter { $0.name != judgement.set.name && $0.origin != origin }
        if let other = others.first(where: { slonySetID($0, declared, observed) == id }) {
            stand = .shared(other.name)
        } else if let givenUp = catalogs.givenUp(among: origins + [new]) {
            let successor = catalogs.successor(of: givenUp.node, in: id)
            stand =
                successor.map { .halfFailedOver(givenUp.node, successor: $0) }
                ?? .givenUp(givenUp.node, survivor: givenUp.survivor)
        } else if let dropped = [old, new].first(where: catalogs.haveLeftBehind) {
            stand = .dropped(dropped)
        } else if origins.contains(new) {
            return nil
        } else if !catalogs.contains(where: { $0.localNode == old }) {
            stand = .originLost
        } else {
            stand = isSubscribed ? .ready : .unsubscribed
        }
    }

    /// What to do, given what else was found of the set.
    func steps(beside found: [Finding]) -> String {
        switch stand {
        case .givenUp(let node, let survivor): forgetting(node, on: survivor)
        case .halfFailedOver(let node, let successor):
            "FAILOVER of '\(name(node))' stopped half way, and '\(name(successor))' does not know that it is the origin: run it "
                + "again with slonik: failover (id = \(node), backup node = \(successor))"
                + (node == new ? "; then name '\(name(successor))' as the origin in the file" : "")
        case .dropped(let node): nameSuccessor(of: node) + droppedNode(node, called: name(node))
        case .originLost: failover
        case .shared(let other):
            "in Slony its tables are in set \(id), as are those of set '\(other)', which MOVE SET would move with them: give "
                + "both sets one origin in the file, or part them first with slonik: CREATE SET and SET MOVE TABLE"
        case .unsubscribed:
            "subscribe it first with slonik: subscribe set (id = \(id), provider = \(old), receiver = \(new), "
                + "forward = yes); wait until it is active, then move it"
        case .ready where found.contains { $0.code == .tableNotRegistered && $0.node == names[new] }:
            "first see to TABLE_NOT_REGISTERED on '\(name(new))', where MOVE SET would find no tables: wait until SUBSCRIBE "
                + "SET has ended there, if it is under way; then move it"
        case .ready: moving(on: found.filter(\.breaksMoves))
        }
    }

    private func name(_ node: Int) -> String { names[node]?.text ?? "node \(node)" }

    private func forgetting(_ node: Int, on survivor: Int) -> String {
        nameSuccessor(of: node)
            + "FAILOVER gave '\(name(node))' up, and no set moves to or from it: with slonik: drop node (id = \(node), "
            + "event node = \(survivor)); it has to be rebuilt before it takes part again"
    }

    private func nameSuccessor(of node: Int) -> String {
        node == new ? "name the origin that took over in the file; " : ""
    }

    private var failover: String {
        let (lost, successor) = (name(old), name(new))
        let back = "bring '\(lost)' back, which MOVE SET needs; or, where it is lost for good"
        guard isSubscribed else { return "\(back), name a subscriber of the set as origin: '\(successor)' is none" }
        if let set = withoutBackup.first {
            return
                "\(back), name a node as origin that has every set of '\(lost)' from '\(lost)' itself, with forward = yes: "
                + "'\(successor)' has not, of set \(set), and FAILOVER refuses it"
        }
        return "\(back), with slonik: failover (id = \(old), backup node = \(new)); it takes every set of '\(lost)' to "
            + "'\(successor)', and '\(lost)' has to be rebuilt"
    }

    private func moving(on broken: [Finding]) -> String {
        guard broken.isEmpty else {
            return "first put '\(name(old))' back as origin in the file and run polarity apply, which mends "
                + Set(broken.map(\.code.rawValue)).sorted().joined(separator: " and ")
                + "; then move it: on triggers like these MOVE SET would end halfway, and no node would accept writes"
        }
        return "move it with slonik: lock set (id = \(id), origin = \(old)); "
            + "move set (id = \(id), old origin = \(old), new origin = \(new)); or correct the file"
    }
}

/// What to do with a node that Slony does not know any more.
func droppedNode(_ number: Int, called name: String) -> String {
    "DROP NODE took '\(name)' out of the cluster, which its own catalog does not know: once no application reaches it, "
        + "with slonik: uninstall node (id = \(number)); then make it anew with STORE NODE, STORE PATH and SUBSCRIBE SET"
}

extension [SlonyRegistrations] {
    /// Whether a node that was read is one that DROP NODE took out of all other catalogs.
    fileprivate func haveLeftBehind(_ node: Int) -> Bool {
        contains { $0.localNode == node } && filter { $0.localNode != node }.haveDropped(node)
    }

    /// Whom others have as a set's origin in the place of a node that was given up, while its own catalog has that node.
    fileprivate func successor(of node: Int, in set: Int) -> Int? {
        compactMap { $0.sets[set]?.origin }.first { other in
            other != node && contains { $0.localNode == other && $0.sets[set]?.origin == node }
        }
    }

    /// The first of these nodes that another node has marked failed.
    fileprivate func givenUp(among nodes: [Int]) -> (node: Int, survivor: Int)? {
        for node in nodes {
            for catalog in self where catalog.nodes[node] == true {
                if let survivor = catalog.localNode, survivor != node { return (node, survivor) }
            }
        }
        return nil
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
