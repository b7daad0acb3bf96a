/// One table on one node, judged by itself.
///
/// An object, since thousands of them are looked at again and again. What is desired and what was observed is looked at
/// where it lies: a copy of both for each would be five times as much as the rest.
final class TableJudgement {
    private let desiredTables: [DesiredTable]
    private let place: Int
    private let observedTables: [TableName: ObservedTable]
    /// The sort of what was found, which is asked for often; `nil` where the table does not exist.
    let kind: RelationKind?
    /// Whether it does not exist, or is a permanent table with a primary key that only triggers set apart from others.
    let isPlain: Bool
    /// The doors as they stand; `nil` where the table does not exist or its triggers are not known.
    let doors: Doors?
    private(set) var changes: [Change] = []
    private(set) var findings: [Finding] = []
    /// Whether more triggers stand on the table than those the engine wants there.
    private(set) var hasOtherTriggers = false
    /// Whether any of the engine's triggers stands on it, or the node has it on record: it is not new.
    private(set) var isKnown = false

    /// Whether a trigger of LOCK SET refuses rows. It can be gone the next moment: no plan may rely on it.
    private(set) var isLocked = false

    /// Whether its node is a standby, which refuses everything, whatever the triggers would do. It may be promoted the next
    /// moment: no plan may rely on it.
    let isOnStandby: Bool

    var desired: DesiredTable { desiredTables[place] }
    /// `nil` where the table does not exist.
    var observed: ObservedTable? { observedTables[desired.name] }
    /// Whether rows are refused now.
    var refusesRows: Bool { isOnStandby || isLocked || doors?.rows.isClosed ?? false }
    /// Whether TRUNCATE is refused now.
    var refusesTruncate: Bool { isOnStandby || doors?.truncate.isClosed ?? false }
    /// The role that the row triggers speak, that of LOCK SET among them.
    var role: ObservedRole {
        switch doors?.role {
        case .origin where isLocked: .fenced
        case .unlogged where isLocked: .subscriber
        case let role?: role
        case nil: .missing
        }
    }
    /// Whether something stands against changing this table here.
    var isBlocked: Bool { findings.contains(where: \.blocking) }
    /// Whether there is nothing to mend and nothing to say.
    var isQuiet: Bool { changes.isEmpty && findings.isEmpty }
    /// Whether something is to be changed here.
    var isTouched: Bool { !changes.isEmpty }

    /// What is the same for thousands of tables is borrowed: an initializer would have a copy made for each.
    ///
    /// - Parameters:
    ///   - tables: All that are desired; `place` is this one's.
    ///   - families: The partitioned tables of the node.
    ///   - slonySet: Slony's number of the set, where the engine is Slony and it is known.
    ///   - precedent: What the table judged before this one on the node was like; becomes what this one is like.
    ///   - listed: The OIDs by which Slony lists tables on the node, by name; found out where first asked for.
    init(
        _ tables: borrowing [DesiredTable], _ place: Int, _ node: borrowing ObservedNode,
        _ declared: borrowing DeclaredCluster, _ families: borrowing PartitionFamilies, slonySet: Int?,
        _ precedent: inout Precedent?, _ listed: inout [TableName: UInt32]?
    ) {
        desiredTables = copy tables
        self.place = place
        observedTables = node.tables
        isOnStandby = node.identity.inRecovery
        let observed = node.tables[tables[place].name]
        kind = observed?.kind
        isPlain = observed?.isPlain ?? true
        guard let observed else {
            doors = nil
            if desired.role != .bystander {
                find(.tableMissing, "\(desired.name) does not exist on node '\(desired.node)'")
            }
            return
        }
        let (wanted, triggers) = (tables[place].triggers, observed.triggers)
        var alike = precedent.flatMap { $0.isLike(wanted, triggers) ? $0 : nil } ?? Precedent(wanted, triggers)
        doors = alike.doors
        hasOtherTriggers = alike.hasOtherTriggers
        isLocked = declared.engine.locks(on: observed).contains(where: \.firesForApplications)
        isKnown =
            doors?.hasEngineTriggers ?? false || node.builtin?.wasGivenTriggers(desired.name, desired.set) ?? false
        defer { precedent = alike }
        guard isUsable(observed, families, declared), isRegistered(observed, node, declared, slonySet, &listed) else {
            return
        }
        if !alike.isInSync || !families.isEmpty || !desired.declared.hasNothingOfItsOwn {
            compare(observed, families, declared.engine.catalog)
            alike.isInSync = isQuiet
        }
        judgeDoors(observed, declared.engine.catalog)
        judgeFunctions(node, declared)
    }

    private func compare(_ observed: ObservedTable, _ families: PartitionFamilies, _ catalog: EngineCatalog) {
        let partitions = Partitions(of: observed, in: families, desired)
        let comparison = TableComparison(desired, observed, partitions, catalog)
        findings += comparison.findings + partitions.findings
        changes = comparison.changes
    }

    private func isUsable(
        _ observed: ObservedTable, _ families: borrowing PartitionFamilies, _ declared: DeclaredCluster
    ) -> Bool {
        let what: String
        switch observed.kind {
        case .table where observed.persistence == .temporary: what = "a temporary table"
        case .table where observed.partitionOf != nil && declared.engine.isPassedThroughRoots:
            // Where its root is judged, too, that says enough.
            if families.root(of: desired.name) == nil { findPassedThroughRoot("a partition") }
            return false
        case .table: return true
        case .partitionedTable where !declared.engine.catalog.takesPartitionedTables:
            what = "a partitioned table, which Slony cannot hold: list the partitions"
        case .partitionedTable where declared.engine.isPassedThroughRoots:
            findPassedThroughRoot("a partitioned table")
            return false
        case .partitionedTable: return true
        case .view: what = "a view"
        case .materializedView: what = "a materialized view"
        case .foreignTable: what = "a foreign table"
        case .sequence: what = "a sequence"
        case .other: what = "no table"
        }
        if desired.role != .bystander { find(.wrongRelationKind, "\(desired.name) on '\(desired.node)' is \(what)") }
        return false
    }

    private func findPassedThroughRoot(_ what: String) {
        guard desired.role != .bystander else { return }
        find(
            .wrongRelationKind,
            "\(desired.name) on '\(desired.node)' is \(what), and the engine's deny trigger fires once for a statement: "
                + "a write through a partitioned table fires that of no partition",
            next: "deny with a trigger for each row")
    }

    /// A table without any of the engine's triggers is new, and no alarm, unless it is on record, or in the engine's catalog.
    /// On a standby nothing is open, and nothing else is to be said than that it is one.
    private func judgeDoors(_ observed: ObservedTable, _ catalog: EngineCatalog) {
        guard let doors, isKnown || catalog.listsTables, kind != .partitionedTable, !isOnStandby else { return }
        // A stale key mask captures every change, wrongly: that is found already.
        let isStale = findings.contains { finding in
            let trigger = finding.code == .staleKeyMask ? finding.trigger.flatMap { observed.trigger($0) } : nil
            return trigger?.mode.firesForApplications ?? false
        }
        switch desired.role {
        case .origin where isStale && !doors.rows.isClosed: break
        case .origin where !refusesRows && !doors.rows.isLogged && doors.rows.canLog:
            find(
                .originUnlogged,
                "\(desired.name) on its origin '\(desired.node)' accepts writes that are not logged: changes are lost now"
            )
        case .origin where doors.rows.isClosed:
            find(.originClosed, "\(desired.name) on its origin '\(desired.node)' refuses writes")
        case .origin where !doors.truncate.isClosed && !doors.truncate.isLogged && doors.truncate.canLog:
            find(
                .originUnlogged,
                "\(desired.name) on its origin '\(desired.node)' accepts TRUNCATE that is not logged: it is lost now")
        case .origin where doors.truncate.isClosed && !refusesTruncateEverywhere:
            find(.originClosed, "\(desired.name) on its origin '\(desired.node)' refuses TRUNCATE")
        case .origin: break
        case .subscriber where doors.rows.canClose && !refusesRows:
            let unlogged = doors.rows.isLogged ? "" : " that are not logged"
            find(.subscriberOpen, "\(desired.name) on subscriber '\(desired.node)' accepts writes\(unlogged)")
        case .subscriber where doors.truncate.canClose && !doors.truncate.isClosed:
            find(.subscriberOpen, "\(desired.name) on subscriber '\(desired.node)' accepts TRUNCATE")
        case .subscriber: break
        case .bystander: break
        }
    }

    /// Whether the engine wants TRUNCATE refused on this node, whatever its role, as one that cannot log it may.
    private var refusesTruncateEverywhere: Bool {
        desired.triggers?.contains { $0.purpose == .truncateDeny && $0.mode?.firesForApplications ?? false } ?? false
    }

    private func judgeFunctions(_ node: ObservedNode, _ declared: DeclaredCluster) {
        guard !changes.isEmpty else { return }
        if declared.engine.catalog.listsTables {
            for case .create(let trigger) in changes.map(\.action) {
                find(
                    .triggerMissing, trigger: trigger.name,
                    "\(trigger.name.shown) is missing on \(desired.name) on '\(desired.node)'")
            }
        }
        for trigger in changes.compactMap(\.created) where !node.provides(trigger.function, to: declared.engine) {
            find(
                .functionMissing,
                "\(desired.name) on '\(desired.node)' needs \(trigger.function)(), which does not exist there")
        }
    }

    func find(_ code: FindingCode, trigger: TriggerName? = nil, _ message: String, next: String? = nil) {
        findings.append(
            Finding(
                code, set: desired.set, node: desired.node, table: desired.name, trigger: trigger, message, next: next,
                because: desired.because))
    }
}

/// What a table with certain triggers is like where others are desired. Most tables of a set are alike, and what was
/// found out about one need not be found out again.
struct Precedent {
    private let observed: [ObservedTrigger]
    private let desired: [DesiredTrigger]?
    /// `nil` where the desired triggers are not known.
    let doors: Doors?
    /// Whether more triggers stand there than the engine wants.
    let hasOtherTriggers: Bool
    /// Whether the triggers are known to be as desired; partitions and what the file says of a table's own are another
    /// matter.
    var isInSync = false

    init(_ desired: [DesiredTrigger]?, _ observed: [ObservedTrigger]) {
        self.observed = observed
        self.desired = desired
        doors = desired.map { Doors(observed, $0) }
        hasOtherTriggers = desired.map { $0.count { $0.mode != nil } < observed.count } ?? false
    }

    /// Whether a table has the same triggers, and should have the same.
    func isLike(_ desired: [DesiredTrigger]?, _ observed: [ObservedTrigger]) -> Bool {
        self.observed == observed && self.desired == desired
    }
}

extension ObservedTable {
    fileprivate var isPlain: Bool {
        persistence == .permanent && hasPrimaryKey && inheritanceChildren.isEmpty && rules.isEmpty && !isLogicalTarget
    }
}

extension BuiltinRegistrations {
    /// Whether a table is on record in a set that has been opened: not only recorded ahead of its first triggers.
    fileprivate func wasGivenTriggers(_ table: TableName, _ set: SetName) -> Bool {
        tables[table] == set && recorded.sets[set]?.origin != nil
    }
}

extension DeclaredTable {
    /// Whether the file says nothing about the table's own triggers and rules.
    fileprivate var hasNothingOfItsOwn: Bool { triggers.isEmpty && rules.isEmpty && inherited.isEmpty }
}

extension ObservedNode {
    /// Whether a trigger can call a function when it is made: what stands in the schema of the builtin engine is installed
    /// before.
    func provides(_ function: FunctionName, to engine: Engine) -> Bool {
        functions.contains(function) || engine.catalog.keepsLog && function.schema == engine.schema
    }
}

extension Change {
    /// The trigger that the change creates anew.
    var created: DesiredTrigger? {
        switch action {
        case .create(let trigger), .replace(_, let trigger): trigger
        case .install, .setMode, .setRuleMode, .rename, .drop: nil
        }
    }
}
