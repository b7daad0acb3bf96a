extension SetRole {
    /// Counts what the tables of a set on one node say of it.
    ///
    /// Partitioned roots hold no rows and are left out; so are tables without any of the engine's triggers, for shares.
    init(_ set: ReplicationSet, _ node: NodeName, _ judged: [TableJudgement], isUnread: Bool) {
        let declared = set.role(of: node)
        guard !isUnread else {
            self.init(
                set: set.name, node: node, declared: declared, observed: .unknown, acceptsWrites: .unknown,
                logsWrites: .unknown, acceptsTruncate: .unknown, tables: [:])
            return
        }
        var counts: [ObservedRole: Int] = [:]
        var (all, accepts, logs, truncates) = (0, 0, 0, 0)
        for index in judged.indices where judged[index].kind != .partitionedTable {
            let (doors, role) = (judged[index].doors, judged[index].role)
            counts[declared == .bystander && role == .missing ? .bystander : role, default: 0] += 1
            guard judged[index].kind != nil else { continue }
            all += 1
            accepts += judged[index].refusesRows ? 0 : 1
            logs += doors?.rows.isLogged ?? false ? 1 : 0
            truncates += judged[index].refusesTruncate ? 0 : 1
        }
        let observed: ObservedRole =
            counts.isEmpty
            ? (declared == .bystander ? .bystander : .missing)
            : counts.count == 1 ? (counts.keys.first ?? .missing) : .mixed
        self.init(
            set: set.name, node: node, declared: declared, observed: observed, acceptsWrites: Share(accepts, of: all),
            logsWrites: Share(logs, of: all), acceptsTruncate: Share(truncates, of: all), tables: counts)
    }
}

extension Share {
    /// A share of a number; none of none.
    init(_ part: Int, of all: Int) { self = part == 0 ? .none : part == all ? .all : .some }
}
