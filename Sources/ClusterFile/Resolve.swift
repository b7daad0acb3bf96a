import Replication

// The rules that look at more than one value: names that refer to one another, and what may be given only once.

extension Reader {
    /// Looks every name up; nil where too little is right to go on, which is then already reported.
    mutating func resolved(_ written: WrittenCluster) -> DeclaredCluster? {
        checkSlonyName(written)
        checkOnce(written.sets)
        checkTables(written.sets)
        checkSchemas(written)
        let sets = checkImplied(written) ? written.sets.compactMap { resolved($0, written.nodes) } : []
        guard let name = written.name?.value, let engine = written.engine, let nodes = written.nodes else { return nil }
        let declared = DeclaredCluster(
            name: name, engine: engine.engine(cluster: engine.cluster?.value ?? name), nodes: nodes.nodes, sets: sets,
            policy: written.policy, because: written.because)
        checkOwnTriggers(written.sets, declared.engine)
        return declared
    }

    /// The modes of the engine's triggers follow from roles: a file that sets them would open a subscriber.
    private mutating func checkOwnTriggers(_ sets: [WrittenSet], _ engine: Engine) {
        for set in sets where set.tables.hasOwnTriggers {
            for table in set.tables.tables where !table.triggers.isEmpty {
                let names = engine.triggerNames(on: table.name)
                for own in table.triggers where names.contains(own.name) {
                    let name = own.name.text.inQuotes
                    report("\(name) on \(table.name.description.escaped) is the engine's own trigger", at: own.because)
                }
            }
        }
    }

    /// Sets that leave `subscribers` out name every other node, which is more than what is written.
    private mutating func checkImplied(_ written: WrittenCluster) -> Bool {
        let implying = written.sets.filter { $0.subscribers == nil }
        guard let first = implying.first, implying.count * (written.nodes?.nodes.count ?? 0) > Bounds.nodes
        else { return true }
        report("more than 1,000,000 subscribers where every other node is one", at: first.because)
        return false
    }

    private mutating func resolved(_ written: WrittenSet, _ nodes: WrittenNodes?) -> ReplicationSet? {
        let title = written.name?.value ?? "?"
        let origin = written.origin.flatMap { $0.value == "none" ? nil : $0 }
        if let origin {
            checkNode(origin, nodes, "set \(title.inQuotes) has origin \(origin.value.inQuotes)", besides: ["none"])
        }
        checkSubscribers(written, title, nodes)
        guard let name = written.name, let given = written.origin, let nodes else { return nil }
        let originName = origin.map { NodeName($0.value) }
        let others = nodes.nodes.map(\.name).filter { $0 != originName }
        return ReplicationSet(
            name: SetName(name.value), id: written.id?.value, origin: originName, originPosition: given.position,
            subscribers: written.subscribers?.map { NodeName($0.value) } ?? others, tables: written.tables.tables,
            patterns: written.tables.patterns, because: written.because)
    }

    private mutating func checkSubscribers(_ set: WrittenSet, _ title: String, _ nodes: WrittenNodes?) {
        var seen: [NodeName: Position] = [:]
        for subscriber in set.subscribers ?? [] {
            let name = NodeName(subscriber.value)
            checkNode(subscriber, nodes, "set \(title.inQuotes) has subscriber \(name.text.inQuotes)")
            if let origin = set.origin, NodeName(origin.value) == name, name != "none" {
                let note = Diagnostic(.note, at: origin.position, "the origin is given here")
                let message = "\(name.text.inQuotes) is the origin of set \(title.inQuotes) and cannot subscribe to it"
                report(message, at: subscriber.position, notes: [note])
            }
            if let first = seen.updateValue(subscriber.position, forKey: name) {
                let note = Diagnostic(.note, at: first, "first given here")
                let message = "set \(title.inQuotes) lists the subscriber \(name.text.inQuotes) twice"
                report(message, at: subscriber.position, notes: [note])
            }
        }
    }

    /// `words` may stand in the place of a node.
    private mutating func checkNode(
        _ name: Located<String>, _ nodes: WrittenNodes?, _ statement: String, besides words: [String] = []
    ) {
        guard let nodes, nodes.names[NodeName(name.value)] == nil else { return }
        let near = guesses.nearest(to: name.value, among: nodes.names.keys.lazy.map(\.text), besides: words)
        let note = near.map { near in
            let place = nodes.names[NodeName(near)]
            return Diagnostic(
                .note, at: place ?? name.position,
                "did you mean \(near.inQuotes)" + (place == nil ? "?" : ", declared here?"))
        }
        report("\(statement), which is not a node", at: name.position, notes: note.map { [$0] } ?? [])
    }
}

// MARK: - What may be given only once

extension Reader {
    private mutating func checkOnce(_ sets: [WrittenSet]) {
        var names: [SetName: Position] = [:]
        var ids: [Int: Position] = [:]
        for set in sets {
            if let name = set.name, let first = names.updateValue(name.position, forKey: SetName(name.value)) {
                let note = Diagnostic(.note, at: first, "first given here")
                report("two sets have the name \(name.value.inQuotes)", at: name.position, notes: [note])
            }
            if let id = set.id, let first = ids.updateValue(id.position, forKey: id.value) {
                let note = Diagnostic(.note, at: first, "first given here")
                report("two sets have the id \(id.value)", at: id.position, notes: [note])
            }
        }
    }

    /// Each table stands once in one set; a pattern of another set must not match it either.
    private mutating func checkTables(_ sets: [WrittenSet]) {
        var order: [(table: DeclaredTable, set: Int)] = []
        for (index, set) in sets.enumerated() {
            let tables = set.tables.tables
            for place in set.tables.repeated {
                reportTwice((tables[place - 1], index), (tables[place], index), sets)
            }
            if sets.count > 1 { order += tables.map { ($0, index) } }
        }
        order.sort { $0.table.name < $1.table.name }
        for place in order.indices.dropFirst() where order[place].set != order[place - 1].set {
            guard order[place].table.name == order[place - 1].table.name else { continue }
            reportTwice(order[place - 1], order[place], sets)
        }
        checkPatterns(sets)
    }

    /// A table that patterns of other sets take in is reported once, beside the first of them.
    private mutating func checkPatterns(_ sets: [WrittenSet]) {
        var patterns: [Identifier: [(pattern: TablePattern, set: Int)]] = [:]
        for (index, set) in sets.enumerated() {
            for pattern in set.tables.patterns { patterns[pattern.schema, default: []].append((pattern, index)) }
        }
        var left = Bounds.matches
        for (index, set) in sets.enumerated() where !patterns.isEmpty {
            for table in set.tables.tables {
                for (pattern, owner) in patterns[table.name.schema] ?? [] where owner != index {
                    left -= pattern.weight
                    guard left >= 0 else { return report("too many tables for so many patterns", at: pattern.because) }
                    guard pattern.matches(table.name) else { continue }
                    reportTwice(table, in: [sets[owner], set], pattern.because)
                    break
                }
            }
        }
    }

    private mutating func reportTwice(
        _ one: (table: DeclaredTable, set: Int), _ other: (table: DeclaredTable, set: Int), _ sets: [WrittenSet]
    ) {
        let pair = [one, other].sorted { ($0.table.because, $0.set) < ($1.table.because, $1.set) }
        let owners = one.set == other.set ? [sets[one.set]] : pair.map { sets[$0.set] }
        reportTwice(pair[1].table, in: owners, pair[0].table.because)
    }

    private mutating func reportTwice(_ table: DeclaredTable, in sets: [WrittenSet], _ first: Position) {
        let names = sets.map { ($0.name?.value ?? "?").inQuotes }
        let title = table.name.description.escaped
        let message =
            sets.count == 1
            ? "set \(names[0]) lists the table \(title) twice"
            : "the table \(title) is in set \(names[0]) and in set \(names[1])"
        // Where an alias or a merge key gave two sets one list, only their names stand in different places.
        let place = table.because == first ? sets.last?.name?.position : nil
        report(message, at: place ?? table.because, notes: [Diagnostic(.note, at: first, "first given here")])
    }
}

// MARK: - What is nobody's to replicate

extension Reader {
    /// Tables of the server itself, of what the engine keeps its own records in, and patterns for them.
    private mutating func checkSchemas(_ written: WrittenCluster) {
        let name = written.engine?.cluster?.value ?? written.name?.value
        let own = name.flatMap { written.engine?.engine(cluster: $0) }?.ownSchema
        for set in written.sets {
            for (schema, places) in set.tables.bySchema {
                guard let complaint = complaint(of: schema, own) else { continue }
                for table in set.tables.tables[places] { report(complaint, at: table.because) }
            }
            for pattern in set.tables.patterns {
                if let complaint = complaint(of: pattern.schema, own) { report(complaint, at: pattern.because) }
            }
        }
    }

    private func complaint(of schema: Identifier, _ own: Identifier?) -> String? {
        let whose = schema == own ? "the engine's own" : schema.isTheServers ? "the server's own" : nil
        return whose.map { "the tables of schema \(schema.text.inQuotes) are \($0) and cannot be replicated" }
    }
}

extension Identifier {
    /// No user can make a schema whose name begins so.
    fileprivate var isTheServers: Bool { text == "information_schema" || text.utf8.starts(with: "pg_".utf8) }
}

extension TablePattern {
    /// What it costs to hold the pattern against one table.
    fileprivate var weight: Int { exclude.reduce(1 + match.utf8.count / 64) { $0 + 1 + $1.utf8.count / 64 } }
}

// MARK: - Slony-I's own rule

extension Reader {
    private mutating func checkSlonyName(_ written: WrittenCluster) {
        guard let engine = written.engine, engine.isSlony, let name = engine.cluster ?? written.name,
            !name.value.isSlonyName
        else { return }
        let note = Diagnostic(
            .note, at: name.position,
            "letters, digits, _ and $, no digit first; or say engine: {type: slony, cluster: …}")
        report("\(name.value.inQuotes) is not a cluster name that Slony-I accepts", at: name.position, notes: [note])
    }
}

extension String {
    /// Slony-I's `^[[:alpha:]_][[:alnum:]_\$]{0,62}$`, in ASCII.
    fileprivate var isSlonyName: Bool {
        utf8.count <= 63
            && utf8.enumerated().allSatisfy { index, byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"):
                    true
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "$"): index > 0
                default: false
                }
            }
    }
}

extension JSON {
    /// Slony-I's rule for the name of a cluster; no number begins like one.
    static let slonyName = orVariable([
        "type": ["string", "boolean", "null"], "pattern": "^[A-Za-z_][A-Za-z0-9_$]{0,62}$",
    ])
}
