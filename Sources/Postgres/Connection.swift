import CLibPQ

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// One PGconn: opened, asked and closed by whoever owns this value, on one thread at a time.
///
/// Every wait is a poll(2) under a deadline of our own, beside a doorbell that a cancelled task rings. When either ends
/// a wait, the server is asked to cancel and everything it still says is read, so that the next question gets its own
/// answer; a server that says nothing for a second more is hung up on.
///
/// Sendable because it has one owner at a time and libpq minds no thread; unchecked because it holds a pointer.
struct Connection: ~Copyable, @unchecked Sendable {
    enum Request {
        case text(String)
        case parameters(String, [String?])

        /// C ends a string there, and the server would see half a statement.
        fileprivate var holdsNUL: Bool {
            switch self {
            case .text(let sql): sql.holdsNUL
            case .parameters(let sql, let values): sql.holdsNUL || values.contains { $0?.holdsNUL == true }
            }
        }
    }

    /// What came back for one request, up to the first error.
    struct Answer {
        /// Of every statement that completed and is no COPY.
        var results: [Rows] = []
        var error: PostgresError?
        /// What is left of the COPY that is being read, which may span a wait that was given up.
        fileprivate var copying: [UInt8]?
        /// How many COPYs began.
        fileprivate var copies = 0
    }

    /// Takes some rows of a COPY, which is told by its number in the request, from 0.
    typealias RowTaker = (_ copy: Int, _ rows: [UInt8]) -> Void

    /// Rows are handed on when there are this many bytes of them.
    private static let handful = 64 * 1024

    enum Interruption: Error { case deadline, cancelled, lost }

    var pointer: OpaquePointer?
    let conninfo: String
    private let doorbell: Doorbell
    private let said = Said()

    var button: Doorbell.Button { doorbell.button }
    var processID: Int32 { PQbackendPID(pointer) }
    var serverVersion: Int32 { PQserverVersion(pointer) }

    /// Begins to connect. Looking up a host name blocks here, as long as the resolver takes.
    init(starting conninfo: String, _ doorbell: consuming Doorbell) {
        self.conninfo = conninfo
        self.doorbell = doorbell
        pointer = PQconnectStart(conninfo)
        listen()
    }

    /// Whatever the server says is to be heard, with its SQLSTATE where libpq makes a text of it.
    func listen() {
        _ = PQsetErrorVerbosity(pointer, PQERRORS_VERBOSE)
        _ = PQsetNoticeReceiver(pointer, { Said.listen($0, $1) }, Unmanaged.passUnretained(said).toOpaque())
    }

    deinit { PQfinish(pointer) }

    mutating func close() {
        PQfinish(pointer)
        pointer = nil
    }

    mutating func takeNotices() -> [Notice] {
        defer { said.notices = [] }
        return said.notices
    }

    // MARK: - Asking

    /// Sends one request and reads the whole answer.
    ///
    /// - Parameter take: Takes what COPYs send while more is coming.
    /// - Throws: only when there is no answer to speak of: the connection is lost, time ran out, the task was cancelled.
    mutating func ask(
        _ request: Request, within timeout: Duration, handingOnTo take: RowTaker = { _, _ in }
    ) throws(PostgresError) -> Answer {
        let deadline = ContinuousClock.now + timeout
        guard !Task.isCancelled else { throw PostgresError(sqlState: "57014", message: "cancelled before it was sent") }
        guard !request.holdsNUL else {
            throw PostgresError(sqlState: "22021", message: "a NUL character, so nothing was sent")
        }
        guard send(request) else { throw lost(nil) }
        var answer = Answer()
        do throws(Interruption) {
            try receive(into: &answer, until: deadline, heeding: true, take)
        } catch {
            switch error {
            case .lost: throw lost(answer.error)
            case .deadline: try stop(&answer, because: "no answer within \(timeout)", take)
            case .cancelled: try stop(&answer, because: nil, take)
            }
        }
        guard PQstatus(pointer) == CONNECTION_OK else { throw lost(answer.error) }
        return answer
    }

    private mutating func send(_ request: Request) -> Bool {
        switch request {
        case .text(let sql):
            return PQsendQuery(pointer, sql) == 1
        case .parameters(let sql, let values):
            return withCStrings(values) {
                PQsendQueryParams(pointer, sql, Int32(values.count), nil, $0, nil, nil, 0) == 1
            }
        }
    }

    /// Cancels the request and reads what is left of its answer. A statement that ended before the cancel reached it
    /// keeps its answer; one that was cancelled throws.
    private mutating func stop(
        _ answer: inout Answer, because reason: String?, _ take: RowTaker
    ) throws(PostgresError) {
        let canceller = Canceller(pointer)
        let deadline = ContinuousClock.now + .seconds(1)
        canceller.send()
        do throws(Interruption) {
            try receive(into: &answer, until: deadline, heeding: false, take)
        } catch {
            let silent = error == .lost ? lost(answer.error).message : "nor to the cancel: connection closed"
            close()
            throw PostgresError(sqlState: "08006", message: "\(reason ?? "cancelled"), \(silent)")
        }
        // A cancel that is still on its way would hit the next statement.
        if !canceller.arrived(by: deadline) { close() }
        guard let error = answer.error, error.isCancelled else { return }
        throw PostgresError(sqlState: "57014", message: reason.map { "\($0): \(error.message)" } ?? error.message)
    }

    // MARK: - Receiving

    private mutating func receive(
        into answer: inout Answer, until deadline: ContinuousClock.Instant, heeding: Bool, _ take: RowTaker
    ) throws(Interruption) {
        while let result = try nextResult(until: deadline, heeding: heeding) {
            defer { PQclear(result) }
            switch PQresultStatus(result) {
            case PGRES_TUPLES_OK:
                answer.results.append(Rows(result))
            case PGRES_COMMAND_OK:
                if answer.copying == nil { answer.results.append(Rows(result)) }
                answer.copying = nil
            case PGRES_COPY_OUT:
                // libpq says so again where the wait for one was given up.
                if answer.copying == nil { answer.copies += 1 }
                try receiveCopy(into: &answer, until: deadline, heeding: heeding, take)
            case PGRES_COPY_IN:
                _ = PQputCopyEnd(pointer, "COPY FROM STDIN is not supported")
            case PGRES_EMPTY_QUERY:
                break
            default:
                answer.copying = nil
                answer.error = answer.error ?? PostgresError(result)
            }
        }
    }

    private mutating func nextResult(
        until deadline: ContinuousClock.Instant, heeding: Bool
    ) throws(Interruption) -> OpaquePointer? {
        while PQisBusy(pointer) == 1 { try readMore(until: deadline, heeding: heeding) }
        return PQgetResult(pointer)
    }

    private mutating func receiveCopy(
        into answer: inout Answer, until deadline: ContinuousClock.Instant, heeding: Bool, _ take: RowTaker
    ) throws(Interruption) {
        var bytes = answer.copying.take() ?? []
        defer { answer.copying = bytes }
        let copy = answer.copies - 1
        var row: UnsafeMutablePointer<CChar>?
        while true {
            let length = PQgetCopyData(pointer, &row, 1)
            if length > 0 {
                bytes.append(contentsOf: UnsafeRawBufferPointer(start: row, count: Int(length)))
                PQfreemem(row)
                if bytes.count >= Self.handful {
                    take(copy, bytes)
                    bytes.removeAll(keepingCapacity: true)
                }
            } else if length == 0 {
                try readMore(until: deadline, heeding: heeding)
            } else {
                if !bytes.isEmpty { take(copy, bytes) }
                bytes = []
                return
            }
        }
    }

    private mutating func readMore(until deadline: ContinuousClock.Instant, heeding: Bool) throws(Interruption) {
        let unsent = PQflush(pointer) == 1
        try wait(reading: true, writing: unsent, until: deadline, heeding: heeding)
        guard PQconsumeInput(pointer) == 1 else { throw .lost }
    }

    func wait(
        reading: Bool, writing: Bool, until deadline: ContinuousClock.Instant, heeding: Bool
    ) throws(Interruption) {
        let socket = PQsocket(pointer)
        guard socket >= 0 else { throw .lost }
        if heeding && Task.isCancelled { throw .cancelled }
        while true {
            switch doorbell.wait(for: socket, reading: reading, writing: writing, until: deadline) {
            case .socket: return
            case .deadline: throw .deadline
            case .bell where heeding && Task.isCancelled: throw .cancelled
            case .bell: continue
            }
        }
    }

    // MARK: - Errors

    /// libpq's or the server's words. A whole connection string in `PGDATABASE` or in a service file comes back in them.
    var complaint: Complaint { Complaint(trimmed(PQerrorMessage(pointer)).withoutPasswords) }

    /// The server's last words where it had any, under a SQLSTATE that says the session is over.
    private func lost(_ lastWords: PostgresError?) -> PostgresError {
        if let lastWords, lastWords.isConnectionLost { return lastWords }
        guard pointer != nil else { return PostgresError(sqlState: "08006", message: "the session is closed") }
        let complaint = complaint
        return PostgresError(
            sqlState: "08006", message: lastWords?.message ?? complaint.words, refusals: complaint.refusals)
    }
}

extension String {
    /// By C, which is much faster than `utf8.contains` on messages of a hundred transactions, also where nothing is optimised.
    fileprivate var holdsNUL: Bool {
        withCString { strlen($0) } < utf8.count
    }
}

/// Lends the texts to C, one after the other in one buffer; nil stays nil.
private func withCStrings<Answer>(_ texts: [String?], _ body: ([UnsafePointer<CChar>?]) -> Answer) -> Answer {
    var bytes: [CChar] = []
    let starts = texts.map { text in
        text.map { text in
            defer { bytes.append(contentsOf: text.utf8CString) }
            return bytes.count
        }
    }
    return bytes.withUnsafeBufferPointer { buffer in
        body(starts.map { start in start.flatMap { start in buffer.baseAddress.map { $0 + start } } })
    }
}
