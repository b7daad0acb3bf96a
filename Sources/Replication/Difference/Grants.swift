// The statements that give a role what it lacks, as they can be run: every name in quotes, one right at a time, never more
// than is needed. Of a superuser nobody is made a member: what is his changes hands.

/// A node, the roles that act there, and what would give them a right.
struct Grants {
    let node: NodeName
    let rights: NodeRights
    /// The declared role, else the login role.
    let acting: Identifier
    private let serverVersion: Int

    init(_ node: DeclaredNode, _ seen: ObservedNode) {
        self.node = node.name
        rights = seen.rights
        acting = node.role ?? seen.rights.loginRole
        serverVersion = seen.identity.serverVersion
    }

    /// What to do next, in the words of a finding.
    func next(_ statements: [String], or other: String? = nil) -> String {
        (other.map { $0 + ", or " } ?? "") + "run on '\(node)': " + statements.joined(separator: "; ")
    }

    /// Lets the login role become another.
    func membership(in role: Identifier) -> String {
        "GRANT \(role.quoted) TO \(rights.loginRole.quoted)" + (serverVersion >= 160_000 ? " WITH SET TRUE" : "")
    }

    /// Gives the acting role what a table's owner has.
    func ownership(of table: ObservedTable) -> [String] {
        if table.ownerTie.isSuperuser {
            return [
                "GRANT USAGE ON SCHEMA \(table.name.schema.quoted) TO \(acting.quoted)",
                "ALTER TABLE \(table.name.quoted) OWNER TO \(acting.quoted)",
            ]
        }
        let grant = "GRANT \(table.owner.quoted) TO \(acting.quoted)"
        if serverVersion >= 160_000 { return [grant + " WITH INHERIT TRUE"] }
        let isMember = table.ownerTie.isMember && !rights.inherits
        return (isMember ? [] : [grant]) + (rights.inherits ? [] : ["ALTER ROLE \(acting.quoted) INHERIT"])
    }

    /// Gives the acting role back what an owner may have given away.
    func give(_ right: TableRight, on table: TableName) -> String {
        switch right {
        case .usage: "GRANT USAGE ON SCHEMA \(table.schema.quoted) TO \(acting.quoted)"
        case .lock: "GRANT UPDATE ON TABLE \(table.quoted) TO \(acting.quoted)"
        case .trigger: "GRANT TRIGGER ON TABLE \(table.quoted) TO \(acting.quoted)"
        }
    }

    /// Lets the login role read the engine's own schema.
    func reading(_ name: Identifier, _ schema: EngineSchemaRights) -> [String] {
        let login = rights.loginRole.quoted
        var statements = schema.mayUse ? [] : ["GRANT USAGE ON SCHEMA \(name.quoted) TO \(login)"]
        if name == "polarity", schema.unreadable.contains("log") {
            statements.append("GRANT SELECT (\(BuiltinSchema.placeInLog)) ON TABLE \"polarity\".\"log\" TO \(login)")
        }
        let others = schema.unreadable.filter { name != "polarity" || $0 != "log" }
        let (sequences, tables) = (others.filter(\.isSequence), others.filter { !$0.isSequence })
        for (what, names) in [("TABLE", tables), ("SEQUENCE", sequences)] where !names.isEmpty {
            let list = names.map { QualifiedName(name, $0).quoted }.joined(separator: ", ")
            statements.append("GRANT SELECT ON \(what) \(list) TO \(login)")
        }
        return statements
    }

    /// Lets the login role change the schema `polarity`.
    func changing(_ schema: EngineSchemaRights) -> [String] {
        schema.ownerIsSuperuser
            ? BuiltinSchema.objects.map { "ALTER \($0) OWNER TO \(rights.loginRole.quoted)" }
            : [membership(in: schema.owner)]
    }

    /// Lets the acting role make triggers with functions of the engine.
    func creating(with functions: [ClosedObject]) -> [String] {
        usage(of: functions, to: acting)
            + functions.filter(\.isClosed).map {
                "GRANT EXECUTE ON FUNCTION \($0.name.quoted)() TO \(acting.quoted)"
            }
    }

    /// Lets the login role ask what a custom engine's evidence asks.
    func asking(_ relations: [ClosedObject]) -> [String] {
        usage(of: relations, to: rights.loginRole)
            + relations.filter(\.isClosed).map {
                "GRANT SELECT ON TABLE \($0.name.quoted) TO \(rights.loginRole.quoted)"
            }
    }

    private func usage(of objects: [ClosedObject], to role: Identifier) -> [String] {
        Set(objects.filter(\.isHidden).map(\.name.schema)).sorted()
            .map { "GRANT USAGE ON SCHEMA \($0.quoted) TO \(role.quoted)" }
    }
}

extension Identifier {
    /// Slony keeps the number of the local node in a sequence, and that of `polarity.log` says how far the log has come.
    fileprivate var isSequence: Bool { self == "sl_local_node_id" || self == "log_seq_seq" }
}
