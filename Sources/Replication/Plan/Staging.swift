/// In which stage each change of one table on one node stands, and what it does to the doors.
///
/// One question decides: does it let writes in where they were refused? What does, waits for `open`. Creating never does;
/// drops and renames, which take the strongest lock, wait for `tidy` unless they are what opens.
///
/// A class, so that the many copies of a planned table copy one reference.
final class Staging {
    let desired: DesiredTable
    let observed: ObservedTable
    let judgement: SetJudgement
    let before: Doors
    /// Whether rows are refused, or no longer, by a trigger that comes or goes with the partitioned table above. Then the
    /// log must work before the door opens and until it is shut, in whatever order the two get their locks.
    let turnsWithRoot: Bool
    private(set) var parts: [StageName: [Change]] = [:]

    init(_ changes: [Change], _ desired: DesiredTable, _ observed: ObservedTable, _ judgement: SetJudgement) {
        self.desired = desired
        self.observed = observed
        self.judgement = judgement
        before = Doors(observed.triggers, desired.triggers ?? [])
        let isOwn = changes.contains { $0.purpose == .deny }
        turnsWithRoot =
            observed.partitionOf != nil
            && (observed.hasSurplusDeny(desired) || !isOwn && observed.lacksOrKeepsDeny(desired))
        for change in changes { parts[stage(of: change), default: []].append(change) }
    }

    /// Whether the changes let writes in through a door that refuses them, or may.
    func opens(_ door: Door) -> Bool {
        guard before[door].mayRefuse else { return false }
        let denies = (desired.triggers ?? []).filter { $0.purpose.door == door && $0.purpose.refuses }
        return !denies.contains { $0.mode?.firesForApplications ?? false }
    }

    /// Whether any door opens.
    var opensAny: Bool { Door.allCases.contains { opens($0) } }

    /// Whether the changes before `open` close a door that accepts writes.
    var closesAny: Bool {
        Door.allCases.contains { door in
            let denies = (desired.triggers ?? []).filter {
                $0.purpose.door == door && $0.purpose.refuses && $0.isDecisive
            }
            return before[door].canClose && !before[door].isClosed
                && denies.allSatisfy { $0.mode?.firesForApplications ?? false }
        }
    }

    /// Whether rows that are accepted, and that the engine has no way to refuse, are no longer logged.
    var stopsLog: Bool {
        let logs = (desired.triggers ?? []).filter { $0.purpose == .log && $0.isDecisive }
        return desired.role != .origin && before.rows.isLogged && !before.rows.canClose
            && !logs.allSatisfy { $0.mode?.firesForApplications ?? false }
    }

    private func stage(of change: Change) -> StageName {
        switch change.action {
        case .install, .create: .protect
        case .rename, .setRuleMode: .tidy
        case .drop(let trigger):
            if let purpose = change.purpose, purpose.refuses, trigger.mode.firesForApplications, opens(purpose.door) {
                .open
            } else {
                .tidy
            }
        case .setMode(_, _, let mode) where turnsWithRoot && change.purpose == .log:
            mode.firesForApplications ? .protect : .tidy
        // Nothing shuts such a door: what passes meanwhile is logged until the new origin logs.
        case .setMode(_, _, let mode) where stopsLog && change.purpose == .log && !mode.firesForApplications: .tidy
        case .replace(let found, let trigger):
            opens(trigger.purpose.door) || refused(by: found).contains(where: opens) ? .open : .protect
        case .setMode:
            if let purpose = change.purpose {
                opens(purpose.door) ? .open : .protect
            } else {
                opensAny ? .open : .protect
            }
        }
    }

    /// The doors that a trigger shuts, whatever its name.
    private func refused(by found: ObservedTrigger) -> [Door] {
        (desired.triggers ?? []).filter { $0.purpose.refuses && $0.isSameDefinition(as: found) }.map(\.purpose.door)
    }
}

extension ObservedTable {
    /// Whether a clone refuses rows that is none of the engine's, by its name, and goes when the root's is dropped.
    fileprivate func hasSurplusDeny(_ desired: DesiredTable) -> Bool {
        let denies = (desired.triggers ?? []).filter { $0.purpose == .deny }
        return triggers.contains { clone in
            clone.isClone && clone.mode.firesForApplications
                && denies.contains { $0.isSameDefinition(as: clone) && $0.name != clone.name }
        }
    }

    /// Whether a trigger that refuses rows should stand here, or fire, and does not, or the other way round.
    fileprivate func lacksOrKeepsDeny(_ desired: DesiredTable) -> Bool {
        (desired.triggers ?? []).contains { deny in
            guard deny.purpose == .deny else { return false }
            let same = triggers.filter(deny.isSameDefinition)
            return same.isEmpty != (deny.mode == nil)
                || same.contains(where: \.mode.firesForApplications) != (deny.mode?.firesForApplications ?? false)
        }
    }
}
