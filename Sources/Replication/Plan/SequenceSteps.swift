/// Sequences of tables that are to be opened, put ahead of every other member's.
extension Planning {
    /// How far a sequence is put ahead of the old origin's, in steps of its increment: the old origin may hand out a few
    /// more before it is closed.
    private var margin: Int64 { 1000 }

    /// One step a sequence, in the stage `drain`; none that would put a sequence back.
    ///
    /// - Parameter world: The nodes as they are when the steps run.
    func sequenceSteps(in world: ObservedState) -> [Step] {
        guard difference.desired.declared.policy.sequences == .advance else { return [] }
        return tables.filter { $0.opens && $0.staging.desired.role == .origin }.flatMap { planned -> [Step] in
            guard let table = world.node(planned.node)?.tables[planned.table] else { return [] }
            let others = planned.judgement.members.subtracting([planned.node])
                .compactMap { world.node($0)?.tables[planned.table] }
            return table.sequences.compactMap { sequence in
                guard let value = value(for: sequence, aheadOf: others) else { return nil }
                return Step(
                    stage: .drain, node: planned.node, set: planned.staging.desired.set, table: planned.table,
                    tableOID: table.oid, changes: [],
                    statements: [
                        "SELECT pg_catalog.setval(\(literal(sequence.name.quoted))::pg_catalog.regclass, \(value))"
                    ],
                    lock: .none, expectedRows: table.rowsUnderLock,
                    role: difference.desired.declared.node(planned.node)?.role)
            }
        }
    }

    /// The greatest value of the others and a margin; `nil` where the sequence is there already.
    private func value(for sequence: ObservedSequence, aheadOf others: [ObservedTable]) -> Int64? {
        let values = others.compactMap { other in other.sequences.first { $0.name == sequence.name }?.lastValue }
        let isDescending = sequence.increment < 0
        guard let ahead = isDescending ? values.min() : values.max() else { return nil }
        let (distance, tooFar) = sequence.increment.multipliedReportingOverflow(by: margin)
        let (value, overflow) = ahead.addingReportingOverflow(distance)
        let target = tooFar || overflow ? ahead : value
        guard let own = sequence.lastValue else { return target }
        return (isDescending ? own <= target : own >= target) ? nil : target
    }
}
