/// A sequence of a table that is to be opened, put ahead of every other member's.
public struct SequenceAdvance: Hashable, Sendable {
    /// How far a sequence is put ahead of the old origin's, in steps of its increment: the old origin may hand out a few
    /// more before it is closed.
    public static let margin: Int64 = 1000

    /// The other members whose values it must not hand out again, sorted.
    public let others: [NodeName]
    private let sequence: ObservedSequence
    /// Where it stands on the others, as observed.
    private let observed: [Int64]
    /// The step without its statement.
    private let bare: Step

    init(_ sequence: ObservedSequence, aheadOf others: [(node: NodeName, table: ObservedTable)], by bare: Step) {
        self.sequence = sequence
        self.others = others.map(\.node).sorted()
        self.bare = bare
        observed = others.compactMap { other in
            other.table.sequences.first { $0.name == sequence.name }?.lastValue
        }
    }

    /// Schema and name.
    public var name: QualifiedName { sequence.name }

    /// The step that puts it ahead; `nil` where it is already, since none is ever put back.
    ///
    /// - Parameter values: Where it stands on others beside what was observed there, read once they were closed: an old
    ///   origin that was busy for long may have gone past the margin.
    public func step(aheadOf values: [Int64] = []) -> Step? {
        guard let value = value(aheadOf: observed + values) else { return nil }
        let name = literal(name.quoted)
        return Step(
            stage: bare.stage, node: bare.node, set: bare.set, table: bare.table, tableOID: bare.tableOID, changes: [],
            statements: ["SELECT pg_catalog.setval(\(name)::pg_catalog.regclass, \(value))"], lock: bare.lock,
            expectedRows: bare.expectedRows, role: bare.role)
    }

    /// The greatest value of the others and a margin; `nil` where the sequence is there already.
    private func value(aheadOf values: [Int64]) -> Int64? {
        let isDescending = sequence.increment < 0
        guard let ahead = isDescending ? values.min() : values.max() else { return nil }
        let (distance, tooFar) = sequence.increment.multipliedReportingOverflow(by: Self.margin)
        let (value, overflow) = ahead.addingReportingOverflow(distance)
        let target = tooFar || overflow ? ahead : value
        guard let own = sequence.lastValue else { return target }
        return (isDescending ? own <= target : own >= target) ? nil : target
    }
}

extension Planning {
    /// The sequences of the tables that open on their origin, where the policy has them advanced.
    ///
    /// - Parameter world: The nodes as they are when the sequences are set.
    func sequences(in world: ObservedState) -> [SequenceAdvance] {
        guard difference.desired.declared.policy.sequences == .advance else { return [] }
        var seen: Set<Place> = []
        return tables.filter { $0.opens && $0.staging.desired.role == .origin }.flatMap { planned in
            // A sequence belongs to the table whose column it is, a partitioned one or a partition.
            let above = world.node(planned.node)?.tables(above: planned.table) ?? []
            let below = difference.desired.families[planned.node]?.partitions(below: planned.table) ?? []
            return ([planned.table] + (above + below).sorted()).filter { seen.insert(Place(planned.node, $0)).inserted }
                .flatMap { sequences(of: $0, with: planned, in: world) }
        }
    }

    private func sequences(
        of name: TableName, with planned: PlannedTable, in world: ObservedState
    ) -> [SequenceAdvance] {
        guard let table = world.node(planned.node)?.tables[name] else { return [] }
        let others = planned.judgement.members.subtracting([planned.node])
            .compactMap { node in world.node(node)?.tables[name].map { (node, $0) } }
        let bare = Step(
            stage: .drain, node: planned.node, set: planned.staging.desired.set, table: name, tableOID: table.oid,
            changes: [], statements: [], lock: .none, expectedRows: table.rowsUnderLock,
            role: difference.desired.declared.node(planned.node)?.role)
        return table.sequences.map { SequenceAdvance($0, aheadOf: others, by: bare) }
    }
}
