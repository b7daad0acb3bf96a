/// The engines that need no description in the cluster file, each a table to check against its source.
extension Engine {
    /// Slony-I 2.2: all four triggers stand on origin and subscriber; the role is which pair is enabled.
    ///
    /// Source: `slony1_funcs.sql` (alterTableAddTriggers, alterTableConfigureTriggers) and `slony1_funcs.v84.sql`.
    public static func slony(cluster: String) -> Engine {
        let schema: Pattern = "_{cluster}"
        return Engine(
            name: "slony", cluster: cluster, catalog: .slony,
            templates: [
                .init(
                    .log, "_{cluster}_logtrigger", function: (schema, "logtrigger"), .after, .row, .changes,
                    arguments: ["_{cluster}", "{table_id}", "{key_mask}"], origin: .enabled, subscriber: .disabled),
                .init(
                    .deny, "_{cluster}_denyaccess", function: (schema, "denyaccess"), .before, .row, .changes,
                    arguments: ["_{cluster}"], origin: .disabled, subscriber: .enabled),
                .init(
                    .truncateLog, "_{cluster}_truncatetrigger", function: (schema, "log_truncate"), .before, .statement,
                    .truncate, arguments: ["{table_id}"], origin: .enabled, subscriber: .disabled),
                .init(
                    .truncateDeny, "_{cluster}_truncatedeny", function: (schema, "deny_truncate"), .before, .statement,
                    .truncate, origin: .disabled, subscriber: .enabled),
            ])
    }

    /// Bruce 1.0: the role is which triggers exist; they are known by function, whatever their names.
    ///
    /// Source: `admin/NodeBuilder.java`; Bruce has no truncate triggers.
    public static func bruce(cluster: String) -> Engine {
        Engine(
            name: "bruce", cluster: cluster, catalog: .none,
            templates: [
                .init(
                    .log, "{table}_tx", function: ("bruce", "logtransactiontrigger"), .after, .row, .changes,
                    origin: .enabled, subscriber: nil, match: .function),
                .init(
                    .log, "{table}_sn", function: ("bruce", "logsnapshottrigger"), .before, .statement, .changes,
                    origin: .enabled, subscriber: nil, match: .function),
                .init(
                    .deny, "{table}_deny", function: ("bruce", "denyaccesstrigger"), .before, .row, .changes,
                    origin: nil, subscriber: .enabled, match: .function),
            ], daemonMode: FunctionName("bruce", "daemonmode"))
    }

    /// Polarity's own functions in the schema `polarity`, which `apply` installs. Names sort before other triggers.
    public static func builtin(cluster: String) -> Engine {
        Engine(
            name: "builtin", cluster: cluster, catalog: .polarity,
            templates: [
                .init(
                    .log, "00_polarity_log", function: ("polarity", "log_change"), .after, .row, .changes,
                    origin: .enabled, subscriber: .disabled),
                .init(
                    .deny, "00_polarity_deny", function: ("polarity", "deny_change"), .before, .row, .changes,
                    origin: .disabled, subscriber: .enabled),
                .init(
                    .truncateLog, "00_polarity_truncate_log", function: ("polarity", "log_truncate"), .after,
                    .statement, .truncate, origin: .enabled, subscriber: .disabled),
                .init(
                    .truncateDeny, "00_polarity_truncate_deny", function: ("polarity", "deny_truncate"), .before,
                    .statement, .truncate, origin: .disabled, subscriber: .enabled),
            ])
    }
}
