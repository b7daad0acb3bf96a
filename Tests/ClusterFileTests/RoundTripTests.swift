import ClusterFile
import CustomDump
import Replication
import TestSupport
import Testing

/// Clusters made by chance, all valid, with names that are hard to write.
private struct Maker {
    var random: Dice
    private let nowhere = Position(file: "", line: 1, column: 1)
    private let pieces = [
        "a", "Order Line", "no", "007", "1e3", "null", "~", "ä", "e\u{301}", "\"", "'", "${X}", "$", "$$", "{", "}",
        ": ",
        " #", "\u{1F600}", "<<", "*", "&", "\\", ".", "-", "none_", "x y", ",", "[", "true", "\u{2028}", "\u{FFFE}",
    ]

    mutating func flip() -> Bool { Bool.random(using: &random) }
    mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    mutating func pick<Value>(_ values: [Value]) -> Value { values[number(0...values.count - 1)] }

    mutating func text() -> String { (0...number(0...3)).map { _ in pick(pieces) }.joined() }

    mutating func names(_ count: Int) -> [String] {
        var names: [String] = []
        while names.count < count {
            let name = text() + String(names.count)
            if name.utf8.count <= 63, !name.unicodeScalars.contains("\u{2028}") { names.append(name) }
        }
        return names
    }

    mutating func cluster() -> DeclaredCluster {
        let nodes = names(number(1...5)).map { node(NodeName($0)) }
        let setNames = flip() ? ["default"] : names(number(1...3))
        let sets = setNames.enumerated().map { set($0.element, $0.offset, nodes.map(\.name)) }
        let name = flip() ? "shop" : names(1)[0]
        return DeclaredCluster(
            name: name, engine: engine(name), nodes: nodes, sets: sets, policy: policy(), because: nowhere)
    }

    private mutating func node(_ name: NodeName) -> DeclaredNode {
        DeclaredNode(
            name: name,
            conninfo: pick(["service=a", "host=h dbname='a b' ", "postgresql://u@h/db", "user=${X} port=$1"]),
            id: nil, role: flip() ? nil : Identifier(names(1)[0]),
            expectedDatabase: flip() ? nil : Identifier(names(1)[0]),
            expectedSystemIdentifier: flip() ? nil : "7412345678901234567", because: nowhere)
    }

    private mutating func set(_ name: String, _ index: Int, _ nodes: [NodeName]) -> ReplicationSet {
        let origin = flip() ? nodes[number(0...nodes.count - 1)] : nil
        let others = nodes.filter { $0 != origin }
        let subscribers = flip() ? others : others.filter { _ in flip() }
        let tables = names(number(1...4)).map { name in
            DeclaredTable(
                name: TableName(Identifier("s\(index)" + pick(pieces)), Identifier(name)), triggers: objects(),
                rules: objects(), because: nowhere)
        }
        let patterns = (0..<number(0...2)).map { _ in
            TablePattern(
                schema: Identifier("p\(index)"), match: text(), exclude: flip() ? [] : [text(), text()],
                because: nowhere)
        }
        return ReplicationSet(
            name: SetName(name), id: flip() ? nil : index + 1, origin: origin, originPosition: nowhere,
            subscribers: subscribers, tables: tables, patterns: patterns, because: nowhere)
    }

    private mutating func objects() -> [OwnObject] {
        names(number(0...2)).map { name in
            var modes: [Role: FiringMode] = [pick(Role.allCases): pick(FiringMode.allCases)]
            for role in Role.allCases where flip() { modes[role] = pick(FiringMode.allCases) }
            return OwnObject(name: TriggerName(name), modes: modes, because: nowhere)
        }
    }

    private mutating func policy() -> Policy {
        Policy(
            lockTimeout: .milliseconds(pick([1, 500, 2_000, 60_000])), retries: number(1...20),
            applyTimeout: .seconds(pick([1, 90, 300])),
            maxChanges: pick([nil, .count(0), .count(number(0...99)), .percent(number(0...100))]),
            sequences: pick(SequencePolicy.allCases))
    }

    private mutating func engine(_ cluster: String) -> Engine {
        let name = flip() ? cluster : names(1)[0]
        switch number(0...4) {
        case 0: return .slony(cluster: cluster == "shop" && flip() ? cluster : "shopcl")
        case 1: return .bruce(cluster: name)
        case 2: return .builtin(cluster: name)
        default: break
        }
        let catalog = pick(EngineCatalog.allCases)
        let templates = (0...number(0...3)).map { template($0, catalog) }
        let drained = DrainQuery(sql: text() + "$1", originPosition: text() + "x", timeout: .seconds(number(1...99)))
        return Engine(
            name: "custom", cluster: catalog == .slony ? "_c1" : name, catalog: catalog, templates: templates,
            drained: flip() ? nil : drained)
    }

    private mutating func template(_ index: Int, _ catalog: EngineCatalog) -> TriggerTemplate {
        let purpose = pick(Purpose.allCases)
        let arguments: [Pattern] =
            ["", "{schema}.{table}", "a b", "${table}", "7"] + (catalog == .slony ? ["{table_id}", "{key_mask}"] : [])
        let rows: [TriggerEvents] = [.changes, .insert, [.delete, .update]]
        var modes = [pick(FiringMode.allCases), nil, nil].shuffled(using: &random)
        if flip() { modes[0] = .disabled }
        if purpose == .deny { modes = [pick([.disabled, .replica, nil]), pick([.enabled, .always]), modes[2]] }
        return TriggerTemplate(
            purpose, pick([Pattern(stringLiteral: "{table}_\(index)"), Pattern(stringLiteral: "x\(index) {cluster}")]),
            function: pick([("repl", "f"), ("_{cluster}", "Deny \"Writes\""), ("Ä{cluster}", "g")]),
            pick(TriggerTiming.allCases), purpose.door == .rows ? pick(TriggerLevel.allCases) : .statement,
            purpose.door == .rows ? pick(rows) : .truncate,
            arguments: [Pattern(stringLiteral: "\(index)")]
                + (flip() ? [] : (0...number(0...3)).map { _ in pick(arguments) }),
            origin: modes[0],
            subscriber: modes[1], bystander: modes[2], match: pick(TriggerMatch.allCases))
    }
}

@Suite struct `writing` {
    @Test(arguments: 0..<400) func `a cluster that is written and read is the same cluster`(seed: Int) throws {
        var maker = Maker(random: Dice(seed: seed))
        let cluster = maker.cluster().unplaced
        let text = yaml(cluster)
        do {
            let again = try readCluster(Array(text.utf8), file: "again.yaml", environment: ["X": "wrong"])
            expectNoDifference(again.unplaced, cluster)
        } catch {
            Issue.record("\(error)\n\(text)")
        }
    }

    @Test func `a cluster is written as a person would write it`() throws {
        expectNoDifference(
            yaml(try Examples.read("slony")),
            """
            version: 1
            cluster: shop
            engine: {type: slony, cluster: shopcl}
            nodes:
              berlin: {id: 1, conninfo: service=shop-berlin, role: shop_owner}
              paris: {id: 2, conninfo: service=shop-paris, expect: {database: shop, system_identifier: "7412345678901234567"}}
              tokyo: {id: 3, conninfo: "postgresql://polarity@tokyo.example:5432/shop?sslmode=verify-full"}
            sets:
              - name: billing
                id: 2
                origin: paris
                subscribers: [berlin]
                tables:
                  - name: billing.ledger
                    triggers:
                      ledger_audit: {origin: enabled, subscriber: replica}
                    rules:
                      ledger_shadow: {origin: enabled, subscriber: disabled}
                  - schema: billing
                    match: "invoice*"
                    exclude: ["invoice_tmp*"]
              - name: orders
                id: 1
                origin: berlin
                tables:
                  - public.order_items
                  - public.orders
            policy:
              max_changes: 25%

            """)
        expectNoDifference(
            yaml(try Examples.read("minimal")),
            """
            version: 1
            cluster: shop
            engine: builtin
            nodes:
              berlin: service=shop-berlin
              paris: service=shop-paris
            origin: berlin
            tables:
              - public.orders
              - "sales.\\"Order Line\\""

            """)
    }
}
