/// Desired minus observed for one table on one node: what apply can mend, and what the definitions give away.
///
/// A trigger is known by its whole tuple. The engine's name with another tuple is an impostor; the tuple under another
/// name is misnamed where the engine goes by name, accepted where it goes by function; a second one is a duplicate. What
/// stands under another template's name is neither: that template's own takes its place.
struct TableComparison {
    let desired: DesiredTable
    let observed: ObservedTable
    private let partitions: Partitions
    private let catalog: EngineCatalog
    private(set) var changes: [Change] = []
    private(set) var findings: [Finding] = []

    init(_ desired: DesiredTable, _ observed: ObservedTable, _ partitions: Partitions, _ catalog: EngineCatalog) {
        self.desired = desired
        self.observed = observed
        self.partitions = partitions
        self.catalog = catalog
        let triggers = (desired.triggers ?? []).filter { !partitions.skipped.contains($0.name) }
        let claims = NameClaims(triggers.filter(\.hasKnownArguments), on: observed)
        for trigger in triggers {
            if trigger.hasKnownArguments { compare(trigger, claims) } else { compareMode(trigger) }
        }
        for own in desired.declared.triggers { compareOwn(own) }
        for own in desired.declared.inherited { compareClone(of: own) }
        for own in desired.declared.rules { compareRule(own) }
    }

    private mutating func compare(_ trigger: DesiredTrigger, _ claims: NameClaims) {
        let named = observed.trigger(trigger.name)
        let exact = named.flatMap { trigger.isSameDefinition(as: $0) ? $0 : nil }
        if let exact, exact.mode == trigger.mode, isAlone(exact, trigger) { return }
        let same = claims.like(trigger, in: observed)
        let others = same.filter { $0.name != trigger.name }
        dropSuperseded(by: trigger)
        guard let mode = trigger.mode else {
            for surplus in same { drop(surplus, of: trigger) }
            return
        }
        // The root gives this partition another, and takes what else it has of the kind away.
        if partitions.replaced.contains(trigger.name) { return }
        // A clone cannot go or be renamed by itself, so it is the one that stays: of two the one that stays on the root.
        let clone = partitions.hasRoot ? ([exact].compactMap { $0 } + same).first(where: \.isClone) : nil
        if let clone {
            setMode(of: clone, to: mode, trigger)
            dropDuplicates(same.filter { $0.name != clone.name }, of: trigger)
        } else if let exact {
            setMode(of: exact, to: mode, trigger)
            dropDuplicates(others, of: trigger)
        } else if let named, trigger.match == .tuple || others.isEmpty {
            replace(named, by: trigger)
            dropDuplicates(others, of: trigger)
        } else if let other = others.first {
            // Its mode is set under the name that it was found with.
            setMode(of: other, to: mode, trigger)
            if trigger.match == .tuple { rename(other, to: trigger) }
            dropDuplicates(Array(others.dropFirst()), of: trigger)
        } else if !partitions.cloned.contains(trigger.name) {
            add(.create(trigger), trigger.purpose)
        }
    }

    /// Where an argument is not known, as without the index that it follows from, the trigger stays, in its own mode.
    private mutating func compareMode(_ trigger: DesiredTrigger) {
        guard let mode = trigger.mode, let found = observed.trigger(trigger.name),
            trigger.isSameDefinition(as: found), found.arguments.texts.starts(with: trigger.arguments.texts)
        else { return }
        setMode(of: found, to: mode, trigger)
    }

    /// Whether no other trigger is the like of one, and no root gives this partition another: then its mode is all that
    /// counts.
    private func isAlone(_ found: ObservedTrigger, _ trigger: DesiredTrigger) -> Bool {
        !partitions.hasRoot
            && !observed.triggers.contains { $0.name != found.name && trigger.isSameDefinition(as: $0) }
    }

    private mutating func setMode(of found: ObservedTrigger, to mode: FiringMode, _ trigger: DesiredTrigger) {
        guard found.mode != mode else { return }
        add(.setMode(found.name, from: found.mode, to: mode), trigger.purpose)
        if trigger.purpose.refuses, found.mode == .replica, desired.role == .subscriber {
            find(
                .denyModeReplica, found.name,
                "\(found.name.shown) on \(observed.name) fires for the replication daemon only: applications may write")
        } else if trigger.purpose == .truncateDeny, found.mode == .always, catalog.replaysTruncate {
            find(
                .truncateDenyAlways, found.name,
                "\(found.name.shown) on \(observed.name) refuses the TRUNCATE that Slony replays: the subscriber stops "
                    + "applying")
        } else if found.mode == .always || found.mode == .replica {
            find(
                .inappropriateMode, found.name,
                "\(found.name.shown) on \(observed.name) is in mode \(found.mode.rawValue), not \(mode.rawValue)")
        }
    }

    private mutating func replace(_ found: ObservedTrigger, by trigger: DesiredTrigger) {
        if found.isClone {
            find(
                .cloneDiffers, found.name,
                "\(found.name.shown) on \(observed.name) is a copy of its parent's trigger and not the engine's")
            return
        }
        guard keepsClones(found, trigger) else {
            find(
                .cloneDiffers, found.name,
                "\(found.name.shown) on \(observed.name), \(found.definition), stands where the engine's other one "
                    + "should, and the partitions have copies of one of the two alone")
            return
        }
        add(.replace(found, trigger), trigger.purpose)
        if differsInKeyMaskAlone(found, trigger) {
            find(
                .staleKeyMask, found.name,
                "\(found.name.shown) on \(observed.name) has key mask '\(found.arguments.texts[2])', and the columns "
                    + "make it '\(trigger.arguments.texts[2])': replayed changes hit the wrong rows")
        } else {
            find(
                .impostor, found.name,
                "\(found.name.shown) on \(observed.name) is \(found.definition), not \(trigger.definition)")
        }
    }

    /// Whether the partitions' copies of one trigger are replaced with it: those for statements have none.
    private func keepsClones(_ found: ObservedTrigger, _ trigger: DesiredTrigger) -> Bool {
        observed.kind != .partitionedTable
            || found.isForRows == (TriggerType(bits: trigger.type).level == .row)
    }

    /// Slony's third argument (ENGINES.md, A.4).
    private func differsInKeyMaskAlone(_ found: ObservedTrigger, _ trigger: DesiredTrigger) -> Bool {
        let (old, new) = (found.arguments.texts, trigger.arguments.texts)
        return old.count == 3 && new.count == 3 && old[..<2] == new[..<2] && found.type == trigger.type
            && found.function == trigger.function && found.columns.isEmpty && !found.hasCondition
    }

    private mutating func rename(_ found: ObservedTrigger, to trigger: DesiredTrigger) {
        if found.isClone {
            find(
                .cloneDiffers, found.name, "\(found.name.shown) on \(observed.name) is named after its parent's trigger"
            )
            return
        }
        add(.rename(found.name, to: trigger.name), trigger.purpose)
        find(
            .misnamed, found.name,
            "\(found.name.shown) on \(observed.name) is the engine's trigger under another name than "
                + trigger.name.shown)
    }

    private mutating func dropDuplicates(_ surplus: [ObservedTrigger], of trigger: DesiredTrigger) {
        for found in surplus {
            drop(found, of: trigger)
            guard !trigger.purpose.refuses else { continue }
            find(
                .duplicateLog, found.name,
                "\(found.name.shown) on \(observed.name) captures again what \(trigger.name.shown) captures")
        }
    }

    /// What a partition had for itself before its root gave it the like: the two would do the same twice.
    private mutating func dropSuperseded(by trigger: DesiredTrigger) {
        guard let own = partitions.superseded[trigger.name], own.arguments != trigger.arguments else { return }
        let standing = observed.triggers.filter { !$0.isClone && own.isSameDefinition(as: $0) }
        dropDuplicates(standing, of: trigger)
    }

    /// A partition's clone cannot be dropped by itself: it goes with its root's trigger.
    private mutating func drop(_ surplus: ObservedTrigger, of trigger: DesiredTrigger) {
        guard surplus.isClone else {
            add(.drop(surplus), trigger.purpose)
            return
        }
        if !partitions.hasRoot {
            find(
                .cloneDiffers, surplus.name,
                "\(surplus.name.shown) on \(observed.name) is a copy of its parent's trigger, and is to go")
        }
    }

    private mutating func compareOwn(_ own: OwnObject) {
        guard let mode = own.modes[desired.role] else { return }
        let found = observed.trigger(own.name)
        guard !isEngines(own, found) else {
            find(
                .nameCollision, own.name,
                "the file declares \(own.name.shown) on \(observed.name) as the user's own, and it is the engine's",
                because: own.because)
            return
        }
        guard let found else {
            find(
                .ownTriggerMissing, own.name,
                "\(observed.name) on '\(desired.node)' has no trigger \(own.name.shown)", because: own.because)
            return
        }
        if found.mode != mode {
            add(.setMode(own.name, from: found.mode, to: mode), nil, because: own.because)
        }
    }

    /// Whether it exists and is the user's own is found out on the table that has it.
    private mutating func compareClone(of own: OwnObject) {
        guard let clone = observed.trigger(own.name), clone.isClone, !isEngines(own, clone) else { return }
        compareOwn(own)
    }

    /// Whether what the file calls the user's own is the engine's, by its name or by what stands under that.
    private func isEngines(_ own: OwnObject, _ found: ObservedTrigger?) -> Bool {
        desired.triggers?.contains { trigger in
            trigger.name == own.name || found.map { trigger.isSameDefinition(as: $0) } ?? false
        } ?? false
    }

    private mutating func compareRule(_ own: OwnObject) {
        guard let mode = own.modes[desired.role] else { return }
        guard let found = observed.rules.first(where: { $0.name == own.name }) else {
            find(
                .ownTriggerMissing, own.name, "\(observed.name) on '\(desired.node)' has no rule \(own.name.shown)",
                because: own.because)
            return
        }
        if found.mode != mode {
            add(.setRuleMode(own.name, from: found.mode, to: mode), nil, because: own.because)
        }
    }

    private mutating func add(_ action: Action, _ purpose: Purpose?, because: Position? = nil) {
        changes.append(
            Change(
                node: desired.node, set: desired.set, table: desired.name, purpose: purpose, action: action,
                because: because ?? desired.because))
    }

    private mutating func find(
        _ code: FindingCode, _ trigger: TriggerName, _ message: String, because: Position? = nil
    ) {
        findings.append(
            Finding(
                code, set: desired.set, node: desired.node, table: desired.name, trigger: trigger, message,
                because: because ?? desired.because))
    }
}

extension ObservedTrigger {
    /// The definition as a person would read it in SQL.
    public var definition: String {
        let type = TriggerType(bits: type).sql
        let columns = columns.isEmpty ? "" : " of columns " + columns.map { String($0) }.joined(separator: ", ")
        let condition = hasCondition ? " with a WHEN condition" : ""
        let call = "\(function)(\(arguments.texts.map { "'\($0)'" }.joined(separator: ", ")))"
        return (isConstraint ? "CONSTRAINT " : "") + type.timingAndEvents + columns + " " + type.level + condition + " "
            + call
    }
}

extension DesiredTrigger {
    /// The definition as a person would read it in SQL.
    public var definition: String {
        let type = TriggerType(bits: type).sql
        let arguments = arguments.texts.map { "'\($0)'" }.joined(separator: ", ")
        return "\(type.timingAndEvents) \(type.level) \(function)(\(arguments))"
    }
}
