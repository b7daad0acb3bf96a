import ArgumentParser
import ClusterFile
import Replication
import Reports

/// `polarity validate`.
struct Validate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Check the cluster file alone; no node is contacted.")

    @OptionGroup var file: FileOptions

    func run() async throws {
        try await conclude(.validate, file) { showing throws(Stop) in
            let declared = try declare(ClusterSource(reading: file.file), environment: Terminal.environment)
            return showing.show(Report(.validate, declared, result: .inSync), .done)
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
        try await conclude(.status, file) { showing throws(Stop) in
            let declared = try declare(ClusterSource(reading: file.file), environment: Terminal.environment)
            let choices = Choices(node)
            (showing.declared, showing.arguments, showing.limits) = (declared, choices.arguments, node.limits)
            let walk = try await look(at: declared, choices).selected(by: choices.selection)
            let report = Report(.status, walk, result: walk.difference.isInSync ? .inSync : .drift)
            let found: Reports.ExitCode = walk.difference.isInSync ? .done : .differs
            return showing.show(report, walk.hasUnreadNode ? .unavailable : found)
        }
    }
}

/// `polarity explain`.
struct Explain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Explain the code of a finding or an error, a word for --allow, an exit code, an engine, or a table on a node."
    )

    @Argument(help: "Such as SPLIT_BRAIN, 75, slony, modes, exit-codes, or berlin/public.orders.")
    var topic: String

    @OptionGroup var file: FileOptions
    @OptionGroup var node: NodeOptions

    func validate() throws {
        guard file.output.output == .text, file.output.reports.isEmpty else {
            throw ValidationError("explain answers in text alone: without -o and --report")
        }
    }

    func run() async throws {
        try await conclude { () async throws(Stop) in
            if let known = Topic(topic) {
                return Reports.ExitCode.done.saying(explanation(of: known))
            }
            guard topic.utf8.contains(UInt8(ascii: "/")) else {
                throw Stop(.usage, unknownTopic)
            }
            return try await explainTable()
        }
    }

    private var unknownTopic: String {
        let words = "'\(visible(topic))' is no topic"
        if let near = nearest(to: topic.replacing("-", with: "_"), among: Topic.words) {
            return words + "\nnote: did you mean '\(near)'?"
        }
        return ([words + "; there are:"] + Topic.list).joined(separator: "\n")
    }

    /// A node's name may hold slashes, too, and names are what their bytes are.
    private func explainTable() async throws(Stop) -> Reports.ExitCode {
        let declared = try declare(ClusterSource(reading: file.file), environment: Terminal.environment)
        let meant = declared.nodes.map(\.name).filter { topic.utf8.starts(with: "\($0.text)/".utf8) }
        guard let first = meant.first else {
            let name = String(decoding: topic.utf8.prefix { $0 != UInt8(ascii: "/") }, as: UTF8.self)
            throw Stop(.usage, "'\(visible(name))' is no node of cluster '\(visible(declared.name))'")
        }
        let walk = await look(at: declared, Choices(node))
        for name in meant {
            guard let table = TableWords(after: name, in: topic).table(among: walk, on: name) else { continue }
            let code: Reports.ExitCode = walk.observed.node(name) == nil ? .unavailable : .done
            return code.saying(Reports.explainTable(table, on: name, declared: declared, observed: walk.observed))
        }
        let table = TableWords(after: first, in: topic).text
        throw Stop(.usage, "'\(visible(table))' is no table of cluster '\(visible(declared.name))'")
    }
}

/// What stands behind a node's name and a slash.
private struct TableWords {
    let text: String

    init(after node: NodeName, in topic: String) {
        text = String(decoding: topic.utf8.dropFirst(node.text.utf8.count + 1), as: UTF8.self)
    }

    /// The table that it names: one that was found, or that the file names though no node was read to find it.
    func table(among walk: Walk, on node: NodeName) -> TableName? {
        if let found = walk.difference.desired.tables.first(where: { name($0.name) })?.name { return found }
        guard walk.observed.node(node) == nil else { return nil }
        let sets = walk.declared.sets
        return sets.lazy.flatMap(\.tables).first { name($0.name) }?.name
            ?? sets.lazy.flatMap(\.patterns).compactMap(table).first
    }

    /// What a pattern would match, written without any quotes.
    private func table(of pattern: TablePattern) -> TableName? {
        let schema = pattern.schema.text + "."
        guard text.utf8.starts(with: schema.utf8) else { return nil }
        let table = TableName(
            pattern.schema, Identifier(String(decoding: text.utf8.dropFirst(schema.utf8.count), as: UTF8.self)))
        return pattern.matches(table) ? table : nil
    }

    /// Whether it names the table: as a person would write it in SQL, always quoted, or without any quotes.
    func name(_ table: TableName) -> Bool {
        [table.description, table.quoted, table.schema.text + "." + table.name.text]
            .contains { $0.utf8.elementsEqual(text.utf8) }
    }
}

/// `polarity schema`.
struct Schema: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print the JSON Schema of the cluster file, for editors.")

    func run() async throws {
        try await conclude { () async throws(Stop) in Reports.ExitCode.done.saying(jsonSchema()) }
    }
}

extension Walk {
    /// Whether a node that the file names could not be read.
    var hasUnreadNode: Bool { declared.nodes.contains { observed.node($0.name) == nil } }
}
