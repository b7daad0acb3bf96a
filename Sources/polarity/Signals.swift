import Dispatch
import LiveNodes
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// How often the operator has asked to stop: SIGINT, SIGTERM, or the terminal closing.
final class Signals: Sendable {
    private let asked: Asked
    /// Never used again once made; kept, since a source that is let go hears nothing.
    nonisolated(unsafe) private let sources: [any DispatchSourceSignal]

    /// Begins to listen; from here on the first signal no longer ends the program.
    init() {
        let asked = Asked()
        self.asked = asked
        sources = [SIGINT, SIGTERM, SIGHUP].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { @Sendable in asked.times.withLock { $0 += 1 } }
            source.resume()
            return source
        }
    }

    /// Stops as a first signal would, for a reason of the program's own.
    func interrupt() { asked.times.withLock { $0 = max($0, 1) } }

    /// What the run is to do about it.
    var interruption: Interruption {
        switch asked.times.withLock({ $0 }) {
        case 0: .none
        case 1: .finish
        default: .drop
        }
    }
}

/// What the signal handlers share.
private final class Asked: Sendable {
    let times = Mutex(0)
}
