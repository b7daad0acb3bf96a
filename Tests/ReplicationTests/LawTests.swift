import CustomDump
import TestSupport
import Testing

@testable import Replication

/// Laws 1 to 3 of the design, section 5, over the model world.
struct Laws {
    /// Members that may be open for each table, with whether they log; by door.
    struct Openness: Hashable {
        var open: [Spot: Bool] = [:]
    }

    struct Spot: Hashable {
        let node: NodeName
        let table: TableName
        let door: Door
    }

    let declared: DeclaredCluster

    /// Which doors of which members accept writes in a world, and whether they log.
    func openness(_ world: ObservedState) -> Openness {
        var result = Openness()
        for table in DesiredState(declared, world).tables where table.role != .bystander {
            guard let found = world.node(table.node)?.tables[table.name] else { continue }
            let doors = Doors(found.triggers, table.triggers ?? [])
            for door in found.doors where doors[door].canClose && !doors[door].isClosed {
                let logs = doors[door].isLogged || !doors[door].canLog
                result.open[Spot(node: table.node, table: table.name, door: door)] = logs
            }
        }
        return result
    }

    /// What a world that is in sync says otherwise than the file, in words.
    func contradictions(_ world: ObservedState) -> [String] {
        DesiredState(declared, world).tables.flatMap { table -> [String] in
            guard let found = world.node(table.node)?.tables[table.name] else { return [] }
            let doors = Doors(found.triggers, table.triggers ?? [])
            return found.doors.compactMap { door in
                let (state, what) = (doors[door], "\(table.name) on \(table.node): \(door)")
                switch table.role {
                case .origin where state.isClosed: return "\(what) closed on the origin"
                case .origin where state.canLog && !state.isLogged: return "\(what) not logged on the origin"
                case .subscriber where state.canClose && !state.isClosed: return "\(what) open on a subscriber"
                case .origin, .subscriber, .bystander: return nil
                }
            }
        }
    }

    /// What a step breaks, in words; empty where it keeps the laws.
    func violations(from before: Openness, to after: Openness, found: Openness) -> [String] {
        var result: [String] = []
        for (spot, logs) in after.open {
            let others = after.open.keys.filter {
                $0.table == spot.table && $0.door == spot.door && $0.node != spot.node
            }
            if before.open[spot] == nil, !others.isEmpty { result.append("law 1: \(spot) opened beside \(others)") }
            if before.open[spot] == true, !logs { result.append("law 2: \(spot) lost its log while open") }
            if before.open[spot] == nil, !logs { result.append("law 2: \(spot) opened unlogged") }
            if found.open[spot] == true, !logs { result.append("law 3: \(spot) is worse than it was found") }
        }
        return result
    }

    /// The steps of a stage in some order; those of one partitioned table keep theirs, as they do when they are carried out.
    private func shuffled(_ steps: [Step], in world: ObservedState, _ dice: inout Dice) -> [Step] {
        func tree(_ step: Step) -> [String] {
            var table = step.table
            while let parent = table.flatMap({ world.node(step.node)?.tables[$0]?.partitionOf }) { table = parent }
            return [step.node.text, table?.description ?? "schema of \(step.set)"]
        }
        var left = Dictionary(grouping: steps, by: tree)
        return steps.shuffled(using: &dice).compactMap { left[tree($0)]?.removeFirst() }
    }

    /// Every violation over every prefix of one execution order of a plan.
    func violations(of plan: Plan, from world: ObservedState, _ dice: inout Dice) -> [String] {
        var world = world
        let found = openness(world)
        var before = found
        var result: [String] = []
        for stage in plan.stages {
            for step in shuffled(stage.steps, in: world, &dice) {
                world.apply(step)
                let after = openness(world)
                result += violations(from: before, to: after, found: found)
                before = after
            }
        }
        return result
    }
}

extension ObservedTable {
    /// The rows of a partitioned table are in its leaves.
    fileprivate var doors: [Door] { kind == .partitionedTable ? [.truncate] : Door.allCases }
}

extension ObservedState {
    fileprivate static let stray = TableName("public", "stray")

    /// Gives a node a table that nobody declares, with the triggers of one that is declared.
    fileprivate mutating func addStray(to name: NodeName) {
        guard case .observed(var node)? = nodes[name], let like = node.tables.min(by: { $0.key < $1.key }) else {
            return
        }
        node.tables[Self.stray] = ObservedTable(
            oid: 9999, name: Self.stray, triggers: like.value.triggers.filter { !$0.isClone })
        nodes[name] = .observed(node)
    }

    /// By node, every table that the file does not name, and what is no trigger of the engine's on those that it names.
    fileprivate func undeclared(by cluster: DeclaredCluster) -> [NodeName: [TableName: [ObservedTrigger]]] {
        let declared = Set(cluster.sets.flatMap(\.tables).map(\.name))
        return cluster.nodes.reduce(into: [:]) { result, declaredNode in
            result[declaredNode.name] = node(declaredNode.name)?.tables.mapValues { table in
                let isDeclared = declared.contains(table.partitionOf ?? table.name)
                return isDeclared ? table.triggers.filter { $0.name == "audit" } : table.triggers
            }
        }
    }
}

private func plan(_ cluster: RandomCluster, _ world: ObservedState? = nil) -> (Difference, Plan) {
    let observed = world ?? cluster.observed
    let difference = Difference(from: observed, to: DesiredState(cluster.declared, observed))
    return (difference, Plan(difference))
}

@Suite struct `the laws of safety` {
    @Test(arguments: 0..<500)
    func `no prefix of a plan opens a second door or an unlogged one`(seed: Int) {
        let cluster = RandomCluster(seed: seed)
        var dice = Dice(seed: seed + 1)
        let (_, plan) = plan(cluster)
        let violations = Laws(declared: cluster.declared).violations(of: plan, from: cluster.observed, &dice)
        #expect(violations == [])
    }

    @Test(arguments: 0..<500)
    func `a plan converges and a second plan is empty`(seed: Int) {
        let cluster = RandomCluster(seed: seed)
        let (_, first) = plan(cluster)
        let world = first.steps.reduce(into: cluster.observed) { $0.apply($1) }
        let (difference, second) = plan(cluster, world)
        #expect(second.steps.map(\.statements) == [])
        if first.heldBack.isEmpty {
            expectNoDifference(difference.changes.filter { !first.heldBack.contains($0) }, [])
        }
    }

    @Test func `what is in sync logs on its origins and refuses on its subscribers`() {
        var partitioned = 0
        for seed in 0..<500 {
            let cluster = RandomCluster(seed: seed)
            let world = plan(cluster).1.steps.reduce(into: cluster.observed) { $0.apply($1) }
            guard plan(cluster, world).0.isInSync else { continue }
            #expect(Laws(declared: cluster.declared).contradictions(world) == [], "seed \(seed)")
            partitioned += world.partitions.values.contains { !$0.isEmpty } ? 1 : 0
        }
        #expect(partitioned > 50, "only \(partitioned) clusters in sync had partitions")
    }

    @Test(arguments: 0..<200)
    func `a run that dies after any step converges when it is run again`(seed: Int) {
        let cluster = RandomCluster(seed: seed)
        var dice = Dice(seed: seed + 2)
        let (_, first) = plan(cluster)
        guard !first.steps.isEmpty else { return }
        let end = Int.random(in: 0..<first.steps.count, using: &dice)
        var world = first.steps.prefix(end).reduce(into: cluster.observed) { $0.apply($1) }
        let (_, again) = plan(cluster, world)
        #expect(Laws(declared: cluster.declared).violations(of: again, from: world, &dice) == [])
        for step in again.steps { world.apply(step) }
        #expect(plan(cluster, world).1.steps.map(\.statements) == [])
    }

    @Test func `a table that another node wrote last opens only with the word of a move, also after a run that died`() {
        var opened = 0
        for seed in 0..<2000 {
            let cluster = RandomCluster(seed: seed)
            let nodes = cluster.declared.nodes.map(\.name)
            let seen = nodes.compactMap { cluster.observed.node($0)?.builtin }
            guard let record = seen.first, seen.count == nodes.count, seen.allSatisfy({ $0.tables == record.tables })
            else { continue }
            var world = cluster.observed
            for step in [nil] + plan(cluster).1.steps.filter({ $0.stage == .protect }) {
                if let step { world.apply(step) }
                let (difference, again) = plan(cluster, world)
                let open = Laws(declared: cluster.declared).openness(world).open
                for opening in again.steps where opening.stage == .open {
                    guard let table = opening.table, let set = record.tables[table],
                        cluster.declared.sets.contains(where: { $0.origin == opening.node && $0.name == opening.set }),
                        let writer: NodeName = record.recorded.sets[set]?.origin, writer != opening.node,
                        world.node(writer)?.tables[table]?.kind == .table,
                        open[.init(node: opening.node, table: table, door: .rows)] == nil
                    else { continue }
                    let alone = Plan(difference.limited(to: Selection(tables: [table.description])))
                    guard alone.steps.contains(where: { $0.stage == .open && $0.table == table }) else { continue }
                    opened += set == opening.set ? 0 : 1
                    #expect(alone.required.contains(.originChange), "seed \(seed): \(table) on \(opening.node)")
                }
            }
        }
        #expect(opened > 15, "only \(opened) tables were taken over from another set")
    }

    @Test(arguments: 0..<200)
    func `no history of files and broken runs opens a table that another node wrote without a drain`(seed: Int) {
        #expect(RandomHistory(seed: seed).violations == [])
    }

    @Test(arguments: 0..<200)
    func `nothing that the file does not declare is changed`(seed: Int) {
        let cluster = RandomCluster(seed: seed)
        var world = cluster.observed
        for node in cluster.declared.nodes { world.addStray(to: node.name) }
        let (_, plan) = plan(cluster, world)
        let after = plan.steps.reduce(into: world) { $0.apply($1) }
        expectNoDifference(after.undeclared(by: cluster.declared), world.undeclared(by: cluster.declared))
        let named = Set(plan.steps.flatMap(\.changes).compactMap(\.action.trigger))
        #expect(!named.contains("audit"))
        #expect(!plan.steps.contains { $0.table == ObservedState.stray })
    }

    @Test func `the laws are broken when doors open before they close`() {
        var broken = 0
        for seed in 0..<200 {
            let cluster = RandomCluster(seed: seed)
            var dice = Dice(seed: seed)
            let (_, plan) = plan(cluster)
            let mutant = Plan(stages: plan.stages.reversed(), drains: [], required: [])
            let laws = Laws(declared: cluster.declared)
            broken += laws.violations(of: mutant, from: cluster.observed, &dice).isEmpty ? 0 : 1
        }
        #expect(broken > 8, "only \(broken) of 200 mutated plans broke a law")
    }

    @Test func `the laws are broken when a stage is left out`() {
        for stage in [StageName.protect] {
            var broken = 0
            for seed in 0..<200 {
                let cluster = RandomCluster(seed: seed)
                var dice = Dice(seed: seed)
                let (_, plan) = plan(cluster)
                let mutant = Plan(stages: plan.stages.filter { $0.name != stage }, drains: [], required: [])
                let laws = Laws(declared: cluster.declared)
                broken += laws.violations(of: mutant, from: cluster.observed, &dice).isEmpty ? 0 : 1
            }
            #expect(broken > 8, "only \(broken) of 200 plans without \(stage) broke a law")
        }
    }

    @Test func `random clusters reach every stage, gate and action`() {
        var stages: Set<StageName> = []
        var gates: Set<Gate> = []
        var actions: Set<String> = []
        for seed in 0..<1000 {
            let (_, plan) = plan(RandomCluster(seed: seed))
            stages.formUnion(plan.stages.map(\.name))
            gates.formUnion(plan.required)
            actions.formUnion(plan.steps.flatMap(\.changes).map(\.action.word))
        }
        #expect(stages == [.protect, .open, .tidy])
        #expect(
            gates.isSuperset(of: [.originChange, .replaceTrigger, .dropTrigger, .openBystander, .unprovenHandover]))
        #expect(actions == ["install", "create", "set_mode", "replace", "rename", "drop"])
    }
}
