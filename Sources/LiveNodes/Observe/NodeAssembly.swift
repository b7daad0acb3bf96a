import Replication

/// Joins the lists of one node by OID.
struct NodeAssembly {
    private let scope: Scope
    private let engineFunctions: Set<FunctionName>
    /// The tables of the scope; `place` finds them by OID.
    private var tables: [ObservedTable] = []
    private var owners: [UInt32] = []
    private var place: [UInt32: Int] = [:]
    /// Names of relations that were sent and are not of the scope.
    private var otherNames: [UInt32: TableName] = [:]
    private var strays: [UInt32: [(trigger: TriggerName, function: FunctionName)]] = [:]
    private var functions: [UInt32: FunctionName] = [:]
    private var eventTriggers: [Identifier] = []
    private var foreignKeys: Set<ForeignKey> = []

    /// The OIDs of the tables of the scope.
    var oids: [UInt32] { tables.map(\.oid) }
    /// The OIDs of their owners, each once.
    var ownerOIDs: [UInt32] { Array(Set(owners)) }
    /// Tables with engine triggers whose names are not known yet.
    var unnamedStrayTables: [UInt32] { strays.keys.filter { otherNames[$0] == nil } }

    /// Takes the relations, and keeps those that the scope means: the named, the matching, and all partitions below them.
    init(scope: Scope, relations rows: CopyRows) {
        self.scope = scope
        engineFunctions = Set(scope.functions)
        let relations = Relation.read(rows)
        let names = Set(scope.tables)
        var meant: [UInt32: Bool] = [:]
        var parents: [UInt32: TableName] = [:]
        var partitions: [UInt32: UInt32] = [:]
        meant.reserveCapacity(relations.count)
        for relation in relations {
            let name = relation.table.name
            meant[relation.table.oid] =
                names.contains(name) || scope.patterns.contains { $0.matches(name) }
            if let parent = relation.parent { partitions[relation.table.oid] = parent }
            if relation.table.kind == .partitionedTable { parents[relation.table.oid] = name }
        }
        func isMeant(_ oid: UInt32) -> Bool {
            if meant[oid] == true { return true }
            return partitions[oid].map(isMeant) ?? false
        }
        place.reserveCapacity(relations.count)
        for var relation in relations {
            let oid = relation.table.oid
            guard isMeant(oid) else {
                otherNames[oid] = relation.table.name
                continue
            }
            relation.table.partitionOf = relation.parent.flatMap { parents[$0] }
            place[oid] = tables.count
            tables.append(relation.table)
            owners.append(relation.owner)
        }
    }

    /// Takes the lists about the relations.
    mutating func read(_ lists: Lists, serverVersion: Int32) {
        readFunctions(lists[.functions])
        readTriggers(lists[.triggers(serverVersion: serverVersion)])
        readStrayTriggers(lists[.engineTriggers(serverVersion: serverVersion)])
        readRules(lists[.rules])
        readOwners(lists[.owners])
        readMarks(lists)
        readChildren(lists[.inheritanceChildren])
        readSequences(lists[.sequences])
        readForeignKeys(lists[.foreignKeys])
        var rows = lists[.eventTriggers]
        while !rows.isAtEnd { eventTriggers.append(Identifier(rows.text())) }
    }

    /// Takes the names that ``unnamedStrayTables`` asks for.
    mutating func nameStrayTables(_ rows: CopyRows) {
        var rows = rows
        while !rows.isAtEnd {
            let oid: UInt32 = rows.number()
            otherNames[oid] = TableName(Identifier(rows.sharedText()), Identifier(rows.text()))
        }
    }

    /// Everything that was read, sorted.
    consuming func observed(identity: NodeIdentity, rights: NodeRights) -> ObservedNode {
        for index in tables.indices {
            tables[index].triggers.sort { $0.name < $1.name }
            tables[index].rules.sort { $0.name < $1.name }
            tables[index].sequences.sort { $0.name < $1.name }
            tables[index].inheritanceChildren.sort()
        }
        let stray = strays.flatMap { oid, triggers in
            otherNames[oid].map { name in
                triggers.map { StrayTrigger(table: name, trigger: $0.trigger, function: $0.function) }
            } ?? []
        }
        return ObservedNode(
            identity: identity, rights: rights,
            tables: Dictionary(tables.lazy.map { ($0.name, $0) }) { first, _ in first },
            stray: stray.sorted { ($0.table, $0.trigger) < ($1.table, $1.trigger) },
            functions: engineFunctions.intersection(functions.values), eventTriggers: eventTriggers.sorted(),
            foreignKeys: foreignKeys.sorted { ($0.child, $0.name, $0.parent) < ($1.child, $1.name, $1.parent) })
    }
}

// MARK: - The lists

extension NodeAssembly {
    private mutating func readFunctions(_ rows: CopyRows) {
        var rows = rows
        while !rows.isAtEnd {
            let oid: UInt32 = rows.number()
            functions[oid] = FunctionName(Identifier(rows.sharedText()), Identifier(rows.text()))
        }
    }

    /// A table's triggers mostly come one after the other: they are gathered, and its table looked up once.
    private mutating func readTriggers(_ rows: CopyRows) {
        var rows = rows
        var gathered: [ObservedTrigger] = []
        var table: UInt32 = 0
        while !rows.isAtEnd {
            let next: UInt32 = rows.number()
            if next != table {
                add(gathered, to: table)
                gathered.removeAll(keepingCapacity: true)
                table = next
            }
            if let trigger = ObservedTrigger(&rows, functions) { gathered.append(trigger) }
        }
        add(gathered, to: table)
    }

    private mutating func add(_ triggers: [ObservedTrigger], to table: UInt32) {
        if let index = place[table] {
            if tables[index].triggers.isEmpty { tables[index].triggers.reserveCapacity(triggers.count) }
            tables[index].triggers.append(contentsOf: triggers)
            return
        }
        for trigger in triggers where engineFunctions.contains(trigger.function) {
            strays[table, default: []].append((trigger.name, trigger.function))
        }
    }

    /// The engine's triggers wherever they are, of which those in the scope are known already.
    private mutating func readStrayTriggers(_ rows: CopyRows) {
        var rows = rows
        while !rows.isAtEnd {
            let table: UInt32 = rows.number()
            guard let trigger = ObservedTrigger(&rows, functions), place[table] == nil else { continue }
            add([trigger], to: table)
        }
    }

    private mutating func readRules(_ rows: CopyRows) {
        var rows = rows
        while !rows.isAtEnd {
            let index = place[rows.number()]
            let name = TriggerName(rows.text())
            let mode = FiringMode(letter: rows.letter())
            let isInstead = rows.flag()
            guard let index, let mode else { continue }
            tables[index].rules.append(ObservedRule(name: name, mode: mode, isInstead: isInstead))
        }
    }

    private mutating func readOwners(_ rows: CopyRows) {
        var rows = rows
        var roles: [UInt32: (name: Identifier, isOurs: Bool)] = [:]
        while !rows.isAtEnd {
            let oid: UInt32 = rows.number()
            roles[oid] = (Identifier(rows.text()), rows.flag())
        }
        for index in tables.indices {
            guard let role = roles[owners[index]] else { continue }
            tables[index].owner = role.name
            tables[index].mayAlter = role.isOurs
        }
    }

    /// The lists of bare OIDs.
    private mutating func readMarks(_ lists: Lists) {
        for index in indices(lists[.primaryKeys]) { tables[index].hasPrimaryKey = true }
        for index in indices(lists[.subscribedTables]) { tables[index].isLogicalTarget = true }
        let filled = Set(indices(lists[.filledTables]))
        for index in tables.indices {
            let isSized = scope.catalog == .none && tables[index].kind == .table
            tables[index].mayHoldRows = tables[index].mayHoldRows || !isSized || filled.contains(index)
        }
    }

    private func indices(_ rows: CopyRows) -> [Int] {
        var rows = rows
        var result: [Int] = []
        while !rows.isAtEnd {
            if let index = place[rows.number()] { result.append(index) }
        }
        return result
    }

    private mutating func readChildren(_ rows: CopyRows) {
        var rows = rows
        while !rows.isAtEnd {
            let index = place[rows.number()]
            let child = TableName(Identifier(rows.sharedText()), Identifier(rows.text()))
            if let index { tables[index].inheritanceChildren.append(child) }
        }
    }

    private mutating func readSequences(_ rows: CopyRows) {
        var rows = rows
        while !rows.isAtEnd {
            let index = place[rows.number()]
            let name = QualifiedName(Identifier(rows.sharedText()), Identifier(rows.text()))
            let increment: Int64 = rows.number()
            let sequence = ObservedSequence(name: name, lastValue: rows.optionalNumber(), increment: increment)
            if let index { tables[index].sequences.append(sequence) }
        }
    }

    private mutating func readForeignKeys(_ rows: CopyRows) {
        var rows = rows
        while !rows.isAtEnd {
            let _: UInt32 = rows.number()
            let name = Identifier(rows.text())
            let child: UInt32 = rows.number()
            let childName = TableName(Identifier(rows.sharedText()), Identifier(rows.text()))
            let parent: UInt32 = rows.number()
            let parentName = TableName(Identifier(rows.sharedText()), Identifier(rows.text()))
            let actions = [rows.letter(), rows.letter()]
            guard place[child] != nil || place[parent] != nil else { continue }
            foreignKeys.insert(
                ForeignKey(
                    name: name, child: childName, parent: parentName,
                    cascades: actions.contains { $0 == "c" || $0 == "n" || $0 == "d" }))
        }
    }
}
