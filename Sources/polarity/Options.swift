import ArgumentParser
import Replication

/// What every command that reads a cluster file takes.
struct FileOptions: ParsableArguments {
    @Option(
        name: [.customShort("f"), .customLong("file")],
        help: ArgumentHelp("The cluster file; - is standard input. (default: polarity.yaml)", valueName: "file"))
    var given: String?

    static let usual = "polarity.yaml"
    var file: String { given ?? Self.usual }

    @OptionGroup var output: OutputOptions

    func validate() throws { try keepApart(output.reports.map(\.path), from: file) }
}

/// How results are shown.
struct OutputOptions: ParsableArguments {
    @Option(name: [.short, .customLong("output")], help: "How results are written to standard output.")
    var output: OutputFormat = .text

    @Option(
        name: .customLong("report"), help: ArgumentHelp("Also write results to a file.", valueName: "format=path"))
    var reports: [ReportFile] = []

    @Option(name: .customLong("color"), help: "Colour: auto, always or never; auto heeds NO_COLOR.")
    var color: ColorChoice = .auto

    @Flag(name: .shortAndLong, help: "Show what is right, too.")
    var verbose = false

    @Flag(name: .shortAndLong, help: "Show only what matters most, and no progress.")
    var quiet = false
}

/// What every command that asks nodes takes.
struct NodeOptions: ParsableArguments {
    @Option(
        name: .customLong("connect-timeout"), help: "How long to wait for a node, such as 500ms. (default: 5s)",
        transform: TimeSpan.init(_:))
    var connectTimeout: TimeSpan?

    @Option(name: .customLong("node"), help: ArgumentHelp("Limit changes to nodes.", valueName: "glob"))
    var nodes: [String] = []

    @Option(name: .customLong("set"), help: ArgumentHelp("Limit changes to sets.", valueName: "glob"))
    var sets: [String] = []

    @Option(name: .customLong("table"), help: ArgumentHelp("Limit changes to tables.", valueName: "glob"))
    var tables: [String] = []

    /// The limit, if it was given, as it is written.
    var limits: [String] { connectTimeout.map { ["--connect-timeout", $0.text] } ?? [] }

    var selection: Selection { Selection(nodes: nodes, sets: sets, tables: tables) }
}

/// The formats of `-o` and `--report`.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case text
    case json
    case markdown
    case sql
    case github
    case nagios
}

/// `auto`, `always` or `never`.
enum ColorChoice: String, ExpressibleByArgument, CaseIterable {
    case auto
    case always
    case never
}

/// `FORMAT=PATH`.
struct ReportFile: ExpressibleByArgument {
    let format: OutputFormat
    let path: String

    init?(argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
        guard parts.count == 2, let format = OutputFormat(rawValue: parts[0]) else { return nil }
        self.format = format
        path = parts[1]
    }
}

/// A duration as the cluster file writes it, `500ms`, `2s` or `5m`, and within the bounds that hold there: for
/// PostgreSQL a timeout of zero is none.
struct TimeSpan {
    let duration: Duration
    /// As it was written.
    let text: String

    init(_ argument: String) throws {
        let digits = argument.prefix { $0.isASCII && $0.isNumber }
        let units = ["ms": 1, "s": 1_000, "m": 60_000]
        guard !digits.isEmpty, let unit = units[String(argument.dropFirst(digits.count))] else {
            throw ValidationError("write it as 500ms, 2s or 5m")
        }
        let (milliseconds, overflow) = (Int(digits) ?? .max).multipliedReportingOverflow(by: unit)
        guard !overflow, 1...Int(Int32.max) ~= milliseconds else {
            throw ValidationError("it is not between 1ms and \(Int32.max)ms")
        }
        (duration, text) = (.milliseconds(milliseconds), argument)
    }
}
