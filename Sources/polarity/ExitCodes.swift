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
        let codes = Set(findings.lazy.filter(\.blocking).map(\.code)).map(\.exitCode)
        guard let first = Self.precedence.first(where: codes.contains) else { return nil }
        self = first
    }

    /// Of what kept everything from being changed, the first that holds says how an apply ends.
    static let precedence: [Self] = [.noPermission, .unavailable, .refused, .busy]
}

extension FindingCode {
    /// How an apply ends that a blocking finding of this code alone kept from changing anything.
    var exitCode: Reports.ExitCode {
        switch self {
        case .notOwner, .privilegeMissing: .noPermission
        case .nodeUnreachable, .wrongNode, .sameDatabase, .standby, .readOnly, .engineMissing: .unavailable
        case .setBusy: .busy
        default: .refused
        }
    }
}
