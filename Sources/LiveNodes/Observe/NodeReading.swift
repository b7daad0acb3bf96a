import Postgres
import Replication

// A node is asked four or five times: it opens a snapshot; it is told the scope; it says what it is, and so on. Big catalogs are
// sent raw and joined here by OID, which costs less than a join on the server, and every list is taken apart while the
// server sends the rest of it. Where few relations are meant they are looked up first, and the lists are narrowed to them
// on the server, by index, so that a small file does not read a big catalog. Only where there are engine triggers on
// tables that were not asked for, or tables of which nobody knows whether they hold rows, is there one question more.

/// Reads one node.
struct NodeReading {
    let node: DeclaredNode
    let scope: Scope
    let timeout: Duration
    /// An apply's on this node.
    let lock: RunLock?

    /// Up to this many names are looked up one by one on the server; beyond it, whole schemas are read.
    private static let fewNames = 1000

    func answer(connectTimeout: Duration) async -> NodeAnswer {
        do throws(NodeFailure) {
            return .observed(try await observed(connectTimeout: connectTimeout))
        } catch {
            return .failed(error)
        }
    }

    private func observed(connectTimeout: Duration) async throws(NodeFailure) -> ObservedNode {
        do throws(PostgresError) {
            let session = try await connect(to: node, within: connectTimeout)
            let answer = await Result { () async throws(PostgresError) in
                try await twiceIfNeeded(session, within: timeout) { () async throws(PostgresError) in
                    try await read(session, min(timeout, connectTimeout))
                }
            }
            await session.close()
            return try answer.get()
        } catch {
            throw NodeFailure(error)
        }
    }

    private func read(_ session: Session, _ first: Duration) async throws(PostgresError) -> ObservedNode {
        let roundTrip = try await begin(session, first)
        _ = try await session.query(
            String(decoding: PackageResources.scope_sql, as: UTF8.self), settings, timeout: timeout)

        let version = session.serverVersion
        let first = try await session.lists(
            [
                .all(.identity), .all(.rights), .all(.engineSchema), .all(.closedFunctions), .all(.functions),
                .all(.sessionRoles),
            ]
                + (scope.daemonMode == nil ? [] : [.all(.daemonMode)])
                + (scope.evidence.isEmpty ? [] : [.all(.closedEvidence)])
                + (readsWholeSchemas ? [] : [.all(.relationsByName)]), timeout)
        var rights = NodeRights(first[.rights], roundTrip: roundTrip)
        if node.role == nil { rights.mayBecomeRole = true }
        rights.engineSchema = EngineSchemaRights(first[.engineSchema])
        rights.closedFunctions = .init(first[.closedFunctions])
        rights.closedEvidence = .init(first[.closedEvidence])
        let readable = rights.engineSchema.map { $0.isComplete && $0.isReadable } ?? false
        let more = More(engineReadable: readable, role: rights.mayBecomeRole ? node.role : nil)

        var joined = Joined(
            assembly: NodeAssembly(scope: scope, functions: .init(first[.functions])),
            replicated: ReplicatedRows(of: scope.cluster))
        let asked =
            readsWholeSchemas
            ? [.all(.relationsBySchema), .all(.triggers(serverVersion: version))] + listing(more, narrowed: false)
                + [.all(.owners), .all(.closedTables)]
            : asking(about: first[.relationsByName], more, version, into: &joined.assembly)
        joined = try await session.lists(asked, into: consume joined, timeout) { $0.take($2, of: $1) }
        joined.assembly.endLists()
        try await readLeftovers(session, into: &joined.assembly)
        var observed = joined.assembly.observed(identity: NodeIdentity(first[.identity]), rights: rights)
        observed.sessionRoles = .init(
            first[.sessionRoles], in: observed.identity.databaseOID, as: observed.rights.loginRole)
        observed.isDaemonModePublic = !first[.daemonMode].isAtEnd
        switch scope.catalog {
        case .none: break
        case .slony: observed.slony = more.engineReadable ? SlonyRegistrations(joined.others) : nil
        case .polarity:
            observed.builtin = BuiltinRegistrations(
                joined.others, joined.replicated, readable: more.engineReadable)
        }
        return observed
    }

    /// The long lists, joined as they come, and the others as they are.
    private struct Joined {
        var assembly: NodeAssembly
        /// The tables that the schema `polarity` has on record.
        var replicated: ReplicatedRows
        var others = Lists()

        mutating func take(_ rows: [UInt8], of query: CatalogQuery) {
            if query == .builtinTables {
                replicated.read(CopyRows(rows))
            } else if !assembly.take(rows, of: query) {
                others.keep(rows, of: query)
            }
        }
    }

    /// What is asked about the named and matching relations, which came with the first lists.
    private func asking(
        about relations: CopyRows, _ more: More, _ version: Int32, into assembly: inout NodeAssembly
    ) -> [Asked] {
        assembly.readRelations(relations)
        assembly.settleTables()
        let few = assembly.oids.count <= Self.fewNames
        let triggers: [Asked] =
            few
            ? [
                .oids(assembly.oids), .narrowed(.triggers(serverVersion: version)),
                .narrowed(.engineTriggers(serverVersion: version)),
            ] : [.all(.triggers(serverVersion: version))]
        return triggers + listing(more, narrowed: few)
            + [few ? .narrowed(.closedTables) : .all(.closedTables), .oids(assembly.ownerOIDs), .narrowed(.owners)]
    }

    /// What only a look at the triggers shows to be missing. Where presence is the state, whether a table holds rows
    /// decides what it means to create a trigger.
    private func readLeftovers(_ session: Session, into assembly: inout NodeAssembly) async throws(PostgresError) {
        let unnamed = assembly.unnamedStrayTables
        let unmeasured = scope.catalog == .none ? assembly.tablesToMeasure : []
        var lists = Lists()
        if !unnamed.isEmpty || !unmeasured.isEmpty {
            lists = try await session.lists(
                [.oids(unnamed), .narrowed(.relationNames), .oids(unmeasured), .narrowed(.filledTables)], timeout)
        }
        assembly.nameStrayTables(lists[.relationNames])
        assembly.readFilled(lists[.filledTables], among: unmeasured)
    }

    /// Opens the snapshot under which all is read.
    private func begin(_ session: Session, _ time: Duration) async throws(PostgresError) -> Duration {
        var text = beginning(serverVersion: session.serverVersion)
        text += "SET LOCAL statement_timeout = \(timeout.milliseconds);\n"
        if let lock { text += lock.check + ";\n" }
        let start = ContinuousClock.now
        let begun = try await session.run(text, timeout: time)
        if let lock { try lock.holds(begun.last) }
        return ContinuousClock.now - start
    }

}

// MARK: - What to ask

extension NodeReading {
    private var readsWholeSchemas: Bool { scope.tables.count > Self.fewNames }

    /// The schemas of what is asked for, some of them twice: the tables are sorted, and one that is in the schema of the one
    /// before it adds nothing.
    private var schemas: [String] {
        let tables = scope.tables
        let firsts = tables.indices.filter { $0 == 0 || tables[$0].schema != tables[$0 - 1].schema }
        return firsts.map { tables[$0].schema.text } + scope.patterns.map(\.schema.text)
    }

    /// The parameters of `scope.sql`.
    private var settings: [String?] {
        [
            array(readsWholeSchemas ? schemas : scope.tables.map(\.schema.text)),
            array(readsWholeSchemas ? [] : scope.tables.map(\.name.text)),
            array(scope.patterns.map(\.schema.text)), array(scope.patterns.map { likePattern(of: $0.match) }),
            array(scope.functions.map(\.schema.text)), array(scope.functions.map(\.name.text)), scope.cluster,
            scope.engineSchema?.text ?? "", array(scope.catalog.tables), node.role?.text,
            array(scope.evidence.map(\.schema.text)), array(scope.evidence.map(\.name.text)),
            array(scope.daemonMode.map { [$0.schema.text, $0.name.text] } ?? []),
        ]
    }

    /// What the first lists say about the others.
    private struct More {
        let engineReadable: Bool
        /// The declared role, where the login role may become it.
        let role: Identifier?
    }

    /// The lists about relations, and the engine's registrations.
    private func listing(_ more: More, narrowed: Bool) -> [Asked] {
        func list(_ query: CatalogQuery) -> Asked { narrowed ? .narrowed(query) : .all(query) }
        var asked = [list(.rules), list(.primaryKeys), list(.inheritanceChildren), list(.foreignKeys)]
        asked += [.all(.subscribedTables), .all(.eventTriggers)]
        if let role = more.role { asked.append(.sql("SET LOCAL ROLE \(role.quoted);")) }
        asked.append(list(.sequences))
        if more.role != nil { asked.append(.sql("SET LOCAL ROLE NONE;")) }
        switch scope.catalog {
        case .none: return asked
        case .slony: return asked + (more.engineReadable ? slonyLists : [])
        case .polarity:
            return asked + [.all(.builtinFunctions), .all(.builtinLogFaults)]
                + (more.engineReadable ? builtinLists : [])
        }
    }

    private var slonyLists: [Asked] {
        guard let schema = scope.engineSchema else { return [] }
        return [
            .sql("SET LOCAL search_path = pg_catalog, \(schema.quoted), pg_temp;"),
            .all(.slonyLocalNode), .all(.slonyNodes), .all(.slonySets), .all(.slonyTables), .all(.slonySubscriptions),
            .all(.slonyMoves), .narrowed(.uniqueIndexes), .narrowed(.droppedColumns),
            .sql("SET LOCAL search_path = pg_catalog, pg_temp;"),
        ]
    }

    private var builtinLists: [Asked] {
        [
            .all(.builtinNode), .all(.builtinSets), .all(.builtinMembers), .all(.builtinOtherMembers),
            .all(.builtinTables), .all(.builtinLogged), .all(.builtinLogEnd), .all(.builtinApplied),
        ]
    }
}

extension EngineCatalog {
    /// What must be readable for its registrations to be known.
    fileprivate var tables: [String] {
        switch self {
        case .none: []
        case .slony:
            ["sl_node", "sl_set", "sl_table", "sl_subscribe", "sl_event", "sl_confirm", "sl_local_node_id"]
        case .polarity: ["log", "applied", "node", "origin", "member", "replicated"]
        }
    }
}

/// An array as PostgreSQL reads it.
func array(_ texts: [String]) -> String {
    "{" + texts.map { "\"" + $0.escaping(["\"", "\\"]) + "\"" }.joined(separator: ",") + "}"
}

/// A glob as LIKE reads it.
private func likePattern(of glob: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in glob.escaping(["%", "_", "\\"]).unicodeScalars {
        result.append(scalar == "*" ? "%" : scalar == "?" ? "_" : scalar)
    }
    return String(result)
}

extension String {
    /// With a backslash before each of some characters.
    fileprivate func escaping(_ special: Set<Unicode.Scalar>) -> String {
        var result = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            if special.contains(scalar) { result.append("\\") }
            result.append(scalar)
        }
        return String(result)
    }
}

extension Duration {
    /// Whole milliseconds, at least one.
    fileprivate var milliseconds: Int64 {
        max(1, components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000)
    }
}
