/// The answer to one statement: named columns, rows of text as the server sent it, and the command tag.
public struct Rows: Hashable, Sendable {
    /// The names of the columns, in order; empty for a statement that returns no rows.
    public let columns: [String]
    /// How many rows there are.
    public let count: Int
    /// What the server says was done, for example `SELECT 3` or `ALTER TABLE`.
    public let commandTag: String
    /// Row after row; nil is NULL.
    private let fields: [String?]

    /// An answer as a server would give it; `fields` holds row after row, each as long as `columns`.
    public init(columns: [String] = [], fields: [String?] = [], commandTag: String) {
        precondition(columns.isEmpty ? fields.isEmpty : fields.count % columns.count == 0, "rows are not of one length")
        self.init(columns: columns, fields: fields, count: fields.count / max(columns.count, 1), commandTag: commandTag)
    }

    init(columns: [String], fields: [String?], count: Int, commandTag: String) {
        self.columns = columns
        self.fields = fields
        self.count = count
        self.commandTag = commandTag
    }

    /// Whether there is no row.
    public var isEmpty: Bool { count == 0 }

    /// The text of one field, nil for NULL; both numbers start at 0.
    public subscript(row: Int, column: Int) -> String? {
        precondition(column < columns.count, "no column \(column)")
        return fields[row * columns.count + column]
    }

    /// The text of one field, nil for NULL; the column must be one of `columns` (the first of that name).
    public subscript(row: Int, column: String) -> String? {
        guard let index = columns.firstIndex(of: column) else { preconditionFailure("no column \(column)") }
        return self[row, index]
    }

    /// Every row as an array of its fields, in the order the server sent them.
    public var values: [[String?]] {
        (0..<count).map { row in (0..<columns.count).map { self[row, $0] } }
    }
}

/// How far a message of many statements came.
public struct MessageAnswer: Hashable, Sendable {
    /// The answers of the statements that completed, in order.
    /// A completed statement is not a committed one: in a message without BEGIN an error undoes all of them.
    public let results: [Rows]
    /// The error that ended the message; nil when every statement completed.
    public let error: PostgresError?

    /// An answer as a session would give it.
    public init(results: [Rows], error: PostgresError?) {
        self.results = results
        self.error = error
    }
}
