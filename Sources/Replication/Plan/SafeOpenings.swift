/// What of a plan would leave two nodes open, or none.
///
/// An opening goes ahead only where, once `protect` is done in the model, every other member refuses the same table's
/// writes. And the node that wrote last is closed only where the declared origin accepts writes at the end: what waits
/// for an opening that is held back waits with it, since a set that is written nowhere is worse than what was found.
extension Planning {
    /// Holds back openings and closings until what is left is safe.
    mutating func keepSafe() {
        var count: Int
        repeat {
            count = heldBack.count
            keepSafeOpenings()
            keepRecords()
            keepLastWriters()
            keepOtherOrigins()
            keepLogs()
        } while heldBack.count != count
    }

    private mutating func keepSafeOpenings() {
        let openings = tables.indices.filter { tables[$0].opens && tables[$0].staging.desired.role != .bystander }
        guard !openings.isEmpty else { return }
        let world = modelled(through: [.protect])
        let neighbours = Neighbours(difference, openings.map { tables[$0] })
        for index in openings where !isSafe(tables[index], in: world, neighbours) {
            holdBack([.open, .tidy], of: index)
        }
        tables.removeAll { $0.stages.isEmpty }
    }

    private func modelled(through stages: Set<StageName>) -> ObservedState {
        var world = difference.observed
        for table in tables {
            let families = difference.desired.families[table.node]
            world.apply(table, in: table.stages.intersection(stages), families)
        }
        return world
    }

    private func isSafe(_ opening: PlannedTable, in world: ObservedState, _ neighbours: Neighbours) -> Bool {
        let others = opening.judgement.members(of: opening.table).subtracting([opening.node])
        guard others.isDisjoint(with: opening.judgement.unread) else { return false }
        let names = [opening.table] + neighbours.partitions(of: opening)
        return others.allSatisfy { other in
            guard let node = world.node(other) else { return false }
            return names.allSatisfy { name in
                guard let found = node.tables[name], found.kind != .partitionedTable else { return true }
                let desired = neighbours.desired[Place(other, name)] ?? opening.staging.desired
                let doors = Doors(found.triggers, desired.triggers ?? [])
                // Once it has left the set and captures nothing, its writes are its own.
                let hasLeft = opening.judgement.hasLeft(other, opening.table)
                if hasLeft && !doors.rows.isLogged && !doors.truncate.isLogged { return true }
                return Door.allCases.allSatisfy { !opening.staging.opens($0) || doors[$0].isClosed }
            }
        }
    }

    /// A set does not move while it has a table on record that another set does not take over now, being held back or left
    /// out: the record would name the new origin for that table, too.
    private mutating func keepRecords() {
        let stuck = undone.filter { $0.table != nil }
        guard !stuck.isEmpty else { return }
        let records = difference.observed.nodes.keys.compactMap { difference.observed.node($0)?.builtin?.tables }
        for index in tables.indices where tables[index].opens && tables[index].staging.desired.role == .origin {
            let set = tables[index].staging.desired.set
            guard tables[index].judgement.authority.lastOrigin != .node(tables[index].node) else { continue }
            let isGivingAway = stuck.contains { change in
                change.set != set && records.contains { records in change.table.map { records[$0] == set } ?? false }
            }
            if isGivingAway { holdBack([.open, .tidy], of: index) }
        }
        tables.removeAll { $0.stages.isEmpty }
    }

    private mutating func keepLastWriters() {
        let closings = tables.indices.filter { index in
            tables[index].judgement.set.origin != nil && !tables[index].staging.before.rows.isClosed
                && tables[index].closes && closesLastWriter(tables[index])
        }
        guard !closings.isEmpty else { return }
        let world = modelled(through: Set(StageName.allCases))
        let neighbours = Neighbours(difference, closings.map { tables[$0] })
        for index in closings {
            let table = tables[index]
            guard let origin = table.judgement.set.origin else { continue }
            func isOpen(_ name: TableName) -> Bool? {
                guard let found = world.node(origin)?.tables[name] else { return nil }
                return neighbours.desired[Place(origin, name)]?.triggers.map {
                    Doors(found.triggers, $0).areOpen(on: found)
                }
            }
            // What closes a root closes its partitions.
            let isWritten =
                takesWrites(origin, table.judgement) && isOpen(table.table) ?? false
                && neighbours.partitions(of: table).allSatisfy { isOpen($0) ?? true }
            if !isWritten { holdBack(Set(StageName.allCases), of: index) }
        }
        tables.removeAll { $0.stages.isEmpty }
    }
}

extension Planning {
    /// A root's deny for each row closes its partitions: where another set has one of them as its origin on the node, it
    /// waits until that partition has triggers of its own.
    private mutating func keepOtherOrigins() {
        let roots = tables.indices.filter { index in
            tables[index].staging.observed.kind == .partitionedTable && tables[index].closes
                && tables[index].staging.desired.role != .origin && !tables[index].staging.before.rows.isClosed
        }
        guard !roots.isEmpty else { return }
        let neighbours = Neighbours(difference, roots.map { tables[$0] })
        for index in roots {
            let (node, below) = (tables[index].node, neighbours.partitions(of: tables[index]))
            if below.contains(where: { neighbours.desired[Place(node, $0)]?.role == .origin }) {
                holdBack(Set(StageName.allCases), of: index)
            }
        }
        tables.removeAll { $0.stages.isEmpty }
    }

    /// Whether a table's node wrote it last, or a partition that closes with it.
    private func closesLastWriter(_ table: PlannedTable) -> Bool {
        let below = difference.desired.families[table.node]?.partitions(below: table.table) ?? []
        return movesOrigin(table) || below.contains { table.judgement.lastOrigin(of: $0) == .node(table.node) }
    }

    /// What one step does to the doors of all partitions may be held back, and what another does to the log of one not.
    /// No door is opened below a partitioned table that does not log, and no log is turned off behind one that stays open.
    fileprivate mutating func keepLogs() {
        let members = tables.indices.filter { tables[$0].staging.desired.role != .bystander }
        let roots = members.filter { index in
            tables[index].staging.observed.kind == .partitionedTable
                && (tables[index].opens || tables[index].stages.contains(.tidy))
        }
        let leaves = members.filter { index in
            tables[index].staging.observed.partitionOf != nil
                && (tables[index].opens || tables[index].staging.turnsWithRoot && tables[index].stages.contains(.tidy))
        }
        guard !roots.isEmpty || !leaves.isEmpty else { return }
        let neighbours = Neighbours(difference, (roots + leaves).map { tables[$0] })
        let (opened, done) = (modelled(through: [.protect, .open]), modelled(through: Set(StageName.allCases)))
        for index in roots + leaves {
            let (node, table) = (tables[index].node, tables[index].table)
            let isRoot = tables[index].staging.observed.kind == .partitionedTable
            let names = isRoot ? neighbours.partitions(of: tables[index]) : [table]
            func loses(in world: ObservedState) -> Bool {
                names.contains { losesWrites($0, on: node, in: world, neighbours) }
            }
            if tables[index].opens, loses(in: opened) { holdBack([.open, .tidy], of: index) }
            if tables[index].stages.contains(.tidy), loses(in: done), !isRoot || !loses(in: opened) {
                holdBack([.tidy], of: index)
            }
        }
        tables.removeAll { $0.stages.isEmpty }
    }

    /// Whether writes pass into a table that the engine could log and does not; where it can close none, those of another
    /// node than the origin are nobody's to log.
    private func losesWrites(
        _ table: TableName, on node: NodeName, in world: ObservedState, _ neighbours: Neighbours
    ) -> Bool {
        guard let found = world.node(node)?.tables[table], found.kind != .partitionedTable,
            let desired = neighbours.desired[Place(node, table)], let triggers = desired.triggers
        else { return false }
        let rows = Doors(found.triggers, triggers).rows
        return !rows.isClosed && rows.canLog && !rows.isLogged && (rows.canClose || desired.role == .origin)
    }
}

extension Doors {
    /// Whether a table accepts writes. The rows of a partitioned one are in its partitions, and TRUNCATE is its own.
    func areOpen(on found: ObservedTable) -> Bool {
        found.kind == .partitionedTable && truncate.canClose ? !truncate.isClosed : !rows.isClosed
    }
}

/// Some tables on every node, and what lies below those that are partitioned.
private struct Neighbours {
    private(set) var desired: [Place: DesiredTable] = [:]
    private let families: [NodeName: PartitionFamilies]

    init(_ difference: Difference, _ planned: [PlannedTable]) {
        families = difference.desired.families
        var names = Set(planned.map(\.table))
        for table in planned { names.formUnion(partitions(of: table)) }
        for table in difference.desired.tables where names.contains(table.name) {
            desired[Place(table.node, table.name)] = table
        }
    }

    func partitions(of table: PlannedTable) -> [TableName] {
        families[table.node]?.partitions(below: table.table) ?? []
    }
}
