import Postgres
import Replication

// What a step's transaction makes sure of, in plain SQL.
//
// A DO block could say RAISE, but is parsed and compiled anew for every table, which costs more than the ALTER TABLE that
// it guards. A prepared statement is not, but knows no RAISE: a cast that must fail stands for it, and carries what was
// found wrong in the one part of the server's message that no language changes.

/// SQLSTATEs of what the checks find.
enum CheckState {
    /// The run's lock on the node is lost.
    static let lockLost = "POL01"
    /// The table, its rows under the lock, or what the engine's catalog says of it, are not those of the plan.
    static let stale = "POL02"
}

/// What a check can find wrong.
enum Check: String, CaseIterable {
    case lockLost = "polarity: lock lost"
    case anotherTable = "polarity: another table"
    case otherRows = "polarity: other rows"
    case otherRegistration = "polarity: other registration"

    /// An integer that ends the transaction when it is asked for. The process id keeps the planner from asking.
    var raise: String { "pg_catalog.concat('\(rawValue) ', pg_catalog.pg_backend_pid())::pg_catalog.int4" }
}

extension PostgresError {
    /// A check's error in words of its own; any other error as it is.
    func asRaised(at table: TableName?) -> PostgresError {
        // Without the quotes: they are the language's, as in »polarity: other rows 4242«.
        guard sqlState == "22P02", let check = Check.allCases.first(where: { message.contains("\($0.rawValue) ") })
        else { return self }
        let name = table?.description ?? "the table"
        switch check {
        case .lockLost:
            return PostgresError(sqlState: CheckState.lockLost, message: "this run has lost its lock on the node")
        case .anotherTable:
            return PostgresError(sqlState: CheckState.stale, message: "\(name) is another table than the plan's")
        case .otherRows:
            return PostgresError(
                sqlState: CheckState.stale, message: "the triggers and rules of \(name) are not those of the plan")
        case .otherRegistration:
            return PostgresError(
                sqlState: CheckState.stale,
                message:
                    "Slony's catalog does not say of \(name) what the plan goes by: its set was moved, locked or changed"
            )
        }
    }
}
