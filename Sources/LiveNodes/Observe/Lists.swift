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

/// The lists that one message brought.
struct Lists {
    private let bytes: [CatalogQuery: [UInt8]]

    /// None, unless given.
    init(bytes: [CatalogQuery: [UInt8]] = [:]) { self.bytes = bytes }

    /// A list from its beginning; without rows where it was not asked for.
    subscript(query: CatalogQuery) -> CopyRows { CopyRows(bytes[query] ?? []) }
}

extension Session {
    /// Asks for several lists in one message.
    func lists(_ asked: [Asked], _ timeout: Duration) async throws(PostgresError) -> Lists {
        let answers = try await copyOut(asked.map(\.text).joined(separator: "\n"), timeout: timeout)
        let copied = answers.compactMap { answer in
            switch answer {
            case .rows: nil as [UInt8]?
            case .copied(let bytes): bytes
            }
        }
        return Lists(bytes: Dictionary(zip(asked.compactMap(\.query), copied)) { first, _ in first })
    }
}
