// `polarity.applied` knows a log by its origin's name and a number. Where the origin comes back from an older copy of its
// files, or its log is made anew, the numbers begin again: what was applied of the old log passes for what the new one
// holds, a shipper passes over it, and a drain is proven that was never made.

/// A record of what was applied of an origin's log, beyond what that log has ever held.
public struct OvertakenLog: Hashable, Sendable {
    /// Whose record it is.
    public let node: NodeName
    /// The origin whose log it names.
    public let source: NodeName
    /// How far the record goes.
    public let applied: Int64
    /// How far the log has come.
    public let end: Int64
}

extension ObservedState {
    /// The records of some nodes that name a log of another one and go beyond it, sorted. A log of which nobody could ask
    /// how far it has come is passed over, and so is a row that may stand for another cluster's node.
    public func overtakenLogs(among names: Set<NodeName>) -> [OvertakenLog] {
        names.sorted().flatMap { name -> [OvertakenLog] in
            guard let here = node(name), let applied = here.builtin?.applied else { return [] }
            return names.subtracting([name]).sorted().compactMap { source in
                guard let seq = applied[source], let seen = node(source), let end = seen.builtin?.logEnd, seq > end,
                    !here.hasNamesake(source, of: seen)
                else { return nil }
                return OvertakenLog(node: name, source: source, applied: seq, end: end)
            }
        }
    }

    /// Takes in how far some logs have come since they were read.
    public mutating func logEnds(_ ends: [NodeName: Int64]) {
        for (name, end) in ends {
            guard var seen = node(name) else { continue }
            seen.builtin?.logEnd = end
            nodes[name] = .observed(seen)
        }
    }
}

extension ObservedNode {
    /// Whether another cluster that this node is a member of calls a database other than `seen` by this name.
    fileprivate func hasNamesake(_ name: NodeName, of seen: ObservedNode) -> Bool {
        builtin?.otherMembers.contains { !$0.isHere && $0.node == name && !seen.isRecorded(as: $0) } ?? false
    }
}

extension SetAudit {
    /// What a move would take for a proof, and what a shipper would take for applied.
    mutating func findReplacedLogs(_ observed: ObservedState) {
        guard declared.engine.catalog.keepsLog else { return }
        for log in observed.overtakenLogs(among: judgement.members.subtracting(judgement.unread)) {
            add(
                Finding(
                    .logReplaced, set: set.name, node: log.node,
                    "'\(log.node)' has applied \(log.applied) from '\(log.source)', whose log has come to \(log.end): "
                        + "'\(log.source)' was restored from an older copy, or its log was made anew",
                    next:
                        "stop the shipper and copy the rows anew; then, on '\(log.node)', where that log was when they "
                        + "were copied: UPDATE polarity.applied SET seq = …, snapshot = … WHERE origin = "
                        + "\(literal(log.source.text))",
                    because: declared.node(log.node)?.because ?? set.because))
        }
    }
}
