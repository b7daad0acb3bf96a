import Replication
import Reports
import Testing

@Test func `a monitoring system hears of lost data first, then of what could not be read, then of drift`() {
    var states: [NagiosState] = [nagiosState(Shop().report(.status)), nagiosState(Shop.sabotaged.report(.status))]
    var unread = Shop()
    unread.observed.nodes["tokyo"] = .failed(NodeFailure(sort: .unusable, sqlState: "28P01", message: "no"))
    states.append(nagiosState(unread.report(.status)))
    var drift = Shop()
    drift.change(orders, on: "paris") { $0.triggers.removeAll { $0.name == "_shopcl_logtrigger" } }
    states.append(nagiosState(drift.report(.status)))
    var failed = Shop().report(.apply, result: .refused)
    failed.error = Report.Failure(code: .busy, message: "another apply runs")
    states.append(nagiosState(failed))
    #expect(states == [.ok, .critical, .unknown, .warning, .unknown])
    #expect(states.map(\.rawValue) == [0, 2, 3, 1, 3])
    #expect(
        nagios(Shop().report(.status))
            == "POLARITY OK - shop: in sync, 7 tables on 3 nodes|changes=0 findings=0 critical=0 unreachable=0 nodes=3 "
            + "tables=7\n")
}

/// An apply of the two changes of the sketch and of one on tokyo, which ended as told.
private func applied(_ result: Report.Result, tokyo: Outcome) -> Report {
    var shop = Shop.sabotaged
    shop.set(.disabled, ["_shopcl_denyaccess"], of: orders, on: "tokyo")
    var report = shop.report(
        .apply,
        outcomes: { plan in
            Outcomes(
                steps: plan.steps.map {
                    let isTokyo = $0.node == "tokyo"
                    return StepOutcome(step: $0, outcome: isTokyo ? tokyo : .done(tries: 1, took: .milliseconds(9)))
                })
        }, result: result)
    report.findings = []
    return report
}

@Test func `a monitoring system hears that an apply was done, and not of changes to make`() {
    let done = applied(.applied, tokyo: .done(tries: 1, took: .milliseconds(9)))
    #expect(nagiosState(done) == .ok)
    #expect(nagios(done).hasPrefix("POLARITY OK - shop: 3 changes made|changes=0 "))
    let busy = applied(.incomplete, tokyo: .busy(tries: 10, blockers: []))
    #expect(nagios(busy).hasPrefix("POLARITY WARNING - shop: 2 changes made; 1 change to make|changes=1 "))
}

@Test func `what was done and what was not are told apart in every form`() throws {
    let report = applied(.incomplete, tokyo: .busy(tries: 10, blockers: []))
    #expect(
        github(report).replacing(/file=[^:]*,title/, with: "title")
            == "::notice title=incomplete::2 changes on paris, set orders: done\n"
            + "::notice title=incomplete::1 change on tokyo, set orders: busy\n")
    #expect(markdown(report).contains("| node | set | table | trigger | purpose | change | outcome |\n"))
    #expect(markdown(report).contains(" deny | disabled → enabled | done |\n"))
    #expect(markdown(report).contains(" deny | disabled → enabled | busy |\n"))
    #expect(markdown(report).contains("\n2 made of 3 changes, 0 findings."))
    #expect(github(applied(.refused, tokyo: .notBegun)).contains("on tokyo, set orders: not begun\n"))
}

@Test func `what was opened again does not count as made`() throws {
    var report = Shop.moved.report(.apply, outcomes: { _ in Outcomes() }, result: .incomplete)
    let plan = try #require(report.plan)
    let closed = try #require(plan.steps.first { $0.stage == .protect && $0.node == "berlin" })
    report.outcomes = Outcomes(
        steps: plan.steps.map {
            StepOutcome(step: $0, outcome: $0 == closed ? .done(tries: 1, took: .zero) : .notBegun)
        })
    #expect(nagios(report).contains("\(closed.changes.count) change"))
    #expect(markdown(report).contains(" | done |\n"))
    report.outcomes?.reopened = [StepOutcome(step: closed, outcome: .done(tries: 1, took: .zero))]
    #expect(!nagios(report).contains(" made;"))
    #expect(!markdown(report).contains(" | done |\n"))
    #expect(markdown(report).contains(" | taken back |\n"))
    #expect(json(report).contains("\"outcome\" : \"taken_back\""))
}

@Test func `a file that is valid is called so, and not in sync, for no node was asked`() {
    let report = Report(.validate, Shop().declared, result: .inSync)
    #expect(nagios(report).hasPrefix("POLARITY OK - shop: valid, 7 tables on 3 nodes|"))
    #expect(markdown(report).hasPrefix("## Polarity: shop, valid\n"))
    #expect(sql(report).hasSuffix("\n-- The file is valid; no node was asked.\n"))
}

@Test func `a script without statements says why there are none`() {
    #expect(sql(Shop().report(.status)).hasSuffix("\n-- There is nothing to change.\n"))
    #expect(sql(Shop.sabotaged.report(.status)).contains("-- There is something to change: polarity apply --dry-run "))
    var held = Shop.sabotaged.report(.plan)
    held.plan = Plan(Difference(from: Shop().observed, to: DesiredState(Shop().declared, Shop().observed)))
    #expect(sql(held).hasSuffix("\n-- There is something to change, and all of it is held back.\n"))
}

@Test func `a script says what waits, and for what, as comments`() throws {
    var report = Shop.sabotaged.report(.plan)
    report.findings = [
        Finding(
            .nodeUnreachable, set: "orders", node: "tokyo", "node 'tokyo' could not be read:\nDROP", next: "start it",
            because: nil),
        Finding(.splitBrain, blocking: false, "this holds nothing back", because: nil),
    ]
    let plan = try #require(report.plan)
    report.plan = Plan(
        stages: Array(plan.stages), drains: [], required: [], heldBack: Array(report.changes.prefix(1)))
    let lines = [
        "-- Held back by NODE_UNREACHABLE: node 'tokyo' could not be read:\\nDROP", "--   start it",
        "-- Waits: paris, set orders: public.orders _shopcl_denyaccess disabled → enabled",
    ]
    #expect(sql(report).contains("\n" + lines.joined(separator: "\n") + "\n\\set ON_ERROR_STOP on\n"))
    #expect(!sql(report).contains("this holds nothing back"))
    report.plan = Plan(stages: [], drains: [], required: [], heldBack: report.changes)
    #expect(
        sql(report).contains("\n-- Waits: paris, set orders: public.orders _shopcl_truncatedeny disabled → enabled\n"))
    report.changes = []
    report.plan = Plan(stages: [], drains: [], required: [])
    for kind in [Report.Kind.plan, .status] {
        report.kind = kind
        #expect(sql(report).hasSuffix("\n-- Nothing can be changed as long as that holds it back.\n"))
    }
}

@Test func `a script reads where a sequence stands on the others, whatever its name`() {
    var shop = Shop.moved
    shop.declared = DeclaredCluster(
        name: "shop", engine: shop.declared.engine, nodes: shop.declared.nodes, sets: shop.declared.sets,
        policy: Policy(sequences: .advance), because: at(1))
    for node in shop.declared.nodes {
        shop.change(orders, on: node.name) { table in
            table.sequences = [ObservedSequence(name: QualifiedName("public", "o'\u{1b}"), column: "id", lastValue: 7)]
        }
    }
    let script = sql(shop.report(.plan))
    let name = #"U&'"public"."o''\001b"'"#
    for node in 1...2 {
        #expect(
            script.contains(
                """
                 WHERE oid = to_regclass(\(name)) AND relkind = 'S'
                   AND has_sequence_privilege(oid, 'SELECT, USAGE')), 'NULL') AS polarity_1_\(node) \\gset
                COMMIT;

                """))
    }
    let values = "(VALUES (:polarity_1_1::bigint), (:polarity_1_2::bigint)) AS v (value)"
    #expect(script.contains("FROM \(values)) AS furthest\n"))
    #expect(script.contains(" WHERE s.seqrelid = \(name)::regclass\n"))
    #expect(!script.contains("1007"))
}

@Test func `a script of part of a cluster does not call the whole in sync`() {
    var report = Shop().report(.plan)
    report.counts = Report.Counts(tables: 7, triggersRight: 50, leftOut: 2)
    #expect(sql(report).hasSuffix("\n-- There is nothing to change in what was selected; 2 changes are left out.\n"))
    report = Shop.sabotaged.report(.plan)
    report.counts = Report.Counts(tables: 7, triggersRight: 50, leftOut: 1)
    #expect(sql(report).contains("\n-- 1 change is left out, which was not selected.\n"))
}

@Test(arguments: [
    ("tokyo", "would open set orders on tokyo while berlin stays open"),
    ("berlin", "would close set orders on berlin while its origin tokyo stays closed"),
])
func `what waits for nodes that were not selected says so, and what to do`(node: String, words: String) {
    let shop = Shop.moved
    let difference = Difference(from: shop.observed, to: DesiredState(shop.declared, shop.observed))
        .limited(to: Selection(nodes: [node]))
    var report = shop.report(.plan)
    (report.changes, report.plan) = (difference.changes, Plan(difference))
    report.counts = Report.Counts(tables: 7, triggersRight: 50, leftOut: difference.leftOut.count)
    let sentence =
        "what was selected \(words): leave out --node and --table, or select every member of the set, and every "
        + "partition with its root"
    #expect(report.heldBySelection == [sentence])
    #expect(text(report, style: plain).replacing("\n", with: " ").contains("Held back: " + sentence + " "))
    #expect(sql(report).contains("\n-- Held back: " + sentence + "\n"))
    #expect(markdown(report).contains("\nHeld back: what was selected \(words): "))
    report.findings = [Finding(.nodeUnreachable, set: "orders", "it is gone", because: nil)]
    #expect(report.heldBySelection == [])
}

@Test func `a plan that was refused is no script to run`() {
    var report = Shop.moved.report(.apply, result: .refused)
    report.error = .needsAllow([.originChange])
    let script = sql(report)
    #expect(script.split(separator: "\n").allSatisfy { $0.hasPrefix("-- ") })
    #expect(script.contains("\n-- NEEDS_ALLOW: the plan holds changes that need --allow ORIGIN_CHANGE\n"))
    #expect(script.contains("\n-- polarity apply has changed nothing, so there is nothing to run; "))
    report.outcomes = Outcomes()
    #expect(!sql(report).contains("BEGIN;"))
    #expect(sql(Shop.moved.report(.plan)).contains("\nBEGIN;\n"))
}

@Test func `a script of what was applied does not read as if it were to be run`() {
    var report = Shop.sabotaged.report(.apply, outcomes: { _ in Outcomes(steps: []) }, result: .incomplete)
    report.error = Report.Failure(code: .stageFailed, message: "protect did not succeed on every node")
    let words = "-- polarity apply has run this plan: incomplete. What follows is what was planned, not what is left."
    #expect(sql(report).contains("\n\(words)\n-- STAGE_FAILED: protect did not succeed on every node\n"))
}

@Test func `an annotation escapes what a workflow command is made of`() {
    var report = Shop().report(.status)
    report.findings = [
        Finding(
            .tableMissing, "100% of\nit: gone", next: "create it",
            because: Position(file: "a,b:c.yaml", line: 3, column: 4))
    ]
    let start = "::error file=a%2Cb%3Ac.yaml,line=3,col=4,title=TABLE_MISSING::100%25 of\\nit: gone%0A"
    #expect(
        github(report) == start
            + "A member of the set does not have the table, or not as the partition that it is on others.%0Acreate it\n"
    )
}

@Test func `every word that is a topic is explained`() {
    let silent = Topic.words.filter { word in Topic(word).map { explanation(of: $0).count < 20 } ?? true }
    #expect(silent == [])
    #expect(Topic("split-brain") == .finding(.splitBrain))
    #expect(Topic("nonsense") == nil)
}

@Test func `an error's code is a topic, like a finding's`() {
    let codes = ErrorCode.allCases.map(\.rawValue)
    #expect(codes == codes.sorted())
    #expect(codes.filter { !Topic.words.contains($0) } == [])
    #expect(Topic("stale-plan") == .error(.stalePlan))
    // What is a finding's code, too, is explained as both.
    for code in ErrorCode.allCases {
        let page = Topic(code.rawValue).map(explanation) ?? ""
        #expect(page.contains("error \(code.rawValue)\n"), "\(code)")
        #expect(code.meaning.hasSuffix(".") && !code.next.hasSuffix("."), "\(code)")
        #expect(code.meaning.first?.isUppercase ?? false && code.next.first?.isLowercase ?? false, "\(code)")
    }
}

@Test func `a suggested command repeats what chose the plan, and is never wrapped`() {
    var style = TextStyle(isColoured: false, width: 40, file: "my shop.yaml", arguments: ["--node", "paris"])
    style.detail = .quiet
    let report = Shop.moved.report(.plan)
    let last = text(report, style: style).split(separator: "\n").last
    let expected =
        "Apply exactly this:  polarity apply -f 'my shop.yaml' --node paris --expect \(report.fingerprint.prefix(12)) "
        + "--allow ORIGIN_CHANGE"
    #expect(last.map { String($0) } == expected)
}

@Test(arguments: [40, 80, 100]) func `the option that a refused plan needs is never wrapped`(width: Int) {
    var report = Shop.moved.report(.apply, result: .refused)
    report.error = .needsAllow([.unprovenHandover, .replaceTrigger, .originChange, .massChange])
    let option = "--allow MASS_CHANGE,ORIGIN_CHANGE,REPLACE_TRIGGER,UNPROVEN_HANDOVER"
    let lines = text(report, style: TextStyle(isColoured: false, width: width, file: "shop.yaml")).split(
        separator: "\n")
    #expect(lines.first { $0.contains("--allow") }?.contains(option) == true)
}

@Test(arguments: [
    ("postgres://a:b@c/d", ":node_1"), ("postgres://a:\u{301}b@c/d", ":node_1"),
    ("postgres://c/d?%70assword=b", ":node_1"), ("postgres://a:b?c@d/e", ":node_1"),
    ("postgres://a@b/c?x=y", "-reuse-previous=off 'postgres://a@b/c?x=y'"),
    ("user=pol\tdbname=d", #"-reuse-previous=off 'user=pol\x09dbname=d'"#),
])
func `a script never names a password, stops where it would need one, and connects as the file says`(
    conninfo: String, connect: String
) {
    let node = DeclaredNode(name: "berlin", conninfo: conninfo, because: at(1))
    var report = Shop.moved.report(.plan)
    report.cluster = DeclaredCluster(
        name: "shop", engine: report.cluster.engine, nodes: [node], sets: report.cluster.sets, because: at(1))
    #expect(sql(report).contains("\\connect \(connect)\n"))
}

@Test(arguments: [
    (Duration.milliseconds(40), "40 ms", "0:00"), (.milliseconds(1_540), "1.5 s", "0:01"), (.seconds(2), "2 s", "0:02"),
    (.seconds(300), "5 min", "5:00"), (.seconds(753), "753 s", "12:33"), (.seconds(3_723), "3723 s", "1:02:03"),
])
func `times are said in words or as on a clock`(time: Duration, words: String, clock: String) {
    let blocker = Blocker(pid: 0, user: "u", application: "a", state: "s", age: time, isAutovacuum: false)
    #expect(blocker.words == "u \"a\", s for \(clock)")
    var shop = Shop()
    shop.change(node: "paris") { $0.rights.roundTrip = time }
    #expect(text(shop.report(.status), style: plain).contains("  \(words) "))
}
