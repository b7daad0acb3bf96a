import Replication
import Reports

/// Results to standard output and to the files of `--report`.
struct Showing {
    let options: OutputOptions
    let file: String
    let arguments: [String]

    func show(_ report: Report) throws(Stop) {
        Terminal.out(rendered(report, as: options.output, isColoured: isColoured))
        for target in options.reports {
            do throws(Files.Failure) {
                try Files.write(rendered(report, as: target.format, isColoured: false), to: target.path)
            } catch {
                throw Stop(.unexpected, "could not write the report: \(visible(error.message))")
            }
        }
    }

    private var isColoured: Bool {
        switch options.color {
        case .always: true
        case .never: false
        case .auto: Terminal.outputIsTerminal && (Terminal.environment["NO_COLOR"] ?? "").isEmpty
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
                    arguments: arguments))
        case .json: json(report)
        case .sql: sql(report)
        case .markdown: markdown(report)
        case .github: github(report)
        case .nagios: nagios(report)
        }
    }
}
