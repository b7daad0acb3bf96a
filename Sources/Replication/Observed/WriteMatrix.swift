/// What a table accepts and what is logged of it, for each session role and each door, read from its triggers alone.
///
/// A trigger counts where it calls the engine's function and is of the template's type, whatever its name; one with a
/// WHEN condition or a column list does not, since it lets something through.
///
/// Source: the Slony-I manual's table of firing modes and session roles; PostgreSQL manual, `session_replication_role`.
public struct WriteMatrix: Hashable, Sendable {
    /// What happens to a write.
    public struct Answer: Hashable, Sendable {
        /// Whether it is let in.
        public let isAccepted: Bool
        /// Whether the engine's log triggers would capture it; what is refused is never captured.
        public let isLogged: Bool

        /// Describes what happens.
        public init(isAccepted: Bool, isLogged: Bool) {
            self.isAccepted = isAccepted
            self.isLogged = isLogged
        }
    }

    private let rows: [SessionRole: Answer]
    private let truncate: [SessionRole: Answer]
    /// What the engine's triggers make of the table for an application's rows; `missing` where it has none of them.
    public let role: ObservedRole

    /// Judges a table by the triggers of one engine.
    public init(_ table: ObservedTable, engine: Engine) {
        let acting = engine.acting(on: table)
        let locks = engine.locks(on: table)
        func answers(_ door: Door) -> [SessionRole: Answer] {
            Dictionary(
                uniqueKeysWithValues: SessionRole.allCases.map {
                    ($0, engine.answer(at: door, in: $0, by: acting, locks))
                })
        }
        rows = answers(.rows)
        truncate = answers(.truncate)
        let application = engine.answer(at: .rows, in: .origin, by: acting, locks)
        role =
            switch (application.isAccepted, application.isLogged) {
            case _ where acting.allSatisfy { $0.modes.isEmpty }: .missing
            case (true, true): .origin
            case (true, false): .unlogged
            case (false, true): .fenced
            case (false, false): .subscriber
            }
    }

    /// What happens to a write through a door in a session of a role.
    public subscript(role: SessionRole, door: Door) -> Answer {
        let answers =
            switch door {
            case .rows: rows
            case .truncate: truncate
            }
        return answers[role] ?? Answer(isAccepted: true, isLogged: false)
    }
}

/// `session_replication_role`: decides which firing modes fire.
public enum SessionRole: String, Hashable, Sendable, CaseIterable {
    /// What applications are, unless they say otherwise.
    case origin
    /// What a replication daemon is while it replays.
    case replica
    /// What an engine's own tools are while they change both sides.
    case local
}

extension FiringMode {
    /// Whether a trigger or rule in this mode fires in a session of a role.
    public func fires(in role: SessionRole) -> Bool {
        switch (self, role) {
        case (.always, _), (.enabled, .origin), (.enabled, .local), (.replica, .replica): true
        case (.disabled, _), (.enabled, .replica), (.replica, .origin), (.replica, .local): false
        }
    }
}

extension Engine {
    /// What a trigger is for, by its function and type, whatever its name; `nil` where it is none of the engine's or
    /// lets something through.
    public func purpose(of trigger: ObservedTrigger, on table: TableName) -> Purpose? {
        templates.first { $0.isWhole(trigger, on: table, cluster: cluster) }?.purpose
    }

    /// Whether a function of the engine does its work when it is fired in a session of a role.
    ///
    /// Source: `slony1_funcs.c` (logtrigger and denyaccess return unless the role is origin), `slony1_funcs.sql`
    /// (log_truncate and deny_truncate exempt local alone), `builtin.sql` (local alone).
    func acts(_ purpose: Purpose, in role: SessionRole) -> Bool {
        switch (catalog, role, purpose.door) {
        case (.none, _, _), (_, .origin, _): true
        case (.slony, .replica, .truncate), (.polarity, .replica, _): true
        case (.slony, .replica, .rows), (.slony, .local, _), (.polarity, .local, _): false
        }
    }

    /// Whether triggers that are as they are meant to be let sessions of a role write unlogged, or where it is refused: some
    /// log or deny works for applications, and none of its kind does for them.
    func isPassed(by role: SessionRole) -> Bool {
        func works(_ template: TriggerTemplate, in role: SessionRole) -> Bool {
            acts(template.purpose, in: role)
                && [template.origin, template.subscriber].contains { $0?.fires(in: role) ?? false }
        }
        return Purpose.allCases.contains { purpose in
            let alike = templates.filter { $0.purpose == purpose }
            return alike.contains { works($0, in: .origin) } && !alike.contains { works($0, in: role) }
        }
    }

    /// The firing modes found for each template, in the templates' order.
    fileprivate func acting(on table: ObservedTable) -> [(template: TriggerTemplate, modes: [FiringMode])] {
        templates.map { template in
            (template, table.triggers.filter { template.isWhole($0, on: table.name, cluster: cluster) }.map(\.mode))
        }
    }

    fileprivate func answer(
        at door: Door, in role: SessionRole, by acting: [(template: TriggerTemplate, modes: [FiringMode])],
        _ locks: [FiringMode]
    ) -> WriteMatrix.Answer {
        let here = acting.filter { $0.template.purpose.door == door }
        let works = { (template: TriggerTemplate, modes: [FiringMode]) in
            acts(template.purpose, in: role) && modes.contains { $0.fires(in: role) }
        }
        let all = here.filter { !$0.template.purpose.refuses }
        let meant = all.filter { $0.template.isMeant(for: role) }
        let logs = meant.isEmpty ? all : meant
        let isLocked = door == .rows && locks.contains { $0.fires(in: role) }
        return WriteMatrix.Answer(
            isAccepted: !isLocked && !here.contains { $0.template.purpose.refuses && works($0.template, $0.modes) },
            isLogged: !logs.isEmpty && logs.allSatisfy { works($0.template, $0.modes) })
    }
}

extension TriggerTemplate {
    /// Whether a log is there for what sessions of a role write: one may be for applications, and another for what is
    /// replayed.
    fileprivate func isMeant(for role: SessionRole) -> Bool {
        switch role {
        case .origin, .local: isDecisive
        case .replica: [origin, subscriber].contains { $0?.fires(in: .replica) ?? false }
        }
    }

    /// Whether a trigger does all of what the template says.
    fileprivate func isWhole(_ trigger: ObservedTrigger, on table: TableName, cluster: String) -> Bool {
        trigger.function == function(on: table, cluster: cluster) && trigger.type == type && trigger.columns.isEmpty
            && !trigger.hasCondition
    }

    /// The function it calls on a table; `nil` where its name asks for what only a catalog knows.
    fileprivate func function(on table: TableName, cluster: String) -> FunctionName? {
        let value: (Pattern.Placeholder) -> String? = { place in
            switch place {
            case .cluster: cluster
            case .schema: table.schema.text
            case .table: table.name.text
            case .tableID, .keyMask: nil
            }
        }
        guard let schema = functionSchema.filled(value), let name = functionName.filled(value) else { return nil }
        return FunctionName(Identifier(schema.cutAsIdentifier), Identifier(name.cutAsIdentifier))
    }
}
