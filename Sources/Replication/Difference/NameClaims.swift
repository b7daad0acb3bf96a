/// The names on one table under which a template's own trigger stands, or will stand in place of what is there.
///
/// What stands there is that template's business: another that has the like of it makes its own, and neither drops,
/// renames nor switches what is about to be replaced. One that is known by its function may stand under any name, and
/// takes its own only where it stands nowhere else.
struct NameClaims {
    private var names: Set<TriggerName>

    init(_ desired: [DesiredTrigger], on observed: ObservedTable) {
        let present = desired.filter { $0.mode != nil && $0.hasKnownArguments }
        names = Set(
            present.filter { trigger in
                observed.trigger(trigger.name).map { trigger.match == .tuple || trigger.isSameDefinition(as: $0) }
                    ?? false
            }.map(\.name))
        let others = present.filter { !names.contains($0.name) && observed.trigger($0.name) != nil }
        // What one takes, another may have stood in.
        var count: Int
        repeat {
            count = names.count
            for trigger in others where self.like(trigger, in: observed).isEmpty { names.insert(trigger.name) }
        } while names.count != count
    }

    /// Whether what stands under a template's name is another's, or nobody's, and gives way to its own.
    func replaces(_ found: ObservedTrigger, by trigger: DesiredTrigger) -> Bool {
        trigger.mode != nil && found.name == trigger.name && names.contains(trigger.name)
            && !trigger.isSameDefinition(as: found)
    }

    /// The triggers of a table that do what a template says, and that no other template has or takes.
    func like(_ trigger: DesiredTrigger, in observed: ObservedTable) -> [ObservedTrigger] {
        observed.triggers.filter { found in
            let isOwn = trigger.mode != nil && found.name == trigger.name
            return trigger.isSameDefinition(as: found) && (isOwn || !names.contains(found.name))
        }
    }
}
