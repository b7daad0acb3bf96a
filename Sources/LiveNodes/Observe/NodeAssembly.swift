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
    /// Every function that a trigger can call.
    let functions: [UInt32: FunctionName]
    private var eventTriggers: [Identifier] = []
    private var foreignKeys: Set<ForeignKey> = []

    /// The OIDs of the tables of the scope.
    var oids: [UInt32] { tables.map(\.oid) }
    /// The OIDs of their owners, each once.
    var ownerOIDs: [UInt32] { Array(Set(owners)) }
    /// Tables with engine triggers whose names are not known yet.
    var unnamedStrayTables: [UInt32] { strays.keys.filter { otherNames[$0] == nil } }
    /// Tables that no trigger of the engine stands on and that have no recorded pages: rows or not, that decides
    /// whether a trigger may be created.
    var tablesToMeasure: [UInt32] {
        tables.filter { table in
            table.kind == .table && !table.mayHoldRows
                && !table.triggers.contains { engineFunctions.contains($0.function) }
        }.map(\.oid)
    }

    /// Knows the trigger functions, and nothing else yet.
    init(scope: Scope, functions: [UInt32: FunctionName]) {
        self.scope = scope
        self.functions = functions
        engineFunctions = Set(scope.functions)
    }

    /// Takes the relations, and keeps those that the scope means: the named, the matching, and all partitions below them.
    mutating func readRelations(_ rows: CopyRows) {
        let relations = Relation.read(rows)
        let names = Set(scope.tables)
        func isNamed(_ name: TableName) -> Bool {
            names.contains(name) || scope.patterns.contains { $0.matches(name) }
        }
        var partitioned: [UInt32: (name: TableName, parent: UInt32?)] = [:]
        for relation in relations where relation.table.kind == .partitionedTable {
            partitioned[relation.table.oid] = (relation.table.name, relation.parent)
        }
        func isBelowMeant(_ parent: UInt32?) -> Bool {
            guard let above = parent.flatMap({ partitioned[$0] }) else { return false }
            return isNamed(above.name) || isBelowMeant(above.parent)
        }
        place.reserveCapacity(relations.count)
        tables.reserveCapacity(relations.count)
        for var relation in relations {
            guard isNamed(relation.table.name) || isBelowMeant(relation.parent) else {
                otherNames[relation.table.oid] = relation.table.name
                continue
            }
            relation.table.partitionOf = relation.parent.flatMap { partitioned[$0]?.name }
            place[relation.table.oid] = tables.count
            tables.append(relation.table)
            owners.append(relation.owner)
        }
    }

    /// Takes triggers, in the scope or not; a table's all at once.
    mutating func take(_ triggers: TriggersByTable) {
        for (table, triggers) in triggers.tables {
            if let index = place[table] {
                if tables[index].triggers.isEmpty { tables[index].triggers = triggers }
                continue
            }
            let stray = triggers.filter { engineFunctions.contains($0.function) }
            if !stray.isEmpty { strays[table] = stray.map { ($0.name, $0.function) } }
        }
    }

    /// Takes the lists about the relations.
    mutating func read(_ lists: Lists) {
        readRules(lists[.rules])
        readOwners(lists[.owners])
        for index in indices(lists[.primaryKeys]) { tables[index].hasPrimaryKey = true }
        for index in indices(lists[.subscribedTables]) { tables[index].isLogicalTarget = true }
        readChildren(lists[.inheritanceChildren])
        readSequences(lists[.sequences])
        readForeignKeys(lists[.foreignKeys])
        var rows = lists[.eventTriggers]
        while !rows.isAtEnd { eventTriggers.append(Identifier(rows.text())) }
    }

    /// Takes what was found out about ``tablesToMeasure``; any other table may hold rows.
    mutating func readFilled(_ rows: CopyRows, among measured: [UInt32]) {
        let filled = Set(indices(rows))
        let empty = Set(measured.compactMap { place[$0] }).subtracting(filled)
        for index in tables.indices { tables[index].mayHoldRows = !empty.contains(index) }
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
            tables[index].rules.sort { $0.name < $1.name }
            tables[index].sequences.sort { $0.name < $1.name }
            tables[index].inheritanceChildren.sort()
        }
        let strayTables = strays.compactMap { oid, triggers in otherNames[oid].map { (name: $0, triggers: triggers) } }
        let stray = strayTables.sorted { $0.name < $1.name }.flatMap { table in
            table.triggers.map { StrayTrigger(table: table.name, trigger: $0.trigger, function: $0.function) }
        }
        return ObservedNode(
            identity: identity, rights: rights,
            tables: Dictionary(tables.lazy.map { ($0.name, $0) }) { first, _ in first },
            stray: stray,
            functions: engineFunctions.intersection(functions.values), eventTriggers: eventTriggers.sorted(),
            foreignKeys: foreignKeys.sorted { ($0.child, $0.name, $0.parent) < ($1.child, $1.name, $1.parent) })
    }
}

// MARK: - The lists

extension NodeAssembly {
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
