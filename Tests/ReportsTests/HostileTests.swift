import Foundation
import Replication
@testable import Reports
import TestSupport
import Testing

extension Dice {
    fileprivate mutating func name() -> String {
        let pieces = [
            "a", "Order Line", "\n", "\r", "\t", "\u{1b}[31m", "\u{1b}]0;x\u{7}", "\u{7f}", "\u{9b}2J", "\u{85}",
            "\u{202e}", "\u{2066}", "\u{2028}", "\u{200b}", "\u{feff}", "\u{e0041}", "\u{ad}", "\u{a0}", "\"", "'",
            "\\", "|",
            "%", "\u{111c2}'", "'\u{301}", "\u{111c2}|", "|\u{301}", "\u{111c2}<", "::error::", "--", "/*", "$$", "$a$",
            ";", "e\u{301}", "漢", "🐘", "<b>", "`", "@all", "]( )", "{", "U&",
        ]
        return (0..<Int.random(in: 1...6, using: &self)).map { _ in pieces.randomElement(using: &self) ?? "" }.joined()
    }
}

private let password = "s3cret-Passw0rd"

/// A report in which every text that can come from outside is hostile.
private func hostileReport(_ seed: Int, _ kind: Report.Kind) -> Report {
    var dice = Dice(seed: seed)
    let names: [NodeName] = (0..<3).map { NodeName("\($0)" + dice.name()) }
    let tables = (0..<4).map { TableName(Identifier(dice.name()), Identifier("\($0)" + dice.name())) }
    let place = Position(file: dice.name(), line: 3, column: 4)
    let conninfos = [
        "host=db password=\(password)", "postgresql://polarity:\(password)@db/shop", "service=" + dice.name(),
        "PassWord = '\(password)' host=db", "postgresql://db/shop?user=x&sslpassword=\(password)",
    ]
    let nodes = names.map {
        DeclaredNode(
            name: $0, conninfo: conninfos.randomElement(using: &dice) ?? "", role: Identifier(dice.name()),
            because: place)
    }
    let own = OwnObject(name: TriggerName(dice.name()), modes: [.origin: .replica], because: place)
    let set = ReplicationSet(
        name: SetName(dice.name()), origin: names[0], originPosition: place, subscribers: [names[1], names[2]],
        tables: tables.map { DeclaredTable(name: $0, triggers: [own], because: place) }, because: place)
    let declared = DeclaredCluster(
        name: dice.name(), engine: .bruce(cluster: dice.name()), nodes: nodes, sets: [set], because: place)
    var observed = ObservedState(nodes: [:])
    for name in names.prefix(2) {
        let found = tables.enumerated().map { index, table in
            let trigger = ObservedTrigger(
                name: own.name, function: FunctionName(Identifier(dice.name()), "f"), type: 17, mode: .enabled,
                arguments: TriggerArguments([dice.name()]))
            let rule = ObservedRule(name: TriggerName(dice.name()), mode: .always, isInstead: true)
            return (table, ObservedTable(oid: UInt32(index), name: table, triggers: [trigger], rules: [rule]))
        }
        observed.nodes[name] = .observed(
            ObservedNode(
                identity: NodeIdentity(systemIdentifier: dice.name(), database: Identifier(dice.name())),
                tables: Dictionary(uniqueKeysWithValues: found), functions: Set(declared.scope.functions)))
    }
    observed.nodes[names[2]] = .failed(NodeFailure(sort: .unreachable, sqlState: dice.name(), message: dice.name()))
    let difference = Difference(from: observed, to: DesiredState(declared, observed))
    let plan = Plan(difference)
    let blocker = Blocker(
        pid: 1, user: dice.name(), application: dice.name(), state: dice.name(), age: .seconds(4_000),
        isAutovacuum: false)
    let ends: [Outcome] = [
        .busy(tries: 2, blockers: [blocker]), .stale(message: dice.name()),
        .failed(sqlState: dice.name(), message: dice.name()), .unknown(message: dice.name()),
    ]
    let outcomes = Outcomes(
        steps: plan.steps.enumerated().map { StepOutcome(step: $1, outcome: ends[$0 % ends.count]) },
        drains: plan.drains.map { DrainOutcome(drain: $0, verdict: .unknowable(dice.name())) },
        stopped: .nodeLost(names[0], message: dice.name()))
    return Report(
        kind: kind, cluster: declared, observed: observed, roles: difference.roles, changes: difference.changes,
        findings: difference.findings, plan: plan, outcomes: kind == .apply ? outcomes : nil,
        fingerprint: fingerprint(declared: declared, observed: observed, limits: [dice.name()]), result: .incomplete,
        error: Report.Failure(code: .stageFailed, message: dice.name()),
        counts: Report.Counts(tables: tables.count, triggersRight: 3, leftOut: 0))
}

private func outputs(_ report: Report, _ hostile: String) -> [String: String] {
    let source = SavedPlan.Source(path: report.cluster.because.file, text: report.cluster.name, arguments: [hostile])
    var result = [
        "json": json(report), "sql": sql(report), "markdown": markdown(report), "github": github(report),
        "nagios": nagios(report), "saved": savedPlan(report, source: source),
    ]
    for detail in TextStyle.Detail.allCases {
        let style = TextStyle(isColoured: false, detail: detail, file: hostile, arguments: [hostile])
        result["text \(detail)"] = text(report, style: style)
    }
    if let observed = report.observed {
        for (index, node) in report.cluster.nodes.enumerated() {
            result["explain \(index)"] = explainTable(
                report.cluster.sets[0].tables[0].name, on: node.name, declared: report.cluster, observed: observed)
        }
    }
    return result
}

@Suite struct `Whatever the names are` {
    @Test(arguments: 0..<40)
    func `no output holds a control character, a mark of direction or a password`(seed: Int) {
        var dice = Dice(seed: seed)
        for kind in Report.Kind.allCases {
            for (name, output) in outputs(hostileReport(seed, kind), dice.name()) {
                let raw = output.unicodeScalars.filter { scalar in
                    guard scalar != "\n" else { return false }
                    switch scalar.properties.generalCategory {
                    case .control, .format, .lineSeparator, .paragraphSeparator: return true
                    default: return false
                    }
                }
                #expect(raw.isEmpty, "\(name) holds \(raw.map(\.value))")
                #expect(!output.contains(password), "\(name) holds the password")
                #expect(output.hasSuffix("\n") || output.isEmpty)
            }
        }
    }

    @Test(arguments: 0..<20) func `colours are the only escapes, and the words are the same without them`(seed: Int) {
        let report = hostileReport(seed, .apply)
        let plain = text(report, style: TextStyle(isColoured: false, file: "f"))
        let coloured = text(report, style: TextStyle(isColoured: true, file: "f"))
        #expect(coloured != plain)
        #expect(coloured.replacing(#/\u{1b}\[[0-9;]*m/#, with: "") == plain)
    }

    @Test(arguments: 0..<20) func `JSON says every name as it is`(seed: Int) throws {
        let report = hostileReport(seed, .plan)
        let document = try #require(
            try JSONSerialization.jsonObject(with: Data(json(report).utf8)) as? [String: Any])
        #expect(document["cluster"] as? String == report.cluster.name)
        let nodes = try #require(document["nodes"] as? [[String: Any]])
        #expect(nodes.map { $0["name"] as? String } == report.cluster.nodes.map(\.name.text))
        let steps = try #require(document["steps"] as? [[String: Any]])
        #expect(steps.map { $0["sql"] as? [String] } == report.plan?.steps.map(\.statements))
    }

    @Test(arguments: 0..<20) func `one line stays one line for a monitoring system and a workflow`(seed: Int) {
        let report = hostileReport(seed, .status)
        #expect(nagios(report).count { $0 == "\n" } == 1)
        #expect(nagios(report).unicodeScalars.count { $0 == "|" } == 1)
        #expect(github(report).split(separator: "\n").allSatisfy { $0.hasPrefix("::") })
    }
}

@Test(arguments: [
    ("plain \"name\" é 漢", "plain \"name\" é 漢"), ("a\nb\tc\rd", "a\\nb\\tc\\rd"), ("\u{1b}[31mred", "\\u{1B}[31mred"),
    ("\u{202e}txt", "\\u{202E}txt"), ("no\u{a0}break", "no\\u{A0}break"), ("e\u{301}", "e\u{301}"),
    ("\u{200b}\u{feff}\u{ad}", "\\u{200B}\\u{FEFF}\\u{AD}"), ("\r\n", "\\r\\n"), ("\u{3164}", "\\u{3164}"),
    ("a\u{e0100}\u{34f}", "a\\u{E0100}\\u{34F}"), ("\u{2764}\u{fe0f}", "\u{2764}\u{fe0f}"),
])
func `what a terminal would obey or hide is shown`(text: String, shown: String) { #expect(visible(text) == shown) }

/// A mark that combines with a quote, or one that joins what follows, makes it no other to who reads the text.
@Suite struct `a name whose quote stands beside a mark` {
    private let name = "\u{111c2}'|\u{301}<img>"

    @Test func `stays in its literal`() {
        #expect(TableName("s", Identifier(name)).quotedLiteral == "'\"s\".\"\u{111c2}''|\u{301}<img>\"'")
    }

    @Test func `is text to Markdown, and parts no cells`() {
        var report = Shop().report(.status)
        report.error = .init(code: .unavailable, message: name)
        let lines = markdown(report)
        #expect(lines.contains("\u{111c2}'\\|\u{301}&lt;img\\>"), "\(lines)")
    }
}

@Test(arguments: [("abc", 3), ("e\u{301}a", 2), ("漢字", 4), ("✓ –", 3), ("", 0)])
func `columns count what is seen`(text: String, width: Int) { #expect(displayWidth(text) == width) }

@Test(arguments: [
    (#"ALTER TABLE "a" ENABLE TRIGGER "b""#, #"ALTER TABLE "a" ENABLE TRIGGER "b""#),
    ("ALTER TABLE \"a\nb\" x", #"ALTER TABLE U&"a\000ab" x"#),
    ("SELECT \"q\"\"\\\u{1b}\", 'l''\u{202e}'", #"SELECT U&"q""\\\001b", U&'l''\202e'"#),
    ("SELECT 'a\nb'", "SELECT 'a\nb'"), ("SELECT \"\u{e0041}\"", #"SELECT U&"\+0e0041""#),
    ("DO $x$a\nb$x$", "DO $x$a\nb$x$"), ("DO $x$a'\u{7}$x$", #"DO U&'a''\0007'"#),
    ("SELECT a$1$\u{9}b", "SELECT a$1$ b"), ("SELECT $1\u{9}", "SELECT $1 "),
    ("DO E'a\\\\''\u{1b}\u{202e}\\\\'\u{9}", #"DO E'a\\''\U0000001b\U0000202e\\' "#),
    ("SELECT E'\n\\\u{7}', type'\u{7}'", "SELECT E'\n\\U00000007', typeU&'\\0007'"),
])
func `SQL is rewritten only where it hides something`(statement: String, shown: String) {
    #expect(visibleSQL(statement) == shown)
}

@Test(arguments: [
    ("clusters/shop.yaml", "clusters/shop.yaml"), ("my shop.yaml", "'my shop.yaml'"), ("it's", #"'it'\''s'"#),
    ("", "''"),
    ("x'\u{301};rm;'", "'x'\\''\u{301};rm;'\\'''"), ("a\nb", #"$'a\x0ab'"#), ("$(rm)", "'$(rm)'"),
    ("*.yaml", "'*.yaml'"),
])
func `a suggested command survives the shell`(word: String, quoted: String) { #expect(shellQuoted(word) == quoted) }
