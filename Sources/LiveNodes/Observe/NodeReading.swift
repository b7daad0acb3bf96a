import Postgres
import Replication

// A node is asked four times: it opens a snapshot; it is told the scope; it says what it is and which relations the
// scope means; it sends the lists about them. Big catalogs are sent raw and joined here by OID, which costs less than
// a join on the server. Where few relations are meant, the lists are narrowed to them on the server, by index, so that
// a small file does not read a big catalog. Only where engine triggers turn up on tables that were not asked for is
// there a fifth question: for their names.

/// Reads one node.
struct NodeReading {
    let node: DeclaredNode
    let scope: Scope
    let timeout: Duration

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
        let address: ConnectionString
        do throws(InvalidConnectionString) {
            address = try ConnectionString(node.conninfo)
        } catch {
            throw NodeFailure(error)
        }
        do throws(PostgresError) {
            let session = try await Session.connect(to: address, timeout: connectTimeout)
            let answer = await Result { () async throws(PostgresError) in
                try await readTwiceIfNeeded(session)
            }
            await session.close()
            return try answer.get()
        } catch {
            throw NodeFailure(error)
        }
    }

    /// A relation that is dropped meanwhile, or a standby that must go on, ends the transaction; that does not last.
    private func readTwiceIfNeeded(_ session: Session) async throws(PostgresError) -> ObservedNode {
        do throws(PostgresError) {
            return try await read(session)
        } catch {
            guard ["XX000", "40001", "42P01", "42704"].contains(error.sqlState) else { throw error }
            _ = try await session.run("ROLLBACK", timeout: timeout)
            return try await read(session)
        }
    }

    private func read(_ session: Session) async throws(PostgresError) -> ObservedNode {
        let roundTrip = try await begin(session)
        _ = try await session.query(
            String(decoding: PackageResources.scope_sql, as: UTF8.self), settings, timeout: timeout)

        let version = session.serverVersion
        let rightsQuery = CatalogQuery.rights(serverVersion: version)
        let first = try await session.lists(
            [.all(.identity), .all(rightsQuery), .all(.readableEngine), .all(relationsQuery)], timeout)
        var rights = NodeRights(first[rightsQuery], roundTrip: roundTrip)
        if node.role == nil { rights.mayBecomeRole = true }
        var readable = first[.readableEngine]
        let engineReadable = readable.flag()

        var assembly = NodeAssembly(scope: scope, relations: first[relationsQuery])
        let wanted = listing(assembly, version: version, engineReadable: engineReadable, role: usableRole(rights))
        let lists = try await session.lists(wanted, timeout)
        assembly.read(lists, serverVersion: version)
        let unnamed = assembly.unnamedStrayTables
        if !unnamed.isEmpty {
            let names = try await session.lists([.oids(unnamed), .narrowed(.relationNames)], timeout)
            assembly.nameStrayTables(names[.relationNames])
        }
        var observed = assembly.observed(identity: NodeIdentity(first[.identity]), rights: rights)
        switch scope.catalog {
        case .none: break
        case .slony: observed.slony = engineReadable ? SlonyRegistrations(lists) : nil
        case .polarity: observed.builtin = BuiltinRegistrations(lists, readable: engineReadable)
        }
        return observed
    }

    private func begin(_ session: Session) async throws(PostgresError) -> Duration {
        var text = String(decoding: PackageResources.begin_sql, as: UTF8.self)
        // PostgreSQL 10 knows no JIT.
        if session.serverVersion >= 110_000 { text += "SET LOCAL jit = off;\n" }
        text += "SET LOCAL statement_timeout = \(timeout.milliseconds);\n"
        let start = ContinuousClock.now
        _ = try await session.run(text, timeout: timeout)
        return ContinuousClock.now - start
    }

    private func usableRole(_ rights: NodeRights) -> Identifier? { rights.mayBecomeRole ? node.role : nil }
}

// MARK: - What to ask

extension NodeReading {
    private var readsWholeSchemas: Bool { scope.tables.count > Self.fewNames }
    private var relationsQuery: CatalogQuery { readsWholeSchemas ? .relationsBySchema : .relationsByName }

    /// The parameters of `scope.sql`.
    private var settings: [String?] {
        let schemas = scope.tables.map(\.schema.text)
        return [
            array(readsWholeSchemas ? Set(schemas + scope.patterns.map(\.schema.text)).sorted() : schemas),
            array(readsWholeSchemas ? [] : scope.tables.map(\.name.text)),
            array(scope.patterns.map(\.schema.text)), array(scope.patterns.map { likePattern(of: $0.match) }),
            array(scope.functions.map(\.schema.text)), array(scope.functions.map(\.name.text)), scope.cluster,
            scope.engineSchema?.text ?? "", array(scope.catalog.tables), node.role?.text,
        ]
    }

    /// The lists about the relations that were found.
    private func listing(
        _ assembly: NodeAssembly, version: Int32, engineReadable: Bool, role: Identifier?
    ) -> [Asked] {
        let few = assembly.oids.count <= Self.fewNames
        func list(_ query: CatalogQuery) -> Asked { few ? .narrowed(query) : .all(query) }
        var asked: [Asked] = [.oids(few ? assembly.oids : []), list(.triggers(serverVersion: version))]
        if few && !scope.functions.isEmpty { asked.append(.narrowed(.engineTriggers(serverVersion: version))) }
        asked += [list(.rules), list(.primaryKeys), list(.inheritanceChildren), list(.foreignKeys)]
        asked += [.all(.functions), .all(.subscribedTables), .all(.eventTriggers)]
        if let role { asked.append(.sql("SET LOCAL ROLE \(role.quoted);")) }
        asked.append(list(.sequences))
        if role != nil { asked.append(.sql("SET LOCAL ROLE NONE;")) }
        switch scope.catalog {
        // Where presence is the state, whether a table holds rows decides what it means to create a trigger.
        case .none: asked += [.oids(assembly.oids), .narrowed(.filledTables)]
        case .slony: asked += engineReadable ? slonyLists : []
        case .polarity: asked += engineReadable ? [.all(.builtinFunctions)] + builtinLists : [.all(.builtinFunctions)]
        }
        return asked + [.oids(assembly.ownerOIDs), .narrowed(.owners)]
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
            .all(.builtinNode), .all(.builtinSets), .all(.builtinMembers), .all(.builtinTables), .all(.builtinLogged),
            .all(.builtinApplied),
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
private func array(_ texts: [String]) -> String {
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
