import Postgres

/// The cluster file, with every name as it is.
extension HostileShop {
    func declare(origin: Int) throws { try shop.write(text(origin: origin), to: file) }

    /// The last set names no table but one: the others match a pattern, from which what other sets have is left out.
    private func text(origin: Int) -> String {
        let written = zip(Shop.nodes, nodes).map { key, name in
            """
              \(yaml(name)): {conninfo: \(yaml(shop.addresses[key]?.text ?? "")), role: \(yaml(role)),
                expect: {database: \(yaml(database))}}

            """
        }
        let listed = sets.enumerated().map { index, set in
            let tables = tables.filter { $0.set == index }.map { table in
                """
                        - {name: \(yaml(table.quoted)),
                           triggers: {\(yaml(table.trigger)): {origin: enabled, subscriber: replica}},
                           rules: {\(yaml(table.rule)): {origin: enabled, subscriber: disabled}}}

                """
            }
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

    private var engineText: String {
        guard engine == .custom else { return "builtin" }
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
