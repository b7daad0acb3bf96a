/// What a node is asked about: every declared name and pattern, and the engine's own names.
public struct Scope: Hashable, Sendable {
    /// The cluster's name, for the schema `polarity` and the advisory lock.
    public let cluster: String
    /// The tables named one by one, over all sets, sorted, each once.
    public let tables: [TableName]
    /// The same tables, to look them up.
    public let named: Set<TableName>
    /// The patterns, over all sets.
    public let patterns: [TablePattern]
    /// The functions that the engine's templates call, sorted, each once.
    public let functions: [FunctionName]
    /// The relations that a custom engine's evidence names with their schemas, sorted, each once.
    public let evidence: [QualifiedName]
    /// See ``Engine/daemonMode``.
    public let daemonMode: FunctionName?
    /// Which catalog to read.
    public let catalog: EngineCatalog
    /// The engine's own schema: `_<cluster>` for Slony, `polarity` for builtin; `nil` without a catalog.
    public let engineSchema: Identifier?

    /// Whether a table is asked about.
    public func asksFor(_ table: TableName) -> Bool {
        named.contains(table) || patterns.contains { $0.matches(table) }
    }
}

extension DeclaredCluster {
    /// What every node is asked about.
    public var scope: Scope {
        // A set's tables are sorted already.
        let tables = sets.flatMap { $0.tables.map(\.name) }
        let isSorted = zip(tables, tables.dropFirst()).allSatisfy { $0 < $1 }
        let named = Set(tables)
        return Scope(
            cluster: name, tables: isSorted ? tables : named.sorted(), named: named,
            patterns: sets.flatMap(\.patterns), functions: engine.functions,
            evidence: engine.drained?.mentioned ?? [], daemonMode: engine.daemonMode, catalog: engine.catalog,
            engineSchema: engine.schema)
    }
}

extension Engine {
    /// See ``Scope/functions``.
    var functions: [FunctionName] {
        let names = templates.compactMap { template -> FunctionName? in
            let cluster: (Pattern.Placeholder) -> String? = { $0 == .cluster ? self.cluster : nil }
            guard let schema = template.functionSchema.filled(cluster), let name = template.functionName.filled(cluster)
            else { return nil }
            return FunctionName(Identifier(schema.cutAsIdentifier), Identifier(name.cutAsIdentifier))
        }
        return Set(names).sorted()
    }

    /// Where Slony keeps a cluster of this name.
    var slonySchema: Identifier { Identifier("_" + cluster) }

    /// The schema whose tables are the engine's own, and nobody's to replicate; `nil` where the functions are the user's,
    /// which may stand beside his tables.
    public var ownSchema: Identifier? { schema ?? (name == "custom" ? nil : functions.first?.schema) }

    /// See ``Scope/engineSchema``.
    public var schema: Identifier? {
        switch catalog {
        case .none: nil
        case .slony: slonySchema
        case .polarity: "polarity"
        }
    }
}
