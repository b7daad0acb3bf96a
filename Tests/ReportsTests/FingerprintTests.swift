import Replication
@testable import Reports
import TestSupport
import Testing

/// A world with something of everything.
private func world() -> Shop {
    var shop = Shop.sabotaged
    for node in shop.declared.nodes { shop.change(node: node.name) { $0.slony?.subscribers = [:] } }
    shop.change(node: "paris") { node in
        node.stray = [StrayTrigger(table: orders, trigger: "s", function: FunctionName("f", "g"))]
        node.eventTriggers = ["guard"]
        node.foreignKeys = [ForeignKey(name: "fk", child: orders, parent: orders, cascades: false)]
        node.builtin = BuiltinRegistrations(
            version: 1, recorded: RecordedCluster(sets: ["orders": RecordedSet(origin: "berlin", members: ["berlin"])]),
            tables: [orders: "orders"], logged: ["orders": 4], applied: ["berlin": 4])
        node.slony?.subscribers = [1: [2, 3]]
    }
    shop.change(orders, on: "paris") { table in
        table.sequences = [ObservedSequence(name: QualifiedName("public", "orders_id_seq"), column: "id", lastValue: 7)]
        table.rules = [ObservedRule(name: "r", mode: .enabled, isInstead: false)]
    }
    shop.observed.journal = RecordedCluster(sets: ["orders": RecordedSet(origin: "berlin", members: ["paris"])])
    return shop
}

private func print(_ shop: Shop, limits: [String] = []) -> String {
    fingerprint(declared: shop.declared, observed: shop.observed, limits: limits)
}

private typealias Turn = @Sendable (inout Shop) -> Void

private func node(_ body: @escaping @Sendable (inout ObservedNode) -> Void) -> Turn {
    { $0.change(node: "paris", body) }
}
private func table(_ body: @escaping @Sendable (inout ObservedTable) -> Void) -> Turn {
    { $0.change(orders, on: "paris", body) }
}
private func trigger(_ body: @escaping @Sendable (inout ObservedTrigger) -> Void) -> Turn {
    table { body(&$0.triggers[0]) }
}
private func slony(_ body: @escaping @Sendable (inout SlonyRegistrations) -> Void) -> Turn {
    node { node in
        guard var slony = node.slony else { return }
        body(&slony)
        node.slony = slony
    }
}
private func builtin(_ body: @escaping @Sendable (inout BuiltinRegistrations) -> Void) -> Turn {
    node { node in
        guard var builtin = node.builtin else { return }
        body(&builtin)
        node.builtin = builtin
    }
}
private func declared(
    name: String = "shop", engine: Engine? = nil, nodes: [DeclaredNode]? = nil, sets: [ReplicationSet]? = nil,
    policy: Policy = Policy()
) -> Turn {
    { shop in
        let was = shop.declared
        shop.declared = DeclaredCluster(
            name: name, engine: engine ?? was.engine, nodes: nodes ?? was.nodes, sets: sets ?? was.sets, policy: policy,
            because: at(99))
    }
}
private func paris(
    conninfo: String = "service=shop-paris", id: Int? = 2, role: Identifier? = nil, database: Identifier? = nil,
    system: String? = nil
) -> Turn {
    { shop in
        let changed = DeclaredNode(
            name: "paris", conninfo: conninfo, id: id, role: role, expectedDatabase: database,
            expectedSystemIdentifier: system, because: at(98))
        declared(nodes: shop.declared.nodes.map { $0.name == "paris" ? changed : $0 })(&shop)
    }
}
private func ordersSet(
    origin: NodeName? = "berlin", id: Int? = 1, subscribers: [NodeName] = ["paris", "tokyo"],
    own: [OwnObject] = [], rules: [OwnObject] = [], patterns: [TablePattern] = [], dropping: Int = 0
) -> Turn {
    { shop in
        let changed = shop.declared.sets.map { set in
            guard set.name == "orders" else { return set }
            let tables = set.tables.dropLast(dropping).map {
                DeclaredTable(name: $0.name, triggers: own, rules: rules, because: at(97))
            }
            return ReplicationSet(
                name: set.name, id: id, origin: origin, originPosition: at(96), subscribers: subscribers,
                tables: tables, patterns: patterns, because: at(95))
        }
        declared(sets: changed)(&shop)
    }
}

private let turns: [Turn] = [
    declared(name: "other"), declared(engine: .slony(cluster: "other")), declared(engine: .bruce(cluster: "shopcl")),
    declared(policy: Policy(maxChanges: .count(3))), declared(policy: Policy(maxChanges: .percent(3))),
    declared(policy: Policy(sequences: .ignore)), paris(id: 4), paris(role: "owner"), paris(database: "shop"),
    paris(system: "1"), ordersSet(origin: nil), ordersSet(origin: "paris", subscribers: ["berlin", "tokyo"]),
    ordersSet(id: 7), ordersSet(subscribers: ["paris"]), ordersSet(dropping: 1),
    ordersSet(own: [OwnObject(name: "a", modes: [.origin: .always], because: at(1))]),
    ordersSet(own: [OwnObject(name: "a", modes: [.subscriber: .always], because: at(1))]),
    ordersSet(rules: [OwnObject(name: "a", modes: [.origin: .always], because: at(1))]),
    ordersSet(patterns: [TablePattern(schema: "a", match: "b*", because: at(1))]),
    ordersSet(patterns: [TablePattern(schema: "a", match: "b*", exclude: ["c"], because: at(1))]),
    node { $0.identity.systemIdentifier = "1" }, node { $0.identity.timeline = 2 }, node { $0.identity.database = "x" },
    node { $0.identity.databaseOID = 9 }, node { $0.identity.serverVersion = 150_021 },
    node { $0.identity.inRecovery = true }, node { $0.identity.readOnly = true },
    node { $0.rights.mayBecomeRole = false }, node { $0.rights.mayCreateSchema = false },
    node { $0.rights.engineSchema = EngineSchemaRights(missing: ["log"]) },
    node { $0.rights.mayUseLanguage = false }, node { $0.rights.closedServerFunctions = ["f(bigint)"] },
    node { $0.rights.engineSchema = EngineSchemaRights(mayUse: false) },
    node { $0.rights.engineSchema = EngineSchemaRights(mayBecomeOwner: false) },
    node { $0.rights.engineSchema = EngineSchemaRights(mayLock: false) },
    node { $0.rights.engineSchema = EngineSchemaRights(foreign: ["TABLE polarity.log"]) },
    node { $0.rights.closedEvidence = [ClosedObject(name: QualifiedName("a", "b"), isHidden: true, isClosed: false)] },
    node { $0.tables[orders] = nil }, node { $0.stray = [] }, node { $0.functions = [] }, node { $0.slony = nil },
    node { $0.builtin = nil }, node { $0.eventTriggers = [] }, node { $0.foreignKeys = [] },
    node { $0.isDaemonModePublic = true },
    node { $0.sessionRoles = [SessionRoleSetting(.sessions(of: nil, isHere: false), .replica)] },
    node { $0.foreignKeys = [ForeignKey(name: "fk", child: orders, parent: orders, cascades: true)] },
    table { $0.oid = 1 }, table { $0.kind = .view }, table { $0.persistence = .unlogged }, table { $0.owner = "x" },
    table { $0.mayAlter = false }, table { $0.partitionOf = orders }, table { $0.inheritanceChildren = [orders] },
    table { $0.hasPrimaryKey = false }, table { $0.isLogicalTarget = true }, table { $0.sequences = [] },
    table { $0.sequences[0].minimum = 2 }, table { $0.sequences[0].maximum = 2 },
    table { $0.sequences[0].increment = 2 }, table { $0.sequences[0].column = "x" }, table { $0.triggers.removeLast() },
    table { $0.rules = [] },
    table { $0.rules[0].mode = .always }, table { $0.rules[0].isInstead = true }, trigger { $0.name = "x" },
    trigger { $0.function = FunctionName("x", "y") }, trigger { $0.type = 1 }, trigger { $0.mode = .replica },
    trigger { $0.arguments = TriggerArguments(["x"]) }, trigger { $0.columns = [1] },
    trigger { $0.hasCondition = true },
    trigger { $0.isConstraint = true }, trigger { $0.isClone = true }, slony { $0.localNode = 9 },
    slony { $0.nodes[3] = true }, slony { $0.sets[1]?.origin = 3 }, slony { $0.sets[1]?.isLocked = true },
    slony { $0.tables[16_384]?.id = 1 }, slony { $0.tables[16_384]?.set = 9 },
    slony { $0.tables[16_384]?.name = TableName("a", "b") }, slony { $0.tables[16_384]?.index = "x" },
    slony { $0.tables[16_384]?.keyMask = "vk" }, slony { $0.subscribers = [:] }, slony { $0.movesInFlight = [1] },
    builtin { $0.version = 2 }, builtin { $0.functionsIntact = false }, builtin { $0.recorded.node = "paris" },
    builtin { $0.recorded.sets["orders"]?.origin = nil }, builtin { $0.recorded.sets["orders"]?.members = ["tokyo"] },
    builtin { $0.tables = [:] }, builtin { $0.otherClusters = [orders: "other"] },
    builtin { $0.otherMembers = [OtherMember(cluster: "other", node: "paris", isHere: false)] },
    builtin { $0.otherMembers = [OtherMember(cluster: "other", node: "paris", isHere: true)] },
    { $0.observed.journal = RecordedCluster() },
    { $0.observed.sameDatabase = [["berlin", "paris"]] },
    { $0.observed.nodes["paris"] = .failed(NodeFailure(sort: .unusable, sqlState: "", message: "")) },
    { $0.observed.nodes["paris"] = .failed(NodeFailure(sort: .unreachable, sqlState: "", message: "")) },
]

private let still: [Turn] = [
    { _ in }, declared(), paris(conninfo: "service=other"), ordersSet(),
    declared(policy: Policy(lockTimeout: .seconds(9), retries: 1, applyTimeout: .seconds(9))),
    node { $0.rights.roundTrip = .seconds(1) }, node { $0.rights.loginRole = "x" },
    node { $0.rights.deadlockTimeout = .seconds(9) }, table { $0.mayHoldRows = false },
    table { $0.sequences[0].lastValue = 8 }, table { $0.triggers.reverse() }, builtin { $0.logged = [:] },
    builtin { $0.applied = [:] },
    builtin { $0.otherMembers = [OtherMember(cluster: "other", node: "oslo", isHere: false)] },
]

@Suite struct `A fingerprint` {
    @Test func `differs with everything that decides a plan, each in its own way`() {
        let prints = turns.map { turn in
            var shop = world()
            turn(&shop)
            return print(shop)
        }
        let all =
            prints + [print(world()), print(world(), limits: ["--node", "paris"]), print(world(), limits: ["--node"])]
        let doubles = prints.indices.filter { index in all.count { $0 == prints[index] } > 1 }
        #expect(doubles == [], "turns without an effect of their own")
        #expect(Set(all).count == all.count)
    }

    @Test func `stays the same with what moves all the time`() {
        let prints = still.map { turn in
            var shop = world()
            turn(&shop)
            return print(shop)
        }
        #expect(Set(prints) == [print(world())])
    }

    @Test func `tells which tables have which triggers, although one list after its like is not written again`() {
        let trigger = { ObservedTrigger(name: $0, function: FunctionName("f", "g"), type: 7, mode: .enabled) }
        let lists = [[trigger("a"), trigger("b")], [trigger("b"), trigger("a")], [trigger("a")], []]
        var prints: [String: Set<[[String]]>] = [:]
        for choice in 0..<64 {
            var shop = world()
            let chosen = [choice % 4, choice / 4 % 4, choice / 16].map { lists[$0] }
            shop.change(node: "paris") { node in
                for (name, triggers) in zip(node.tables.keys.sorted(), chosen) {
                    node.tables[name]?.triggers = triggers
                }
            }
            prints[print(shop), default: []].insert(chosen.map { $0.map(\.name.text).sorted() })
        }
        #expect(prints.count == 27 && prints.values.allSatisfy { $0.count == 1 })
    }

    @Test func `has the same 64 digits today as when it was written down`() throws {
        #expect(print(world()).count == 64)
        try expectGolden(print(world()) + "\n", "fingerprint.txt")
    }

    @Test func `is SHA-256`() {
        let digest = SHA256()
        for letter in "abc".utf8 { digest.feed([letter]) }
        let hex = digest.finished().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        #expect(hex == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }
}
