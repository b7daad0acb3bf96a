/// What the tables of one set give away when they are looked at together.
struct SetAudit {
    private(set) var findings: [Finding] = []
    /// Tables that more than one member accepts row changes for.
    private let split: Set<TableName>
    /// Whether the engine is at work on the set, so that nothing may be touched.
    private(set) var holdsEverything = false
    let judgement: SetJudgement
    let set: ReplicationSet
    let declared: DeclaredCluster
    /// The recorded origin, where the file names another one or none: closing it is what was asked for, not drift.
    private let leaving: NodeName?
    /// Tables that are still written there; for others the set is written nowhere.
    private let stillWritten: Set<TableName>

    init(
        _ judgement: SetJudgement, _ judged: [TableJudgement], _ declared: DeclaredCluster, _ observed: ObservedState,
        failover: NodeName?
    ) {
        self.judgement = judgement
        set = judgement.set
        self.declared = declared
        switch judgement.authority.lastOrigin {
        case .node(let last) where last != judgement.set.origin: leaving = last
        case .node, .nowhere, .unknown: leaving = nil
        }
        let written = judged.indices.lazy.filter { [leaving] in
            leaving != nil && judged[$0].desired.node == leaving && judged[$0].doors?.rows.isClosed == false
        }
        stillWritten = Set(written.map { judged[$0].desired.name })
        let splits = Splits(judgement.set, judged)
        split = splits.tables
        findings = splits.findings
        findEngineMove(judged)
        findLackingPartitions(judged, observed)
        findDetachedPartitions(judged, observed)
        findNewcomers(judged, observed)
        if let failover { refuseFailover(failover, judged, observed) }
        compareSurvivors(judged, observed)
        findLeftBehind(judged, observed)
        findSequences(judged)
        findLags(judged, observed)
        findReplacedLogs(observed)
        findLogFaults(observed)
        for index in judged.indices where !hasNothing(judged[index]) {
            if let seen = judged[index].observed { auditTable(judged[index], seen, observed) }
        }
        findOtherClusters(judged, observed)
        let shared = SharedNames(judgement, declared, observed).findings
        findings += shared
        // Where it is written on its origin, doors may still close; one that moves would be shut, and one that is new recorded.
        if let origin = set.origin, judgement.authority.lastOrigin != .node(origin), shared.contains(where: \.blocking)
        {
            holdsEverything = true
        }
    }

    mutating func add(_ finding: Finding) { findings.append(finding) }

    /// The tables that a node refuses writes for: the set's origin has yet to open them. None is copied for the look.
    func closed(on node: NodeName, _ judged: [TableJudgement]) -> [TableName] {
        let places = judged.indices.lazy.filter {
            judged[$0].doors?.rows.isClosed ?? false && judged[$0].desired.node == node
        }
        return places.map { judged[$0].desired.name }
    }

    /// Whether a table has nothing about it that is worth a look: most are so, and are not copied for one.
    private func hasNothing(_ table: TableJudgement) -> Bool {
        table.isQuiet && table.isPlain && !table.hasOtherTriggers && table.desired.role != .bystander
            && !declared.engine.catalog.addsTriggers
    }

    /// Whether a finding says no more than a split of the same table does, or than that the origin moves.
    func explains(_ finding: Finding) -> Bool {
        switch finding.code {
        case .subscriberOpen: finding.table.map(split.contains) ?? false || finding.node == leaving
        case .originClosed: finding.table.map(stillWritten.contains) ?? false
        default: false
        }
    }

    /// Under Bruce an origin moves by more than triggers.
    private mutating func findEngineMove(_ judged: [TableJudgement]) {
        guard declared.engine.daemonMode != nil, let origin = set.origin else { return }
        let closed = Set(closed(on: origin, judged))
        if let lost = judgement.lost, !closed.isEmpty {
            add(
                Finding(
                    .engineMoves, blocking: false, set: set.name, node: origin,
                    "the triggers of set '\(set.name)' move from '\(lost)' to '\(origin)', and what the daemon goes by does not",
                    next: "stop the daemon before; afterwards change yf_cluster.master_node_id, and start it again",
                    because: set.originPosition))
        }
        let elsewhere = judged.first { table in
            closed.contains(table.desired.name) && table.desired.node != origin
                && table.doors?.role == .origin
        }
        guard let elsewhere else { return }
        holdsEverything = true
        findings.append(
            Finding(
                .engineMoves, set: set.name,
                "the file has origin '\(origin)', and \(elsewhere.desired.name) is written on "
                    + "'\(elsewhere.desired.node)'",
                next:
                    "create the deny triggers on '\(elsewhere.desired.node)', wait until the daemon has applied everything "
                    + "on '\(origin)', and stop it; create the log triggers on '\(origin)', then drop its deny triggers; change "
                    + "yf_cluster.master_node_id, record slavesnapshotstatus on '\(elsewhere.desired.node)', drop the log "
                    + "triggers there, start the daemon",
                because: set.originPosition))
    }

    /// A partition that the last origin has open, or where none is known whoever is one, and that the new one does not
    /// have would be written nowhere.
    private mutating func findLackingPartitions(_ judged: [TableJudgement], _ observed: ObservedState) {
        guard let origin = set.origin, let node = observed.node(origin) else { return }
        let isUnknown = judgement.authority.lastOrigin == .unknown
        let lacking = judged.indices.filter { index in
            guard let doors = judged[index].doors, !doors.rows.isClosed else { return false }
            let here = judged[index].desired.node
            return (here == leaving || isUnknown && here != origin && doors.role == .origin)
                && judged[index].observed?.partitionOf != nil && node.tables[judged[index].desired.name] == nil
        }
        guard !lacking.isEmpty else { return }
        // What the file names is missing by itself.
        let judgedThere = Set(judged.lazy.filter { $0.desired.node == origin }.map(\.desired.name))
        for table in lacking.map({ judged[$0].desired }) where !judgedThere.contains(table.name) {
            findings.append(
                Finding(
                    .tableMissing, set: set.name, node: origin, table: table.name,
                    "\(table.name), a partition that '\(table.node)' accepts writes for, does not exist on '\(origin)'",
                    next: "create the partition on '\(origin)'", because: table.because))
        }
    }

    /// A new origin whose sequences are behind would hand out keys that exist already. The last origin, repaired, would
    /// not: it is the one that handed them out. One that is to be put ahead has to have room for that.
    private mutating func findSequences(_ judged: [TableJudgement]) {
        let policy = declared.policy.sequences
        for (table, lag) in sequenceLags(judgement, judged, by: policy) where policy == .check || lag.end != nil {
            findings.append(
                Finding(
                    .sequenceBehind, set: set.name, node: lag.node, table: table, lag.description, next: lag.next,
                    because: set.originPosition))
        }
    }

    /// Looked at before anything is closed: a set that moves is shut until its drain is proven.
    private mutating func findLags(_ judged: [TableJudgement], _ observed: ObservedState) {
        guard declared.engine.catalog.keepsLog, let origin = set.origin else { return }
        let opening = closed(on: origin, judged)
        guard !opening.isEmpty else { return }
        let members = judgement.members(ofAny: opening)
        for lag in drainLags(set.name, opening: opening, among: members, observed) where lag.source != origin {
            let what =
                lag.applied.map { "has applied \($0) of \(lag.logged) from '\(lag.source)'" }
                ?? "has no row in polarity.applied for '\(lag.source)', whose log holds changes"
            findings.append(
                Finding(
                    lag.applied == nil ? .drainUnproven : .drainPending, blocking: false, set: set.name, node: lag.node,
                    "set '\(set.name)' moves, and '\(lag.node)' \(what)", because: set.originPosition))
        }
    }

    private mutating func auditTable(_ table: TableJudgement, _ seen: ObservedTable, _ observed: ObservedState) {
        let desired = table.desired
        guard desired.role != .bystander else {
            auditBystander(table)
            return
        }
        if seen.persistence == .unlogged {
            find(.unloggedTable, table, "\(desired.name) on '\(desired.node)' is UNLOGGED")
        }
        if !seen.hasPrimaryKey && seen.kind == .table && desired.role == .origin
            && !declared.engine.catalog.takesAnyUniqueIndex
        {
            find(.noPrimaryKey, table, blocking: false, "\(desired.name) on '\(desired.node)' has no primary key")
        }
        for child in seen.inheritanceChildren where !declares(child, on: desired.node, observed) {
            find(.inheritanceChild, table, "\(child) inherits from \(desired.name) on '\(desired.node)'")
        }
        for rule in seen.rules
        where rule.isInstead && rule.mode.firesForApplications
            && !desired.declared.rules.contains(where: { $0.name == rule.name })
        {
            find(.insteadRule, table, "rule \(rule.name.shown) on \(desired.name) on '\(desired.node)' replaces writes")
        }
        if seen.isLogicalTarget && desired.role == .origin {
            find(.logicalTarget, table, "\(desired.name) on '\(desired.node)' is written by a native subscription")
        }
        auditOrder(table, seen)
        auditStrangers(table, seen)
        auditRenamed(table, seen)
        auditOthers(table, seen, observed)
    }

    /// Whether the file declares a table that a node has, in whatever set; what it does not name is not read.
    private func declares(_ table: TableName, on node: NodeName, _ observed: ObservedState) -> Bool {
        observed.node(node)?.tables[table] != nil
            && declared.sets.contains { set in
                set.tables.contains { $0.name == table } || set.patterns.contains { $0.matches(table) }
            }
    }

    private mutating func auditBystander(_ table: TableJudgement) {
        guard table.observed?.kind == .table, declared.engine.templates.contains(where: { $0.purpose == .deny }),
            !(table.doors?.rows.isClosed ?? false)
        else { return }
        let (name, node) = (table.desired.name, table.desired.node)
        let wasMember = judgement.members(of: name).contains(node)
        if wasMember, table.doors?.rows.isLogged ?? false || !judgement.hasLeft(node, name) {
            find(
                .unprotectedBystander, table, blocking: true,
                "\(name) on '\(node)', which was a member of set '\(set.name)' and is no more, accepts writes that were "
                    + "the set's",
                next: "name '\(node)' as a subscriber until it is closed, then take it out of the set")
        } else {
            find(.unprotectedBystander, table, "\(name) on bystander '\(node)' accepts writes")
        }
    }

    /// Triggers of the engine's own making that stand for something else: a lock in progress, another cluster.
    private mutating func auditOthers(_ table: TableJudgement, _ seen: ObservedTable, _ observed: ObservedState) {
        guard declared.engine.catalog.addsTriggers else { return }
        let schema = declared.engine.slonySchema
        for trigger in seen.triggers {
            if declared.engine.isLockOfSet(trigger) {
                holdsEverything = true
                findLockedSet(trigger.name, table, observed)
            } else if trigger.function.name == "logtrigger", trigger.function.schema != schema,
                trigger.mode.firesForApplications, table.desired.role == .origin
            {
                find(
                    .otherCluster, table, trigger: trigger.name,
                    "\(trigger.name.shown) on \(table.desired.name) on '\(table.desired.node)' logs for another cluster"
                )
            } else if declared.engine.isDenyOfOtherCluster(trigger), trigger.mode.firesForApplications,
                table.desired.role == .origin
            {
                find(
                    .originClosed, table, trigger: trigger.name,
                    "\(table.desired.name) on its origin '\(table.desired.node)' refuses writes: by \(trigger.name.shown) it "
                        + "is a subscriber's table in another Slony cluster",
                    next: "take the table out of one of the two clusters with slonik: SET DROP TABLE")
            }
        }
    }

    /// LOCK SET marks the set and makes its triggers in one transaction: a trigger without the mark is a remnant.
    private mutating func findLockedSet(_ trigger: TriggerName, _ table: TableJudgement, _ observed: ObservedState) {
        let (name, node) = (table.desired.name, table.desired.node)
        let stands = "\(trigger.shown) stands on \(name) on '\(node)'"
        let seen = slonySetID(set, declared, observed).flatMap { observed.node(node)?.slony?.sets[$0] }
        if seen?.isLocked ?? true {
            find(.setBusy, table, trigger: trigger, "\(stands): LOCK SET is under way, or was abandoned")
        } else {
            find(
                .lockAbandoned, table, trigger: trigger, "\(stands), and Slony does not have the set as locked there",
                next: "once no slonik is at work, on '\(node)': DROP TRIGGER \(trigger.quoted) ON \(name.quoted)")
        }
    }

    /// Tables that the schema `polarity` records as another cluster's: two clusters would open two nodes, each by itself
    /// right, for neither run is kept out by the other's lock.
    private mutating func findOtherClusters(_ judged: [TableJudgement], _ observed: ObservedState) {
        guard declared.nodes.contains(where: { observed.node($0.name)?.builtin?.otherClusters.isEmpty == false })
        else { return }
        for table in judged where table.desired.role != .bystander {
            let name = table.desired.name
            guard let other = observed.node(table.desired.node)?.builtin?.otherClusters[name] else { continue }
            holdsEverything = true
            find(
                .tableOfOtherCluster, table,
                "\(name) on '\(table.desired.node)' belongs to cluster '\(other)'",
                next: "take it out of one of the two files and apply that one first; a cluster that is no more is "
                    + "forgotten by DELETE FROM polarity.node WHERE cluster = \(literal(other))")
        }
    }

    mutating func find(
        _ code: FindingCode, _ table: TableJudgement, blocking: Bool? = nil, trigger: TriggerName? = nil,
        _ message: String, next: String? = nil
    ) {
        findings.append(
            Finding(
                code, blocking: blocking, set: set.name, node: table.desired.node, table: table.desired.name,
                trigger: trigger, message, next: next, because: table.desired.because))
    }
}

extension Engine {
    /// Whether a deny trigger's presence is itself the subscription, as Bruce's is: it goes by function, and the origin
    /// has none.
    var presenceIsSubscription: Bool {
        templates.contains { $0.purpose == .deny && $0.match == .function && $0.origin == nil }
    }
}
