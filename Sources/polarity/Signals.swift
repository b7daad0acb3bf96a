import Dispatch
import LiveNodes
import Reports
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// How often the operator has asked to stop: SIGINT, SIGTERM, or the terminal closing. Until something may have been
/// changed, the first one ends the program.
final class Signals: Sendable {
    private let asked: Asked
    /// Never used again once made; kept, since a source that is let go hears nothing.
    nonisolated(unsafe) private let sources: [any DispatchSourceSignal]

    /// Begins to listen; from here on the first signal no longer ends the program.
    init() {
        let asked = Asked()
        self.asked = asked
        // Under nohup the terminal may close.
        let hangup = isIgnored(SIGHUP) ? [] : [SIGHUP]
        sources = ([SIGINT, SIGTERM] + hangup).map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { @Sendable in asked.once() }
            source.resume()
            return source
        }
    }

    /// From here on something may be changed.
    func act() { asked.state.withLock { $0.isActing = true } }

    /// Stops as a first signal would, for a reason of the program's own.
    func interrupt() { asked.state.withLock { $0.times = max($0.times, 1) } }

    /// What the run is to do about it.
    var interruption: Interruption {
        switch asked.state.withLock({ $0.times }) {
        case 0: .none
        case 1: .finish
        default: .drop
        }
    }
}

/// Whether whoever started the program wants the signal to be ignored.
private func isIgnored(_ number: Int32) -> Bool {
    let handler = signal(number, SIG_IGN)
    signal(number, handler)
    return unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
}

/// What the signal handlers share.
private final class Asked: Sendable {
    struct State {
        var times = 0
        var isActing = false
    }

    let state = Mutex(State())

    func once() {
        state.withLock { state in
            guard state.isActing else {
                Terminal.err("interrupted, nothing was changed\n")
                _exit(ExitCode.interrupted.rawValue)
            }
            state.times += 1
        }
    }
}
