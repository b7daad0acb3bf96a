import Replication

// What a cluster file says, as far as it decides what a plan says.

extension CanonicalBytes {
    mutating func add(_ cluster: DeclaredCluster) {
        add(cluster.name)
        add(cluster.engine)
        add(cluster.nodes) { bytes, node in
            bytes.add(node.name.text)
            bytes.add(node.id) { $0.add($1) }
            bytes.add(node.role) { $0.add($1.text) }
            bytes.add(node.expectedDatabase) { $0.add($1.text) }
            bytes.add(node.expectedSystemIdentifier) { $0.add($1) }
        }
        add(cluster.sets) { $0.add($1) }
        add(cluster.policy.maxChanges) { bytes, limit in
            switch limit {
            case .count(let count): bytes.add("count"); bytes.add(count)
            case .percent(let percent): bytes.add("percent"); bytes.add(percent)
            }
        }
        add(cluster.policy.sequences.rawValue)
    }

    private mutating func add(_ engine: Engine) {
        add(engine.cluster)
        add(engine.catalog.rawValue)
        add(engine.templates) { bytes, template in
            bytes.add(template.purpose.rawValue)
            for pattern in [template.name, template.functionSchema, template.functionName] { bytes.add(pattern.text) }
            bytes.add(template.type)
            bytes.add(template.arguments) { $0.add($1.text) }
            for role in Role.allCases { bytes.add(template.mode(for: role)) { $0.add($1.rawValue) } }
            bytes.add(template.match.rawValue)
        }
        add(engine.drained) { bytes, query in
            bytes.add(query.sql)
            bytes.add(query.originPosition)
            bytes.add(query.timeout.milliseconds)
        }
    }

    private mutating func add(_ set: ReplicationSet) {
        add(set.name.text)
        add(set.id) { $0.add($1) }
        add(set.origin) { $0.add($1.text) }
        add(set.subscribers) { $0.add($1.text) }
        add(set.tables) { bytes, table in
            bytes.add(table.name)
            bytes.add(table.triggers)
            bytes.add(table.rules)
        }
        add(set.patterns) { bytes, pattern in
            bytes.add(pattern.schema.text)
            bytes.add(pattern.match)
            bytes.add(pattern.exclude) { $0.add($1) }
        }
    }

    private mutating func add(_ objects: [OwnObject]) {
        add(objects.sorted { $0.name < $1.name }) { bytes, object in
            bytes.add(object.name.text)
            for role in Role.allCases { bytes.add(object.modes[role]) { $0.add($1.rawValue) } }
        }
    }

    mutating func add(_ name: QualifiedName) {
        add(name.schema.text)
        add(name.name.text)
    }
}
