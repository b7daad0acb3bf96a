import ArgumentParser
import Replication
import Reports

extension Reports.ExitCode {
    /// The same number as the argument parser exits with it.
    var exit: ArgumentParser.ExitCode { ArgumentParser.ExitCode(rawValue) }

    /// The same where the report was lost: what was an answer is an error, what was an error stays that one.
    var withoutReport: Self { self == .done || self == .differs ? .unexpected : self }
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
