/// A sequence on a node.
public struct PlacedSequence: Hashable, Sendable {
    /// Where it is.
    public let node: NodeName
    /// Schema and name there.
    public let name: QualifiedName
}

/// A sequence of a table that is to be opened, beside those of the same column on every other member: put ahead of them, or
/// found not to be behind.
public struct SequenceHandover: Hashable, Sendable {
    /// How far a sequence is put ahead of the old origin's, in steps of its increment: the old origin may hand out a few
    /// more before it is closed.
    public static let margin: Int64 = 1000

    /// Those of its column on other members, whose values it must not hand out again, sorted by node.
    public let others: [PlacedSequence]
    private let sequence: ObservedSequence
    /// Where it stands on the others, as observed.
    private let observed: [Int64]
    /// The step without its statement.
    private let bare: Step
    /// Whether it is put ahead; otherwise it is looked at alone.
    public let advances: Bool

    init(
        _ sequence: ObservedSequence, beside others: [(node: NodeName, sequence: ObservedSequence)], by bare: Step,
        advances: Bool
    ) {
        self.sequence = sequence
        self.others = others.map { PlacedSequence(node: $0.node, name: $0.sequence.name) }
        self.bare = bare
        self.advances = advances
        observed = others.compactMap(\.sequence.lastValue)
    }

    /// Schema and name.
    public var name: QualifiedName { sequence.name }
    /// Where it is to hand out values.
    public var node: NodeName { bare.node }
    /// Itself and the others.
    public var all: [PlacedSequence] { [PlacedSequence(node: node, name: name)] + others }
    /// Whether it counts down.
    public var isDescending: Bool { sequence.increment < 0 }

    /// The step that puts it ahead; `nil` where it is already, since none is ever put back, and where it is looked at alone.
    ///
    /// - Parameters:
    ///   - values: Where it stands on others beside what was observed there, read once they were closed: an old origin
    ///     that was busy for long may have gone past the margin.
    ///   - own: Where it stands itself by then; `nil` for what was observed.
    public func step(aheadOf values: [Int64] = [], from own: Int64? = nil) -> Step? {
        guard advances, let value = value(aheadOf: observed + values, from: own) else { return nil }
        return step(saying: ["SELECT pg_catalog.setval(\(name.quotedLiteral)::pg_catalog.regclass, \(value))"])
    }

    /// A step with statements of the caller's in place of those of the plan.
    public func step(saying statements: [String]) -> Step {
        Step(
            stage: bare.stage, node: bare.node, set: bare.set, table: bare.table, tableOID: bare.tableOID, changes: [],
            statements: statements, lock: bare.lock, expectedRows: bare.expectedRows,
            expectedRegistration: bare.expectedRegistration, role: bare.role)
    }

    /// What keeps its table shut: keys that another member has handed out would be handed out again. `nil` where it is
    /// not behind, and where it can be put ahead.
    public func lag(behind values: [Int64], from own: Int64? = nil) -> SequenceLag? {
        let lag = sequence.lag(on: node, behind: observed + values, from: own)
        return advances && lag?.end == nil ? nil : lag
    }

    /// The greatest value of the others and, where there is room for it, a margin; `nil` where the sequence is there
    /// already, and where its bounds do not hold the value: it begins beyond it, or cannot be put there.
    private func value(aheadOf values: [Int64], from own: Int64?) -> Int64? {
        guard let ahead = sequence.furthest(of: values) else { return nil }
        let (distance, tooFar) = sequence.increment.multipliedReportingOverflow(by: Self.margin)
        let (value, overflow) = ahead.addingReportingOverflow(distance)
        let target = tooFar || overflow || !sequence.holds(value) ? ahead : value
        return sequence.holds(target) && sequence.lag(behind: [target], from: own) != nil ? target : nil
    }
}

extension Planning {
    /// The sequences of the tables that open on their origin, where the policy has them advanced; where it has them
    /// checked, of those that move there.
    ///
    /// - Parameter world: The nodes as they are when the sequences are set.
    func sequences(in world: ObservedState) -> [SequenceHandover] {
        let policy = difference.desired.declared.policy.sequences
        var seen: Set<Place> = []
        let opening = tables.filter { planned in
            planned.opens && planned.staging.desired.role == .origin
                && planned.judgement.handsOverSequences(of: planned.table, by: policy)
        }
        return opening.flatMap { planned in
            // A sequence belongs to the table whose column it is, a partitioned one or a partition.
            let above = world.node(planned.node)?.tables(above: planned.table) ?? []
            let below = difference.desired.families[planned.node]?.partitions(below: planned.table) ?? []
            return ([planned.table] + (above + below).sorted()).filter { seen.insert(Place(planned.node, $0)).inserted }
                .flatMap { sequences(of: $0, with: planned, in: world) }
        }
    }

    private func sequences(
        of name: TableName, with planned: PlannedTable, in world: ObservedState
    ) -> [SequenceHandover] {
        guard let table = world.node(planned.node)?.tables[name] else { return [] }
        let tables = planned.judgement.members(of: planned.table).subtracting([planned.node]).sorted()
            .compactMap { node in world.node(node)?.tables[name].map { (node, $0) } }
        let bare = Step(
            stage: .drain, node: planned.node, set: planned.staging.desired.set, table: name, tableOID: table.oid,
            changes: [], statements: [], lock: .none, expectedRows: table.rowsUnderLock,
            expectedRegistration: world.node(planned.node)?.slony?.underLock(table.oid),
            role: difference.desired.declared.node(planned.node)?.role)
        let advances = difference.desired.declared.policy.sequences == .advance
        return table.sequences.filter { advances || $0.mayRead }.compactMap { sequence in
            let others = tables.flatMap { node, table in table.sequences(beside: sequence).map { (node, $0) } }
            return others.isEmpty ? nil : SequenceHandover(sequence, beside: others, by: bare, advances: advances)
        }
    }
}
