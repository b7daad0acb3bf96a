import Postgres

/// The cluster file, with every name as it is.
extension HostileShop {
    func declare(origin: Int) throws { try shop.write(text(origin: origin), to: file) }

    private func text(origin: Int) -> String {
        let written = zip(Shop.nodes, nodes).map { key, name in
            """
              \(yaml(name)): {conninfo: \(yaml(shop.addresses[key]?.text ?? "")), role: \(yaml(role)),
                expect: {database: \(yaml(database))}}

            """
        }
        let listed = sets.enumerated().map { index, set in
            let tables = tables.filter { $0.set == index }.map { index == 2 ? matched($0) : named($0) }
            return """
                  - name: \(yaml(set))
                    origin: \(yaml(nodes[origin]))
                    tables:
                \(tables.joined())
                """
        }
        return """
            version: 1
            cluster: \(yaml(cluster))
            engine: \(engineText)
            nodes:
            \(written.joined())sets:
            \(listed.joined(separator: "\n"))
            policy: {sequences: advance}
            """
    }

    private func named(_ table: Table) -> String {
        """
                - {name: \(yaml(table.quoted)),
                   triggers: {\(yaml(table.trigger)): {origin: enabled, subscriber: replica}},
                   rules: {\(yaml(table.rule)): {origin: enabled, subscriber: disabled}}}

        """
    }

    /// A pattern that matches the table, from which what other sets have in its schema is left out.
    private func matched(_ table: Table) -> String {
        let others = tables.filter { $0.schema == table.schema && $0.set != table.set }.map(\.name)
        let exclude = others.filter { !$0.contains("*") && !$0.contains("?") }.map(yaml).joined(separator: ", ")
        return """
                    - {schema: \(yaml(table.schema)), match: \(yaml(table.name.replacing("*", with: "?"))),
                       exclude: [\(exclude)]}

            """
    }

    private var engineText: String {
        guard engine == .custom else { return engine.rawValue }
        let events = ["[insert, update, delete]", "[insert, update, delete]", "[truncate]", "[truncate]"]
        let places = [
            "timing: after, level: row", "timing: before, level: row", "timing: after, level: statement",
            "timing: before, level: statement",
        ]
        let purposes = ["log", "deny", "truncate_log", "truncate_deny"]
        let triggers = (0..<4).map { index in
            let isLog = index % 2 == 0
            return """
                    - {purpose: \(purposes[index]), name: \(yaml(templates[index] + "{table}")),
                       function: \(yaml("\(quoted(repl)).\(quoted(functions[index]))")),
                       \(places[index]), events: \(events[index]), args: [\(yaml(templates[index] + "{schema}.{table}"))],
                       origin: \(isLog ? "enabled" : "disabled"), subscriber: \(isLog ? "disabled" : "enabled")}

                """
        }
        return """

              type: custom
              triggers:
            \(triggers.joined())  drained:
                sql: \(yaml("SELECT applied >= $1::bigint FROM \(quoted(repl)).progress"))
                origin_position: \(yaml("SELECT max(seq) FROM \(quoted(repl)).log"))
            """
    }
}
