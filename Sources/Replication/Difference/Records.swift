/// What is known of sets beside their tables, for who has to remember it where the engine has no catalog.
extension Difference {
    /// What is on record of each set: its last origin and its members; a set without a last origin that is known is absent.
    public var recorded: [SetName: RecordedSet] { judgements.compactMapValues(\.authority.record) }

    /// A set as it is to be recorded beside the changes: its origin, and its members, both declared and on record.
    ///
    /// Until it begins to open its origin is the last one, or where none is known the declared one if that was found open:
    /// one that has yet to be opened would pass for a repair afterwards.
    /// - Parameters:
    ///   - set: The set as the file has it.
    ///   - opening: Whether its declared origin has begun to open, from when on that is the last one.
    /// - Returns: `nil` where no origin is known yet.
    public func record(of set: ReplicationSet, opening: Bool) -> RecordedSet? {
        guard let authority = judgements[set.name]?.authority else { return nil }
        let members = authority.members.union(set.members)
        if opening { return RecordedSet(origin: set.origin, members: members) }
        if let record = authority.record { return RecordedSet(origin: record.origin, members: members) }
        return openOrigins[set.name].map { RecordedSet(origin: $0, members: members) }
    }
}

extension Authority {
    /// The last origin and the members; `nil` where no last origin is known.
    fileprivate var record: RecordedSet? {
        switch lastOrigin {
        case .node(let node): RecordedSet(origin: node, members: members)
        case .nowhere: RecordedSet(origin: nil, members: members)
        case .unknown: nil
        }
    }
}
