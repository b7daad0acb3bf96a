/// What is wrong with a node as a whole: identity before anything.
struct NodeAudit {
    private(set) var findings: [Finding] = []
    /// Nodes whose triggers are not known: their doors count as open.
    private(set) var unread: Set<NodeName> = []
    /// Nodes that were read and cannot be changed.
    private(set) var unchangeable: Set<NodeName> = []

    /// Slony's numbers of the nodes; empty without Slony.
    let slonyNames: [Int: NodeName]

    init(_ declared: DeclaredCluster, _ observed: ObservedState, failover: NodeName?) {
        slonyNames = declared.engine.catalog == .slony ? Replication.slonyNames(declared, observed) : [:]
        for node in declared.nodes {
            switch observed.nodes[node.name] {
            case .observed(let seen): audit(node, seen, declared, observed)
            case .failed(let failure):
                let isGivenUp = failure.isOutOfReach && node.name == failover
                miss(node, failure.words, blocking: !isGivenUp, next: failure.next)
            case nil: miss(node, "it was not asked", blocking: node.name != failover)
            }
        }
        findSlonyTwins(declared, observed)
        for names in observed.sameDatabase {
            unread.formUnion(names)
            let list = names.sorted().map(\.text).joined(separator: ", ")
            findings.append(
                Finding(
                    .sameDatabase, node: names.sorted().first, "nodes \(list) are one and the same database",
                    because: names.sorted().last.flatMap { declared.node($0)?.because }))
        }
    }

    private mutating func miss(_ node: DeclaredNode, _ why: String, blocking: Bool, next: String? = nil) {
        unread.insert(node.name)
        findings.append(
            Finding(
                .nodeUnreachable, blocking: blocking, node: node.name,
                "node '\(node.name)' could not be read: \(why)", next: next, because: node.because))
    }

    /// A restored dump keeps the number of the node that it was taken from (ENGINES.md, A.5).
    private mutating func findSlonyTwins(_ declared: DeclaredCluster, _ observed: ObservedState) {
        var nodes: [Int: [DeclaredNode]] = [:]
        for node in declared.nodes {
            if let number = observed.node(node.name)?.slony?.localNode { nodes[number, default: []].append(node) }
        }
        for (number, twins) in nodes where twins.count > 1 {
            let names = twins.map { "'\($0.name)'" }.joined(separator: " and ")
            for node in twins { wrong(node, "Slony's local node number is \(number) on \(names)") }
        }
    }

    private mutating func audit(
        _ node: DeclaredNode, _ seen: ObservedNode, _ declared: DeclaredCluster, _ observed: ObservedState
    ) {
        let identity = seen.identity
        if let database = node.expectedDatabase, database != identity.database {
            wrong(node, "its database is \(identity.database.shown), not \(database.shown)")
        }
        if let system = node.expectedSystemIdentifier, system != identity.systemIdentifier {
            wrong(node, "its system identifier is \(identity.systemIdentifier), not \(system)")
        }
        if let id = node.id, let local = seen.slony?.localNode, id != local {
            wrong(node, "Slony's local node number there is \(local), not \(id)")
        }
        if let recorded = seen.builtin?.recorded.node, recorded != node.name {
            audit(node, seen, recordedAs: recorded, declared, observed)
        }
        if identity.inRecovery {
            unchangeable.insert(node.name)
            add(.standby, node, "node '\(node.name)' is a standby")
        } else if identity.readOnly {
            unchangeable.insert(node.name)
        }
        if let schema = seen.rights.engineSchema, let name = declared.engine.schema, !schema.isReadable {
            let grants = Grants(node, seen)
            let login = seen.rights.loginRole.shown
            unchangeable.insert(node.name)
            add(
                .privilegeMissing, node,
                schema.isTrusted
                    ? "\(login) may not read the engine's schema \(name.shown) on '\(node.name)'"
                    : "\(login) on '\(node.name)' is a superuser, and would run the code of whoever owns what is in the schema "
                        + name.shown,
                next: schema.isTrusted
                    ? grants.next(grants.reading(name, schema))
                    : "log in as \(schema.owner.shown), or declare role: with it; hand the schema over only after reading it"
            )
        } else if declared.engine.catalog == .slony, seen.slony?.localNode == nil {
            unchangeable.insert(node.name)
            missSlony(node, seen, declared.engine.slonySchema)
        } else if let builtin = seen.builtin, builtin.isNewer {
            unchangeable.insert(node.name)
            add(
                .engineNewer, node,
                "schema polarity on '\(node.name)' is of version \(builtin.version), newer than \(BuiltinSchema.version)"
            )
        }
        if declared.policy.lockTimeout < seen.rights.deadlockTimeout {
            add(.lockTimeoutShort, node, "lock_timeout is shorter than deadlock_timeout on node '\(node.name)'")
        }
    }

    /// The node has another one's record: by a wrong conninfo, with a new name, or as a copy.
    private mutating func audit(
        _ node: DeclaredNode, _ seen: ObservedNode, recordedAs other: NodeName, _ declared: DeclaredCluster,
        _ observed: ObservedState
    ) {
        let open = seen.tables.values.count {
            let matrix = WriteMatrix($0, engine: declared.engine)
            return matrix.role != .missing && matrix[.origin, .rows].isAccepted
        }
        let forget = "run on it: DELETE FROM polarity.node WHERE cluster = \(literal(declared.name))"
        // Where both names are one database, as SAME_DATABASE tells, the record is the other one's own.
        let isSame = observed.sameDatabase.contains { $0.contains(node.name) && $0.contains(other) }
        let isTwice = observed.node(other)?.builtin?.recorded.node == other
        let (words, next): (String, String?) =
            switch (isSame, isTwice) {
            case (true, _): ("", nil)
            case (false, true):
                (
                    ", as on '\(other)': one is a copy of the other",
                    "correct the conninfo; or, where this node is the copy, keep applications away from it, and \(forget); "
                        + "then apply, which closes it; its rows have to be copied again"
                )
            case (false, false):
                (
                    "",
                    "correct the conninfo; or, where the node has a new name and no set has the old one as a member any more, "
                        + forget
                )
            }
        wrong(
            node,
            "it is recorded there as node '\(other)' of cluster '\(declared.name)'" + words
                + (open > 0 ? ", and accepts writes to \(open) of its tables" : ""), next: next)
    }

    /// Slony's schema is not there, lacks a part, or was never told which node it is on.
    private mutating func missSlony(_ node: DeclaredNode, _ seen: ObservedNode, _ name: Identifier) {
        guard let schema = seen.rights.engineSchema else {
            add(.engineMissing, node, "node '\(node.name)' has no Slony schema \(name.shown)")
            return
        }
        let its = "Slony's schema \(name.shown) on '\(node.name)'"
        if schema.isComplete {
            add(
                .engineMissing, node, "\(its) is not initialised: sl_local_node_id holds no number",
                next: "run slonik: STORE NODE, or INIT CLUSTER where it is the cluster's first node")
        } else {
            add(
                .engineMissing, node, "\(its) lacks \(schema.missing.map(\.text).joined(separator: ", "))",
                next: "restore what is missing with what it held (sl_local_node_id holds the node's number), or make "
                    + "the node anew with slonik: DROP NODE, UNINSTALL NODE, STORE NODE, SUBSCRIBE SET")
        }
    }

    private mutating func wrong(_ node: DeclaredNode, _ why: String, next: String? = nil) {
        unread.insert(node.name)
        add(.wrongNode, node, "node '\(node.name)' is not what was declared: \(why)", next: next)
    }

    private mutating func add(_ code: FindingCode, _ node: DeclaredNode, _ message: String, next: String? = nil) {
        findings.append(Finding(code, node: node.name, message, next: next, because: node.because))
    }
}

extension NodeFailure {
    /// Whether a SQL_ASCII database holds what cannot be sent as UTF-8 (`22021`).
    private var holdsOtherBytes: Bool { sqlState == "22021" }

    fileprivate var words: String {
        (holdsOtherBytes ? "its database holds names or definitions that are not UTF-8: " : "") + message
    }

    /// What to do where the node is up and would be read but for that: it is not lost.
    fileprivate var next: String? {
        if holdsOtherBytes { return "rename what is not UTF-8, or take the node out of the file" }
        return isOutOfReach ? nil : "mend what it says, then run again"
    }
}
