import ArgumentParser
import ClusterFile
import Replication
import Reports

/// `polarity validate`.
struct Validate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Check the cluster file alone; no node is contacted.")

    @OptionGroup var file: FileOptions

    func run() async throws {
        try await conclude { () async throws(Stop) in
            let source = try ClusterSource(reading: file.file)
            let declared = try declare(source, environment: Terminal.environment)
            let report = Report(
                kind: .validate, cluster: declared, observed: nil, roles: [], changes: [], findings: [], plan: nil,
                outcomes: nil, fingerprint: "", result: .inSync, error: nil,
                counts: .init(tables: declared.sets.reduce(0) { $0 + $1.tables.count }, triggersRight: 0, leftOut: 0))
            try Showing(options: file.output, file: source.path, arguments: []).show(report)
            return .done
        }
    }
}

/// `polarity status`.
struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show who accepts and who logs writes, and what differs from the file. Exit 2 on drift.")

    @OptionGroup var file: FileOptions
    @OptionGroup var node: NodeOptions

    func run() async throws {
        try await conclude { () async throws(Stop) in
            let source = try ClusterSource(reading: file.file)
            let declared = try declare(source, environment: Terminal.environment)
            let choices = Choices(node)
            let walk = try await look(at: declared, choices).selected(by: choices.selection)
            let report = Report(.status, walk, result: walk.difference.isInSync ? .inSync : .drift)
            try Showing(options: file.output, file: source.path, arguments: choices.arguments).show(report)
            if walk.hasUnreadNode { return .unavailable }
            return walk.difference.isInSync ? .done : .differs
        }
    }
}

/// `polarity explain`.
struct Explain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Explain a finding's code, a word for --allow, an exit code, an engine, or one table on one node.")

    @Argument(help: "Such as SPLIT_BRAIN, 75, slony, modes, exit-codes, or berlin/public.orders.")
    var topic: String

    @OptionGroup var file: FileOptions
    @OptionGroup var node: NodeOptions

    func run() async throws {
        try await conclude { () async throws(Stop) in
            if let known = Topic(topic) {
                Terminal.out(explanation(of: known))
                return .done
            }
            guard let slash = topic.firstIndex(of: "/") else {
                throw Stop(.usage, "'\(visible(topic))' is no topic; one of: " + Topic.words.joined(separator: ", "))
            }
            return try await explain(String(topic[topic.index(after: slash)...]), on: NodeName(String(topic[..<slash])))
        }
    }

    private func explain(_ table: String, on name: NodeName) async throws(Stop) -> Reports.ExitCode {
        let declared = try declare(ClusterSource(reading: file.file), environment: Terminal.environment)
        guard declared.node(name) != nil else {
            throw Stop(.usage, "'\(visible(name.text))' is no node of cluster '\(visible(declared.name))'")
        }
        let walk = await look(at: declared, Choices(node))
        let known = walk.difference.desired.tables.first { desired in
            desired.name.description == table || desired.name.schema.text + "." + desired.name.name.text == table
        }
        guard let known else {
            throw Stop(.usage, "'\(visible(table))' is no table of cluster '\(visible(declared.name))'")
        }
        Terminal.out(explainTable(known.name, on: name, declared: declared, observed: walk.observed))
        return walk.observed.node(name) == nil ? .unavailable : .done
    }
}

/// `polarity schema`.
struct Schema: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print the JSON Schema of the cluster file, for editors.")

    func run() { Terminal.out(jsonSchema()) }
}

extension Walk {
    /// Whether a node that the file names could not be read.
    var hasUnreadNode: Bool { declared.nodes.contains { observed.node($0.name) == nil } }
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
