import ClusterFile
import Postgres
import Reports

/// A command that ends before its report: the exit code, what is said on standard error, and what is reported instead.
struct Stop: Error {
    let status: Reports.ExitCode
    let message: String
    /// The report's `error`.
    let failure: Report.Failure
    /// What was found before, where anything was; it holds the failure.
    var report: Report?

    /// - Parameter code: What machines are told; the exit code's own unless given.
    init(_ status: Reports.ExitCode, _ message: String, code: ErrorCode? = nil) {
        self.status = status
        self.message = message.withoutPasswords
        let lines = self.message.split(separator: "\n").map { $0.trimmingPrefix { $0 == " " } }
        failure = .init(code: code ?? status.word, message: lines.joined(separator: "; "))
    }

    /// A file that is not valid: every place of it is reported.
    init(_ invalid: InvalidClusterFile) {
        status = .invalidFile
        message = invalid.description.withoutPasswords
        let places = invalid.diagnostics.map { diagnostic in
            Report.Failure.Place(
                diagnostic.position, diagnostic.message.withoutPasswords,
                notes: diagnostic.notes.map(\.message.withoutPasswords))
        }
        failure = .init(code: status.word, message: message, places: places)
    }
}

extension Reports.ExitCode {
    /// What machines are told of a command that ended so.
    var word: ErrorCode {
        switch self {
        case .done, .unexpected, .differs, .incomplete: .unexpected
        case .refused: .refused
        case .usage: .usage
        case .invalidFile: .invalidFile
        case .unavailable: .unavailable
        case .busy: .busy
        case .noPermission: .noPermission
        case .interrupted: .interrupted
        }
    }
}

/// Says on standard error what could not be done besides.
func complain(_ words: String, _ failure: Files.Failure) {
    Terminal.err("\(words): \(visible(failure.message))".withoutPasswords + "\n")
}

extension Reports.ExitCode {
    /// How a command ends that says its result: a result that is lost is no success.
    func saying(_ result: String) -> Self {
        do throws(Files.Failure) {
            try Terminal.out(result)
            return self
        } catch {
            complain("could not write the result", error)
            return withoutReport
        }
    }
}

/// Runs a command to its exit code; what stopped it is said on standard error.
func conclude(_ body: () async throws(Stop) -> Reports.ExitCode) async throws {
    Terminal.prepare()
    let code: Reports.ExitCode
    do throws(Stop) {
        code = try await body()
    } catch {
        Terminal.err(error.message + "\n")
        throw error.status.exit
    }
    if code != .done { throw code.exit }
}

/// Runs a command that reports: machines hear of what stopped it, too.
func conclude(
    _ kind: Report.Kind, _ file: FileOptions,
    _ body: (inout Showing) async throws(Stop) -> Reports.ExitCode
) async throws {
    var showing = Showing(kind, file)
    try await conclude { () async throws(Stop) in
        do throws(Stop) {
            return try await body(&showing)
        } catch {
            showing.show(error)
            throw error
        }
    }
}
