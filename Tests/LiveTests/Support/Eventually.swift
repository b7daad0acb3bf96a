import Testing

/// Asks until there is an answer: a server takes a moment to see that a session ended or waits.
@discardableResult
func eventually<Answer>(
    within time: Duration = .seconds(20), _ body: () async throws -> Answer?
) async throws -> Answer? {
    let end = ContinuousClock.now + time
    while .now < end {
        if let answer = try await body() { return answer }
        try await Task.sleep(for: .milliseconds(20))
    }
    Issue.record("never")
    return nil
}
