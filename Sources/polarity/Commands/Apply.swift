import ArgumentParser
import ClusterFile
import LiveNodes
import Replication
import Reports

/// `polarity apply`.
struct Apply: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make the triggers of every node say what the file says.",
        discussion: """
            Doors close before they open: no moment has two nodes that accept writes, and none an open node that does not \
            log. With --dry-run the plan is printed and nothing is changed.
            """)

    @Argument(help: "A plan saved with --out; the whole route is walked again and must find the same.")
    var plan: String?

    @OptionGroup var file: FileOptions
    @OptionGroup var node: NodeOptions
    @OptionGroup var review: ReviewOptions
    @OptionGroup var limits: LimitOptions

    func validate() throws {
        if let expect = review.expect, expect.count < 12 || !expect.allSatisfy({ $0.isHexDigit }) {
            throw ValidationError("--expect takes 12 or more leading hexadecimal digits of a fingerprint")
        }
        if plan != nil && (choosesAnotherPlan || review.dryRun || review.expect != nil || review.out != nil) {
            throw ValidationError(
                "a saved plan is applied as it is: without -f, --node, --set, --table, --failover, --revert, --dry-run, "
                    + "--expect and --out")
        }
        let outputs = file.output.reports.map(\.path) + (review.out.map { [$0] } ?? [])
        try keepApart(outputs, from: plan ?? file.file)
        if review.out != nil && !review.dryRun { throw ValidationError("--out saves the plan of a --dry-run") }
        if review.out == "-" { throw ValidationError("--out takes the path of a file, and - is none") }
    }

    private var choosesAnotherPlan: Bool {
        file.given != nil || !node.selection.isEverything || limits.failover != nil || review.revert != nil
    }

    func run() async throws {
        try await conclude(review.dryRun ? .plan : .apply, file) { showing throws(Stop) in
            try await applying(&showing)
        }
    }

    private func applying(_ showing: inout Showing) async throws(Stop) -> Reports.ExitCode {
        let saved = try savedPlan()
        let source =
            if let saved { ClusterSource(path: saved.source.path, text: saved.source.text) } else {
                try ClusterSource(reading: file.file)
            }
        var choices = Choices(node, failover: limits.failover, reopens: !limits.noReopen, reverts: review.revert)
        if let saved { try choices.take(saved.source.arguments) }
        (showing.file, showing.arguments) = (source.path, choices.arguments)
        showing.limits = node.limits + limits.arguments
        showing.reviewed = plan.map { .savedPlan(path: $0) } ?? review.expect.map { .fingerprint($0) }
        let written = try declare(source, environment: Terminal.environment)
            .limited(
                lockTimeout: limits.lockTimeout?.duration, retries: limits.retries,
                applyTimeout: limits.applyTimeout?.duration)
        showing.declared = written
        let (declared, reverted) = try choices.goBack(from: written)
        (showing.declared, showing.arguments) = (declared, choices.arguments)
        let run = ApplyRun(
            declared: declared, reverted: reverted, choices: choices, showing: showing,
            allowed: Set(review.allow.flatMap(\.gates)), expect: saved?.fingerprint ?? review.expect,
            isApproved: review.yes || review.expect != nil || saved != nil)
        let code =
            review.dryRun
            ? try await dryRun(declared, source, choices, showing, reverted) : try await run.walk()
        if reverted != nil && code == .done { Terminal.err(written.note(besides: declared, file: source.path)) }
        return code
    }

    private func dryRun(
        _ declared: DeclaredCluster, _ source: ClusterSource, _ choices: Choices, _ showing: Showing,
        _ reverted: JournaledRun?
    ) async throws(Stop) -> Reports.ExitCode {
        let walk = try await look(at: declared, choices).selected(by: choices.selection)
        if let reverted { try walk.refuse(afterChangesSince: reverted) }
        if let stale = walk.staleness(beside: review.expect) {
            return showing.show(Report(.plan, walk, result: .refused, error: stale), walk.refusal)
        }
        let report = Report(.plan, walk, result: walk.difference.isInSync ? .inSync : .planned)
        let found: Reports.ExitCode = review.detailedExitcode && !walk.difference.isInSync ? .differs : .done
        let code = showing.show(report, walk.missed.isEmpty ? found : .unavailable)
        guard let out = review.out else { return code }
        let text = Reports.savedPlan(
            report,
            source: SavedPlan.Source(
                path: source.path, text: source.textToKeep(Terminal.environment), arguments: choices.arguments))
        do throws(Files.Failure) {
            try Files.write(text, to: out)
            return code
        } catch {
            complain("could not save the plan", error)
            return .unexpected
        }
    }

    private func savedPlan() throws(Stop) -> SavedPlan? {
        guard let plan else { return nil }
        let limit = 1 << 30
        do {
            let bytes = try Files.read(plan, atMost: limit + 1)
            if bytes.count > limit { throw Files.Failure(message: "\(plan): no saved plan is larger than 1 GiB") }
            return try readSavedPlan(bytes)
        } catch let error as Files.Failure {
            throw Stop(.invalidFile, visible(error.message))
        } catch {
            throw Stop(.invalidFile, "\(visible(plan)): \(error)")
        }
    }
}

/// How a plan is reviewed and approved.
struct ReviewOptions: ParsableArguments {
    @Flag(help: "Print the plan and change nothing.")
    var dryRun = false

    @Flag(help: "With --dry-run: exit with 2 where there are changes or blocking findings.")
    var detailedExitcode = false

    @Option(help: ArgumentHelp("Apply, or plan, only what has this fingerprint.", valueName: "fingerprint"))
    var expect: String?

    @Option(help: ArgumentHelp("With --dry-run: save the plan.", valueName: "path"))
    var out: String?

    @Option(
        help: ArgumentHelp("Plan back to the origins and members from before a run of the journal.", valueName: "run"))
    var revert: String?

    @Flag(name: .shortAndLong, help: "Do not ask.")
    var yes = false

    @Option(
        help: ArgumentHelp("Allow changes that need a word of their own.", valueName: "code,…"),
        transform: GateList.init(_:))
    var allow: [GateList] = []
}

/// What bounds an apply.
struct LimitOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The lost origin: a new one opens without it.", valueName: "node"))
    var failover: String?

    @Flag(help: "Leave the old origin shut where the new one could not be opened.")
    var noReopen = false

    @Option(help: "The longest single wait for a lock.", transform: TimeSpan.init(_:))
    var lockTimeout: TimeSpan?

    @Option(help: "How often a busy table is tried.")
    var retries: Int?

    @Option(help: "The longest the whole apply may take.", transform: TimeSpan.init(_:))
    var applyTimeout: TimeSpan?

    /// Those that were given, as they are written; which origin is lost is none, but part of what is reviewed.
    var arguments: [String] {
        let given = [
            ("--lock-timeout", lockTimeout?.text), ("--retries", retries.map(String.init)),
            ("--apply-timeout", applyTimeout?.text),
        ]
        return (noReopen ? ["--no-reopen"] : [])
            + given.flatMap { name, value in value.map { [name, $0] } ?? [] }
    }

    func validate() throws {
        if let retries, !(1...1_000_000 ~= retries) {
            throw ValidationError("--retries takes a number from 1 to 1000000")
        }
    }
}

/// `A,B`.
struct GateList {
    let gates: [Gate]

    init(_ argument: String) throws {
        gates = try argument.split(separator: ",", omittingEmptySubsequences: false).map { word in
            guard let gate = Gate(rawValue: String(word)) else { throw ValidationError(Self.refusal(of: String(word))) }
            return gate
        }
    }

    private static func refusal(of word: String) -> String {
        let words = Gate.allCases.map(\.rawValue).sorted()
        let near = nearest(to: word, among: words).map { "; did you mean '\($0)'?" } ?? ""
        let subject = word.isEmpty ? "an empty word" : "'\(visible(word))'"
        return "\(subject) is none of " + words.joined(separator: ", ") + near
    }
}
