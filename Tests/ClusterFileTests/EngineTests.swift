import ClusterFile
import CustomDump
import Replication
import Testing

private func engine(_ text: String) throws -> Engine {
    let file = """
        version: 1
        cluster: shop
        \(text)
        nodes: {berlin: service=a, paris: service=b}
        origin: berlin
        tables: [public.orders]
        """
    return try readCluster(Array(file.utf8), file: "shop.yaml", environment: [:]).engine
}

private let slony = """
    engine:
      type: custom
      catalog: slony
      triggers:
        - {purpose: log, name: "_{cluster}_logtrigger", function: '"_{cluster}".logtrigger', timing: after, level: row,
           events: [insert, update, delete], args: ["_{cluster}", "{table_id}", "{key_mask}"],
           origin: enabled, subscriber: disabled}
        - {purpose: deny, name: "_{cluster}_denyaccess", function: '"_{cluster}".denyaccess', timing: before, level: row,
           events: [insert, update, delete], args: ["_{cluster}"], origin: disabled, subscriber: enabled}
        - {purpose: truncate_log, name: "_{cluster}_truncatetrigger", function: '_{cluster}.log_truncate',
           timing: before, level: statement, events: [truncate], args: ["{table_id}"],
           origin: enabled, subscriber: disabled}
        - {purpose: truncate_deny, name: "_{cluster}_truncatedeny", function: '_{cluster}."deny_truncate"',
           timing: before, level: statement, events: [truncate], origin: disabled, subscriber: enabled}
    """

private let bruce = """
    engine:
      type: custom
      triggers:
        - {purpose: log, name: "{table}_tx", function: bruce.logtransactiontrigger, timing: after, level: row,
           events: [delete, insert, update], origin: enabled, subscriber: absent, bystander: absent, match: function}
        - {purpose: log, name: "{table}_sn", function: bruce.logsnapshottrigger, timing: before, level: statement,
           events: [insert, update, delete], origin: enabled, match: function}
        - {purpose: deny, name: "{table}_deny", function: bruce.denyaccesstrigger, timing: before, level: row,
           events: [insert, update, delete], origin: absent, subscriber: enabled, match: function}
    """

private let builtin = """
    engine:
      type: custom
      catalog: polarity
      triggers:
        - {purpose: log, name: 00_polarity_log, function: polarity.log_change, timing: after, level: row,
           events: [insert, update, delete], origin: enabled, subscriber: disabled}
        - {purpose: deny, name: 00_polarity_deny, function: polarity.deny_change, timing: before, level: row,
           events: [insert, update, delete], origin: disabled, subscriber: enabled}
        - {purpose: truncate_log, name: 00_polarity_truncate_log, function: polarity.log_truncate, timing: after,
           level: statement, events: [truncate], origin: enabled, subscriber: disabled}
        - {purpose: truncate_deny, name: 00_polarity_truncate_deny, function: polarity.deny_truncate, timing: before,
           level: statement, events: [truncate], origin: disabled, subscriber: enabled}
    """

@Test(arguments: [(slony, Engine.slony), (bruce, Engine.bruce), (builtin, Engine.builtin)])
func `a built-in engine written as a custom engine is the same table`(
    text: String, literal: @Sendable (String) -> Engine
) throws {
    let written = try engine(text)
    let known = literal("shop")
    expectNoDifference(written.templates, known.templates)
    // The name is the word after `type:`, for display only.
    expectNoDifference(
        written,
        Engine(
            name: "custom", cluster: known.cluster, catalog: known.catalog, templates: known.templates,
            drained: known.drained))
}

@Test(arguments: [
    ("engine: slony", Engine.slony(cluster: "shop")), ("engine: bruce", .bruce(cluster: "shop")),
    ("engine: builtin", .builtin(cluster: "shop")), ("", .builtin(cluster: "shop")),
    ("engine: {type: slony, cluster: shopcl}", .slony(cluster: "shopcl")),
    ("engine: {type: bruce}", .bruce(cluster: "shop")),
])
func `an engine is a word or a mapping, and builtin where none is given`(text: String, expected: Engine) throws {
    #expect(try engine(text) == expected)
}

@Test func `a custom engine takes everything a template is made of`() throws {
    let written = try engine(
        """
        engine:
          type: custom
          cluster: depot
          triggers:
            - purpose: deny
              name: "{schema}_{table}_{cluster}"
              function: Repl."Deny Writes"
              timing: before
              level: statement
              events: [update, insert]
              args: ["", "a {table}", 7]
              bystander: always
          drained: {sql: "select $1 is not null", origin_position: "select 1", timeout: 1500ms}
        """)
    expectNoDifference(
        written,
        Engine(
            name: "custom", cluster: "depot", catalog: .none,
            templates: [
                TriggerTemplate(
                    .deny, "{schema}_{table}_{cluster}", function: ("repl", "Deny Writes"), .before, .statement,
                    [.insert, .update], arguments: ["", "a {table}", "7"], origin: nil, subscriber: nil,
                    bystander: .always)
            ],
            drained: DrainQuery(
                sql: "select $1 is not null", originPosition: "select 1", timeout: .milliseconds(1500))))
}
