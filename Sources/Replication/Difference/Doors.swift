/// Whether one table on one node accepts and logs, for rows and for TRUNCATE, read from its triggers alone.
public struct Doors: Hashable, Sendable {
    /// INSERT, UPDATE and DELETE.
    public let rows: DoorState
    /// TRUNCATE.
    public let truncate: DoorState
    /// Whether any trigger of the engine stands on the table.
    public let hasEngineTriggers: Bool

    /// The state of one door.
    public subscript(door: Door) -> DoorState {
        switch door {
        case .rows: rows
        case .truncate: truncate
        }
    }

    /// Judges a table's triggers by those that the engine would put on it, in whatever mode or under whatever name they
    /// stand: logs that have to capture on the origin, denies that have to refuse on a subscriber.
    public init(_ found: [ObservedTrigger], _ desired: [DesiredTrigger]) {
        var rows = DoorState.Count()
        var truncate = DoorState.Count()
        var any = false
        for trigger in desired {
            let firing = found.reduce(into: (same: false, like: false)) { seen, observed in
                let same = trigger.isSameDefinition(as: observed)
                let isNamed = observed.name == trigger.name
                any = any || same || isNamed
                guard observed.mode.firesForApplications else { return }
                seen.same = seen.same || same
                seen.like = seen.like || same || isNamed && !desired.captures(observed)
            }
            switch trigger.purpose.door {
            case .rows: rows.add(trigger, firing.same, firing.like)
            case .truncate: truncate.add(trigger, firing.same, firing.like)
            }
        }
        self.rows = DoorState(rows, of: .rows)
        self.truncate = DoorState(truncate, of: .truncate)
        hasEngineTriggers = any
    }

    /// The role that the row triggers speak. Where the engine has no log at all, what it accepts is not lost by that.
    public var role: ObservedRole {
        switch (hasEngineTriggers, rows.isClosed, rows.isLogged || !rows.isClosed && !rows.canLog) {
        case (false, _, _): .missing
        case (_, true, false): .subscriber
        case (_, true, true): .fenced
        case (_, false, true): .origin
        case (_, false, false): .unlogged
        }
    }
}

extension [DesiredTrigger] {
    /// Whether a trigger is one of the engine's that capture, under whatever name: it refuses nothing.
    fileprivate func captures(_ found: ObservedTrigger) -> Bool {
        contains { !$0.purpose.refuses && $0.isSameDefinition(as: found) }
    }
}

/// One way into a table.
public struct DoorState: Hashable, Sendable {
    /// Whether the engine has a way to close it at all.
    public let canClose: Bool
    /// Whether the engine has a way to log it at all.
    public let canLog: Bool
    /// Whether writes are certainly refused.
    public let isClosed: Bool
    /// Whether writes may be refused, by a trigger of the engine's name that is something else.
    public let mayRefuse: Bool
    /// Whether writes are certainly captured.
    public let isLogged: Bool

    struct Count {
        var deny = 0
        var denyFiring = 0
        var denyLike = 0
        /// What any deny that fires refuses, decisive or not.
        var refused: TriggerEvents = []
        var log = 0
        var logFiring = 0

        mutating func add(_ trigger: DesiredTrigger, _ same: Bool, _ like: Bool) {
            if trigger.purpose.refuses {
                denyLike += like ? 1 : 0
                if same { refused.formUnion(TriggerType(bits: trigger.type).events) }
            }
            guard trigger.isDecisive else { return }
            if trigger.purpose.refuses {
                deny += 1
                denyFiring += same ? 1 : 0
            } else {
                log += 1
                logFiring += same ? 1 : 0
            }
        }
    }

    init(_ count: Count, of door: Door) {
        canClose = count.deny > 0
        canLog = count.log > 0
        isClosed = count.deny > 0 && count.denyFiring == count.deny || count.refused.isSuperset(of: door.events)
        mayRefuse = count.denyLike > 0
        isLogged = count.log > 0 && count.logFiring == count.log
    }
}
