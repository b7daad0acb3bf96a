import Replication
import Reports

/// Results to standard output and to the files of `--report`.
struct Showing {
    let options: OutputOptions
    let kind: Report.Kind
    /// As the suggested commands name it.
    var file: String
    var arguments: [String] = []
    /// The limits that were given, which those commands repeat.
    var limits: [String] = []
    /// What an apply was told to apply and nothing else, as the suggested commands name it.
    var reviewed: TextStyle.Reviewed?
    /// What the file declares, once it was read.
    var declared: DeclaredCluster?

    init(_ kind: Report.Kind, _ file: FileOptions) {
        (self.kind, self.file, options) = (kind, file.file, file.output)
    }

    /// Shows how a command ends, and answers how it does: what could not be shown is no success.
    func show(_ report: Report, _ code: Reports.ExitCode) -> Reports.ExitCode {
        let said = code.saying(rendered(report, as: options.output, isColoured: isColoured))
        return write(report) ? said : said.withoutReport
    }

    /// Tells machines what stopped the command; people read it on standard error.
    func show(_ stop: Stop) {
        let nothing = DeclaredCluster(
            name: "", engine: .builtin(cluster: ""), nodes: [], sets: [],
            because: Position(file: file, line: 1, column: 1))
        let report = stop.report ?? Report(kind, declared ?? nothing, result: .refused, error: stop.failure)
        if options.output == .text { _ = write(report) } else { _ = show(report, stop.status) }
    }

    /// Shows a plan before it is approved: beside the one document of a run, not in it.
    func preview(_ report: Report) throws(Stop) {
        guard options.output == .text else {
            return Terminal.err(rendered(report, as: .text, isColoured: mayColour(Terminal.errorIsTerminal)))
        }
        do throws(Files.Failure) {
            try Terminal.out(rendered(report, as: .text, isColoured: isColoured))
        } catch {
            throw Stop(.unexpected, "could not show the plan, nothing was changed: \(visible(error.message))")
        }
    }

    /// The files of `--report`; whether all of them could be written.
    private func write(_ report: Report) -> Bool {
        var areWritten = true
        for target in options.reports {
            do throws(Files.Failure) {
                try Files.write(rendered(report, as: target.format, isColoured: false), to: target.path)
            } catch {
                areWritten = false
                complain("could not write the report", error)
            }
        }
        return areWritten
    }

    /// `-f FILE ` for a shell; nothing where the file is the one that is taken unasked.
    var fileArgument: String { file == FileOptions.usual ? "" : "-f \(shellQuoted(file)) " }

    private var isColoured: Bool { mayColour(Terminal.outputIsTerminal) }

    private func mayColour(_ isTerminal: Bool) -> Bool {
        switch options.color {
        case .always: true
        case .never: false
        case .auto: isTerminal && !Terminal.isDumb && (Terminal.environment["NO_COLOR"] ?? "").isEmpty
        }
    }

    private func rendered(_ report: Report, as format: OutputFormat, isColoured: Bool) -> String {
        switch format {
        case .text:
            text(
                report,
                style: TextStyle(
                    isColoured: isColoured, width: Terminal.width,
                    detail: options.quiet ? .quiet : options.verbose ? .verbose : .normal, file: file,
                    arguments: arguments, limits: limits, reviewed: reviewed))
        case .json: json(report)
        case .sql: sql(report)
        case .markdown: markdown(report)
        case .github: github(report)
        case .nagios: nagios(report)
        }
    }
}
