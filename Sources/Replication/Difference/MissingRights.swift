/// The rights that the changes of one set need and the roles on the nodes lack, each with the statement that gives it.
struct MissingRights {
    private(set) var findings: [Finding] = []
    /// The nodes on which nothing of the set can be changed.
    private(set) var nodes: Set<NodeName> = []
    private let set: ReplicationSet
    private let declared: DeclaredCluster
    private let changes: [NodeName: [Change]]

    /// - Parameters:
    ///   - changes: All of the set's, held back or not.
    ///   - nodes: The nodes whose state is known.
    init(
        _ judgement: SetJudgement, _ judged: [TableJudgement], _ changes: [Change], _ declared: DeclaredCluster,
        _ nodes: [NodeName: ObservedNode]
    ) {
        set = judgement.set
        self.declared = declared
        self.changes = Dictionary(grouping: changes, by: \.node)
        guard !changes.isEmpty else { return }
        for node in declared.nodes {
            guard let seen = nodes[node.name] else { continue }
            let grants = Grants(node, seen)
            findClosedServerFunctions(grants)
            guard let here = self.changes[node.name] else { continue }
            findRole(node, grants)
            findEngineRights(seen, here, grants)
        }
        for index in judged.indices where judged[index].isTouched {
            guard let node = declared.node(judged[index].desired.node), let seen = nodes[node.name],
                let table = judged[index].observed
            else { continue }
            findTableRights(table, judged[index].desired, Grants(node, seen))
        }
        let opening = tablesToOpen(judgement.set, judged)
        guard !opening.isEmpty else { return }
        findEvidenceRights(nodes)
        findSequenceRights(judgement, judged.filter { opening.contains($0.desired.name) }, nodes)
    }

    // MARK: - On a node

    /// Every node is locked for an apply, whether it is changed or not.
    private mutating func findClosedServerFunctions(_ grants: Grants) {
        let login = grants.rights.loginRole
        for function in grants.rights.closedServerFunctions {
            miss(
                grants, "\(login.shown) on '\(grants.node)' may not execute pg_catalog.\(function), which apply calls",
                ["GRANT EXECUTE ON FUNCTION pg_catalog.\(function) TO \(login.quoted)"])
        }
    }

    private mutating func findRole(_ node: DeclaredNode, _ grants: Grants) {
        guard let role = node.role, !grants.rights.mayBecomeRole else { return }
        let (login, name) = (grants.rights.loginRole.shown, role.shown)
        let exists = grants.rights.roleExists
        nodes.insert(node.name)
        findings.append(
            Finding(
                .notOwner, set: set.name, node: node.name,
                exists
                    ? "\(login) on '\(node.name)' may not become \(name)"
                    : "there is no role \(name) on '\(node.name)' for \(login) to become",
                next: exists
                    ? grants.next([grants.membership(in: role)])
                    : "create the role, or correct role: in the file",
                because: node.because))
    }

    private mutating func findEngineRights(_ seen: ObservedNode, _ changes: [Change], _ grants: Grants) {
        let login = grants.rights.loginRole
        let installs = changes.compactMap(\.action.installation)
        if !installs.isEmpty { findInstallationRights(seen, grants) }
        if let schema = grants.rights.engineSchema, !schema.mayLock {
            let lock = QualifiedName(declared.engine.slonySchema, "sl_config_lock")
            miss(
                grants, "\(login.shown) on '\(grants.node)' may not lock \(lock), as Slony's own commands do",
                ["GRANT UPDATE ON TABLE \(lock.quoted) TO \(login.quoted)"])
        }
        // What installs or records also grants the engine's functions.
        let called = Set(changes.compactMap(\.created?.function))
        let closed = grants.rights.closedFunctions.filter { called.contains($0.name) }
        guard !closed.isEmpty, !installs.contains(where: { $0.preparation != .conclusion }) else { return }
        let names = closed.map { "\($0.name)()" }.joined(separator: ", ")
        miss(
            grants, "\(grants.acting.shown) on '\(grants.node)' may not make triggers with \(names)",
            grants.creating(with: closed))
    }

    /// The schema `polarity` is made by who logs in, and changed by its owner, whose everything in it must be.
    private mutating func findInstallationRights(_ seen: ObservedNode, _ grants: Grants) {
        let (login, database) = (grants.rights.loginRole, seen.identity.database)
        guard let schema = grants.rights.engineSchema else {
            if !grants.rights.mayCreateSchema {
                miss(
                    grants,
                    "\(login.shown) on '\(grants.node)' may not create the schema polarity: CREATE on database "
                        + "\(database.shown) is missing",
                    ["GRANT CREATE ON DATABASE \(database.quoted) TO \(login.quoted)"])
            }
            if !grants.rights.mayUseLanguage { missLanguage(login, grants) }
            return
        }
        if !schema.mayBecomeOwner {
            miss(
                grants,
                "schema polarity on '\(grants.node)' belongs to \(schema.owner.shown), and \(login.shown) may not "
                    + "become it", grants.changing(schema))
        }
        if !schema.ownerMayUseLanguage { missLanguage(schema.owner, grants) }
        if !schema.foreign.isEmpty {
            let owner = schema.ownerIsSuperuser && !schema.mayBecomeOwner ? login : schema.owner
            miss(
                grants,
                "schema polarity on '\(grants.node)' holds what is not its owner's, so that \(login.shown) cannot change "
                    + "it: \(schema.foreign.joined(separator: ", "))",
                schema.foreign.map { "ALTER \($0) OWNER TO \(owner.quoted)" })
        }
    }

    /// - Parameter role: As whom the schema is made or changed.
    private mutating func missLanguage(_ role: Identifier, _ grants: Grants) {
        let login = grants.rights.loginRole
        let asWhom = role == login ? "" : ", as whom \(login.shown) changes the schema polarity,"
        miss(
            grants, "\(role.shown) on '\(grants.node)'\(asWhom) may not use the language plpgsql",
            ["GRANT USAGE ON LANGUAGE plpgsql TO \(role.quoted)"])
    }

    // MARK: - On a table

    private mutating func findTableRights(_ table: ObservedTable, _ desired: DesiredTable, _ grants: Grants) {
        guard grants.rights.roleExists else { return }
        let acting = grants.acting.shown
        guard table.mayAlter else {
            findings.append(
                Finding(
                    .notOwner, set: set.name, node: grants.node, table: table.name,
                    "\(table.name) on '\(grants.node)' belongs to \(table.owner.shown), whose rights \(acting) does not "
                        + "have",
                    next: grants.next(grants.ownership(of: table), or: "declare role: with the owner"),
                    because: desired.because))
            return
        }
        for right in table.lacks {
            miss(
                grants, table.name, desired.because,
                "\(acting) owns \(table.name) on '\(grants.node)' and lacks \(right.words)",
                grants.give(right, on: table.name))
        }
    }

    // MARK: - Where a set opens

    /// Every member is asked how far it is, and how far its own log goes.
    private mutating func findEvidenceRights(_ nodes: [NodeName: ObservedNode]) {
        for name in set.members {
            guard let node = declared.node(name), let seen = nodes[name], !seen.rights.closedEvidence.isEmpty
            else { continue }
            let grants = Grants(node, seen)
            let names = seen.rights.closedEvidence.map(\.name.description).joined(separator: ", ")
            miss(
                grants, "\(seen.rights.loginRole.shown) on '\(name)' may not read \(names), which drained: asks",
                grants.asking(seen.rights.closedEvidence))
        }
    }

    /// Every member's sequences are read, and the new origin's are advanced if the policy says so.
    ///
    /// - Parameter opening: The tables that open, on every node.
    private mutating func findSequenceRights(
        _ judgement: SetJudgement, _ opening: [TableJudgement], _ nodes: [NodeName: ObservedNode]
    ) {
        guard let origin = set.origin else { return }
        let policy = declared.policy.sequences
        for table in opening
        where judgement.members(of: table.desired.name).contains(table.desired.node)
            && judgement.handsOverSequences(of: table.desired.name, by: policy)
        {
            guard let node = declared.node(table.desired.node), let seen = nodes[node.name] else { continue }
            let grants = Grants(node, seen)
            let isAdvanced = policy == .advance && node.name == origin
            for sequence in table.observed?.sequences ?? [] {
                let rights =
                    (sequence.mayRead ? [] : ["SELECT"]) + (isAdvanced && !sequence.mayAdvance ? ["UPDATE"] : [])
                guard !rights.isEmpty else { continue }
                let list = rights.joined(separator: ", ")
                miss(
                    grants, table.desired.name, table.desired.because,
                    "\(grants.acting.shown) on '\(node.name)' lacks \(list) on sequence \(sequence.name)",
                    "GRANT \(list) ON SEQUENCE \(sequence.name.quoted) TO \(grants.acting.quoted)")
            }
        }
    }

    // MARK: - Saying so

    private mutating func miss(_ grants: Grants, _ message: String, _ statements: [String]) {
        nodes.insert(grants.node)
        findings.append(
            Finding(
                .privilegeMissing, set: set.name, node: grants.node, message, next: grants.next(statements),
                because: declared.node(grants.node)?.because))
    }

    private mutating func miss(
        _ grants: Grants, _ table: TableName, _ because: Position, _ message: String, _ statement: String
    ) {
        findings.append(
            Finding(
                .privilegeMissing, set: set.name, node: grants.node, table: table, message,
                next: grants.next([statement]), because: because))
    }
}

extension TableRight {
    fileprivate var words: String {
        switch self {
        case .usage: "USAGE on its schema"
        case .lock: "UPDATE, DELETE and TRUNCATE on it, one of which LOCK TABLE needs"
        case .trigger: "TRIGGER on it"
        }
    }
}

extension FindingCode {
    /// Whether it says that a right is missing.
    var isMissingRight: Bool { self == .notOwner || self == .privilegeMissing }
}

extension Difference {
    /// The rights that are missing for changes that are selected. Nothing is changed anywhere while there are any.
    public var missingRights: [Finding] {
        let places = Set(changes.compactMap { change in change.table.map { Place(change.node, $0) } })
        let unselected = Set(leftOut.compactMap { change in change.table.map { Place(change.node, $0) } })
        let tables = Set(places.map(\.table))
        let sets = Set(changes.map(\.set))
        let members = Set(desired.declared.sets.filter { sets.contains($0.name) }.flatMap(\.members))
        return findings.filter { finding in
            guard finding.code.isMissingRight, finding.blocking, let node = finding.node else { return false }
            guard let set = finding.set else { return members.contains(node) }
            guard let table = finding.table else { return sets.contains(set) }
            // Sequences are read on members on which nothing changes, too.
            let place = Place(node, table)
            return places.contains(place) || !unselected.contains(place) && tables.contains(table)
        }
    }
}
