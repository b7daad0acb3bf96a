import Replication

// The words and the order that all outputs share.

extension Report {
    /// The changes by node, set, table, purpose and trigger.
    var sortedChanges: [Change] { sorted(changes, by: \.order) }

    /// The findings, worst first, then by code and place.
    var sortedFindings: [Finding] { sorted(findings, by: \.order) }

    /// The roles by set and node.
    var sortedRoles: [SetRole] { roles.sorted { ($0.set, $0.node) < ($1.set, $1.node) } }

    /// The stage of every change that is planned.
    var stages: [Change: StageName] {
        let pairs = (plan?.steps ?? []).flatMap { step in step.changes.map { ($0, step.stage) } }
        return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }

    /// The outcome of every change that was planned and that the run knows of.
    var outcomesByChange: [Change: Outcome] {
        let pairs = (outcomes?.steps ?? []).flatMap { end in end.step.changes.map { ($0, end.outcome) } }
        return Dictionary(pairs, uniquingKeysWith: { _, last in last })
    }

    /// How the run ended for every change that it knows of: `done`, `busy`, `not_begun`; `taken_back` where the old origin
    /// was opened again.
    var outcomeWords: [Change: String] {
        let reopened = (outcomes?.reopened ?? []).filter(\.isDone).flatMap(\.step.changes)
        let takenBack = Set(reopened.map(TriggerPlace.init))
        return Dictionary(
            outcomesByChange.map { change, outcome in
                let isTakenBack = outcome.word == "done" && takenBack.contains(TriggerPlace(change))
                return (change, isTakenBack ? "taken_back" : outcome.word)
            }, uniquingKeysWith: { _, last in last })
    }

    /// How a run ended for a change, in words for people; `nil` where there was none.
    func end(of change: Change, among words: [Change: String]) -> String? {
        outcomes.map { _ in (words[change] ?? "not_begun").replacing("_", with: " ") }
    }

    /// How many changes the run made and did not take back.
    var made: Int {
        let words = outcomeWords
        return changes.count { words[$0] == "done" }
    }

    /// The nodes that were read, by name.
    var readNodes: [(name: NodeName, node: ObservedNode)] {
        cluster.nodes.compactMap { declared in observed?.node(declared.name).map { (declared.name, $0) } }
    }

    /// The words that the plan needs, in the order `--allow` takes them.
    var required: [Gate] { plan?.required.sorted() ?? [] }
}

extension Sequence<Gate> {
    /// `A,B`: with commas and no blanks, as `--allow` takes them.
    var words: String { map(\.rawValue).joined(separator: ",") }
}

/// A trigger of a table on a node.
private struct TriggerPlace: Hashable {
    let node: NodeName
    let table: TableName?
    let trigger: TriggerName?

    init(_ change: Change) { (node, table, trigger) = (change.node, change.table, change.action.trigger) }
}

extension Report.Failure {
    /// What happened in lines of its own: the message, or all that is wrong with the file.
    var lines: [String] {
        guard !places.isEmpty else { return [visible(message)] }
        return places.flatMap { place in
            [visible("\(place.position): \(place.message)")] + place.notes.map { "  " + visible($0) }
        }
    }
}

/// Sorts by texts, which are put together once for each element.
private func sorted<Element>(_ elements: [Element], by order: (Element) -> Order) -> [Element] {
    elements.map { ($0, order($0)) }.sorted { $0.1.precedes($1.1) }.map(\.0)
}

/// Texts to sort by, one after the other.
typealias Order = [String]

extension Order {
    /// Whether this comes first, text by text and byte by byte.
    func precedes(_ other: Order) -> Bool {
        for (left, right) in zip(self, other) where !left.utf8.elementsEqual(right.utf8) {
            return left.utf8.lexicographicallyPrecedes(right.utf8)
        }
        return count < other.count
    }
}

extension Change {
    /// Where it stands among others.
    var order: Order {
        [
            node.text, set.text, table?.schema.text ?? "", table?.name.text ?? "",
            purpose.map { String(Purpose.allCases.firstIndex(of: $0) ?? 0) } ?? "9", action.trigger?.text ?? "",
            action.word, action.from ?? "", action.to ?? "",
        ]
    }
}

extension Finding {
    /// Where it stands among others.
    var order: Order {
        let rank = Severity.allCases.firstIndex(of: severity) ?? 0
        return [
            String(rank), code.rawValue, set?.text ?? "", node?.text ?? "", table?.schema.text ?? "",
            table?.name.text ?? "", trigger?.text ?? "", message,
        ]
    }
}

extension Action {
    /// What stands there before: a mode, `absent`, a name or a version.
    var from: String? {
        switch self {
        case .install(let installation): installation.from.map { String($0) }
        case .create: "absent"
        case .setMode(_, let from, _), .setRuleMode(_, let from, _): from.rawValue
        case .replace(let observed, _), .drop(let observed): observed.mode.rawValue
        case .rename(let name, _): name.text
        }
    }

    /// What stands there afterwards.
    var to: String? {
        switch self {
        case .install(let installation): String(installation.to)
        case .create(let desired), .replace(_, let desired): desired.mode?.rawValue ?? "absent"
        case .setMode(_, _, let to), .setRuleMode(_, _, let to): to.rawValue
        case .rename(_, let to): to.text
        case .drop: "absent"
        }
    }
}

extension Outcome {
    /// The word in JSON.
    var word: String {
        switch self {
        case .done: "done"
        case .busy: "busy"
        case .stale: "stale"
        case .failed: "failed"
        case .notBegun: "not_begun"
        case .unknown: "unknown"
        case .unverified: "unverified"
        }
    }
}

extension Purpose {
    /// The words in text.
    var words: String { rawValue.replacing("_", with: " ") }
}

extension NodeIdentity {
    /// `server_version_num` as people say it: `15.20`, `9.6.24`.
    var versionWords: String {
        serverVersion >= 100_000
            ? "\(serverVersion / 10_000).\(serverVersion % 10_000)"
            : "\(serverVersion / 10_000).\(serverVersion / 100 % 100).\(serverVersion % 100)"
    }
}

extension Duration {
    /// In whole milliseconds, rounded down.
    var milliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }

    /// `40 ms`, `1.5 s`, `2 s`, `5 min`.
    var words: String {
        let all = milliseconds
        switch all {
        case ..<1000: return "\(all) ms"
        case 60_000... where all % 60_000 == 0: return "\(all / 60_000) min"
        case _ where all % 1000 == 0: return "\(all / 1000) s"
        default: return "\(all / 1000).\(all % 1000 / 100) s"
        }
    }

    /// As on a clock: `0:07`, `12:33`, `1:02:03`.
    public var clock: String {
        let all = milliseconds / 1000
        let padded = { (number: Int64) in (number < 10 ? "0" : "") + String(number) }
        return all < 3600
            ? "\(all / 60):\(padded(all % 60))" : "\(all / 3600):\(padded(all / 60 % 60)):\(padded(all % 60))"
    }
}

/// A number as people read it: `9,980`.
func grouped(_ number: Int) -> String {
    guard number >= 1000 else { return String(number) }
    let rest = String(number % 1000)
    return grouped(number / 1000) + "," + String(repeating: "0", count: 3 - rest.count) + rest
}

/// `1 table`, `2 tables`.
public func counted(_ number: Int, _ noun: String) -> String { grouped(number) + " " + noun + (number == 1 ? "" : "s") }
