import Postgres
import Replication

/// How every step of a stage is wrapped on one node.
struct StepTransactions {
    /// The comment that stands before every message.
    let label: RunLabel
    /// The run's own key on the node: to be had only when the run's lock is lost.
    let ownKey: Int64
    /// Taken, shared, to be seen by the next run.
    let stepsKey: Int64
    /// The engine's lock on its configuration, taken first and as the login role, as the engine itself does.
    let engineLock: QualifiedName?
    /// Its OID on the node, by which who waits for it is known; `nil` where that was not asked.
    var engineLockOID: UInt32?
    let serverVersion: Int32
    /// Whether the session is the backend's own and keeps what is set and prepared; through a pooler the next message may
    /// find itself on another backend.
    let isDirect: Bool

    /// What a direct session is told once, before its first message.
    var preparation: String {
        """
        \(label.comment)
        \(settings.map { "SET \($0);" }.joined(separator: "\n"))
        BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED, READ ONLY;
        \(prepareChecks)
        COMMIT
        """
    }

    /// The message of these steps, one transaction each. As many are committed as there are answers `COMMIT`.
    ///
    /// The checks are prepared, which spares each step their planning: once by a direct session, or else by the message,
    /// which forgets them at its end.
    func message(of steps: [(step: Step, lockTimeout: Duration)]) -> String {
        var text = label.comment + "\n"
        for (index, (step, lockTimeout)) in steps.enumerated() {
            text += transaction(of: step, lockTimeout: lockTimeout, preparing: index == 0 && !isDirect)
        }
        return text + (isDirect ? "" : forget)
    }

    /// Undoes what an error left of a message, whose end was not reached; in one message, since a pooler may send the next
    /// one to another backend.
    var undo: String { isDirect ? "ROLLBACK" : "ROLLBACK; \(forget)" }

    private var forget: String { "DEALLOCATE \(lockCheck); DEALLOCATE \(look)" }

    /// What holds for every step alike.
    private var settings: [String] {
        // With all identifiers in quotes the settings of a function are stored in quotes, too.
        [
            "statement_timeout = 0", "idle_in_transaction_session_timeout = 10000", "search_path = pg_catalog, pg_temp",
            "quote_all_identifiers = off",
        ]
            + (hasTransactionTimeout(serverVersion: serverVersion) ? ["transaction_timeout = 0"] : [])
            + (serverVersion >= 140_000 ? ["client_connection_check_interval = 1000"] : [])
            + (serverVersion >= 120_000 ? ["plan_cache_mode = force_generic_plan"] : [])
    }

    /// Unlike any other name that may stand in the same backend.
    private var lockCheck: String { "polarity_lock_\(UInt64(bitPattern: ownKey))" }
    private var look: String { "polarity_look_\(UInt64(bitPattern: ownKey))" }

    /// One step with everything that must hold around it.
    ///
    /// The step shows itself to the next run, asks for its own run's lock and looks at the engine's catalog under the
    /// engine's, as the login role; then come the role, the table's one lock, and the look under it. Without a lock there
    /// is no look: what it saw might be gone at once. It commits without waiting for the disk: the stage is flushed on the
    /// node before anyone is told that it is done.
    private func transaction(of step: Step, lockTimeout: Duration, preparing: Bool) -> String {
        var text = "BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE;\n"
        func add(_ statement: String) { text += statement + ";\n" }
        add("SET LOCAL lock_timeout = \(max(1, Int64(lockTimeout / .milliseconds(1))))")
        add("SET LOCAL synchronous_commit = off")
        if !isDirect { settings.forEach { add("SET LOCAL \($0)") } }
        if preparing { text += prepareChecks + "\n" }
        add("EXECUTE \(lockCheck)")
        if let engineLock {
            add("LOCK TABLE ONLY \(engineLock.quoted) IN ACCESS EXCLUSIVE MODE")
            if let expected = step.expectedRegistration {
                add(registrationCheck(in: engineLock.schema, of: step.tableOID, expected))
            }
        }
        if let role = step.role { add("SET LOCAL ROLE \(role.quoted)") }
        if step.lock != .none, let table = step.table?.quoted {
            add("LOCK TABLE ONLY \(table) IN \(step.lock.rawValue) MODE")
            add("EXECUTE \(look)(\(step.tableOID), \(literal(table)), \(literal(step.expectedRows)))")
        }
        step.statements.forEach(add)
        add("COMMIT")
        return text
    }

    /// Parameters of the look: the table's OID, its quoted name, its rows.
    private var prepareChecks: String {
        """
        PREPARE \(lockCheck) AS SELECT \(checkLock);
        PREPARE \(look) (oid, text, text) AS SELECT CASE
          WHEN $2::regclass::oid <> $1 THEN \(Check.anotherTable.raise)
          WHEN \(rowsUnderLockSQL(serverVersion: serverVersion).replacing(oid: "$1")) <> $3 THEN \(Check.otherRows.raise)
        END;
        """
    }

    /// CASE looks at one thing after the other.
    private var checkLock: String {
        """
        CASE
          WHEN pg_catalog.pg_advisory_xact_lock_shared(\(stepsKey)) IS NULL THEN NULL
          WHEN pg_catalog.pg_try_advisory_xact_lock_shared(\(ownKey)) THEN \(Check.lockLost.raise)
        END
        """
    }

    /// Asks Slony's catalog, which stands still under its lock, as the login role, which has read it before.
    private func registrationCheck(in schema: Identifier, of table: UInt32, _ expected: String) -> String {
        """
        SELECT CASE WHEN coalesce((
          SELECT concat_ws(':', t.tab_id, t.tab_set, s.set_origin, s.set_locked IS NOT NULL)
            FROM \(schema.quoted).sl_table AS t LEFT JOIN \(schema.quoted).sl_set AS s ON s.set_id = t.tab_set
           WHERE t.tab_reloid = \(table)), '') <> \(literal(expected)) THEN \(Check.otherRegistration.raise)
        END
        """
    }

    /// Makes everything that the node's earlier commits wrote durable, by the server's own `synchronous_commit`, and
    /// under `off` by the local disk.
    ///
    /// A commit is flushed only when its transaction wrote something: an empty one, even with a transaction id, is not.
    /// A logical message is the least that can be written; no table holds it and no replication applies it. The log is
    /// sequential: what is flushed, or has reached a synchronous standby, up to this commit holds all earlier ones. And
    /// it is this run that flushes: where the lock was lost with a restart, what is flushed is not what was committed.
    /// COMMIT is to follow by itself, and its warnings must be heard: one is all that a commit says that did not wait for
    /// its standby. What is said before, of a database that must be vacuumed, is another matter.
    var flush: String {
        """
        \(label.comment)
        BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE;
        \(ownSettings(serverVersion: serverVersion))
        SET LOCAL client_min_messages = warning;
        SELECT \(checkLock);
        SELECT pg_catalog.set_config('synchronous_commit', 'local', true)
         WHERE pg_catalog.current_setting('synchronous_commit') = 'off';
        SELECT pg_catalog.pg_logical_emit_message(true, 'polarity', 'flush')
        """
    }
}

extension String {
    /// The query with what stands for `$oid`.
    func replacing(oid: String) -> String {
        var result = ""
        var rest = self[...]
        while let place = rest.utf8.firstRange(of: "$oid".utf8) {
            result += rest[..<place.lowerBound] + oid
            rest = rest[place.upperBound...]
        }
        return result + rest
    }
}
