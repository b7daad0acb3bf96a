/// Limits and choices of one cluster.
public struct Policy: Hashable, Sendable {
    /// The longest single wait for a lock; 2 s unless declared.
    public var lockTimeout: Duration
    /// How often a busy table is tried; 10 unless declared.
    public var retries: Int
    /// The longest a whole apply may take; 5 min unless declared.
    public var applyTimeout: Duration
    /// More changes than this need `--allow MASS_CHANGE`; no limit unless declared.
    public var maxChanges: ChangeLimit?
    /// What to do about a sequence behind the old origin's; `check` unless declared.
    public var sequences: SequencePolicy

    /// The defaults of the contract.
    public init(
        lockTimeout: Duration = .seconds(2), retries: Int = 10, applyTimeout: Duration = .seconds(300),
        maxChanges: ChangeLimit? = nil, sequences: SequencePolicy = .check
    ) {
        self.lockTimeout = lockTimeout
        self.retries = retries
        self.applyTimeout = applyTimeout
        self.maxChanges = maxChanges
        self.sequences = sequences
    }
}

/// A limit on the number of changes.
public enum ChangeLimit: Hashable, Sendable {
    /// At most this many changes.
    case count(Int)
    /// At most this share, in percent, of the triggers that are looked after.
    case percent(Int)
}

/// What to do where a new origin's sequence is behind the old one's.
public enum SequencePolicy: String, Hashable, Sendable, CaseIterable {
    /// Report it, and hold the opening back.
    case check
    /// Advance it to the greatest value plus a margin while draining.
    case advance
    /// Leave sequences alone.
    case ignore
}
