/// A moment at which a fault can be produced: one request, and how far it has come.
public struct Boundary: Hashable, Sendable {
    /// How far a request has come.
    public enum Moment: String, CaseIterable, Hashable, Sendable {
        /// The server knows nothing of it yet.
        case before
        /// The server has all of it, the client has nothing of the answer.
        case sent
        /// The client has all of the answer; never comes for a ``Request/terminate`` or a ``Request/cancel``.
        case answered
    }

    /// What the proxy is called.
    public let node: String
    /// Which connection through this proxy, from 1, in the order in which they were made.
    public let connection: Int
    /// What was asked.
    public let request: Request
    /// How far it has come.
    public let moment: Moment
}

/// What a client asks, each with one answer: everything up to the next message that the server answers with
/// ReadyForQuery.
public enum Request: Hashable, Sendable {
    /// The connection is made; keywords and values as they stand in the startup message, such as `application_name`.
    case startup([String: String])
    /// One simple query message; it may hold many statements.
    case query(String)
    /// Parse to Sync, in one piece; the statement that is parsed.
    case extended(String)
    /// The client says goodbye.
    case terminate
    /// A connection that asks for a cancel and nothing else.
    case cancel

    /// The SQL; empty where there is none.
    public var sql: String {
        switch self {
        case .query(let text), .extended(let text): text
        case .startup, .terminate, .cancel: ""
        }
    }
}

/// What is done at a boundary.
public enum Fault: Hashable, Sendable {
    /// Nothing: it goes on.
    case forward
    /// The connection is closed to both sides.
    case cut
    /// Nothing passes in either direction any more, and neither side is told: both ends stay open until the proxy stops.
    case blackhole
    /// It goes on after this time; nothing else passes meanwhile.
    case delay(Duration)
}
