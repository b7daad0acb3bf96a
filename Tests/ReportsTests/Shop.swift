import Replication
import Reports

/// The cluster of the contract's sketch, in any state of repair.
struct Shop {
    var declared: DeclaredCluster
    var observed: ObservedState

    /// Everything as the file says; each table once per set and node.
    init(
        engine: Engine = .slony(cluster: "shopcl"),
        tables: [TableName] = ["orders", "order_items", "customers", "carts"].map { TableName("public", $0) },
        billing: [TableName] = ["invoice", "ledger", "Tax Rate"].map { TableName("billing", $0) },
        origin: NodeName? = "berlin"
    ) {
        let set = {
            (name: SetName, id: Int, origin: NodeName?, subscribers: [NodeName], tables: [TableName], line: Int) in
            ReplicationSet(
                name: name, id: id, origin: origin, originPosition: at(line + 1), subscribers: subscribers,
                tables: tables.enumerated().map { DeclaredTable(name: $1, because: at(line + 3 + $0, 9)) },
                because: at(line))
        }
        let names: [NodeName] = ["berlin", "paris", "tokyo"]
        declared = DeclaredCluster(
            name: "shop", engine: engine,
            nodes: names.enumerated().map { index, name in
                DeclaredNode(name: name, conninfo: "service=shop-\(name)", id: index + 1, because: at(5 + index, 3))
            },
            sets: [
                set("orders", 1, origin, names.filter { $0 != origin }, tables, 10),
                set("billing", 2, "paris", ["berlin"], billing, 20),
            ],
            because: at(1))
        observed = ObservedState(nodes: [:])
        for (index, name) in names.enumerated() {
            observed.nodes[name] = .observed(node(index, tables: tables + (name == "tokyo" ? [] : billing)))
        }
        putInSync()
    }

    private func node(_ index: Int, tables: [TableName]) -> ObservedNode {
        let all = tables.enumerated().map { ObservedTable(oid: UInt32(16_384 + $0), name: $1) }
        var slony = SlonyRegistrations(localNode: index + 1, nodes: [1: false, 2: false, 3: false])
        slony.sets = [1: SlonySet(origin: 1), 2: SlonySet(origin: 2)]
        slony.subscribers = [1: [2, 3], 2: [1]]
        for table in all {
            let set = table.name.schema == "billing" ? 2 : 1
            slony.tables[table.oid] = SlonyTable(
                id: Int(table.oid), set: set, name: table.name, index: "pk", keyMask: "k")
        }
        return ObservedNode(
            identity: NodeIdentity(
                systemIdentifier: "741234567890123456\(index)", database: "shop",
                serverVersion: index == 2 ? 160_004 : 150_020),
            rights: NodeRights(roundTrip: .milliseconds([1, 2, 211][index])),
            tables: Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) }),
            functions: Set(declared.scope.functions), slony: declared.engine.catalog == .slony ? slony : nil,
            builtin: declared.engine.catalog == .polarity ? recorded(all) : nil)
    }

    private func recorded(_ tables: [ObservedTable]) -> BuiltinRegistrations {
        let sets = declared.sets.map { ($0.name, RecordedSet(origin: $0.origin, members: Set($0.members))) }
        let pairs = declared.sets.flatMap { set in set.tables.map { ($0.name, set.name) } }
        let mine = pairs.filter { pair in tables.contains { $0.name == pair.0 } }
        return BuiltinRegistrations(
            version: BuiltinSchema.version,
            recorded: RecordedCluster(sets: Dictionary(uniqueKeysWithValues: sets), node: nil),
            tables: RecordedTables(mine.map { .init($0.0, $0.1) }))
    }

    private mutating func putInSync() {
        let desired = Dictionary(grouping: DesiredState(declared, observed).tables, by: \.node)
        for (node, tables) in desired {
            change(node: node) { node in
                for table in tables {
                    node.tables[table.name]?.triggers = (table.triggers ?? []).compactMap(Shop.asDesired).sorted {
                        $0.name < $1.name
                    }
                }
            }
        }
    }

    private static func asDesired(_ desired: DesiredTrigger) -> ObservedTrigger? {
        desired.mode.map {
            ObservedTrigger(
                name: desired.name, function: desired.function, type: desired.type, mode: $0,
                arguments: desired.arguments)
        }
    }

    mutating func change(node: NodeName, _ body: (inout ObservedNode) -> Void) {
        guard var found = observed.node(node) else { return }
        body(&found)
        observed.nodes[node] = .observed(found)
    }

    mutating func change(_ table: TableName, on node: NodeName, _ body: (inout ObservedTable) -> Void) {
        change(node: node) { node in
            guard var found = node.tables[table] else { return }
            body(&found)
            node.tables[table] = found
        }
    }

    mutating func set(_ mode: FiringMode, _ triggers: [TriggerName], of table: TableName, on node: NodeName) {
        change(table, on: node) { table in
            for index in table.triggers.indices where triggers.contains(table.triggers[index].name) {
                table.triggers[index].mode = mode
            }
        }
    }

    /// What a command would report.
    func report(_ kind: Report.Kind, outcomes: ((Plan) -> Outcomes)? = nil, result: Report.Result? = nil) -> Report {
        let difference = Difference(from: observed, to: DesiredState(declared, observed))
        let plan = Plan(difference)
        let triggers = observed.nodes.keys.compactMap { observed.node($0) }.flatMap(\.tables.values).map(
            \.triggers.count)
        return Report(
            kind: kind, cluster: declared, observed: observed, roles: difference.roles, changes: difference.changes,
            findings: difference.findings, plan: kind == .status ? nil : plan, outcomes: outcomes?(plan),
            fingerprint: fingerprint(declared: declared, observed: observed, limits: []),
            result: result ?? (difference.isInSync ? .inSync : kind == .status ? .drift : .planned), error: nil,
            counts: Report.Counts(
                tables: declared.sets.reduce(0) { $0 + $1.tables.count },
                triggersRight: triggers.reduce(0, +) - difference.changes.count, leftOut: 0))
    }
}

/// A place in the shop's file.
func at(_ line: Int, _ column: Int = 5) -> Position { Position(file: "clusters/shop.yaml", line: line, column: column) }

let orders = TableName("public", "orders")
let plain = TextStyle(isColoured: false, width: 100, file: "clusters/shop.yaml")

extension Shop {
    /// The state of the sketch: one table on paris accepts writes of its own.
    static var sabotaged: Shop {
        var shop = Shop()
        shop.set(.disabled, ["_shopcl_denyaccess", "_shopcl_truncatedeny"], of: orders, on: "paris")
        return shop
    }

    /// The builtin engine with the origin moved in the file.
    static var moved: Shop {
        var shop = Shop(engine: .builtin(cluster: "shop"))
        let before = shop.observed
        shop = Shop(engine: .builtin(cluster: "shop"), origin: "tokyo")
        shop.observed = before
        return shop
    }
}
