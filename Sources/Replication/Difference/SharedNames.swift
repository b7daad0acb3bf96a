/// Nodes of one set that have the name of another cluster's node, which is another database.
///
/// `polarity.applied` knows an origin by its name alone: on a node that is a member of both, one row stands for two logs,
/// a drain is proven by the wrong one's number, and a shipper passes over what it takes for applied.
struct SharedNames {
    private(set) var findings: [Finding] = []
    private let set: ReplicationSet
    private let declared: DeclaredCluster

    init(_ judgement: SetJudgement, _ declared: DeclaredCluster, _ observed: ObservedState) {
        set = judgement.set
        self.declared = declared
        // The lost origin is no member while it is out of reach, and its row is what the survivors are measured by.
        let names = judgement.members.union(judgement.lost.map { [$0] } ?? [])
        for node in judgement.members.sorted() {
            guard let here = observed.node(node)?.builtin else { continue }
            for other in here.otherMembers.sorted()
            where !other.isHere && other.node != node && names.contains(other.node) {
                if let seen = observed.node(other.node) {
                    guard seen.isKnown, !seen.isRecorded(as: other) else { continue }
                    find(other, on: node, blocking: here.applied[other.node] != nil)
                } else if other.node == judgement.lost {
                    find(other, on: node, blocking: false)
                }
            }
        }
    }

    /// Before there is a row in `polarity.applied`, the other cluster's first apply may be about to record the very node.
    private mutating func find(_ other: OtherMember, on node: NodeName, blocking: Bool) {
        findings.append(
            Finding(
                .nodeNameShared, blocking: blocking, set: set.name, node: node,
                "cluster '\(other.cluster)', which '\(node)' is a member of, too, has a '\(other.node)' of its own: "
                    + "polarity.applied on '\(node)' has one row for both",
                next:
                    "rename '\(other.node)' in one of the two files, and name its row in polarity.applied alike; what was "
                    + "applied under the old name is first forgotten on every node of that file, here by DELETE FROM "
                    + "polarity.node WHERE cluster = \(literal(declared.name))",
                because: declared.node(other.node)?.because ?? set.because))
    }
}

extension ObservedNode {
    /// Whether all that the schema `polarity` has on record here could be read.
    fileprivate var isKnown: Bool { rights.engineSchema.map { $0.isReadable && $0.isComplete } ?? true }

    /// Whether this is the database that a cluster's record elsewhere means.
    func isRecorded(as other: OtherMember) -> Bool {
        builtin?.otherMembers.contains(OtherMember(cluster: other.cluster, node: other.node, isHere: true)) ?? false
    }
}
