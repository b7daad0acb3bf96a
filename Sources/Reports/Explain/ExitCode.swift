/// The exit statuses, the raw value is the number.
public enum ExitCode: Int32, Hashable, Sendable, CaseIterable {
    /// Done.
    case done = 0
    /// An unexpected error.
    case unexpected = 1
    /// There are changes or blocking findings.
    case differs = 2
    /// Some changes were made and the cluster has not converged.
    case incomplete = 3
    /// Something is needed that waiting will not bring.
    case refused = 4
    /// The command line is wrong.
    case usage = 64
    /// The file is not valid.
    case invalidFile = 65
    /// A node is unreachable or unusable.
    case unavailable = 69
    /// A lock was not obtained; safe to run again.
    case busy = 75
    /// Privileges are missing.
    case noPermission = 77
    /// Interrupted.
    case interrupted = 130

    /// What it means.
    public var meaning: String {
        switch self {
        case .done: "done and verified; in sync; a dry run that finished"
        case .unexpected: "unexpected error"
        case .differs: "changes or blocking findings: status, and apply --dry-run --detailed-exitcode"
        case .incomplete: "incomplete: some changes were made, the cluster has not converged"
        case .refused:
            "refused: needs --allow, stale plan, other fingerprint, no approval, "
                + "the engine disagrees or is busy in a way that waiting will not mend"
        case .usage: "the command line is wrong"
        case .invalidFile: "the cluster file is not valid or not there"
        case .unavailable: "a node is unreachable or unusable, and its sets were held back"
        case .busy: "busy: lock not obtained, another apply, LOCK SET in progress; safe to run again"
        case .noPermission: "privileges are missing"
        case .interrupted: "interrupted: the current table was finished, the rest not begun"
        }
    }

    /// Whether anything was changed, in a word or two.
    public var changed: String {
        switch self {
        case .done: "–"
        case .unexpected, .interrupted: "see the report"
        case .incomplete: "yes"
        case .differs, .refused, .usage, .invalidFile, .unavailable, .busy, .noPermission: "no"
        }
    }
}
