import CLibPQ
import Dispatch

/// One request to cancel whatever a session is doing.
///
/// `PQcancel` opens a connection of its own and waits for it, which may take as long as TCP likes: it has a thread of
/// its own, so that the session's deadline holds. Unchecked because the compiler cannot know what libpq promises, that a
/// PGcancel may be used from any thread.
final class Canceller: @unchecked Sendable {
    private let pointer: OpaquePointer?
    private let sending = DispatchGroup()

    init(_ connection: OpaquePointer?) {
        pointer = PQgetCancel(connection)
    }

    deinit { PQfreeCancel(pointer) }

    func send() {
        DispatchQueue(label: "polarity.cancel").async(group: sending) {
            var words: [CChar] = Array(repeating: 0, count: 256)
            _ = PQcancel(self.pointer, &words, Int32(words.count))
        }
    }

    /// Whether the server has taken notice by then: it hangs up when it has passed the request on.
    func arrived(by deadline: ContinuousClock.Instant) -> Bool {
        let left = max(.zero, deadline - .now) / .milliseconds(1)
        return sending.wait(timeout: .now() + .milliseconds(Int(left))) == .success
    }
}
