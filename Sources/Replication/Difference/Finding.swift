/// One thing that apply must not or cannot mend, with a reason and a next step.
public struct Finding: Hashable, Sendable {
    /// What was found.
    public let code: FindingCode
    /// Whether it holds its set back.
    public let blocking: Bool
    /// The set it touches; `nil` for a whole node or cluster.
    public let set: SetName?
    /// The node it was found on; `nil` where several are involved.
    public let node: NodeName?
    /// The table.
    public let table: TableName?
    /// The trigger or rule.
    public let trigger: TriggerName?
    /// What is wrong and why it matters: one or two sentences, lower case, no full stop at the end.
    public let message: String
    /// What to do next: lower case, no full stop, for it may end in a statement that is to be run.
    public let next: String
    /// What in the cluster file it concerns.
    public let because: Position?

    /// Describes a finding; it blocks as its code says unless told otherwise.
    public init(
        _ code: FindingCode, blocking: Bool? = nil, set: SetName? = nil, node: NodeName? = nil,
        table: TableName? = nil, trigger: TriggerName? = nil, _ message: String, next: String? = nil,
        because: Position?
    ) {
        self.code = code
        self.blocking = blocking ?? code.blocks
        self.set = set
        self.node = node
        self.table = table
        self.trigger = trigger
        self.message = message
        self.next = next ?? code.next
        self.because = because
    }

    /// How bad it is.
    public var severity: Severity { code.severity }
}

/// How bad a finding is; whether it blocks is another matter.
public enum Severity: String, Hashable, Sendable, CaseIterable, Comparable {
    /// Data is being lost or is about to be.
    case critical
    /// Something will fail.
    case error
    /// Something to know.
    case warning

    /// Worst first.
    public static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .critical: 0
        case .error: 1
        case .warning: 2
        }
    }
}
