/// The schema `polarity` of the builtin engine, as `apply` installs and upgrades it on every node.
public enum BuiltinSchema {
    /// The version that ``sql`` installs: what `polarity.version()` answers afterwards.
    public static let version = 1

    /// Statements to run as one message inside an open transaction, in which `search_path` stays
    /// `pg_catalog, pg_temp` afterwards.
    ///
    /// Run again it changes nothing; over an older version it upgrades. It waits for an advisory lock that other runs
    /// of it hold, and takes none that a writer of a table or of the log would meet. Raises `42501` where the schema or
    /// an object in it belongs to another role than the one that runs it, `0A000` where a newer version is installed.
    /// PostgreSQL 10 to 18.
    public static let sql = String(decoding: PackageResources.builtin_sql, as: UTF8.self)
}
