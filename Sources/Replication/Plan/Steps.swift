/// Turns staged changes into steps, each with what it must find under its lock.
extension Planning {
    /// The stages in order; every step expects what the steps before it leave behind. With the sequences that the stage
    /// `drain` advances, which are its steps, or checks.
    func stages() -> (stages: [Stage], sequences: [SequenceHandover]) {
        var world = difference.observed
        var sequences: [SequenceHandover] = []
        let stages = StageName.allCases.map { name in
            var installed: Set<NodeName> = []
            var steps = (installations[name] ?? []).map { change in
                step(for: change, in: name, isInstalled: change.isSchema && !installed.insert(change.node).inserted)
            }
            if name == .drain {
                sequences = self.sequences(in: world)
                steps += sequences.compactMap { $0.step() }
            }
            let staged = tables.filter { $0.stages.contains(name) && $0.staging.parts[name] != nil }
            steps += staged.sorted { precedes($0, $1, in: name) }.compactMap { step(for: $0, in: name, &world) }
            return Stage(name: name, steps: steps)
        }
        return (stages, sequences)
    }

    /// By node, set and table; a partitioned root after its partitions when closing, before them when opening.
    private func precedes(_ left: PlannedTable, _ right: PlannedTable, in stage: StageName) -> Bool {
        if left.node != right.node { return left.node < right.node }
        if left.staging.desired.set != right.staging.desired.set {
            return left.staging.desired.set < right.staging.desired.set
        }
        let roots = (left.staging.observed.kind == .partitionedTable, right.staging.observed.kind == .partitionedTable)
        if roots.0 != roots.1 { return roots.0 == (stage == .open) }
        return left.table < right.table
    }

    private func step(for change: Change, in stage: StageName, isInstalled: Bool) -> Step {
        Step(
            change, in: stage, isInstalled: isInstalled, and: grants(for: change), as: schemaOwner(change.node))
    }

    /// Whoever owns the schema `polarity` changes it; `nil` where that is who logs in, or it is yet to be made.
    private func schemaOwner(_ node: NodeName) -> Identifier? {
        guard let rights = difference.observed.node(node)?.rights, let schema = rights.engineSchema,
            schema.owner != rights.loginRole, schema.isTrusted
        else { return nil }
        return schema.owner
    }

    /// The owners of the tables must be allowed to attach the engine's functions.
    private func grants(for change: Change) -> [String] {
        guard let installation = change.action.installation, installation.preparation != .conclusion,
            let node = difference.observed.node(change.node)
        else { return [] }
        let owners = Set(installation.record.tables.compactMap { node.tables[$0]?.owner })
            .union([difference.desired.declared.node(change.node)?.role].compactMap { $0 })
        let functions = difference.desired.declared.engine.functions.map { $0.quoted + "()" }.joined(separator: ", ")
        return owners.sorted().flatMap { owner in
            [
                "GRANT USAGE ON SCHEMA polarity TO \(owner.quoted)",
                "GRANT EXECUTE ON FUNCTION \(functions) TO \(owner.quoted)",
            ]
        }
    }

    private func step(for planned: PlannedTable, in stage: StageName, _ world: inout ObservedState) -> Step? {
        guard let changes = planned.staging.parts[stage], let table = world.node(planned.node)?.tables[planned.table],
            let version = difference.observed.node(planned.node)?.identity.serverVersion
        else { return nil }
        let statements = Statements(changes, on: table, serverVersion: version)
        let step = Step(
            stage: stage, node: planned.node, set: planned.staging.desired.set, table: planned.table,
            tableOID: table.oid, changes: changes, statements: statements.texts, lock: statements.lock,
            expectedRows: table.rowsUnderLock,
            expectedRegistration: world.node(planned.node)?.slony?.underLock(table.oid),
            role: difference.desired.declared.node(planned.node)?.role)
        world.apply(step, difference.desired.families[step.node])
        return step
    }
}

extension Step {
    /// What a change does to the engine's own schema, which a step before may have installed, and the statements that go with
    /// it.
    init(
        _ change: Change, in stage: StageName, isInstalled: Bool = false, and others: [String] = [],
        as role: Identifier?
    ) {
        let installation = change.action.installation
        let statements = isInstalled ? installation?.record.statements : installation?.statements
        self.init(
            stage: stage, node: change.node, set: change.set, table: nil, tableOID: 0, changes: [change],
            statements: (statements ?? []) + others, lock: .none, expectedRows: "",
            role: role)
    }
}
