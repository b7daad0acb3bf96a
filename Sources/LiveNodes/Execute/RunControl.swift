import Replication

/// Whether a run goes on, asked before everything that is sent.
actor RunControl {
    /// What stopped the run; the first reason stays.
    private(set) var reason: StopReason?
    private var deadline: ContinuousClock.Instant
    private var heedsFinish = true
    private let interruption: @Sendable () -> Interruption

    init(until deadline: ContinuousClock.Instant, interruption: @Sendable @escaping () -> Interruption) {
        self.deadline = deadline
        self.interruption = interruption
    }

    /// Whether the operator wants the connections dropped.
    nonisolated var drops: Bool { interruption() == .drop }

    /// Why nothing more is to be begun; nil while the run may go on.
    func stopped() -> StopReason? {
        if reason == nil {
            switch interruption() {
            case .drop: reason = .interrupted
            case .finish where heedsFinish: reason = .interrupted
            case .finish, .none: if .now > deadline { reason = .timedOut }
            }
        }
        return reason
    }

    /// How long to wait for one answer: as long as wanted, and not past the end of the run but for what little it takes
    /// to hear how things were left.
    func patience(_ wanted: Duration, atLeast least: Duration = .seconds(1)) -> Duration {
        min(wanted, max(deadline - .now, least))
    }

    func stop(_ reason: StopReason) { self.reason = self.reason ?? reason }

    /// Lets the steps run that open the old origin again, whatever stopped the run but a lost lock or a second interruption.
    func goOn(for time: Duration) {
        if case .lockLost = reason { return }
        reason = nil
        heedsFinish = false
        deadline = .now + time
    }
}
