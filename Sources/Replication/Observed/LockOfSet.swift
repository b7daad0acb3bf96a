/// Slony's lock of a set, as it stands on its tables, and what another Slony cluster has there.
extension Engine {
    /// Whether a trigger is the one by which LOCK SET refuses rows until MOVE SET or UNLOCK SET takes it away: to sessions in
    /// role local, too, while TRUNCATE passes it.
    ///
    /// Source: `slony1_funcs.sql` (lockSet), `slony1_funcs.c` (lockedset).
    public func isLockOfSet(_ trigger: ObservedTrigger) -> Bool {
        catalog.addsTriggers && trigger.function == FunctionName(slonySchema, "lockedset")
    }

    /// Whether a trigger is the one by which another Slony cluster refuses the rows of a table that it replicates, too.
    func isDenyOfOtherCluster(_ trigger: ObservedTrigger) -> Bool {
        catalog.addsTriggers && trigger.function.schema != slonySchema && trigger.function.schema.text.hasPrefix("_")
            && trigger.function.name == "denyaccess"
    }

    /// The firing modes in which LOCK SET refuses a table's rows.
    func locks(on table: ObservedTable) -> [FiringMode] {
        guard catalog.addsTriggers else { return [] }
        let type = TriggerType(timing: .before, level: .row, events: .changes).bits
        return table.triggers.filter {
            isLockOfSet($0) && $0.type == type && $0.columns.isEmpty && !$0.hasCondition
        }.map(\.mode)
    }
}
