import Replication

/// One list that a node is asked for: a `.sql` file whose rows come back through COPY.
struct CatalogQuery: Hashable {
    /// The text of the file.
    private let file: [UInt8]
    /// What holds for the rows that belong to the OIDs in `polarity.oids`; `q` are the file's rows.
    private let narrowing: String?

    private init(_ file: [UInt8], narrowing: String? = nil) {
        self.file = file
        self.narrowing = narrowing
    }

    /// The statement that sends every row.
    var copyAll: String { "COPY (\n\(select)\n) TO STDOUT;" }

    /// The statement that sends the rows of `polarity.oids` alone, by index where the catalog has one.
    var copyNarrowed: String {
        guard let narrowing else { return copyAll }
        return "COPY (\nSELECT q.* FROM (\n\(select)\n) AS q WHERE \(narrowing)\n) TO STDOUT;"
    }

    /// The file without the semicolon that psql needs.
    private var select: String {
        let text = String(decoding: file, as: UTF8.self)
        guard let end = text.lastIndex(of: ";") else { return text }
        return String(text[..<end])
    }

    /// A subquery, so that the server reads the setting once and not for every row.
    private static let oids = "(SELECT current_setting('polarity.oids')::oid[])::oid[]"
    private static func narrowed(_ column: String) -> String { "q.\(column) = ANY (\(oids))" }
    private static func registered(_ column: String) -> String {
        "q.\(column) IN (SELECT s.tab_reloid FROM sl_table AS s)"
    }
    private static let engineFunctions = """
        q.tgfoid IN (SELECT p.oid
                       FROM ROWS FROM (unnest(current_setting('polarity.function_schemas')::name[]),
                                       unnest(current_setting('polarity.functions')::name[])) AS w (schema, name)
                       JOIN pg_catalog.pg_namespace AS n ON n.nspname = w.schema
                       JOIN pg_catalog.pg_proc AS p ON p.pronamespace = n.oid AND p.proname = w.name)
        """
    private static let touching = """
        q.oid IN (SELECT d.objid
                    FROM pg_catalog.pg_depend AS d
                   WHERE d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = ANY (\(oids))
                     AND d.classid = 'pg_catalog.pg_constraint'::regclass)
        """

    static let identity = CatalogQuery(PackageResources.identity_sql)
    static let rights = CatalogQuery(PackageResources.rights_sql)
    static let engineSchema = CatalogQuery(PackageResources.engine_schema_sql)
    static let closedFunctions = CatalogQuery(PackageResources.closed_functions_sql)
    static let closedEvidence = CatalogQuery(PackageResources.closed_evidence_sql)
    static let closedTables = CatalogQuery(PackageResources.closed_tables_sql, narrowing: narrowed("oid"))
    static let relationsByName = CatalogQuery(PackageResources.relations_by_name_sql)
    static let relationsBySchema = CatalogQuery(PackageResources.relations_by_schema_sql)
    static let filledTables = CatalogQuery(PackageResources.filled_tables_sql, narrowing: narrowed("oid"))
    static let owners = CatalogQuery(PackageResources.owners_sql, narrowing: narrowed("oid"))
    static let functions = CatalogQuery(PackageResources.functions_sql)
    static let rules = CatalogQuery(PackageResources.rules_sql, narrowing: narrowed("ev_class"))
    static let primaryKeys = CatalogQuery(PackageResources.primary_keys_sql, narrowing: narrowed("conrelid"))
    static let uniqueIndexes = CatalogQuery(PackageResources.unique_indexes_sql, narrowing: registered("indrelid"))
    static let droppedColumns = CatalogQuery(PackageResources.dropped_columns_sql, narrowing: registered("attrelid"))
    static let inheritanceChildren = CatalogQuery(
        PackageResources.inheritance_children_sql, narrowing: narrowed("inhparent"))
    static let subscribedTables = CatalogQuery(PackageResources.subscribed_tables_sql)
    static let sequences = CatalogQuery(PackageResources.sequences_sql, narrowing: narrowed("refobjid"))
    static let foreignKeys = CatalogQuery(PackageResources.foreign_keys_sql, narrowing: touching)
    static let eventTriggers = CatalogQuery(PackageResources.event_triggers_sql)
    static let sessionRoles = CatalogQuery(PackageResources.session_roles_sql)
    static let daemonMode = CatalogQuery(PackageResources.daemon_mode_sql)
    static let relationNames = CatalogQuery(PackageResources.relation_names_sql, narrowing: narrowed("oid"))

    static let slonyLocalNode = CatalogQuery(PackageResources.slony_local_node_sql)
    static let slonyNodes = CatalogQuery(PackageResources.slony_nodes_sql)
    static let slonySets = CatalogQuery(PackageResources.slony_sets_sql)
    static let slonyTables = CatalogQuery(PackageResources.slony_tables_sql)
    static let slonySubscriptions = CatalogQuery(PackageResources.slony_subscriptions_sql)
    static let slonyMoves = CatalogQuery(PackageResources.slony_moves_sql)

    static let builtinFunctions = CatalogQuery(PackageResources.builtin_functions_sql)
    static let builtinNode = CatalogQuery(PackageResources.builtin_node_sql)
    static let builtinSets = CatalogQuery(PackageResources.builtin_sets_sql)
    static let builtinMembers = CatalogQuery(PackageResources.builtin_members_sql)
    static let builtinOtherMembers = CatalogQuery(PackageResources.builtin_other_members_sql)
    static let builtinTables = CatalogQuery(PackageResources.builtin_tables_sql)
    static let builtinLogged = CatalogQuery(PackageResources.builtin_logged_sql)
    static let builtinLogFaults = CatalogQuery(PackageResources.builtin_log_faults_sql)
    static let builtinLogEnd = CatalogQuery(PackageResources.builtin_log_end_sql)
    static let builtinApplied = CatalogQuery(PackageResources.builtin_applied_sql)

    static func triggers(serverVersion: Int32) -> CatalogQuery {
        CatalogQuery(
            serverVersion < 130_000 ? PackageResources.triggers_before_13_sql : PackageResources.triggers_sql,
            narrowing: narrowed("tgrelid"))
    }

    /// The engine's triggers wherever they are.
    static func engineTriggers(serverVersion: Int32) -> CatalogQuery {
        CatalogQuery(
            serverVersion < 130_000 ? PackageResources.triggers_before_13_sql : PackageResources.triggers_sql,
            narrowing: engineFunctions)
    }
}
