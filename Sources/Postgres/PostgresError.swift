/// What a server, or libpq on the way to it, refused to do.
public struct PostgresError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The five characters of SQLSTATE, as the server sent them. Without a server's word: `08001` could not connect,
    /// also when time ran out meanwhile; `08006` the connection was lost; `57014` a timeout or a cancelled task.
    public let sqlState: String
    /// The primary message, in the server's (or libpq's) own words, without a final newline.
    public let message: String
    /// The server's HINT.
    public let hint: String?
    /// What servers said that let nobody in, or ended the session: of each host that said anything.
    public let refusals: [Refusal]

    /// What one server said, in its own language.
    public struct Refusal: Hashable, Sendable {
        /// The five characters of SQLSTATE, which are no language's.
        public let sqlState: String
        /// The line, with libpq's words about the host in front of it.
        public let message: String

        /// A refusal as a server would send it.
        public init(sqlState: String, message: String) {
            self.sqlState = sqlState
            self.message = message
        }
    }

    /// An error as a server would report it.
    public init(sqlState: String, message: String, hint: String? = nil, refusals: [Refusal] = []) {
        self.sqlState = sqlState
        self.message = message
        self.hint = hint
        self.refusals = refusals
    }

    /// The session is of no more use: never connected, cut off, or ended by the server.
    public var isConnectionLost: Bool {
        sqlState.hasPrefix("08") || ["57P01", "57P02", "57P03", "57P05", "25P03", "25P04"].contains(sqlState)
    }
    /// The statement was cancelled: by a timeout, by the task that asked, or by someone on the server (`57014`).
    public var isCancelled: Bool { sqlState == "57014" }
    /// A lock was not to be had within `lock_timeout`, or not at once with NOWAIT (`55P03`).
    public var isLockNotAvailable: Bool { sqlState == "55P03" }
    /// The server broke a deadlock by ending this transaction (`40P01`).
    public var isDeadlock: Bool { sqlState == "40P01" }

    /// One line for a message: the server's words and their SQLSTATE.
    public var description: String { "\(message) (\(sqlState))" }
}

/// What a server said beside its answer: NOTICE, WARNING, INFO.
public struct Notice: Hashable, Sendable {
    /// The severity, never translated: `NOTICE`, `WARNING`, `INFO`, `LOG`, `DEBUG`.
    public let severity: String
    /// The five characters of SQLSTATE; `00000` for most notices.
    public let sqlState: String
    /// The primary message, in the server's own words.
    public let message: String

    /// A notice as a server would send it.
    public init(severity: String, sqlState: String, message: String) {
        self.severity = severity
        self.sqlState = sqlState
        self.message = message
    }
}
