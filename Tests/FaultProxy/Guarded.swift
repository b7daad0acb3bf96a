import Foundation

/// A value that several threads share.
///
/// Not `Synchronization.Mutex`: on Linux that is a futex of the standard library's own, which the thread sanitizer does not
/// see, and what it guards is reported as raced for.
public final class Guarded<Value>: @unchecked Sendable {
    private let lock = NSLock()
    private var value: Value

    /// Begins with this value, which nobody else has.
    public init(_ value: sending Value) { self.value = value }

    /// Nobody else reads or writes the value meanwhile.
    public func withLock<Answer>(_ body: (inout Value) throws -> Answer) rethrows -> Answer {
        lock.lock()
        defer { lock.unlock() }
        return try body(&value)
    }
}
