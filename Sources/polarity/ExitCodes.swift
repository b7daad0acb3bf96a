import ArgumentParser
import Replication
import Reports

extension Reports.ExitCode {
    /// The same number as the argument parser exits with it.
    var exit: ArgumentParser.ExitCode { ArgumentParser.ExitCode(rawValue) }

    /// The same where the report was lost: what was an answer is an error, what was an error stays that one.
    var withoutReport: Self { self == .done || self == .differs ? .unexpected : self }

    /// The first that holds of 77, 69, 4 and 75, where findings kept everything from being changed.
    init?(blockedBy findings: [Finding]) {
        let codes = Self.codes(of: findings)
        guard let first = Self.precedence.first(where: codes.contains) else { return nil }
        self = first
    }

    /// How an apply ends that changed nothing, by the ends of its steps and by what held back others.
    init(_ outcomes: Outcomes, besides findings: [Finding]) {
        let ends =
            outcomes.steps.compactMap { Self(ending: $0.outcome) }
            + [outcomes.stopped.flatMap { Self($0) }].compactMap { $0 }
            + outcomes.drains.compactMap { if case .forbidden = $0.verdict { Self.noPermission } else { nil } }
        // A finding explains no failure that nobody expected.
        let codes = ends.isEmpty ? [] : ends + Self.codes(of: findings)
        self = Self.precedence.first(where: codes.contains) ?? .unexpected
    }

    private static func codes(of findings: [Finding]) -> [Self] {
        Set(findings.lazy.filter(\.blocking).map(\.code)).map(\.exitCode)
    }

    private static let precedence: [Self] = [.noPermission, .unavailable, .refused, .busy]

    private init?(ending outcome: Outcome) {
        switch outcome {
        case .busy: self = .busy
        case .stale: self = .refused
        case .failed(let state, _) where state == "42501": self = .noPermission
        case .failed(let state, _) where state.hasPrefix("08") || state.hasPrefix("57P"): self = .unavailable
        case .done, .failed, .notBegun, .unknown, .unverified: return nil
        }
    }

    private init?(_ reason: StopReason) {
        switch reason {
        case .nodeLost: self = .unavailable
        case .notDrained, .sequenceBehind: self = .refused
        case .lockLost, .timedOut: self = .busy
        case .interrupted, .stageFailed: return nil
        }
    }
}

extension FindingCode {
    /// How an apply ends that a blocking finding of this code alone kept from changing anything.
    fileprivate var exitCode: Reports.ExitCode {
        switch self {
        case .notOwner, .privilegeMissing: .noPermission
        case .nodeUnreachable, .wrongNode, .sameDatabase, .standby, .readOnly, .engineMissing: .unavailable
        case .setBusy: .busy
        default: .refused
        }
    }
}
