import Replication
import Reports
import TestSupport
import Testing

@Suite struct `Reports look as they always did` {
    @Test(arguments: [("status", Report.Kind.status), ("plan", .plan), ("validate", .validate)])
    func `one subscriber open`(name: String, kind: Report.Kind) throws {
        var report = Shop.sabotaged.report(kind)
        if kind == .validate {
            report.observed = nil
            (report.changes, report.findings, report.result, report.fingerprint) = ([], [], .inSync, "")
        }
        try expectGolden(text(report, style: plain), "open-\(name).txt")
    }

    @Test func `one subscriber open, in the other forms`() throws {
        let report = Shop.sabotaged.report(.plan)
        try expectGolden(json(report), "open-plan.json")
        try expectGolden(sql(report), "open-plan.sql")
        try expectGolden(markdown(report), "open-plan.markdown.txt")
        try expectGolden(github(report), "open-plan.github.txt")
        try expectGolden(nagios(report), "open-plan.nagios.txt")
        var quiet = plain
        quiet.detail = .quiet
        try expectGolden(text(report, style: quiet), "open-plan-quiet.txt")
        var verbose = plain
        verbose.detail = .verbose
        try expectGolden(text(report, style: verbose), "open-plan-verbose.txt")
    }

    @Test func `a file that is not valid, in every form`() throws {
        let nothing = DeclaredCluster(name: "", engine: .builtin(cluster: ""), nodes: [], sets: [], because: at(1))
        let places = [
            Report.Failure.Place(
                at(4, 9), "set 'default' has origin 'nroth', which is not a node",
                notes: ["did you mean 'north', declared here?"]),
            .init(at(5, 1), "unknown key 'tabels' in the cluster file", notes: ["did you mean 'tables'?"]),
        ]
        let words = places.map { "\($0.position): error: \($0.message)" }.joined(separator: "\n")
        let report = Report(
            .validate, nothing, result: .refused,
            error: .init(code: .invalidFile, message: words, places: places))
        try expectGolden(text(report, style: plain), "invalid-validate.txt")
        try expectGolden(json(report), "invalid-validate.json")
        try expectGolden(sql(report), "invalid-validate.sql")
        try expectGolden(markdown(report), "invalid-validate.markdown.txt")
        try expectGolden(github(report), "invalid-validate.github.txt")
        try expectGolden(nagios(report), "invalid-validate.nagios.txt")
    }

    @Test func `everything in sync`() throws {
        try expectGolden(text(Shop().report(.status), style: plain), "sync-status.txt")
        try expectGolden(text(Shop().report(.plan), style: plain), "sync-plan.txt")
        try expectGolden(json(Shop().report(.status)), "sync-status.json")
        try expectGolden(sql(Shop().report(.plan)), "sync-plan.sql")
    }

    @Test func `a moved origin`() throws {
        let report = Shop.moved.report(.plan)
        try expectGolden(text(report, style: plain), "moved-plan.txt")
        try expectGolden(sql(report), "moved-plan.sql")
        var refused = Shop.moved.report(.apply, result: .refused)
        refused.error = .needsAllow([.originChange])
        try expectGolden(text(refused, style: plain), "moved-refused.txt")
    }

    @Test func `a node that cannot be read, one of 200 tables unlogged, and many sets`() throws {
        var shop = Shop(tables: (1...200).map { TableName("public", Identifier("t\($0)")) })
        shop.set(.disabled, ["_shopcl_denyaccess"], of: TableName("public", "t7"), on: "paris")
        shop.observed.nodes["tokyo"] = .failed(
            NodeFailure(sort: .unreachable, sqlState: "", message: "connection refused"))
        try expectGolden(text(shop.report(.plan), style: plain), "unreachable-plan.txt")
        var narrow = plain
        narrow.width = 60
        try expectGolden(text(shop.report(.plan), style: narrow), "unreachable-plan-narrow.txt")
    }

    @Test func `a standby that copies its origin refuses writes, whatever its triggers say`() {
        var shop = Shop()
        shop.change(node: "berlin") { $0.identity.inRecovery = true }
        let lines = text(shop.report(.status), style: plain).split(separator: "\n")
        #expect(lines.contains { $0.contains("berlin") && $0.contains("origin, refuses writes  ✗") }, "\(lines)")
    }

    @Test func `ten thousand changes are summarised`() throws {
        var shop = Shop(tables: (1...2_500).map { TableName("public", Identifier("t\($0)")) })
        for node: NodeName in ["paris", "tokyo"] {
            shop.change(node: node) { node in
                node.tables = node.tables.mapValues { table in
                    var open = table
                    for index in open.triggers.indices { open.triggers[index].mode = .disabled }
                    return table.name.schema == "public" ? open : table
                }
            }
        }
        let page = text(shop.report(.plan), style: plain)
        #expect(page.split(separator: "\n").count < 130)
        try expectGolden(page, "mass-plan.txt")
    }

    @Test func `what an apply did, in every way it can end`() throws {
        let shop = Shop.moved
        let blocker = Blocker(
            pid: 4242, user: "shop_app", application: "etl", state: "idle in transaction", age: .seconds(753),
            isAutovacuum: false)
        let ends: [Outcome] = [
            .done(tries: 1, took: .milliseconds(40)), .done(tries: 3, took: .milliseconds(1_540)),
            .busy(tries: 10, blockers: [blocker]), .stale(message: "the rows under the lock are not those of the plan"),
            .failed(sqlState: "42501", message: "must be owner of table orders"),
            .unknown(message: "server closed the connection unexpectedly"), .notBegun,
        ]
        var report = shop.report(
            .apply,
            outcomes: { plan in
                Outcomes(
                    steps: plan.steps.enumerated().map {
                        StepOutcome(step: $1, outcome: ends[min($0, ends.count - 1)])
                    },
                    drains: plan.drains.map {
                        DrainOutcome(drain: $0, verdict: .pending("paris lacks 12 of berlin's 400"))
                    },
                    reopened: plan.steps.prefix(1).map { StepOutcome(step: $0, outcome: ends[0]) },
                    stopped: .stageFailed(.protect))
            }, result: .incomplete)
        report.error = Report.Failure(code: .stageFailed, message: "protect did not succeed on every node")
        try expectGolden(text(report, style: plain), "apply-incomplete.txt")
        try expectGolden(json(report), "apply-incomplete.json")
        report.outcomes = report.outcomes.map { all in
            Outcomes(
                steps: all.steps.map { StepOutcome(step: $0.step, outcome: .busy(tries: 10, blockers: [blocker])) })
        }
        report.error = nil
        try expectGolden(text(report, style: plain), "apply-busy.txt")
    }

    @Test func `what was committed and not read back is not said to be undone`() {
        let end = Outcome.unverified(message: "not read back: too many connections for role")
        let report = Shop.moved.report(
            .apply,
            outcomes: { plan in
                Outcomes(
                    steps: plan.steps.map { StepOutcome(step: $0, outcome: end) },
                    reopened: plan.steps.prefix(1).map { StepOutcome(step: $0, outcome: end) })
            }, result: .incomplete)
        let page = text(report, style: plain)
        #expect(page.contains("Opened again, but not verified\n"))
        #expect(!page.contains("Not opened again"))
        let count = (report.plan?.steps ?? []).reduce(0) { $0 + $1.changes.count }
        #expect(page.contains("shop: incomplete, 0 of \(count) changes made, \(count) not verified;"))
    }

    @Test func `an apply that did everything`() throws {
        let sabotaged = Shop.sabotaged.report(.apply)
        var report = Shop().report(.apply, result: .applied)
        report.outcomes = Outcomes(
            steps: (sabotaged.plan?.steps ?? []).map {
                StepOutcome(step: $0, outcome: .done(tries: 1, took: .milliseconds(12)))
            })
        try expectGolden(text(report, style: plain), "apply-done.txt")
        var colour = plain
        colour.isColoured = true
        try expectGolden(text(report, style: colour), "apply-done-colour.txt")
    }

    @Test(arguments: [
        "SPLIT_BRAIN", "NODE_UNREACHABLE", "ORIGIN_CHANGE", "STALE_PLAN", "HELD_BACK", "75", "exit-codes", "slony",
        "bruce",
        "builtin", "custom", "modes",
    ])
    func `explanations`(word: String) throws {
        let topic = try #require(Topic(word))
        try expectGolden(explanation(of: topic), "explain-\(word.lowercased()).txt")
    }

    @Test func `a table explained`() throws {
        let shop = Shop.sabotaged
        let pages = (["paris", "berlin", "tokyo"] as [NodeName]).flatMap { node in
            [orders, TableName("billing", "Tax Rate")].map { table in
                explainTable(table, on: node, declared: shop.declared, observed: shop.observed)
            }
        }
        try expectGolden(pages.joined(separator: "\n"), "explain-table.txt")
    }
}
