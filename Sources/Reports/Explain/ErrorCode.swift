/// What ended a command early, as a word for machines: the `error.code` of a report.
///
/// Where a finding's code says it already, it is the same word.
public enum ErrorCode: String, Hashable, Sendable, CaseIterable {
    /// A lock was not obtained, or another apply is under way.
    case busy = "BUSY"
    /// A drain was not proven.
    case drainUnproven = "DRAIN_UNPROVEN"
    /// Findings hold back all that there is to change.
    case heldBack = "HELD_BACK"
    /// A signal ended the run.
    case interrupted = "INTERRUPTED"
    /// The cluster file or the saved plan is not valid, or not there.
    case invalidFile = "INVALID_FILE"
    /// The journal could not be written.
    case journalFailed = "JOURNAL_FAILED"
    /// The run's own lock was lost.
    case lockLost = "LOCK_LOST"
    /// The plan holds changes that need a word of their own.
    case needsAllow = "NEEDS_ALLOW"
    /// A connection was lost on the way.
    case nodeLost = "NODE_LOST"
    /// Nobody approved the plan.
    case notApproved = "NOT_APPROVED"
    /// A right is missing.
    case noPermission = "NO_PERMISSION"
    /// What was asked for cannot be done.
    case refused = "REFUSED"
    /// A sequence was behind another member's.
    case sequenceBehind = "SEQUENCE_BEHIND"
    /// A stage did not succeed on every node.
    case stageFailed = "STAGE_FAILED"
    /// The plan is not the one that was reviewed, or the rows are not those of the plan.
    case stalePlan = "STALE_PLAN"
    /// A server refused a statement.
    case statementFailed = "STATEMENT_FAILED"
    /// The time for the whole apply was up.
    case timedOut = "TIMED_OUT"
    /// A node could not be read or used.
    case unavailable = "UNAVAILABLE"
    /// An error that has no word.
    case unexpected = "UNEXPECTED"
    /// What was committed was not read back.
    case unverified = "UNVERIFIED"
    /// The command line is wrong.
    case usage = "USAGE"

    /// What it means.
    public var meaning: String { entry.meaning }
    /// What to do next, written as a finding's next step is.
    public var next: String { entry.next }

    private var entry: (meaning: String, next: String) {
        switch self {
        case .busy:
            (
                "A table's lock was not obtained in any try, or another apply of the cluster is under way.",
                "run again; the message names who was in the way"
            )
        case .drainUnproven:
            (
                "The old origin was closed, and a subscriber did not prove in time that it has everything, so nothing "
                    + "was opened.",
                "let replication catch up, then run again"
            )
        case .heldBack:
            (
                "There is something to change, and findings or the selection hold it back.",
                "mend the blocking findings of the report, then run again"
            )
        case .interrupted:
            (
                "A signal ended the run: the table in hand was finished or left as it was, the rest not begun.",
                "run again; it goes on from what the nodes hold"
            )
        case .invalidFile:
            (
                "The cluster file or the saved plan is not valid, or not there.",
                "correct every place that the message names; polarity validate checks the file alone"
            )
        case .journalFailed:
            (
                "The journal could not be written, so nothing was begun, or the run stopped where it was.",
                "make room, or name another directory with XDG_STATE_HOME, then run again"
            )
        case .lockLost:
            (
                "The run lost its own lock on a node, with its connection or because the name leads elsewhere now.",
                "find out what ended the session that is called polarity lock, then run again"
            )
        case .needsAllow:
            (
                "The plan holds changes that need a word of their own; none of it was done.",
                "read the plan, then run again with the --allow of the message, which is complete"
            )
        case .nodeLost:
            (
                "The connection to a node was lost on the way, and what was sent last may be committed.",
                "run again when the node answers; it goes on from what the nodes hold"
            )
        case .notApproved:
            (
                "Nobody approved the plan: the question was answered otherwise, or there was no terminal to ask on.",
                "give --yes, --expect with a dry run's fingerprint, or a saved plan"
            )
        case .noPermission:
            (
                "A right is missing that a change needs.",
                "run the statement that is shown, as the object's owner or a superuser"
            )
        case .refused:
            (
                "What was asked for cannot be done as the nodes and the file stand; the message says why.",
                "change what the message names, then run again"
            )
        case .sequenceBehind:
            (
                "Once all other members were closed, a sequence of the new origin was behind one of theirs.",
                "advance the sequence, or set policy.sequences: advance, then run again"
            )
        case .stageFailed:
            (
                "A stage did not succeed on every node that it touches, so the next was not begun.",
                "read how its steps ended, mend that, then run again"
            )
        case .stalePlan:
            (
                "The plan is not the one that was reviewed, or a table's triggers, rules or the table itself changed after "
                    + "they were read.",
                "read a new --dry-run; where a node could not be read, run again when it answers"
            )
        case .statementFailed:
            (
                "A server refused a statement; the message has its SQLSTATE and its words.",
                "mend what the server says, then run again"
            )
        case .timedOut:
            (
                "The time for the whole apply was up; what was begun was finished, the rest not begun.",
                "run again, with a longer --apply-timeout or policy.apply_timeout"
            )
        case .unavailable:
            (
                "A node could not be read or used, and its sets were held back.",
                "bring the node back, or give it up by its name with --failover"
            )
        case .unexpected:
            (
                "An error that nobody foresaw; the message has all that is known.",
                "mend what the message says, then run again"
            )
        case .unverified:
            (
                "A step was committed, and a new connection did not read what should be there, or could not read.",
                "run polarity status; somebody else may be changing the same table"
            )
        case .usage:
            (
                "The command line is wrong, or names what the cluster does not have.",
                "correct the argument that the message names; polarity help COMMAND lists them all"
            )
        }
    }
}
