import Replication

/// Joins the lists of one node by OID, in whatever pieces they come.
struct NodeAssembly {
    private let engineFunctions: Set<FunctionName>
    /// The tables of the scope, where they stay. Each has a number, which `numbers` finds by OID.
    private var tables: [TableName: ObservedTable] = [:]
    /// Where each stands once all are known, by number.
    private var indices: [Dictionary<TableName, ObservedTable>.Index] = []
    private var owners: [UInt32] = []
    private var roles: [UInt32: (name: Identifier, isOurs: Bool, tie: OwnerTie)] = [:]
    private var numbers: [UInt32: Int] = [:]
    /// Names of relations that were sent and are not of the scope.
    private var otherNames: [UInt32: TableName] = [:]
    private var relations: RelationsInScope
    private var triggers = TriggersByTable()
    /// Which triggers each table shares with others.
    private var shared: [Int] = []
    private var strays: [UInt32: [(trigger: TriggerName, function: FunctionName)]] = [:]
    /// Every function that a trigger can call.
    private let functions: [UInt32: FunctionName]
    private var eventTriggers: [Identifier] = []
    private var foreignKeys: Set<ForeignKey> = []

    /// The OIDs of the tables of the scope.
    var oids: [UInt32] { Array(numbers.keys) }
    /// The OIDs of their owners, each once.
    var ownerOIDs: [UInt32] { Array(Set(owners)) }
    /// Tables with engine triggers whose names are not known yet.
    var unnamedStrayTables: [UInt32] { strays.keys.filter { otherNames[$0] == nil } }
    /// Tables that no trigger of the engine stands on and that have no recorded pages: rows or not, that decides
    /// whether a trigger may be created.
    var tablesToMeasure: [UInt32] {
        tables.values.filter { table in
            table.kind == .table && !table.mayHoldRows
                && !table.triggers.contains { engineFunctions.contains($0.function) }
        }.map(\.oid)
    }

    /// Knows the trigger functions, and nothing else yet.
    init(scope: Scope, functions: [UInt32: FunctionName]) {
        relations = RelationsInScope(scope)
        self.functions = functions
        engineFunctions = Set(scope.functions)
        tables.reserveCapacity(scope.tables.count)
        shared.reserveCapacity(scope.tables.count)
        owners.reserveCapacity(scope.tables.count)
        numbers.reserveCapacity(scope.tables.count)
    }

    /// Takes some rows of one list. The relations come before the triggers; ``endLists()`` follows the last.
    ///
    /// - Returns: False for a list that is not about relations.
    mutating func take(_ rows: [UInt8], of query: CatalogQuery) -> Bool {
        guard let read = Self.readers[query] else { return false }
        if query != .relationsBySchema && query != .relationsByName { settleTables() }
        read(&self, CopyRows(rows))
        return true
    }

    private static let readers: [CatalogQuery: @Sendable (inout NodeAssembly, CopyRows) -> Void] = [
        .relationsBySchema: { $0.readRelations($1) },
        .relationsByName: { $0.readRelations($1) },
        .triggers(serverVersion: 100_000): { $0.readTriggers($1) },
        .triggers(serverVersion: 130_000): { $0.readTriggers($1) },
        .engineTriggers(serverVersion: 100_000): { $0.readEngineTriggers($1) },
        .engineTriggers(serverVersion: 130_000): { $0.readEngineTriggers($1) },
        .rules: { $0.readRules($1) },
        .owners: { $0.readOwners($1) },
        .closedTables: { $0.readClosedTables($1) },
        .primaryKeys: { $0.readPrimaryKeys($1) },
        .subscribedTables: { $0.readSubscribedTables($1) },
        .inheritanceChildren: { $0.readChildren($1) },
        .sequences: { $0.readSequences($1) },
        .foreignKeys: { $0.readForeignKeys($1) },
        .eventTriggers: { $0.readEventTriggers($1) },
    ]

    /// Decides about the partitions, and finds where each table stands, when every relation has come; nothing is left to
    /// do the second time.
    mutating func settleTables() {
        for (relation, isMeant) in relations.partitions() { add(relation, isMeant) }
        guard indices.count < owners.count else { return }
        indices = Array(repeating: tables.startIndex, count: owners.count)
        for index in tables.indices { if let number = numbers[tables.values[index].oid] { indices[number] = index } }
    }

    /// Changes a table where it stands.
    private mutating func change(_ number: Int, _ body: (inout ObservedTable) -> Void) {
        body(&tables.values[indices[number]])
    }

    /// Takes what only the end of the lists tells, and sorts what each table has.
    mutating func endLists() {
        settleTables()
        for number in numbers.values {
            let (likes, role) = (triggers.triggers(of: shared[number]), roles[owners[number]])
            change(number) { table in
                table.triggers =
                    table.triggers.isEmpty ? likes : (likes + table.triggers).sorted { $0.name < $1.name }
                if table.rules.count > 1 { table.rules.sort { $0.name < $1.name } }
                if table.sequences.count > 1 { table.sequences.sort { $0.name < $1.name } }
                if table.inheritanceChildren.count > 1 { table.inheritanceChildren.sort() }
                guard let role else { return }
                table.owner = role.name
                table.mayAlter = role.isOurs
                table.ownerTie = role.tie
            }
        }
    }

    /// Takes what was found out about ``tablesToMeasure``; any other table may hold rows.
    mutating func readFilled(_ rows: CopyRows, among measured: [UInt32]) {
        var rows = rows
        for number in numbers.values { change(number) { $0.mayHoldRows = true } }
        for table in measured { if let number = numbers[table] { change(number) { $0.mayHoldRows = false } } }
        while !rows.isAtEnd { if let number = numbers[rows.number()] { change(number) { $0.mayHoldRows = true } } }
    }

    /// Takes the names that ``unnamedStrayTables`` asks for.
    mutating func nameStrayTables(_ rows: CopyRows) {
        otherNames.merge(.init(rows)) { $1 }
    }

    /// Everything that was read.
    func observed(identity: NodeIdentity, rights: NodeRights) -> ObservedNode {
        let strayTables = strays.compactMap { oid, triggers in otherNames[oid].map { (name: $0, triggers: triggers) } }
        let stray = strayTables.sorted { $0.name < $1.name }.flatMap { table in
            table.triggers.sorted { $0.trigger < $1.trigger }
                .map { StrayTrigger(table: table.name, trigger: $0.trigger, function: $0.function) }
        }
        return ObservedNode(
            identity: identity, rights: rights,
            tables: tables, stray: stray,
            functions: engineFunctions.intersection(functions.values), eventTriggers: eventTriggers.sorted(),
            foreignKeys: foreignKeys.sorted { ($0.child, $0.name, $0.parent) < ($1.child, $1.name, $1.parent) })
    }
}

// MARK: - The lists

extension NodeAssembly {
    mutating func readRelations(_ rows: CopyRows) {
        var rows = rows
        while !rows.isAtEnd {
            let relation = Relation(&rows)
            if !relations.hold(relation) { add(relation, relations.scope.asksFor(relation.table.name)) }
        }
    }

    private mutating func add(_ relation: Relation, _ isMeant: Bool) {
        guard isMeant else {
            otherNames[relation.table.oid] = relation.table.name
            return
        }
        // No node gives a name to two.
        if let other = tables.updateValue(relation.table, forKey: relation.table.name) { numbers[other.oid] = nil }
        numbers[relation.table.oid] = owners.count
        shared.append(0)
        owners.append(relation.owner)
    }

    private mutating func readTriggers(_ rows: CopyRows) {
        var rows = rows
        while !rows.isAtEnd {
            let table: UInt32 = rows.number()
            let found = triggers.read(&rows, functions)
            guard let number = numbers[table] else {
                addStray(found, on: table)
                continue
            }
            switch found {
            case .shared(let row): shared[number] = triggers.adding(row, to: shared[number])
            case .own(let trigger?): change(number) { $0.triggers.append(trigger) }
            case .own(nil): break
            }
        }
    }

    /// The engine's triggers wherever they are; those of the scope's tables come with all their triggers.
    private mutating func readEngineTriggers(_ rows: CopyRows) {
        var rows = rows
        while !rows.isAtEnd {
            let table: UInt32 = rows.number()
            let found = triggers.read(&rows, functions)
            if numbers[table] == nil { addStray(found, on: table) }
        }
    }

    private mutating func addStray(_ found: TriggersByTable.Found, on table: UInt32) {
        let trigger =
            switch found {
            case .shared(let row): triggers.trigger(row)
            case .own(let trigger): trigger
            }
        guard let trigger, engineFunctions.contains(trigger.function) else { return }
        strays[table, default: []].append((trigger.name, trigger.function))
    }

    private mutating func readRules(_ rows: CopyRows) {
        var rows = rows
        // Put to the tables at once: what few of them have is copied whenever it changes.
        var found: [Int: [ObservedRule]] = [:]
        while !rows.isAtEnd {
            let number = numbers[rows.number()]
            guard let rule = ObservedRule(&rows), let number else { continue }
            found[number, default: []].append(rule)
        }
        for (number, rules) in found { change(number) { $0.rules += rules } }
    }

    private mutating func readOwners(_ rows: CopyRows) {
        var rows = rows
        while !rows.isAtEnd {
            let oid: UInt32 = rows.number()
            roles[oid] = (
                Identifier(rows.text()), rows.flag(), OwnerTie(isMember: rows.flag(), isSuperuser: rows.flag())
            )
        }
    }

    private mutating func readClosedTables(_ rows: CopyRows) {
        var rows = rows
        while !rows.isAtEnd {
            let number = numbers[rows.number()]
            let flags = [rows.flag(), rows.flag(), rows.flag()]
            guard let number else { continue }
            change(number) { $0.lacks = zip(TableRight.allCases, flags).filter(\.1).map(\.0) }
        }
    }

    private mutating func readPrimaryKeys(_ rows: CopyRows) {
        var rows = rows
        while !rows.isAtEnd { if let number = numbers[rows.number()] { change(number) { $0.hasPrimaryKey = true } } }
    }

    private mutating func readSubscribedTables(_ rows: CopyRows) {
        var rows = rows
        while !rows.isAtEnd { if let number = numbers[rows.number()] { change(number) { $0.isLogicalTarget = true } } }
    }

    private mutating func readEventTriggers(_ rows: CopyRows) {
        var rows = rows
        while !rows.isAtEnd { eventTriggers.append(Identifier(rows.text())) }
    }

    private mutating func readChildren(_ rows: CopyRows) {
        var rows = rows
        var found: [Int: [TableName]] = [:]
        while !rows.isAtEnd {
            let number = numbers[rows.number()]
            let child = TableName(Identifier(rows.sharedText()), Identifier(rows.text()))
            if let number { found[number, default: []].append(child) }
        }
        for (number, children) in found { change(number) { $0.inheritanceChildren += children } }
    }

    private mutating func readSequences(_ rows: CopyRows) {
        var rows = rows
        while !rows.isAtEnd {
            let number = numbers[rows.number()]
            let column = Identifier(rows.sharedText())
            let name = QualifiedName(Identifier(rows.sharedText()), Identifier(rows.text()))
            let increment: Int64 = rows.number()
            let (minimum, maximum): (Int64, Int64) = (rows.number(), rows.number())
            let sequence = ObservedSequence(
                name: name, column: column, lastValue: rows.optionalNumber(), increment: increment, minimum: minimum,
                maximum: maximum, mayRead: rows.flag(), mayAdvance: rows.flag())
            if let number { change(number) { $0.sequences.append(sequence) } }
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
            guard numbers[child] != nil || numbers[parent] != nil else { continue }
            foreignKeys.insert(
                ForeignKey(
                    name: name, child: childName, parent: parentName,
                    cascades: actions.contains { $0 == "c" || $0 == "n" || $0 == "d" }))
        }
    }
}
