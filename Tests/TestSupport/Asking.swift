import Postgres

extension ConnectionString {
    /// Runs SQL there in a session of its own.
    @discardableResult
    public func ask(_ sql: String, as application: String = "test") async throws -> [Rows] {
        let session = try await Session.connect(to: self, timeout: .seconds(20), applicationName: application)
        do {
            let answer = try await session.run(sql)
            await session.close()
            return answer
        } catch {
            await session.close()
            throw error
        }
    }
}

extension [Rows] {
    /// The first field of the last answer; nil where it has no rows.
    public var value: String? { last.flatMap { $0.isEmpty ? nil : $0[0, 0] } }
}
