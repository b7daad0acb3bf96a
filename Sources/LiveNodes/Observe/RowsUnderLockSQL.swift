/// A scalar subquery whose value is the text of `ObservedTable.rowsUnderLock` for one table: its triggers and rules as
/// they are in the catalog now.
///
/// The text holds `$oid` twice, for the table's OID as a number or an expression of type `oid`. Operators and functions
/// are looked up by `search_path`, which must begin with `pg_catalog`.
///
/// - Parameter serverVersion: `server_version_num`; 13 and later know a trigger's parent.
func rowsUnderLockSQL(serverVersion: Int32) -> String {
    let file =
        serverVersion < 130_000
        ? PackageResources.rows_under_lock_before_13_sql : PackageResources.rows_under_lock_sql
    let text = String(decoding: file, as: UTF8.self)
    return "(\n" + text.prefix(upTo: text.lastIndex(of: ";") ?? text.endIndex) + "\n)"
}
