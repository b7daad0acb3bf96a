import TestSupport

@testable import Replication

/// A world through which files come and go: each is edited a little, and applied whole, in part, or until the run dies.
///
/// The world has all tables whether or not a file names them, and it is known who wrote each last, whatever is on record.
struct RandomHistory {
    private(set) var violations: [String] = []
    private var dice: Dice
    private var world: ObservedState
    private var declared: DeclaredCluster
    private var lastWriters: [TableName: NodeName] = [:]
    private let nodes: [DeclaredNode]
    private let tables = (0..<4).map { TableName("public", Identifier("t\($0)")) }

    init(seed: Int) {
        dice = Dice(seed: seed &* 7919)
        nodes = (0..<Int.random(in: 2...4, using: &dice)).map {
            DeclaredNode(name: NodeName("n\($0)"), conninfo: "service=n\($0)", id: nil, because: nowhere)
        }
        declared = RandomHistory.cluster(nodes, [])
        world = ObservedState(nodes: [:])
        let divided = dice.chance(60) ? tables.randomElement(using: &dice) : nil
        for node in nodes { world.nodes[node.name] = .observed(node.whole(tables, divided, &dice)) }
        declared = edited()
        settle()
        for _ in 1...6 where violations.isEmpty {
            declared = edited()
            turn()
            if dice.chance(50) { settle() }
        }
    }

    private static func cluster(_ nodes: [DeclaredNode], _ sets: [ReplicationSet]) -> DeclaredCluster {
        DeclaredCluster(name: "c", engine: .builtin(cluster: "c"), nodes: nodes, sets: sets, because: nowhere)
    }

    // MARK: - The file

    private mutating func edited() -> DeclaredCluster {
        var drafts = declared.sets.reduce(into: [SetName: Draft]()) { $0[$1.name] = Draft($1) }
        for _ in 0..<Int.random(in: 1...2, using: &dice) { edit(&drafts) }
        return RandomHistory.cluster(nodes, drafts.compactMap { $1.set(named: $0) })
    }

    private mutating func edit(_ drafts: inout [SetName: Draft]) {
        guard let name = (["a", "b", "z"] as [SetName]).randomElement(using: &dice),
            let node = nodes.randomElement(using: &dice)?.name, let table = tables.randomElement(using: &dice)
        else { return }
        switch Int.random(in: 0..<8, using: &dice) {
        case 0 where drafts.count > 1: drafts[name] = nil
        case 1:
            guard drafts[name] == nil, let old = drafts.keys.sorted().randomElement(using: &dice) else { return }
            drafts[name] = drafts.removeValue(forKey: old)
        case 2, 3:
            let members = drafts[name]?.members.sorted() ?? []
            drafts[name]?.origin = dice.chance(15) ? nil : members.randomElement(using: &dice)
        case 4 where drafts[name]?.origin != node: drafts[name]?.members.formSymmetricDifference([node])
        case 5, 6:
            for other in drafts.keys { drafts[other]?.tables.remove(table) }
            if dice.chance(85) { drafts[name]?.tables.insert(table) }
        default:
            guard drafts[name] == nil else { return }
            let taken = drafts.values.reduce(into: Set()) { $0.formUnion($1.tables) }
            drafts[name] = Draft(
                origin: node, members: Set(nodes.map(\.name).filter { $0 == node || dice.chance(80) }),
                tables: Set(tables.filter { !taken.contains($0) && dice.chance(70) }))
        }
    }

    /// One set of a file that is being written.
    private struct Draft {
        var origin: NodeName?
        var members: Set<NodeName>
        var tables: Set<TableName>

        init(origin: NodeName?, members: Set<NodeName>, tables: Set<TableName>) {
            (self.origin, self.members, self.tables) = (origin, members, tables)
        }

        init(_ set: ReplicationSet) {
            self.init(origin: set.origin, members: Set(set.members), tables: Set(set.tables.map(\.name)))
        }

        func set(named name: SetName) -> ReplicationSet? {
            let subscribers = members.filter { $0 != origin }.sorted()
            guard !tables.isEmpty, !subscribers.isEmpty else { return nil }
            return ReplicationSet(
                name: name, id: nil, origin: origin, originPosition: nowhere, subscribers: subscribers,
                tables: tables.sorted().map { DeclaredTable(name: $0, because: nowhere) }, because: nowhere)
        }
    }

    // MARK: - The runs

    /// A run that may be limited, may not reach every node, and may die.
    private mutating func turn() {
        let node = nodes.randomElement(using: &dice)?.name.text ?? ""
        let set = declared.sets.randomElement(using: &dice)?.name.text ?? ""
        let table = tables.randomElement(using: &dice)?.description ?? ""
        let selection =
            switch Int.random(in: 0..<10, using: &dice) {
            case 0: Selection(nodes: [node])
            case 1: Selection(sets: [set])
            case 2: Selection(tables: [table + "*"])
            default: Selection()
            }
        let down = Set(nodes.map(\.name).filter { _ in dice.chance(3) })
        run(selection, down, diesAfter: dice.chance(30) ? dice.below(20) : nil)
    }

    /// A whole run. What the file asks for is there then, or something says why it is not.
    private mutating func settle() {
        run(Selection(), [], diesAfter: nil)
        let difference = difference(without: [])
        let second = Plan(difference)
        if !second.steps.isEmpty { violations.append("a second plan is not empty: \(second.steps.map(\.statements))") }
        if difference.isInSync {
            violations += Laws(declared: declared).contradictions(difference.observed)
        } else if !difference.findings.contains(where: \.blocking) {
            violations.append("out of sync without a reason: \(difference.changes)")
        }
    }

    private func difference(without down: Set<NodeName>) -> Difference {
        let seen = world.seen(by: declared, without: down)
        return Difference(from: seen, to: DesiredState(declared, seen))
    }

    private mutating func run(_ selection: Selection, _ down: Set<NodeName>, diesAfter end: Int?) {
        let plan = Plan(difference(without: down).limited(to: selection))
        for step in plan.steps.prefix(end ?? plan.steps.count) {
            let before = world.writers
            world.apply(step)
            for (table, nodes) in world.writers {
                for node in nodes.subtracting(before[table] ?? []) {
                    let others = nodes.subtracting([node])
                    if !others.isEmpty { violations.append("\(table) opens on \(node) beside \(others)") }
                    let last = lastWriters[table] ?? node
                    let isMoved = last == node || down.contains(last) || plan.moves(table, to: node, from: last)
                    if !isMoved { violations.append("\(table) opens on \(node), and was written on \(last) last") }
                    lastWriters[table] = node
                }
            }
        }
    }
}

extension Plan {
    /// Whether a table is opened on a node when what another holds was waited for.
    fileprivate func moves(_ table: TableName, to node: NodeName, from last: NodeName) -> Bool {
        drains.contains { drain in
            drain.newOrigin == node && drain.sources.contains(last)
                && drain.tables.contains { $0 == table || $0.name.text.hasPrefix(table.name.text + "_") }
        }
    }
}

extension DeclaredNode {
    /// The node with every table, and one of them in two partitions.
    fileprivate func whole(_ tables: [TableName], _ divided: TableName?, _ dice: inout Dice) -> ObservedNode {
        let version = [100_000, 130_000, 150_000].randomElement(using: &dice) ?? 0
        var node = ObservedNode(
            identity: NodeIdentity(systemIdentifier: name.text, database: "shop", serverVersion: version))
        for (index, table) in tables.enumerated() {
            let oid = UInt32(16384 + 10 * index)
            let isDivided = table == divided
            node.tables[table] = ObservedTable(oid: oid, name: table, kind: isDivided ? .partitionedTable : .table)
            for number in 1...2 where isDivided {
                let leaf = TableName(table.schema, Identifier(table.name.text + "_\(number)"))
                node.tables[leaf] = ObservedTable(oid: oid + UInt32(number), name: leaf, partitionOf: table)
            }
        }
        return node
    }
}

extension ObservedState {
    /// What a look through a file sees of the world.
    fileprivate func seen(by cluster: DeclaredCluster, without down: Set<NodeName>) -> ObservedState {
        let scope = cluster.scope
        var result = self
        for declared in cluster.nodes {
            guard var node = node(declared.name), !down.contains(declared.name) else {
                let failure = NodeFailure(sort: .unreachable, sqlState: "", message: "no route")
                result.nodes[declared.name] = .failed(failure)
                continue
            }
            let hidden = node.tables.values.filter { !scope.asksFor($0.partitionOf ?? $0.name) }.sorted {
                $0.name < $1.name
            }
            for table in hidden {
                node.tables[table.name] = nil
                node.stray += table.triggers.filter { scope.functions.contains($0.function) }
                    .map { StrayTrigger(table: table.name, trigger: $0.name, function: $0.function) }
            }
            if node.builtin != nil { node.functions = Set(scope.functions) }
            result.nodes[declared.name] = .observed(node)
        }
        return result
    }

    /// Where rows of a table, or of its partitions, are accepted and logged.
    fileprivate var writers: [TableName: Set<NodeName>] {
        let templates = Engine.builtin(cluster: "c").templates
        func fires(_ purpose: Purpose, _ table: ObservedTable) -> Bool {
            let functions = templates.filter { $0.purpose == purpose }.map(\.functionName.text)
            return table.triggers.contains { trigger in
                trigger.mode.firesForApplications && functions.contains(trigger.function.name.text)
                    && TriggerType(bits: trigger.type).level == .row
            }
        }
        var result: [TableName: Set<NodeName>] = [:]
        for name in nodes.keys {
            for table in (node(name)?.tables ?? [:]).values where table.kind == .table {
                guard fires(.log, table), !fires(.deny, table) else { continue }
                result[table.partitionOf ?? table.name, default: []].insert(name)
            }
        }
        return result
    }
}
