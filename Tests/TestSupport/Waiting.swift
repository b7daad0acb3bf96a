import Synchronization

/// Waits until something comes true; asked every 20 ms.
///
/// - Parameter time: How long at most; 30 seconds unless told.
/// - Returns: Whether it came true.
public func eventually(
    within time: Duration = .seconds(30), _ condition: () async throws -> Bool
) async throws -> Bool {
    let end = ContinuousClock.now + time
    while try await !condition() {
        guard .now < end else { return false }
        try await Task.sleep(for: .milliseconds(20))
    }
    return true
}

/// Something that is set once, for all tasks of a test.
public final class Flag: Sendable {
    private let value = Atomic(false)

    /// Begins unset.
    public init() {}

    /// Whether it was set.
    public var isSet: Bool { value.load(ordering: .relaxed) }

    /// Sets it.
    public func set() { value.store(true, ordering: .relaxed) }
}
