import FaultProxy
import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A boundary under a name that it has in every run of the same plan: what the node was asked, for the how manieth time.
///
/// Numbers and the run's comment, which differ from run to run, are left out of the name.
struct Point: Hashable, Sendable, CustomStringConvertible {
    let node: String
    let asked: String
    let occurrence: Int
    let moment: Boundary.Moment

    var description: String { "\(moment.rawValue) no. \(occurrence) of \(asked.prefix(60)) on \(node)" }

    /// Asked as often as time allows: by whoever looks whom a step waits for, cancelled when nobody waits any more, and for
    /// a sign of life.
    var hangsOnTime: Bool {
        asked == "SELECT #" || asked == "cancel" || asked.contains("pg_blocking_pids")
            || asked.hasPrefix("EXECUTE blockers")
    }
}

/// Watches everything that a process asks of several nodes, and strikes it at one point.
final class Injector: Sendable {
    private let state = Guarded(State())

    private struct State {
        var isWatching = false
        var seen: [Point] = []
        var asked: [String: Int] = [:]
        var target: @Sendable (Point) -> Bool = { _ in false }
        var process: Int32?
        var hasStruck = false
        var blow: @Sendable (Int32) -> Fault = { _ in .forward }
        var everywhere: (@Sendable (Boundary) -> Fault)?
    }

    /// Begins to watch; at the first point that is a target the blow is struck, on the process that ``aim(at:)`` names.
    func watch(
        for target: @escaping @Sendable (Point) -> Bool = { _ in false },
        _ blow: @escaping @Sendable (Int32) -> Fault = { _ in .forward }
    ) {
        state.withLock { $0 = State(isWatching: true, target: target, blow: blow) }
    }

    /// Strikes the same process once more, at the next target.
    func strikeAgain(
        at target: @escaping @Sendable (Point) -> Bool, _ blow: @escaping @Sendable (Int32) -> Fault
    ) {
        state.withLock { ($0.target, $0.blow, $0.hasStruck) = (target, blow, false) }
    }

    /// Begins to watch, and asks at every boundary.
    func watch(everywhere decide: @escaping @Sendable (Boundary) -> Fault) {
        state.withLock { $0 = State(isWatching: true, everywhere: decide) }
    }

    func aim(at process: Int32) { state.withLock { $0.process = process } }

    /// - Returns: Every point that was passed, in order, and whether the blow was struck.
    func rest() -> (seen: [Point], hasStruck: Bool) {
        state.withLock { state in
            state.isWatching = false
            return (state.seen, state.hasStruck)
        }
    }

    /// The closure of every proxy.
    func decide(_ boundary: Boundary) -> Fault {
        if let everywhere = state.withLock({ $0.isWatching ? $0.everywhere : nil }) { return everywhere(boundary) }
        guard let strike = state.withLock({ pass(boundary, &$0) }) else { return .forward }
        // The process is known a moment after it was started.
        while true {
            if let process = state.withLock({ $0.process }) { return strike(process) }
            usleep(200)
        }
    }

    private func pass(_ boundary: Boundary, _ state: inout State) -> (@Sendable (Int32) -> Fault)? {
        guard state.isWatching else { return nil }
        let asked = boundary.request.asked
        let key = "\(boundary.node) \(boundary.moment.rawValue) \(asked)"
        state.asked[key, default: 0] += 1
        let point = Point(
            node: boundary.node, asked: asked, occurrence: state.asked[key] ?? 1, moment: boundary.moment)
        state.seen.append(point)
        guard !state.hasStruck, state.target(point) else { return nil }
        state.hasStruck = true
        return state.blow
    }
}

extension Request {
    /// What is asked, without what differs from run to run.
    fileprivate var asked: String {
        switch self {
        case .startup(let parameters): return "connect as \(parameters["application_name"] ?? "")"
        case .terminate: return "terminate"
        case .cancel: return "cancel"
        case .query(let sql), .extended(let sql):
            let bare = sql.replacing(/\/\*.*?\*\//, with: "")
            return bare.replacing(/-?[0-9]+/, with: "#").trimmingCharacters(in: .whitespacesAndNewlines)
        }
    }
}
