import Postgres

/// One part of a message to a node.
enum Asked {
    /// A statement that sends nothing.
    case sql(String)
    /// The OIDs that narrow the lists behind it.
    case oids([UInt32])
    /// A list as a whole.
    case all(CatalogQuery)
    /// A list narrowed to the OIDs.
    case narrowed(CatalogQuery)

    fileprivate var text: String {
        switch self {
        case .sql(let text): text
        case .oids(let oids): "SET LOCAL polarity.oids = '{\(oids.map { String($0) }.joined(separator: ","))}';"
        case .all(let query): query.copyAll
        case .narrowed(let query): query.copyNarrowed
        }
    }

    fileprivate var query: CatalogQuery? {
        switch self {
        case .sql, .oids: nil
        case .all(let query), .narrowed(let query): query
        }
    }
}

/// The lists that one message brought, as far as they are short enough to be kept.
struct Lists {
    private var bytes: [CatalogQuery: [UInt8]] = [:]

    /// A list from its beginning; without rows where it was not asked for.
    subscript(query: CatalogQuery) -> CopyRows { CopyRows(bytes[query] ?? []) }

    mutating func keep(_ rows: [UInt8], of query: CatalogQuery) { bytes[query, default: []] += rows }
}

extension Session {
    /// Asks for several lists in one message, and keeps them.
    func lists(_ asked: [Asked], _ timeout: Duration) async throws(PostgresError) -> Lists {
        try await lists(asked, into: Lists(), timeout) { $0.keep($2, of: $1) }
    }

    /// Asks for several lists in one message, and takes them apart while the server sends the rest.
    func lists<State: Sendable>(
        _ asked: [Asked], into state: consuming State, _ timeout: Duration,
        take: @Sendable (inout State, CatalogQuery, _ rows: [UInt8]) -> Void
    ) async throws(PostgresError) -> State {
        let queries = asked.compactMap(\.query)
        return try await copyOut(asked.map(\.text).joined(separator: "\n"), into: state, timeout: timeout) {
            take(&$0, queries[$1], $2)
        }
    }
}
