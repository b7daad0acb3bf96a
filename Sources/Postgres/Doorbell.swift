#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Waits for a socket, and can be woken meanwhile: a pipe whose reading end is polled beside the socket.
///
/// Ringing it says only "look up": whoever waited asks `Task.isCancelled`, so a ring too many does no harm.
struct Doorbell: ~Copyable {
    /// Rings from any thread.
    struct Button: Sendable {
        fileprivate let descriptor: Int32

        func press() {
            var byte: UInt8 = 1
            _ = write(descriptor, &byte, 1)
        }
    }

    enum Woken { case socket, bell, deadline }

    let button: Button
    private let bell: Int32

    /// Nil when the process has no file descriptors left.
    init?() {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return nil }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        bell = ends[0]
        button = Button(descriptor: ends[1])
    }

    deinit {
        close(bell)
        close(button.descriptor)
    }

    /// Returns when the socket can be read (or, where asked for, written), the bell rang or the time is over.
    func wait(for socket: Int32, reading: Bool, writing: Bool, until deadline: ContinuousClock.Instant) -> Woken {
        let events = (reading ? Int16(POLLIN) : 0) | (writing ? Int16(POLLOUT) : 0)
        while true {
            var polled = [
                pollfd(fd: socket, events: events, revents: 0), pollfd(fd: bell, events: Int16(POLLIN), revents: 0),
            ]
            let ready = poll(&polled, 2, milliseconds(until: deadline))
            if ready == 0 && ContinuousClock.now >= deadline { return .deadline }
            if ready > 0 && polled[1].revents != 0 {
                silence()
                return .bell
            }
            if ready > 0 { return .socket }
        }
    }

    private func silence() {
        var bytes: [UInt8] = Array(repeating: 0, count: 64)
        while read(bell, &bytes, bytes.count) > 0 {}
    }

    /// Rounded up, so that the last round does not spin; an hour at most, the caller's loop asks again.
    private func milliseconds(until deadline: ContinuousClock.Instant) -> Int32 {
        let left = max(.zero, min(deadline - .now, .seconds(3600)))
        return Int32((left / .milliseconds(1)).rounded(.up))
    }
}
