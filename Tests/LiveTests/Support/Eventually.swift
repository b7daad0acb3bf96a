import Testing

/// Asks until there is an answer, five seconds at most: a server takes a moment to see that a session ended or waits.
@discardableResult
func eventually<Answer>(_ body: () async throws -> Answer?) async throws -> Answer? {
    for _ in 0..<200 {
        if let answer = try await body() { return answer }
        try await Task.sleep(for: .milliseconds(25))
    }
    Issue.record("never")
    return nil
}
