import Postgres
import Replication

/// SQLSTATEs that a step's own checks raise.
enum CheckState {
    /// The run's lock on the node is lost.
    static let lockLost = "POL01"
    /// The table, or its rows under the lock, are not those of the plan.
    static let stale = "POL02"
}

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
        SET LOCAL search_path = pg_catalog, pg_temp;
        \(prepareLook)
        COMMIT
        """
    }

    /// The message of these steps, one transaction each. As many are committed as there are answers `COMMIT`.
    ///
    /// The look under the lock is prepared, which spares each step its planning: once by a direct session, or else by
    /// the message, which forgets it at its end.
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

    private var forget: String { "DEALLOCATE \(look)" }

    /// What holds for every step alike.
    private var settings: [String] {
        ["statement_timeout = 0", "idle_in_transaction_session_timeout = 10000"]
            + (serverVersion >= 140_000 ? ["client_connection_check_interval = 1000"] : [])
            + (serverVersion >= 120_000 ? ["plan_cache_mode = force_generic_plan"] : [])
    }

    /// Unlike any other name that may stand in the same backend.
    private var look: String { "polarity_look_\(UInt64(bitPattern: ownKey))" }

    /// One step with everything that must hold around it.
    ///
    /// It commits without waiting for the disk: the stage is flushed on the node before anyone is told that it is done.
    private func transaction(of step: Step, lockTimeout: Duration, preparing: Bool) -> String {
        let statements = step.statements.map { $0 + ";\n" }.joined()
        return """
            BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE;
            SET LOCAL lock_timeout = \(max(1, Int64(lockTimeout / .milliseconds(1))));
            \(isDirect ? "" : settings.map { "SET LOCAL \($0);" }.joined(separator: "\n"))
            SET LOCAL synchronous_commit = off;
            SET LOCAL search_path = pg_catalog, pg_temp;
            \(preparing ? prepareLook : "")
            DO \(Postgres.literal(checks(of: step)));
            \(statements)COMMIT;

            """
    }

    private var prepareLook: String {
        "PREPARE \(look) (oid) AS SELECT \(rowsUnderLockSQL(serverVersion: serverVersion).replacing(oid: "$1"));"
    }

    /// The step shows itself to the next run, and asks for its own run's lock, as the login role; then come the role,
    /// the table's one lock, and the look under it. Without a lock there is no look: what it saw might be gone at once.
    private func checks(of step: Step) -> String {
        let become = step.role.map { "SET LOCAL ROLE \($0.quoted);" } ?? ""
        return """
            DECLARE found text;
            BEGIN
            \(checkLock)
            \(engineLock.map { "LOCK TABLE ONLY \($0.quoted) IN ACCESS EXCLUSIVE MODE;" } ?? "")
            \(become)
            \(step.lock == .none ? "" : step.table.map { lockAndLook(at: $0, of: step) } ?? "")
            END
            """
    }

    private var checkLock: String {
        """
        PERFORM pg_catalog.pg_advisory_xact_lock_shared(\(stepsKey));
        IF pg_catalog.pg_try_advisory_xact_lock_shared(\(ownKey)) THEN
          RAISE EXCEPTION 'this run has lost its lock on the node' USING ERRCODE = '\(CheckState.lockLost)';
        END IF;
        """
    }

    private func lockAndLook(at table: TableName, of step: Step) -> String {
        let another = Postgres.literal("\(table) is another table than the plan's")
        let otherRows = Postgres.literal("the triggers and rules of \(table) are not those of the plan")
        return """
            LOCK TABLE ONLY \(table.quoted) IN \(step.lock.rawValue) MODE;
            IF \(Postgres.literal(table.quoted))::regclass::oid <> \(step.tableOID) THEN
              RAISE EXCEPTION '%', \(another) USING ERRCODE = '\(CheckState.stale)';
            END IF;
            EXECUTE 'EXECUTE \(look)(\(step.tableOID))' INTO found;
            IF found <> \(Postgres.literal(step.expectedRows)) THEN
              RAISE EXCEPTION '%', \(otherRows) USING ERRCODE = '\(CheckState.stale)';
            END IF;
            """
    }

    /// Makes everything that the node's earlier commits wrote durable, by the server's own `synchronous_commit`, and
    /// under `off` by the local disk.
    ///
    /// A commit is flushed only when its transaction wrote something: an empty one, even with a transaction id, is not.
    /// A logical message is the least that can be written; no table holds it and no replication applies it. The log is
    /// sequential: what is flushed, or has reached a synchronous standby, up to this commit holds all earlier ones. And
    /// it is this run that flushes: where the lock was lost with a restart, what is flushed is not what was committed.
    var flush: String {
        """
        \(label.comment)
        BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE;
        SET LOCAL statement_timeout = 0;
        DO \(Postgres.literal("BEGIN \(checkLock) END"));
        SELECT pg_catalog.set_config('synchronous_commit', 'local', true)
         WHERE pg_catalog.current_setting('synchronous_commit') = 'off';
        SELECT pg_catalog.pg_logical_emit_message(true, 'polarity', 'flush');
        COMMIT
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
