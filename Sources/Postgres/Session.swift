/// One session on one node: an actor on a thread of its own, so that a slow node delays nobody else.
///
/// A call sends one request and returns when the server has answered it whole, the time is over or the task is
/// cancelled. In the last two cases the server is asked to cancel and its answer is awaited for one second more, after
/// which the session is closed; a statement that ended before the cancel reached it keeps its answer. Nothing is sent
/// for a task that is cancelled already.
public actor Session {
    private let lane: Lane
    private var connection: Connection

    /// The session's thread.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { lane.asUnownedSerialExecutor() }

    /// Where the session's own code runs, for a task that asks one thing after another: it changes no thread between them.
    /// What such a task calls must not be the default actor of others, whose turns would be taken here as well.
    public nonisolated var executor: any TaskExecutor { lane }

    /// The process id of the server's backend, as `pg_backend_pid()` says; behind a pooler it may be the pooler's.
    public nonisolated let processID: Int32
    /// The server's version as a number: 150020 is 15.20.
    public nonisolated let serverVersion: Int32

    private init(_ connection: consuming Connection, on lane: Lane) {
        processID = connection.processID
        serverVersion = connection.serverVersion
        self.lane = lane
        self.connection = connection
    }

    /// Connects, in UTF8, with TCP keepalives that notice a dead node within half a minute unless the text sets its own.
    ///
    /// `options` is never set: it would replace `PGOPTIONS`, and PgBouncer refuses it.
    /// - Parameters:
    ///   - timeout: For all hosts of the text together, authentication included; each has its share of it, and no more than
    ///     its `connect_timeout`. Looking up a name is not interrupted.
    ///   - applicationName: Used where neither the text nor `PGAPPNAME` gives one.
    /// - Throws: SQLSTATE `08001` when there is no session in time, `57014` when the task was cancelled.
    public static func connect(
        to address: ConnectionString, timeout: Duration, applicationName: String = "polarity"
    ) async throws(PostgresError) -> Session {
        let lane = Lane("polarity.session")
        let conninfo = address.completed(
            defaults: [
                "fallback_application_name": applicationName, "keepalives_idle": "15", "keepalives_interval": "5",
                "keepalives_count": "3", "tcp_user_timeout": "30000",
            ], forced: ["client_encoding": "UTF8"])
        return try await Session(Dialler(lane: lane).dial(conninfo, timeout), on: lane)
    }

    /// Sends the text by the simple protocol: several statements, or none, of which those without BEGIN are one
    /// transaction.
    ///
    /// - Parameter timeout: For the whole text.
    /// - Returns: The answers of all statements but COPYs, in order; what a COPY sends is dropped.
    /// - Throws: The first error, after which the server has ignored the rest of the text.
    public func run(_ sql: String, timeout: Duration = .seconds(30)) async throws(PostgresError) -> [Rows] {
        let answer = try await message(sql, timeout: timeout)
        if let error = answer.error { throw error }
        return answer.results
    }

    /// Sends one statement with its parameters by the extended protocol; nil is NULL, types are inferred by the server.
    public func query(
        _ sql: String, _ parameters: [String?] = [], timeout: Duration = .seconds(30)
    ) async throws(PostgresError) -> Rows {
        let answer = try await ask(.parameters(sql, parameters), timeout)
        if let error = answer.error { throw error }
        return answer.results.first ?? Rows(commandTag: "")
    }

    /// Like ``query(_:_:timeout:)``, inside a transaction that is rolled back. Nothing else that the session is asked comes
    /// between.
    ///
    /// - Parameters:
    ///   - begin: The text that opens the transaction.
    ///   - timeout: For each of its three messages.
    public func query(
        _ sql: String, _ parameters: [String?] = [], in begin: String, timeout: Duration = .seconds(30)
    ) async throws(PostgresError) -> Rows {
        let answers = try await ask([.text(begin), .parameters(sql, parameters), .text("ROLLBACK")], timeout)
        if let error = answers.lazy.compactMap(\.error).first { throw error }
        return answers[1].results.first ?? Rows(commandTag: "")
    }

    /// Like ``run(_:timeout:)``, for who must know how many statements completed before the first error.
    ///
    /// - Throws: Only when the connection is lost, the time is over or the task was cancelled: what was sent may or may
    ///   not have been done.
    public func message(
        _ sql: String, timeout: Duration = .seconds(30)
    ) async throws(PostgresError) -> MessageAnswer {
        let answer = try await ask(.text(sql), timeout)
        return MessageAnswer(results: answer.results, error: answer.error)
    }

    /// Like ``run(_:timeout:)``, for what `COPY … TO STDOUT` sends, which is handed on while the server sends more.
    ///
    /// - Parameters:
    ///   - state: What the rows go into.
    ///   - take: Called on the session's thread with the number of the COPY in the text, from 0, and some of its rows in
    ///     text format, each with the newline that ends it; never with none.
    /// - Returns: The state when everything has come.
    public func copyOut<State: Sendable>(
        _ sql: String, into state: consuming State, timeout: Duration = .seconds(30),
        take: @Sendable (inout State, _ copy: Int, _ rows: [UInt8]) -> Void
    ) async throws(PostgresError) -> State {
        var state = state
        let answer = try await ask(.text(sql), timeout) { copy, rows in
            take(&state, copy, rows)
        }
        if let error = answer.error { throw error }
        return state
    }

    /// What the server said beside its answers since the last time this was asked.
    public func takeNotices() -> [Notice] {
        connection.takeNotices()
    }

    /// Ends the session; the server rolls back what is open. Closing twice does no harm.
    public func close() {
        connection.close()
    }

    private func ask(
        _ request: Connection.Request, _ timeout: Duration, handingOnTo take: Connection.RowTaker = { _, _ in }
    ) async throws(PostgresError) -> Connection.Answer {
        try await ask([request], timeout, handingOnTo: take)[0]
    }

    /// Asks one thing after the other in one go; after an error only the last, also where there was no answer.
    private func ask(
        _ requests: [Connection.Request], _ timeout: Duration,
        handingOnTo take: Connection.RowTaker = { _, _ in }
    ) async throws(PostgresError) -> [Connection.Answer] {
        let button = connection.button
        return try await withTaskCancellationHandler {
            Result { () throws(PostgresError) in
                var answers: [Connection.Answer] = []
                do throws(PostgresError) {
                    for (index, request) in requests.enumerated()
                    where answers.last?.error == nil || index == requests.count - 1 {
                        answers.append(try connection.ask(request, within: timeout, handingOnTo: take))
                    }
                } catch {
                    if answers.count < requests.count - 1, let last = requests.last { conclude(by: last, timeout) }
                    throw error
                }
                return answers
            }
        } onCancel: {
            button.press()
        }.get()
    }

    /// Asks the last thing after one that had no answer; where that fails, the session ends and leaves nothing open.
    private func conclude(by request: Connection.Request, _ timeout: Duration) {
        do throws(PostgresError) {
            if try connection.ask(request, within: timeout).error != nil { connection.close() }
        } catch {
            connection.close()
        }
    }
}

/// Connects on the lane of a session that does not exist yet.
private actor Dialler {
    private let lane: Lane
    nonisolated var unownedExecutor: UnownedSerialExecutor { lane.asUnownedSerialExecutor() }

    init(lane: Lane) {
        self.lane = lane
    }

    func dial(_ conninfo: String, _ timeout: Duration) async throws(PostgresError) -> Connection {
        guard let doorbell = Doorbell() else {
            throw PostgresError(sqlState: "08001", message: "no file descriptor left for another session")
        }
        let button = doorbell.button
        var connection = Connection(starting: conninfo, doorbell)
        let failure = await withTaskCancellationHandler {
            connection.establish(within: timeout)
        } onCancel: {
            button.press()
        }
        if let failure { throw failure }
        return connection
    }
}
