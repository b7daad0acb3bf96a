/// What a step's transaction compares with the plan under Slony's lock: a set that was moved, locked or taken apart since
/// leaves the triggers of its old origin exactly as an apply would find them shut.
extension SlonyRegistrations {
    /// `tab_id:tab_set:set_origin:locked` of a table, `t` or `f` for the last; empty where the table is not listed.
    public func underLock(_ oid: UInt32) -> String {
        guard let table = tables[oid] else { return "" }
        let set = sets[table.set].map { ":\($0.origin):\($0.isLocked ? "t" : "f")" }
        return "\(table.id):\(table.set)" + (set ?? "")
    }
}
