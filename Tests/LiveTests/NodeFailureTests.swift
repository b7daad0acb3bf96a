import CustomDump
import Replication
import Testing

@testable import LiveNodes
@testable import Postgres

/// What was said, in the words of libpq, servers and poolers.
@Suite struct `a node that could not be read` {
    private func sort(_ sqlState: String, _ message: String) -> NodeFailure.Sort {
        let complaint = Complaint(message)
        let error = PostgresError(sqlState: sqlState, message: complaint.words, refusals: complaint.refusals)
        return NodeFailure(error).sort
    }

    @Test(arguments: [
        "connection to server at \"10.0.0.1\", port 5432 failed: Connection refused",
        "no connection within 5.0 seconds", "could not translate host name \"berlin\" to address: Name not known",
        "connection to server at \"10.0.0.1\", port 5432 failed: FATAL:  57P03: the database system is shutting down",
        "connection to server at \"10.0.0.1\", port 5432 failed: FATAL:  57P03: the database system is starting up",
        "connection to server at \"10.0.0.1\", port 5432 failed: SSL SYSCALL error: EOF detected",
        "connection to server at \"10.0.0.1\", port 5432 failed: could not send SSL negotiation packet: Broken pipe",
        "connection to server at \"10.0.0.1\", port 6432 failed: FATAL:  08P01: client_login_timeout (server down)",
        "connection to server at \"10.0.0.1\", port 6432 failed: FATAL:  08P01: pgbouncer cannot connect to server",
        "connection to server at \"10.0.0.1\", port 5432 failed: session is read-only",
        "connection to server at \"10.0.0.1\", port 5432 failed: ВАЖНО:  57P03: система баз данных запускается",
        "connection to server at \"10.0.0.1\", port 6432 failed: FATAL:  08P01: server login failed: FATAL the database system is starting up",
    ])
    func `is not shown to be up by whoever speaks without it, or while it comes and goes`(message: String) {
        #expect(sort("08001", message) == .unreachable)
    }

    @Test(arguments: [
        "connection to server at \"10.0.0.1\", port 5432 failed: FATAL:  53300: sorry, too many clients already",
        "connection to server at \"10.0.0.1\", port 5432 failed: FATAL:  53300: too many connections for database \"shop\"",
        "connection to server at \"10.0.0.1\", port 5432 failed: FATAL:  28000: no pg_hba.conf entry for host \"10.0.0.2\"",
        "connection to server at \"10.0.0.1\", port 5432 failed: ВАЖНО:  28000: для роли \"pol\" вход запрещён",
        "connection to server at \"10.0.0.1\", port 5432 failed: 致命错误:  53300: 已保留的连接位置",
        "connection to server at \"10.0.0.1\", port 5432 failed: fe_sendauth: no password supplied",
        "connection to server at \"10.0.0.1\", port 5432 failed: server does not support SSL, but SSL was required",
        "connection to server at \"10.0.0.1\", port 5432 failed: server is not in hot standby mode",
        """
        connection to server at "10.0.0.1", port 5432 failed: FATAL:  57P03: the database system is starting up
        connection to server at "10.0.0.2", port 5432 failed: FATAL:  53300: sorry, too many clients already
        """,
    ])
    func `is up where its server refuses, on any of its hosts`(message: String) {
        #expect(sort("08001", message) == .unusable)
    }

    @Test func `is up where it was heard to fail or to cancel, and may not be where it was cut off`() {
        #expect(sort("57014", "no answer within 30.0 seconds: canceling statement due to user request") == .unusable)
        #expect(sort("42703", "column \"seq\" does not exist") == .unusable)
        #expect(sort("55P03", "canceling statement due to lock timeout") == .unusable)
        #expect(sort("57P01", "terminating connection due to administrator command") == .unusable)
        #expect(sort("57P02", "terminating connection because of crash of another server process") == .unreachable)
        #expect(sort("08006", "server closed the connection unexpectedly") == .unreachable)
        let words =
            "FATAL:  57P01: terminating connection due to administrator command\nSSL connection has been closed unexpectedly"
        #expect(sort("08006", words) == .unusable)
    }
}

@Suite struct `what libpq says of a connection` {
    @Test func `is told without the SQLSTATE and the place in the server's source, which say what it was`() {
        let complaint = Complaint(
            """
            connection to server at "10.0.0.1", port 5432 failed: Connection refused
            connection to server at "10.0.0.2", port 5432 failed: FATAL:  28000: role "pol" is not permitted to log in
            DETAIL:  so it was said
            LOCATION:  InitializeSessionUserId, miscinit.c:721
            """)
        let line =
            "connection to server at \"10.0.0.2\", port 5432 failed: FATAL:  role \"pol\" is not permitted to log in"
        expectNoDifference(
            complaint.words,
            """
            connection to server at "10.0.0.1", port 5432 failed: Connection refused
            \(line)
            DETAIL:  so it was said
            """)
        expectNoDifference(complaint.refusals, [.init(sqlState: "28000", message: line)])
    }
}
