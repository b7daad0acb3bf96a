import TestSupport

@testable import Replication

let nowhere = Position(file: "random.yaml", line: 1, column: 1)

/// A declared cluster and a world that differs from it in every way the generator knows.
struct RandomCluster {
    let declared: DeclaredCluster
    let observed: ObservedState

    init(seed: Int) {
        var dice = Dice(seed: seed)
        let engine = RandomCluster.engine(&dice)
        let nodes = (0..<Int.random(in: 2...4, using: &dice)).map { number in
            DeclaredNode(name: NodeName("n\(number)"), conninfo: "service=n\(number)", id: nil, because: nowhere)
        }
        var sets: [ReplicationSet] = []
        for number in 0..<Int.random(in: 1...2, using: &dice) {
            let origin = dice.chance(10) ? nil : nodes.randomElement(using: &dice)?.name
            let rest = nodes.map(\.name).filter { $0 != origin }
            let subscribers = rest.filter { _ in dice.chance(85) }
            let tables = (0..<Int.random(in: 1...3, using: &dice)).map { table in
                DeclaredTable(name: TableName("public", Identifier("t\(number)_\(table)")), because: nowhere)
            }
            sets.append(
                ReplicationSet(
                    name: SetName("s\(number)"), id: engine.catalog == .slony ? number + 1 : nil, origin: origin,
                    originPosition: nowhere, subscribers: subscribers.isEmpty ? rest : subscribers, tables: tables,
                    because: nowhere))
        }
        declared = DeclaredCluster(name: "c", engine: engine, nodes: nodes, sets: sets, because: nowhere)
        observed = RandomCluster.world(declared, &dice).recordingTables(of: declared, seed).misnaming(declared, seed)
    }

    private static func engine(_ dice: inout Dice) -> Engine {
        let pick = Int.random(in: 0..<4, using: &dice)
        if pick == 0 { return .slony(cluster: "c") }
        if pick == 1 { return .bruce(cluster: "c") }
        if pick == 2 { return .builtin(cluster: "c") }
        let function: (schema: Pattern, name: Pattern) = ("repl", "deny_write")
        let templates: [TriggerTemplate] = [
            .init(
                .log, "{table}_log", function: ("repl", "capture"), .after, .row, .changes,
                arguments: ["{schema}.{table}"], origin: .enabled, subscriber: dice.chance(50) ? .disabled : nil),
            .init(
                .deny, "{table}_deny", function: function, .before, .row, .changes,
                origin: dice.chance(50) ? .disabled : nil, subscriber: .enabled,
                bystander: dice.chance(20) ? .enabled : nil),
            .init(
                .truncateDeny, "{table}_tdny", function: function, .before, .statement, .truncate, origin: .disabled,
                subscriber: dice.chance(80) ? .enabled : .always),
        ]
        let drained = DrainQuery(sql: "select true", originPosition: "select 1", timeout: .seconds(1))
        return Engine(
            name: "custom", cluster: "c", catalog: .none, templates: templates,
            drained: dice.chance(50) ? drained : nil)
    }

    private static func world(_ declared: DeclaredCluster, _ dice: inout Dice) -> ObservedState {
        var nodes: [NodeName: NodeAnswer] = [:]
        let trouble = Int.random(in: 0..<80, using: &dice)
        let partitioned = Set(
            declared.sets.flatMap(\.tables).map(\.name)
                .filter { _ in declared.engine.catalog != .slony && dice.chance(30) })
        var recorded: [SetName: RecordedSet] = [:]
        for set in declared.sets where dice.chance(70) {
            recorded[set.name] = RecordedSet(
                origin: dice.chance(40) ? set.origin : set.members.randomElement(using: &dice),
                members: Set(set.members).union(dice.chance(10) ? ["gone"] : []))
        }
        for (index, node) in declared.nodes.enumerated() {
            if dice.chance(8) {
                nodes[node.name] = .failed(NodeFailure(sort: .unreachable, sqlState: "", message: "no route"))
                continue
            }
            let isWhole = dice.chance(97)
            var seen = ObservedNode(
                identity: NodeIdentity(
                    systemIdentifier: "\(index)", database: "shop",
                    serverVersion: [100_000, 130_000, 150_000].randomElement(using: &dice) ?? 0,
                    inRecovery: dice.chance(3)),
                functions: Set(declared.scope.functions.filter { _ in isWhole || dice.chance(70) }))
            if declared.engine.catalog == .polarity && dice.chance(80) {
                var builtin = BuiltinRegistrations(version: BuiltinSchema.version, functionsIntact: dice.chance(95))
                builtin.recorded = RecordedCluster(sets: recorded, node: node.name)
                seen.builtin = builtin
            }
            if declared.engine.catalog == .slony { seen.slony = SlonyRegistrations(localNode: index + 1) }
            var oid: UInt32 = 16384
            for set in declared.sets {
                for table in set.tables where !dice.chance(2) {
                    oid += 10
                    seen.add(table.name, oid, set, node.name, declared, trouble, &dice)
                    if partitioned.contains(table.name) { seen.divide(table.name, set, node.name, declared, &dice) }
                }
                if declared.engine.catalog == .slony, let id = set.id {
                    let wrong = dice.chance(10) ? declared.nodes.randomElement(using: &dice)?.name : set.origin
                    let number = declared.nodes.firstIndex { $0.name == (wrong ?? set.subscribers.first) } ?? 0
                    seen.slony?.sets[id] = SlonySet(origin: number + 1, isLocked: dice.chance(3))
                }
            }
            nodes[node.name] = .observed(seen)
        }
        return ObservedState(
            nodes: nodes,
            journal: declared.engine.catalog == .none ? RecordedCluster(sets: recorded) : RecordedCluster())
    }
}

extension ObservedState {
    /// Has the builtin engine's tables on record: most in their own sets, some in another one, or in one that is not in the
    /// file any more; few nodes disagree with the others.
    fileprivate func recordingTables(of declared: DeclaredCluster, _ seed: Int) -> ObservedState {
        guard declared.engine.catalog == .polarity else { return self }
        var (result, dice) = (self, Dice(seed: ~seed))
        let names = declared.nodes.map(\.name)
        let gone = RecordedSet(
            origin: dice.chance(10) ? nil : names.randomElement(using: &dice), members: Set(names.prefix(2)))
        let others = declared.sets.map(\.name) + ["gone"]
        func rows(_ share: Int) -> [RecordedTables.Row] {
            declared.sets.flatMap { set in set.tables.map { (set.name, $0.name) } }.compactMap { set, table in
                guard !dice.chance(10) else { return nil }
                return .init(table, dice.chance(share) ? others.randomElement(using: &dice) ?? set : set)
            }
        }
        let shared = rows(dice.chance(50) ? 30 : 0)
        for node in names {
            guard case .observed(var seen) = nodes[node], seen.builtin != nil else { continue }
            seen.builtin?.tables = RecordedTables(dice.chance(90) ? shared : rows(50))
            seen.builtin?.recorded.sets["gone"] = gone
            for set in declared.sets {
                for row in shared where row.set != set.name && set.tables.contains(where: { $0.name == row.table }) {
                    let writer: NodeName? = seen.builtin?.recorded.sets[row.set]?.origin
                    if !dice.chance(20) {
                        seen.tables[row.table]?.turn(node == writer ? .origin : .subscriber, declared)
                    }
                }
            }
            result.nodes[node] = .observed(seen)
        }
        return result
    }
}

extension ObservedState {
    /// Has some of the engine's triggers under each other's names, and some under the name of one that is gone.
    fileprivate func misnaming(_ declared: DeclaredCluster, _ seed: Int) -> ObservedState {
        var (result, dice) = (self, Dice(seed: seed ^ 0x5A5A))
        guard dice.chance(40) else { return result }
        for case (let name, .observed(var seen)) in nodes.sorted(by: { $0.key < $1.key }) {
            for table in declared.sets.flatMap(\.tables).map(\.name) where dice.chance(30) {
                let names = declared.engine.templates.compactMap { declared.engine.name(of: $0, on: table) }
                    .shuffled(using: &dice)
                let isGone = dice.chance(50)
                for place in [table] + seen.partitions(below: table) {
                    seen.tables[place]?.swap(names[0], names[1], dropping: isGone)
                }
            }
            result.nodes[name] = .observed(seen)
        }
        return result
    }
}

extension ObservedTable {
    /// Gives the triggers of two names each the other's; the second is dropped before where it should be.
    fileprivate mutating func swap(_ one: TriggerName, _ other: TriggerName, dropping isGone: Bool) {
        if isGone { triggers.removeAll { $0.name == other } }
        for place in triggers.indices where [one, other].contains(triggers[place].name) {
            triggers[place].name = triggers[place].name == one ? other : one
        }
        triggers.sort { $0.name < $1.name }
    }
}

extension ObservedTable {
    /// Gives the engine's triggers the modes that they have in a role, unless the table has partitions.
    fileprivate mutating func turn(_ role: Role, _ declared: DeclaredCluster) {
        guard kind == .table else { return }
        for template in declared.engine.templates {
            guard let desired = template.filled(for: role, on: name, oid), let mode = desired.mode else { continue }
            for place in triggers.indices where triggers[place].name == desired.name { triggers[place].mode = mode }
        }
    }
}

extension ObservedNode {
    fileprivate mutating func add(
        _ name: TableName, _ oid: UInt32, _ set: ReplicationSet, _ node: NodeName, _ declared: DeclaredCluster,
        _ trouble: Int, _ dice: inout Dice
    ) {
        var table = ObservedTable(oid: oid, name: name)
        if let id = set.id, declared.engine.catalog == .slony {
            slony?.tables[oid] = SlonyTable(id: Int(oid), set: id, name: name, index: "pk", keyMask: "k")
            table.mayAlter = !dice.chance(2)
        }
        let role = dice.chance(trouble / 2) ? Role.allCases.randomElement(using: &dice) ?? .origin : set.role(of: node)
        for template in declared.engine.templates where !dice.chance(trouble / 4) {
            guard let desired = template.filled(for: role, on: name, oid),
                let mode = desired.mode ?? (dice.chance(trouble / 4) ? .enabled : nil)
            else { continue }
            table.triggers += ObservedTrigger.sabotaged(desired, mode, trouble, &dice)
        }
        if dice.chance(10) {
            table.triggers.append(
                ObservedTrigger(name: "audit", function: FunctionName("public", "audit"), type: 21, mode: .enabled))
        }
        table.triggers.sort { $0.name < $1.name }
        tables[name] = table
    }
}

extension ObservedNode {
    /// Makes a table a partitioned one with two leaves, the second of which may be sabotaged by itself. From 13 the leaves
    /// have the root's row triggers as clones; before, the root has none and each leaf its own.
    fileprivate mutating func divide(
        _ name: TableName, _ set: ReplicationSet, _ node: NodeName, _ declared: DeclaredCluster, _ dice: inout Dice
    ) {
        guard var root = tables[name] else { return }
        let hasClones = identity.serverVersion >= 130_000
        func isForRows(_ trigger: ObservedTrigger) -> Bool { TriggerType(bits: trigger.type).level == .row }
        for number in 1...2 {
            let leaf = TableName(name.schema, Identifier(name.name.text + "_\(number)"))
            var table = ObservedTable(oid: root.oid + UInt32(number), name: leaf, partitionOf: name)
            for template in declared.engine.templates where template.level == .statement || !hasClones {
                guard let desired = template.filled(for: set.role(of: node), on: leaf, table.oid), !dice.chance(5),
                    let trigger = ObservedTrigger(inSync: desired)
                else { continue }
                table.triggers.append(trigger)
            }
            for var clone in root.triggers.filter(isForRows) where hasClones {
                clone.isClone = true
                if dice.chance(5) { clone.mode = FiringMode.allCases.randomElement(using: &dice) ?? .always }
                table.triggers.append(clone)
            }
            table.triggers.sort { $0.name < $1.name }
            tables[leaf] = table
        }
        root.kind = .partitionedTable
        if !hasClones { root.triggers.removeAll(where: isForRows) }
        tables[name] = root
    }
}

extension TriggerTemplate {
    fileprivate func filled(for role: Role, on table: TableName, _ oid: UInt32) -> DesiredTrigger? {
        filled(for: role) { word in
            switch word {
            case .cluster: "c"
            case .schema: table.schema.text
            case .table: table.name.text
            case .tableID: "\(oid)"
            case .keyMask: "k"
            }
        }
    }
}

extension ObservedTrigger {
    fileprivate static func sabotaged(
        _ desired: DesiredTrigger, _ mode: FiringMode, _ trouble: Int, _ dice: inout Dice
    ) -> [ObservedTrigger] {
        var trigger = ObservedTrigger(
            name: desired.name, function: desired.function, type: desired.type, mode: mode,
            arguments: desired.arguments)
        if dice.chance(trouble / 2) { trigger.mode = FiringMode.allCases.randomElement(using: &dice) ?? .always }
        if dice.chance(trouble / 8) { trigger.name = TriggerName("other_" + desired.name.text) }
        if dice.chance(trouble / 8) { trigger.type = 17 }
        if dice.chance(trouble / 8) { trigger.hasCondition = true }
        guard dice.chance(trouble / 8) else { return [trigger] }
        var second = trigger
        second.name = TriggerName("second_" + desired.name.text)
        return [trigger, second]
    }
}
