import Replication

/// The plan as a script for psql, stage by stage and node by node, one transaction a table.
///
/// It stops at the first error, asks before a set is opened and goes by where sequences stand then. It does not compare
/// the rows with the plan under each table's lock, takes no lock of its own on the cluster and reads nothing back; apply
/// does. What it leaves undone it says in comments. It ends with a newline.
public func sql(_ report: Report) -> String {
    let script = Script(report: report)
    return script.lines.joined(separator: "\n") + "\n"
}

/// What `sql(_:)` writes.
struct Script {
    let report: Report

    var lines: [String] {
        let fingerprint = report.fingerprint.isEmpty ? "" : ", fingerprint " + visible(report.fingerprint)
        let head = [
            "-- polarity: cluster \(visible(report.cluster.name))\(fingerprint)",
            "-- Run with psql --no-psqlrc --file THIS_FILE DATABASE, any that psql can reach: the script goes to each node itself.",
            "-- Unlike polarity apply it does not compare the nodes with the plan again.",
        ]
        if report.plan == nil, let error = report.error {
            return ["-- polarity: \(error.code.rawValue), there is nothing to run"] + error.lines.map { "-- " + $0 }
        }
        guard let plan = report.plan, !plan.isEmpty else { return head + withheld + [nothing] }
        if isRefused { return [head[0]] + refused + withheld + leftOut }
        let needs = report.required.words
        return head + (needs.isEmpty ? [] : ["-- This plan needs  --allow \(needs)"]) + ended + withheld + leftOut
            + ["\\set ON_ERROR_STOP on", Self.encoding] + StageName.allCases.flatMap { stage($0, of: plan) }
    }

    private func stage(_ name: StageName, of plan: Plan) -> [String] {
        let steps = plan.stages.filter { $0.name == name }.flatMap(\.steps)
        let statements =
            name == .drain && !plan.sequences.isEmpty ? handOver(plan.sequences) : visits(steps).flatMap(visit)
        let lines = (name == .drain ? plan.drains.flatMap(question) : []) + statements
        return lines.isEmpty ? [] : ["", "-- Stage \(name.rawValue)"] + lines
    }

    /// The steps of one node, one after the other.
    func visits(_ steps: [Step]) -> [[Step]] {
        var visits: [[Step]] = []
        for step in steps {
            if visits.last?.last?.node == step.node {
                visits[visits.count - 1].append(step)
            } else {
                visits.append([step])
            }
        }
        return visits
    }

    func visit(_ steps: [Step]) -> [String] { steps.first.map { arrive($0.node) + steps.flatMap(transaction) } ?? [] }

    /// A session on a node that reads the script as it is written.
    func arrive(_ node: NodeName) -> [String] {
        ["", "-- Node \(visible(node.text))"] + connect(node)
            + [Self.encoding, "SET standard_conforming_strings = on;", "SET quote_all_identifiers = off;"]
    }

    /// Off a terminal psql takes the script to be in the encoding of each database.
    private static let encoding = "SET client_encoding = 'UTF8';"

    /// Connects as the file says; where that might hold a password, as a variable says, without which psql stops.
    private func connect(_ node: NodeName) -> [String] {
        let conninfo = report.cluster.node(node)?.conninfo ?? ""
        guard conninfo.contains(where: { !$0.isWhitespace }), !mayHoldPassword(conninfo) else {
            let index = report.cluster.nodes.firstIndex { $0.name == node } ?? 0
            return [
                "-- Give its connection string with psql --set node_\(index + 1)=…", "\\connect :node_\(index + 1)",
            ]
        }
        // psql takes double quotes for those of an identifier, also inside of single quotes.
        return ["\\connect -reuse-previous=off " + psqlQuoted(conninfo, doubleQuote: "\"\"\"\"")]
    }

    private func transaction(_ step: Step) -> [String] {
        var lines = [
            "", "BEGIN;", "SET LOCAL search_path = pg_catalog, pg_temp;",
            "SET LOCAL lock_timeout = '\(report.cluster.policy.lockTimeout.milliseconds)ms';",
        ]
        if let role = step.role { lines.append("SET LOCAL ROLE \(role.quoted);") }
        if let table = step.table, step.lock != .none {
            lines.append("LOCK TABLE ONLY \(table.quoted) IN \(step.lock.rawValue) MODE;")
        }
        lines += step.statements.map { $0.hasSuffix(";") ? $0 : $0 + ";" }
        return (lines + ["COMMIT;"]).map(visibleSQL)
    }

    /// What apply would prove, a person has to answer for.
    private func question(_ drain: Drain) -> [String] {
        let sources = drain.sources.map { visible($0.text) }.joined(separator: ", ")
        let words =
            "Set \(visible(drain.set.text)): does every subscriber have everything from \(sources), before "
            + "\(visible(drain.newOrigin.text)) is opened?"
        var lines = ["-- " + words, "-- Evidence: \(drain.evidence.words)."]
        if case .query(let query) = drain.evidence {
            lines += ["-- On the closed origin: " + visible(query.originPosition)]
            lines += ["-- On every subscriber:  " + visible(query.sql)]
        }
        // Off a terminal psql takes the script's next line for the answer, which is no yes.
        return lines + [
            "\\prompt \(psqlQuoted(words + " Type yes to go on: ")) polarity_drained", "",
            "SELECT :'polarity_drained' OPERATOR(pg_catalog.=) 'yes' AS polarity_drained \\gset",
            "\\if :polarity_drained", "\\else",
            "DO 'BEGIN RAISE EXCEPTION ''not confirmed, so nothing is opened''; END';", "\\endif",
        ]
    }
}

/// A word as psql's own commands read it back.
private func psqlQuoted(_ word: String, doubleQuote: String = "\"") -> String {
    let pieces = word.unicodeScalars.map { scalar -> String in
        switch scalar {
        case "'": "''"
        case "\\": "\\\\"
        case "\n": "\\n"
        case "\"": doubleQuote
        case _ where isHostile(scalar): String(scalar).utf8.map(hexadecimal).joined()
        default: String(scalar)
        }
    }
    return "'" + pieces.joined() + "'"
}

/// Whether a connection string might hold a password; in doubt it does.
private func mayHoldPassword(_ conninfo: String) -> Bool {
    let text = conninfo.lowercased().unicodeScalars
    let isNamed = ["password", "passwd"].contains(where: String(text).contains)
    let isAddress = ["postgresql://", "postgres://"].contains { text.starts(with: $0.unicodeScalars) }
    guard isAddress, !isNamed else { return isNamed }
    // An address may write any letter of its parameters as a percent sign and two digits.
    if text.drop(while: { $0 != "?" }).contains("%") { return true }
    guard let at = text.lastIndex(of: "@") else { return false }
    return text[..<at].count { $0 == ":" } > 1
}
