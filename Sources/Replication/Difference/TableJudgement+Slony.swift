// A table under Slony, beside what Slony's own catalog says of it.

extension TableJudgement {
    /// Under Slony a trigger is made or changed only where the catalog lists the table in the set; where the file has a
    /// bystander the triggers are Slony's own affair.
    func isRegistered(
        _ observed: ObservedTable, _ node: ObservedNode, _ declared: DeclaredCluster, _ slonySet: Int?,
        _ listed: inout [TableName: UInt32]?
    ) -> Bool {
        guard declared.engine.catalog.listsTables else { return true }
        guard let slony = node.slony else { return false }
        guard let registered = slony.tables[observed.oid] else {
            findUnlisted(observed, slony, declared.engine, slonySet, &listed)
            return false
        }
        guard desired.role != .bystander else { return false }
        guard !slony.isStale(registered, for: desired.name, beside: node.tables) else {
            findStale(observed, registered, slony, &listed)
            return false
        }
        if let id = slonySet, id != registered.set {
            find(
                .tableNotRegistered,
                "Slony on '\(desired.node)' lists \(desired.name) in set \(registered.set), not \(id)",
                next: "where SET MOVE TABLE or MERGE SET has just moved it, wait until slon on '\(desired.node)' has "
                    + "seen that; else name the table in the set that has it, or move it with slonik: SET MOVE TABLE or MERGE SET"
            )
            return false
        }
        if registered.name != desired.name {
            find(
                .misnamed,
                "Slony on '\(desired.node)' still calls \(desired.name) by the name \(registered.name): a TRUNCATE that is "
                    + "replayed would find no such table",
                next: "run on '\(desired.node)': SELECT "
                    + "\(declared.engine.slonySchema.quoted).updateRelname();")
        }
        if registered.keyMask == nil {
            find(
                .noPrimaryKey,
                "the index \(registered.index.shown) that Slony registered for \(desired.name) is gone or is no key",
                next: "give the key's index this name again; or, with slonik: SET DROP TABLE, then "
                    + slony.addition(to: registered.set))
        }
        return true
    }

    /// - Parameter listed: The OIDs by which Slony lists tables on the node, by name.
    private func findUnlisted(
        _ observed: ObservedTable, _ slony: SlonyRegistrations, _ engine: Engine, _ slonySet: Int?,
        _ listed: inout [TableName: UInt32]?
    ) {
        // A bystander's table hardly ever has triggers.
        guard desired.role != .bystander || !observed.triggers.isEmpty else { return }
        let other = oid(of: desired.name, in: slony, &listed)
        if other == nil { findLeftovers(on: observed, engine) }
        guard desired.role != .bystander else { return }
        if let other {
            findMoved(from: other, observed, slony)
        } else {
            find(
                .tableNotRegistered, "Slony on '\(desired.node)' does not list \(desired.name)",
                next: slony.isOrigin(of: slonySet) ?? (desired.role == .origin)
                    ? "add the table with slonik: " + slony.addition(to: slonySet)
                    : slony.subscribing(to: slonySet)
                        + "; a table that the origin does not list either is added there: "
                        + slony.addition(to: slonySet))
        }
    }

    /// Slony lists the table by an OID that it does not have any more, or has its OID for another one.
    private func findStale(
        _ observed: ObservedTable, _ registered: SlonyTable, _ slony: SlonyRegistrations,
        _ listed: inout [TableName: UInt32]?
    ) {
        if let other = oid(of: desired.name, in: slony, &listed) {
            findMoved(from: other, observed, slony)
        } else {
            findStale("has the OID of \(desired.name), \(observed.oid), for \(registered.name)", slony, registered.set)
        }
    }

    private func findMoved(from other: UInt32, _ observed: ObservedTable, _ slony: SlonyRegistrations) {
        findStale(
            "lists \(desired.name) with OID \(other), and the table has \(observed.oid)", slony,
            slony.tables[other]?.set)
    }

    /// REPAIR CONFIG mends its event node, and no other.
    private func findStale(_ what: String, _ slony: SlonyRegistrations, _ set: Int?) {
        let node = slony.localNode.map { "\($0)" } ?? "this node"
        find(
            .tableNotRegistered, "Slony on '\(desired.node)' \(what): it was restored or made anew",
            next: "run slonik: REPAIR CONFIG (set id = \(set.map { "\($0)" } ?? "this set"), event node = \(node), "
                + "execute only on = \(node))")
    }

    private func oid(
        of name: TableName, in slony: SlonyRegistrations, _ listed: inout [TableName: UInt32]?
    ) -> UInt32? {
        let names = listed ?? Dictionary(slony.tables.map { ($0.value.name, $0.key) }) { min($0, $1) }
        listed = names
        return names[name]
    }

    /// Slony makes its triggers anew where it takes a table into a set, and fails on one that is there already.
    private func findLeftovers(on observed: ObservedTable, _ engine: Engine) {
        let functions = engine.functions
        for trigger in observed.triggers where functions.contains(trigger.function) && !trigger.isClone {
            let refuses = engine.purpose(of: trigger, on: desired.name)?.refuses ?? false
            let when =
                refuses && desired.role == .subscriber && trigger.mode.firesForApplications
                ? "it is what refuses writes there: just before the table comes back by SUBSCRIBE SET"
                : "once no slonik is at work"
            find(
                .strayTrigger, trigger: trigger.name,
                "\(trigger.name.shown) stands on \(desired.name) on '\(desired.node)', and Slony does not list the table "
                    + "there",
                next: "\(when), on '\(desired.node)': DROP TRIGGER \(trigger.name.quoted) ON \(desired.name.quoted)")
        }
    }
}

extension SlonyRegistrations {
    /// Whether an OID is another table's than the row means, as after a restore: the OIDs of old are other tables' then.
    /// A row that means none beside the table is that of a table which was renamed.
    func isStale(
        _ registered: SlonyTable, for name: TableName, beside others: [TableName: ObservedTable]
    ) -> Bool {
        registered.name != name
            && (others[registered.name] != nil || tables.values.contains { $0.name == name })
    }

    /// The row of a table; `nil` where there is none, or it is another table's.
    func registration(of table: ObservedTable, beside others: [TableName: ObservedTable]) -> SlonyTable? {
        tables[table.oid].flatMap { isStale($0, for: table.name, beside: others) ? nil : $0 }
    }

    /// Whether the node is the set's origin by its own catalog; `nil` where that does not say.
    fileprivate func isOrigin(of set: Int?) -> Bool? { set.flatMap { sets[$0] }.map { $0.origin == localNode } }

    /// What gives the node the tables of a set of which it is not the origin.
    fileprivate func subscribing(to set: Int?) -> String {
        guard let set, let node = localNode, subscribers[set]?.contains(node) ?? false else {
            return "subscribe the node with slonik: SUBSCRIBE SET, and wait until it has"
        }
        // A set comes to a node with all its tables at once.
        guard tables.values.contains(where: { $0.set == set }) else {
            return "wait until SUBSCRIBE SET, which is on record, has ended here"
        }
        return
            "where the origin lists it this catalog has lost it: keep applications away from the node, and with slonik: "
            + "unsubscribe set (id = \(set), receiver = \(node)), and SUBSCRIBE SET anew, which copies the set"
    }

    /// The commands that add a table to a set: Slony adds none to a set that has subscribers.
    fileprivate func addition(to set: Int?) -> String {
        guard let set, let receivers = subscribers[set], !receivers.isEmpty else { return "SET ADD TABLE" }
        let nodes = receivers.sorted().map { "node \($0)" }.joined(separator: " and ")
        return "CREATE SET, SET ADD TABLE, SUBSCRIBE SET for \(nodes), and MERGE SET into set \(set) "
            + "once they have it; a set with subscribers takes no table by itself"
    }
}
