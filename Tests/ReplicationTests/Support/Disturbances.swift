@testable import Replication

/// A place in the file that the worlds of these tests are declared in.
func line(_ line: Int) -> Position { Position(file: "shop.yaml", line: line, column: 1) }

/// `schema.name`, without quotes.
func tableName(_ name: String) -> TableName {
    let parts = name.split(separator: ".", maxSplits: 1).map { Identifier(String($0)) }
    return TableName(parts[0], parts[1])
}

// What can happen to the nodes of a world.
extension World {
    mutating func node(_ name: NodeName, _ edit: (inout ObservedNode) -> Void) {
        guard case .observed(var node)? = observed.nodes.removeValue(forKey: name) else { return }
        edit(&node)
        observed.nodes[name] = .observed(node)
    }

    mutating func table(_ name: String = "public.orders", on node: NodeName, _ edit: (inout ObservedTable) -> Void) {
        self.node(node) { node in
            guard var found = node.tables[tableName(name)] else { return }
            edit(&found)
            found.triggers.sort { $0.name < $1.name }
            node.tables[found.name] = found
        }
    }

    /// Changes the triggers of a purpose.
    mutating func trigger(
        _ purpose: Purpose, of name: String = "public.orders", on node: NodeName,
        _ edit: (inout ObservedTrigger) -> Void
    ) {
        let functions = Set(engine.templates.filter { $0.purpose == purpose }.map(\.functionName.text))
        table(name, on: node) { table in
            for index in table.triggers.indices where functions.contains(table.triggers[index].function.name.text) {
                edit(&table.triggers[index])
            }
        }
    }

    mutating func set(_ purpose: Purpose, _ mode: FiringMode, of name: String = "public.orders", on node: NodeName) {
        trigger(purpose, of: name, on: node) { $0.mode = mode }
    }

    mutating func remove(_ purpose: Purpose, of name: String = "public.orders", on node: NodeName) {
        let functions = Set(engine.templates.filter { $0.purpose == purpose }.map(\.functionName.text))
        table(name, on: node) { $0.triggers.removeAll { functions.contains($0.function.name.text) } }
    }

    /// Lets a table stand on a node as if the node had this role.
    mutating func turn(_ node: NodeName, into role: Role, _ name: String = "public.orders") {
        let engine = engine
        guard let set = sets.first(where: { $0.tables.contains { $0.name == tableName(name) } }),
            let seen = observed.node(node)
        else { return }
        table(name, on: node) { found in
            let triggers = Filling(engine, set).triggers(found.name, found, on: seen, as: role)
            found.triggers = (triggers ?? []).compactMap(ObservedTrigger.init(inSync:))
        }
    }

    mutating func lose(_ node: NodeName) {
        observed.nodes[node] = .failed(NodeFailure(sort: .unreachable, sqlState: "", message: "no route to host"))
    }

    /// Runs a plan to its end.
    mutating func apply() { for step in plan.steps { observed.apply(step) } }
}

// Worlds of more than plain tables.
extension World {
    /// `public.orders` with two leaves, none of which has a trigger; only the root is declared.
    static func divided(_ engine: Engine, version: Int = 150_000) -> World {
        var world = World(engine, nodes: ["berlin", "paris"])
        for node in ["berlin", "paris"] as [NodeName] {
            world.node(node) { seen in
                seen.identity.serverVersion = version
                seen.tables[tableName("public.orders")]?.kind = .partitionedTable
                seen.tables[tableName("public.orders")]?.triggers = []
                seen.tables[tableName("public.orders")]?.mayHoldRows = false
                for (place, leaf) in ["public.orders_1", "public.orders_2"].enumerated() {
                    let name = tableName(leaf)
                    seen.tables[name] = ObservedTable(
                        oid: UInt32(17000 + place), name: name, partitionOf: tableName("public.orders"),
                        mayHoldRows: false)
                    seen.builtin?.record(name, in: "default")
                }
            }
        }
        return world
    }
}

// What can be written into the file of a world.
extension World {
    mutating func declare(_ index: Int = 0, origin: NodeName?, subscribers: [NodeName]? = nil) {
        let old = sets[index]
        sets[index] = ReplicationSet(
            name: old.name, id: old.id, origin: origin, originPosition: old.originPosition,
            subscribers: subscribers ?? nodes.map(\.name).filter { $0 != origin }, tables: old.tables,
            patterns: old.patterns, because: old.because)
    }

    mutating func declare(_ index: Int = 0, tables: [DeclaredTable], patterns: [TablePattern] = []) {
        let old = sets[index]
        sets[index] = ReplicationSet(
            name: old.name, id: old.id, origin: old.origin, originPosition: old.originPosition,
            subscribers: old.subscribers, tables: tables, patterns: patterns, because: old.because)
    }
}

extension ObservedTrigger {
    /// The trigger as it stands where all is well; `nil` where it must not be.
    init?(inSync desired: DesiredTrigger) {
        guard let mode = desired.mode else { return nil }
        self.init(
            name: desired.name, function: desired.function, type: desired.type, mode: mode,
            arguments: desired.arguments)
    }
}
