/// The schema `polarity` of the builtin engine, as `apply` installs and upgrades it on every node.
public enum BuiltinSchema {
    /// The version that ``sql`` installs: what `polarity.version()` answers afterwards.
    public static let version = 2

    /// Statements to run as one message inside an open transaction, in which `search_path` stays
    /// `pg_catalog, pg_temp` afterwards.
    ///
    /// Run again it changes nothing; over an older version it upgrades. It waits for an advisory lock that other runs
    /// of it hold, and takes none that a writer of a table or of the log would meet. Raises `42501` where the schema or
    /// an object in it belongs to another role than the one that runs it, `0A000` where a newer version is installed.
    /// PostgreSQL 10 to 18.
    public static let sql = String(decoding: PackageResources.builtin_sql, as: UTF8.self)

    /// The columns of `polarity.log` that say where a change happened and not what the row held: all that is read of it.
    static let placeInLog = "seq, schema_name, table_name, root_schema, root_table"

    /// Everything that ``sql`` creates, as ALTER names it: what changes hands when the schema gets another owner.
    static let objects =
        ["SCHEMA polarity"]
        + ["log", "applied", "node", "origin", "member", "replicated"].map { "TABLE polarity." + $0 }
        + ["TYPE polarity.fields"]
        + [
            "version()", "lineage(oid)", "texts(text, integer)", "log_change()", "log_truncate()",
            "refuse(oid, text, text)", "deny_change()", "deny_truncate()",
        ].map { "FUNCTION polarity." + $0 }
}
