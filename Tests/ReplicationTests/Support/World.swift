@testable import Replication

/// A declared cluster and nodes that are in sync with it, to be disturbed a line at a time.
struct World {
    var engine: Engine
    var nodes: [DeclaredNode]
    var sets: [ReplicationSet]
    var policy = Policy()
    var observed: ObservedState
    var failover: NodeName?

    var declared: DeclaredCluster {
        DeclaredCluster(name: "shop", engine: engine, nodes: nodes, sets: sets, policy: policy, because: line(1))
    }
    var difference: Difference {
        Difference(from: observed, to: DesiredState(declared, observed), failover: failover)
    }
    var plan: Plan { Plan(difference) }

    /// One set named `default`; every other node subscribes unless told otherwise.
    init(
        _ engine: Engine, nodes: [NodeName] = ["berlin", "paris", "tokyo"], origin: NodeName? = "berlin",
        subscribers: [NodeName]? = nil, tables: [String] = ["public.orders"], id: Int? = nil
    ) {
        self.init(
            engine, nodes: nodes,
            sets: [
                World.set(
                    "default", id: id, origin: origin, subscribers: subscribers ?? nodes.filter { $0 != origin },
                    tables: tables)
            ])
    }

    init(_ engine: Engine, nodes: [NodeName] = ["berlin", "paris", "tokyo"], sets: [ReplicationSet]) {
        self.engine = engine
        self.nodes = nodes.enumerated().map { index, name in
            DeclaredNode(name: name, conninfo: "service=\(name)", because: line(10 + index))
        }
        self.sets = sets
        observed = ObservedState(nodes: [:])
        for (index, name) in nodes.enumerated() {
            var node = ObservedNode(
                identity: NodeIdentity(systemIdentifier: "\(index + 1)", database: "shop"),
                functions: Set(declared.scope.functions))
            switch engine.catalog {
            case .none: break
            case .slony: node.slony = SlonyRegistrations(localNode: index + 1)
            case .polarity: node.builtin = BuiltinRegistrations(version: BuiltinSchema.version)
            }
            observed.nodes[name] = .observed(node)
        }
        for (index, set) in sets.enumerated() { setUp(set, number: set.id ?? index + 1, at: index) }
    }

    static func set(
        _ name: SetName, id: Int? = nil, origin: NodeName?, subscribers: [NodeName], tables: [String]
    ) -> ReplicationSet {
        ReplicationSet(
            name: name, id: id, origin: origin, originPosition: line(20), subscribers: subscribers,
            tables: tables.map { DeclaredTable(name: tableName($0), because: line(30)) }, because: line(21))
    }

    /// Makes the nodes what the set asks for.
    private mutating func setUp(_ set: ReplicationSet, number: Int, at index: Int) {
        let recorded = RecordedSet(origin: set.origin, members: Set(set.members))
        if engine.catalog == .none { observed.journal.sets[set.name] = recorded }
        let (engine, catalog, nodes) = (engine, engine.catalog, nodes)
        let numbers = Dictionary(uniqueKeysWithValues: nodes.enumerated().map { ($1.name, $0 + 1) })
        for node in set.members {
            self.node(node) { seen in
                let origin = numbers[set.origin ?? nodes[0].name] ?? 0
                seen.slony?.sets[number] = SlonySet(origin: origin)
                for (place, table) in set.tables.enumerated() {
                    let oid = UInt32(16384 + 100 * index + place)
                    var found = ObservedTable(oid: oid, name: table.name)
                    if catalog == .slony {
                        seen.slony?.tables[oid] = SlonyTable(
                            id: 100 * number + place, set: number, name: table.name, index: "orders_pkey", keyMask: "k")
                    }
                    seen.builtin?.record(table.name, in: set.name)
                    let triggers = Filling(engine, set).triggers(table.name, found, on: seen, as: set.role(of: node))
                    found.triggers = (triggers ?? []).compactMap(ObservedTrigger.init(inSync:)).sorted {
                        $0.name < $1.name
                    }
                    seen.tables[table.name] = found
                }
                seen.slony?.subscribers[number] = Set(
                    set.members.filter { $0 != (set.origin ?? nodes[0].name) }.compactMap { numbers[$0] })
                seen.builtin?.recorded.node = node
                seen.builtin?.recorded.sets[set.name] = recorded
            }
        }
    }
}

extension BuiltinRegistrations {
    /// Records a table beside those that are recorded.
    mutating func record(_ table: TableName, in set: SetName) {
        tables.record(tables.tables(of: set) + [table], of: set)
    }
}
