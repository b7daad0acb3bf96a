import Replication
import Synchronization

/// Whether a run goes on, asked before everything that is sent.
final class RunControl: Sendable {
    private struct State {
        var reason: StopReason?
        var deadline: ContinuousClock.Instant
        var heedsFinish = true
        /// The nodes whose loss ends the run; all of them unless said.
        var needed: Set<NodeName>?
    }

    private let state: Mutex<State>
    private let interruption: @Sendable () -> Interruption

    init(until deadline: ContinuousClock.Instant, interruption: @Sendable @escaping () -> Interruption) {
        state = Mutex(State(deadline: deadline))
        self.interruption = interruption
    }

    /// What stopped the run; the first reason stays.
    var reason: StopReason? { state.withLock { $0.reason } }

    /// Whether the operator wants the connections dropped.
    var drops: Bool { interruption() == .drop }

    /// Why nothing more is to be begun; nil while the run may go on.
    func stopped() -> StopReason? {
        let interruption = interruption()
        return state.withLock { state in
            if state.reason == nil {
                switch interruption {
                case .drop: state.reason = .interrupted
                case .finish where state.heedsFinish: state.reason = .interrupted
                case .finish, .none: if .now > state.deadline { state.reason = .timedOut }
                }
            }
            return state.reason
        }
    }

    /// How much time is left; less than none when it is over.
    var left: Duration { state.withLock { $0.deadline } - .now }

    /// How long to wait for one answer: as long as wanted, and not past the end of the run but for what little it takes
    /// to hear how things were left.
    func patience(_ wanted: Duration, atLeast least: Duration = .seconds(1)) -> Duration {
        min(wanted, max(left, least))
    }

    func stop(_ reason: StopReason) {
        state.withLock { state in
            if state.reason == nil, reason.ends(needing: state.needed) { state.reason = reason }
        }
    }

    /// Lets the steps run that open the old origin again, whatever stopped the run but a second interruption, or a lock
    /// that was lost where they run or where somebody else would have been opened: what is lost elsewhere says nothing
    /// about who may write.
    func goOn(for time: Duration, needing nodes: Set<NodeName>) {
        state.withLock { state in
            if case .lockLost(let node) = state.reason, nodes.contains(node) { return }
            state.reason = nil
            state.heedsFinish = false
            state.needed = nodes
            state.deadline = .now + time
        }
    }
}

extension StopReason {
    /// Whether it ends a run that needs only some nodes.
    fileprivate func ends(needing needed: Set<NodeName>?) -> Bool {
        switch self {
        case .lockLost(let node), .nodeLost(let node, _): needed?.contains(node) ?? true
        case .interrupted, .timedOut, .stageFailed, .notDrained, .disturbed, .sequenceBehind: true
        }
    }
}
