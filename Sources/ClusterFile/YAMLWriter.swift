import Replication

/// A cluster as the text of a cluster file, such that reading it gives the same cluster, positions aside.
///
/// Block style, keys in the order of the contract, the short form where one set named `default` takes in every node.
/// Defaults are left out.
public func yaml(_ cluster: DeclaredCluster) -> String {
    var writer = YAMLWriter()
    writer.write(cluster)
    return writer.text
}

private struct YAMLWriter {
    private(set) var text = ""
    private var indent = ""

    private mutating func line(_ line: String) { text += indent + line + "\n" }

    private mutating func block(_ head: String, _ body: (inout YAMLWriter) -> Void) {
        line(head)
        indent += "  "
        body(&self)
        indent.removeLast(2)
    }

    mutating func write(_ cluster: DeclaredCluster) {
        line("version: 1")
        line("cluster: \(cluster.name.asValue)")
        write(cluster.engine, cluster.name)
        block("nodes:") { writer in
            for node in cluster.nodes { writer.line("\(node.name.text.asKey): \(node.asYAML)") }
        }
        if let set = cluster.sets.first, cluster.sets.count == 1, cluster.isShort(set) {
            line("origin: \(set.origin.asYAML)")
            write(tablesOf: set)
        } else {
            block("sets:") { writer in
                for set in cluster.sets { writer.write(set, cluster) }
            }
        }
        write(cluster.policy)
    }

    private mutating func write(_ set: ReplicationSet, _ cluster: DeclaredCluster) {
        block("- name: \(set.name.text.asValue)") { writer in
            if let id = set.id { writer.line("id: \(id)") }
            writer.line("origin: \(set.origin.asYAML)")
            if !cluster.takesInEveryNode(set) {
                writer.line("subscribers: \(set.subscribers.map(\.text.asValue).asFlow)")
            }
            writer.write(tablesOf: set)
        }
    }

    private mutating func write(tablesOf set: ReplicationSet) {
        block("tables:") { writer in
            for table in set.tables { writer.write(table) }
            for pattern in set.patterns {
                writer.block("- schema: \(pattern.schema.text.asValue)") { writer in
                    writer.line("match: \(pattern.match.asValue)")
                    if !pattern.exclude.isEmpty { writer.line("exclude: \(pattern.exclude.map(\.asValue).asFlow)") }
                }
            }
        }
    }

    private mutating func write(_ table: DeclaredTable) {
        let name = table.name.asYAML.asValue
        guard !table.triggers.isEmpty || !table.rules.isEmpty else { return line("- \(name)") }
        block("- name: \(name)") { writer in
            for (key, objects) in [("triggers", table.triggers), ("rules", table.rules)] where !objects.isEmpty {
                writer.block("\(key):") { writer in
                    for object in objects {
                        let modes = Role.allCases.compactMap { role in
                            object.modes[role].map { "\(role.rawValue): \($0.rawValue)" }
                        }
                        writer.line("\(object.name.text.asKey): {\(modes.joined(separator: ", "))}")
                    }
                }
            }
        }
    }

    private mutating func write(_ policy: Policy) {
        let usual = Policy()
        var lines: [String] = []
        if policy.lockTimeout != usual.lockTimeout { lines.append("lock_timeout: \(policy.lockTimeout.asYAML)") }
        if policy.retries != usual.retries { lines.append("retries: \(policy.retries)") }
        if policy.applyTimeout != usual.applyTimeout { lines.append("apply_timeout: \(policy.applyTimeout.asYAML)") }
        switch policy.maxChanges {
        case .count(let count): lines.append("max_changes: \(count)")
        case .percent(let percent): lines.append("max_changes: \(percent)%")
        case nil: break
        }
        if policy.sequences != usual.sequences { lines.append("sequences: \(policy.sequences.rawValue)") }
        guard !lines.isEmpty else { return }
        block("policy:") { writer in
            for text in lines { writer.line(text) }
        }
    }
}

// MARK: - Engines

extension YAMLWriter {
    private mutating func write(_ engine: Engine, _ name: String) {
        let own = [Engine.slony, Engine.bruce, Engine.builtin].contains { $0(engine.cluster) == engine }
        guard own else { return writeCustom(engine, name) }
        if engine.cluster == name { return line("engine: \(engine.name)") }
        line("engine: {type: \(engine.name), cluster: \(engine.cluster.asValue)}")
    }

    private mutating func writeCustom(_ engine: Engine, _ name: String) {
        block("engine:") { writer in
            writer.line("type: custom")
            if engine.cluster != name { writer.line("cluster: \(engine.cluster.asValue)") }
            if engine.catalog != .none { writer.line("catalog: \(engine.catalog.rawValue)") }
            writer.block("triggers:") { writer in
                for template in engine.templates { writer.write(template) }
            }
            guard let drained = engine.drained else { return }
            writer.block("drained:") { writer in
                writer.line("sql: \(drained.sql.asValue)")
                writer.line("origin_position: \(drained.originPosition.asValue)")
                writer.line("timeout: \(drained.timeout.asYAML)")
            }
        }
    }

    private mutating func write(_ template: TriggerTemplate) {
        block("- purpose: \(template.purpose.rawValue)") { writer in
            let function = template.functionSchema.text.asSQLPart + "." + template.functionName.text.asSQLPart
            let events = EventWord.allCases.filter { template.events.contains($0.events) }.map(\.rawValue)
            writer.line("name: \(template.name.text.asValue)")
            writer.line("function: \(function.asValue)")
            writer.line("timing: \(template.timing.rawValue)")
            writer.line("level: \(template.level.rawValue)")
            writer.line("events: \(events.asFlow)")
            if !template.arguments.isEmpty {
                writer.line("args: \(template.arguments.map(\.text.asValue).asFlow)")
            }
            for role in Role.allCases {
                if let mode = template.mode(for: role) { writer.line("\(role.rawValue): \(mode.rawValue)") }
            }
            if Role.allCases.allSatisfy({ template.mode(for: $0) == nil }) { writer.line("origin: absent") }
            if template.match != .tuple { writer.line("match: \(template.match.rawValue)") }
        }
    }
}

// MARK: - Values

extension DeclaredCluster {
    /// Whether `subscribers` may be left out.
    fileprivate func takesInEveryNode(_ set: ReplicationSet) -> Bool {
        set.subscribers == nodes.map(\.name).filter { $0 != set.origin }
    }

    fileprivate func isShort(_ set: ReplicationSet) -> Bool {
        set.name == "default" && set.id == nil && takesInEveryNode(set)
    }
}

extension DeclaredNode {
    fileprivate var asYAML: String {
        var fields: [String] = []
        if let id { fields.append("id: \(id)") }
        fields.append("conninfo: \(conninfo.asValue)")
        if let role { fields.append("role: \(role.text.asValue)") }
        let expected = [
            expectedDatabase.map { "database: \($0.text.asValue)" },
            expectedSystemIdentifier.map { "system_identifier: \($0.asValue)" },
        ].compactMap(\.self)
        if !expected.isEmpty { fields.append("expect: {\(expected.joined(separator: ", "))}") }
        return fields.count == 1 ? conninfo.asValue : "{\(fields.joined(separator: ", "))}"
    }
}

extension NodeName? {
    fileprivate var asYAML: String { map(\.text.asValue) ?? "none" }
}

extension QualifiedName {
    /// Each part quoted only where SQL needs it.
    fileprivate var asYAML: String { schema.text.asSQLPart + "." + name.text.asSQLPart }
}

extension Duration {
    /// Milliseconds, or seconds or minutes where they are whole.
    fileprivate var asYAML: String {
        let milliseconds = components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
        if milliseconds % 60_000 == 0 { return "\(milliseconds / 60_000)m" }
        return milliseconds % 1_000 == 0 ? "\(milliseconds / 1_000)s" : "\(milliseconds)ms"
    }
}

extension [String] {
    fileprivate var asFlow: String { "[" + joined(separator: ", ") + "]" }
}

extension String {
    fileprivate var asSQLPart: String { Identifier(self).shown }

    /// As a key, where variables mean nothing.
    fileprivate var asKey: String { isPlainYAML ? self : asQuotedYAML }

    /// As a value, where `${` would begin a variable.
    fileprivate var asValue: String { Array(utf8)[...].holdsVariable ? dollarsAsDefaults.asQuotedYAML : asKey }

    private var dollarsAsDefaults: String {
        var result = ""
        var dollar = false
        for scalar in unicodeScalars {
            if dollar { result += scalar == "{" ? "${DOLLAR:-$}" : "$" }
            dollar = scalar == "$"
            if !dollar { result.unicodeScalars.append(scalar) }
        }
        return dollar ? result + "$" : result
    }

    /// Whether every YAML reader takes the bare text for this very text.
    private var isPlainYAML: Bool {
        guard let first = utf8.first, first.isLetter || first == UInt8(ascii: "_") else { return false }
        let words = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"]
        guard !words.contains(lowercased()), utf8.last != UInt8(ascii: " ") else { return false }
        return utf8.allSatisfy { $0.isLetter || "0123456789_.-/= ".utf8.contains($0) }
    }

    /// JSON's quotes are YAML's, surrogates aside.
    private var asQuotedYAML: String {
        var result = ""
        for scalar in unicodeScalars {
            if scalar.value > 0xFFFF {
                let digits = String(scalar.value, radix: 16)
                result += "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
            } else {
                result += String(scalar).asJSON.dropFirst().dropLast()
            }
        }
        return "\"" + result + "\""
    }
}

extension UInt8 {
    fileprivate var isLetter: Bool {
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= self || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= self
    }
}
