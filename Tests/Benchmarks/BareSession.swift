import CLibPQ

/// libpq and nothing else: what the floors are made of.
final class BareSession {
    private let connection: OpaquePointer

    init(_ conninfo: String) {
        guard let connection = PQconnectdb(conninfo), PQstatus(connection) == CONNECTION_OK else {
            fatalError("could not connect to \(conninfo)")
        }
        self.connection = connection
    }

    deinit { PQfinish(connection) }

    /// Sends a text of statements and reads every answer to its end; what a COPY sends is counted and dropped.
    ///
    /// - Returns: The number of bytes copied.
    @discardableResult
    func run(_ sql: String) -> Int {
        precondition(PQsendQuery(connection, sql) == 1, words)
        var bytes = 0
        while let result = PQgetResult(connection) {
            let status = PQresultStatus(result)
            PQclear(result)
            switch status {
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: continue
            case PGRES_COPY_OUT: bytes += copied()
            default: fatalError(words)
            }
        }
        return bytes
    }

    private func copied() -> Int {
        var bytes = 0
        var row: UnsafeMutablePointer<CChar>?
        while true {
            let length = PQgetCopyData(connection, &row, 0)
            guard length > 0 else { return bytes }
            PQfreemem(row)
            bytes += Int(length)
        }
    }

    private var words: String { String(cString: PQerrorMessage(connection)) }
}

/// The least that anybody must ask a node to know its triggers.
enum RawCopy {
    /// The raw columns of `pg_trigger`, and nothing else.
    static let triggers = """
        COPY (SELECT tgrelid, tgname, tgfoid, tgtype, tgenabled, tgargs, tgattr, tgqual IS NOT NULL, tgconstraint, tgparentid
                FROM pg_catalog.pg_trigger WHERE NOT tgisinternal) TO STDOUT;
        """
    /// Namespaces, relations and triggers: what can be joined to named tables with their triggers.
    static let catalog = """
        BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;
        COPY (SELECT oid, nspname FROM pg_catalog.pg_namespace) TO STDOUT;
        COPY (SELECT oid, relname, relnamespace, relkind, relpersistence, relowner
                FROM pg_catalog.pg_class WHERE relkind NOT IN ('i', 'I', 't', 'c')) TO STDOUT;
        \(triggers)
        COMMIT;
        """
}
