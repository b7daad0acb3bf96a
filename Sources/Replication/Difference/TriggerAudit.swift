// Other triggers on a set's tables, which fire ahead of the engine's or call its functions.

extension SetAudit {
    /// Triggers of one timing fire in the order of their names' bytes.
    mutating func auditOrder(_ table: TableJudgement, _ seen: ObservedTable) {
        // In sync and without triggers of others, as most tables are, there is nothing to compare.
        guard let engine = table.desired.triggers, !table.changes.isEmpty || table.hasOtherTriggers else { return }
        for trigger in engine {
            let type = TriggerType(bits: trigger.type)
            let matters: Bool
            switch (trigger.purpose, table.desired.role) {
            case (.log, .origin): matters = type.timing == .after && type.level == .row
            case (.deny, .subscriber): matters = type.timing == .before && type.level == .row
            case (.log, _), (.deny, _), (.truncateLog, _), (.truncateDeny, _): matters = false
            }
            guard matters, trigger.mode != nil else { continue }
            let earlier = seen.triggers.filter { other in
                let its = TriggerType(bits: other.type)
                return its.timing == type.timing && its.level == .row && !its.isInsteadOf && !other.isConstraint
                    && other.mode.firesForApplications
                    && other.name.text.utf8.lexicographicallyPrecedes(trigger.name.text.utf8)
                    && !engine.contains { $0.isSameDefinition(as: other) } && !other.isOfSlony
            }
            for other in earlier {
                find(
                    trigger.purpose == .log ? .logOrder : .triggerBeforeDeny, table, trigger: other.name,
                    "\(other.name.shown) on \(table.desired.name) on '\(table.desired.node)' fires before "
                        + trigger.name.shown)
            }
        }
    }

    /// Triggers that call functions of the engine's own, under names of their own and otherwise than the engine would.
    /// Those of a home-grown engine may serve for other things, too, and are but told. On a subscriber they wait for it to
    /// become the origin.
    mutating func auditStrangers(_ table: TableJudgement, _ seen: ObservedTable) {
        guard let engine = table.desired.triggers else { return }
        let own = Set(
            engine.map(\.name) + table.desired.declared.triggers.map(\.name) + table.findings.compactMap(\.trigger))
        let name = table.desired.name
        let (isOrigin, isShared) = (table.desired.role == .origin, declared.engine.ownSchema == nil)
        // The builtin functions alone do something in role replica, too.
        let replays = declared.engine.catalog == .polarity
        for trigger in seen.triggers
        where !trigger.isClone && (trigger.mode.firesForApplications || replays && trigger.mode == .replica) {
            guard let like = engine.first(where: { $0.function == trigger.function }), !own.contains(trigger.name),
                !engine.contains(where: { $0.isSameDefinition(as: trigger) }),
                !isShared || declared.engine.maker(of: trigger, of: name.schema) == nil
            else { continue }
            let firesHere = isOrigin && trigger.mode.firesForApplications
            let (code, words): (FindingCode, String) =
                switch (trigger.mode, isOrigin, like.purpose.refuses) {
                case _ where isShared: (.strayTrigger, ", beside what the engine has there")
                case (.replica, _, true): (.strayTrigger, ": it refuses what is replayed")
                case (.replica, _, false): (.strayTrigger, ": it logs what is replayed")
                case (_, true, true): (.originClosed, ": it refuses writes")
                case (_, true, false): (.duplicateLog, ", beside what the engine captures")
                case (_, false, _): (.strayTrigger, ", beside what the engine has there")
                }
            find(
                code, table, blocking: firesHere && !isShared, trigger: trigger.name,
                "\(trigger.name.shown) on \(name) on '\(table.desired.node)' is \(trigger.definition)\(words)",
                next: "read what it is for; a leftover goes with DROP TRIGGER \(trigger.name.quoted) ON \(name.quoted)")
        }
    }

    /// What a home-grown engine has made for a table under its former name, and fires beside what it has for the new one.
    mutating func auditRenamed(_ table: TableJudgement, _ seen: ObservedTable) {
        guard declared.engine.catalog == .none, table.hasOtherTriggers, table.desired.role == .origin else { return }
        let name = table.desired.name
        let wanted = table.desired.triggers ?? []
        for trigger in seen.triggers
        where trigger.mode.firesForApplications && !trigger.isClone
            && !wanted.contains(where: { $0.isSameDefinition(as: trigger) })
        {
            guard let (template, former) = declared.engine.maker(of: trigger, of: name.schema), former != name else {
                continue
            }
            let (code, words): (FindingCode, String) =
                template.purpose.refuses
                ? (.originClosed, "it refuses writes") : (.duplicateLog, "every change is captured twice")
            find(
                code, table, blocking: false, trigger: trigger.name,
                "\(trigger.name.shown) on \(name) on '\(table.desired.node)' is what the engine makes for \(former): \(words)",
                next:
                    "once polarity apply has made the one for \(name): DROP TRIGGER \(trigger.name.quoted) ON \(name.quoted)"
            )
        }
    }
}

extension Engine {
    /// The template that makes a trigger, name and arguments, and the table of a schema that it is made for; `nil` where
    /// none does, or any table has the same.
    fileprivate func maker(of trigger: ObservedTrigger, of schema: Identifier) -> (TriggerTemplate, TableName)? {
        for template in templates {
            guard let table = template.name.table(in: trigger.name.text, cluster: cluster) else { continue }
            let filled = template.filled(for: .origin) { word in
                switch word {
                case .cluster: cluster
                case .schema: schema.text
                case .table: table
                case .tableID, .keyMask: nil
                }
            }
            if filled?.isSameDefinition(as: trigger) ?? false {
                return (template, TableName(schema, Identifier(table)))
            }
        }
        return nil
    }
}

extension Pattern {
    /// What `{table}` stands for in a name, where nothing else about the table is asked for.
    fileprivate func table(in name: String, cluster: String) -> String? {
        let marked = filled { $0 == .cluster ? cluster : $0 == .table ? "\u{0}" : nil }
        guard let parts = marked?.split(separator: "\u{0}", omittingEmptySubsequences: false), parts.count == 2,
            name.hasPrefix(parts[0]), name.hasSuffix(parts[1]),
            name.utf8.count > parts[0].utf8.count + parts[1].utf8.count
        else { return nil }
        return String(name.dropFirst(parts[0].count).dropLast(parts[1].count))
    }
}

extension ObservedTrigger {
    /// Whether it is a Slony cluster's log or deny trigger. It changes no row and swallows none, and Slony goes by its
    /// name: it must not be renamed.
    fileprivate var isOfSlony: Bool {
        function.schema.text.hasPrefix("_") && ["logtrigger", "denyaccess"].contains(function.name.text)
    }
}
