extension SetAudit {
    /// What apply does not take away, for it is someone's: the engine's own log loses or refuses what is written to it.
    mutating func findLogFaults(_ observed: ObservedState) {
        for node in judgement.members.subtracting(judgement.unread).sorted() {
            for fault in observed.node(node)?.builtin?.logFaults ?? [] {
                add(
                    Finding(
                        .logAltered, set: set.name, node: node, trigger: fault.name, "\(fault.words) on '\(node)'",
                        next: "make sure that nobody needs it so, then run on '\(node)': \(fault.mending)",
                        because: declared.node(node)?.because ?? set.because))
            }
        }
    }
}

extension LogFault {
    fileprivate var name: TriggerName? {
        switch self {
        case .rule(let name), .trigger(let name): name
        case .unlogged, .noIdentity: nil
        }
    }

    fileprivate var words: String {
        switch self {
        case .rule(let name): "rule \(name.shown) stands on polarity.log, and decides what is logged"
        case .trigger(let name): "trigger \(name.shown) stands on polarity.log, and decides what is logged"
        case .unlogged: "polarity.log is UNLOGGED, so that a crash empties it,"
        case .noIdentity: "nothing numbers the rows of polarity.log, so that every write is refused,"
        }
    }

    fileprivate var mending: String {
        switch self {
        case .rule(let name): "DROP RULE \(name.quoted) ON polarity.log"
        case .trigger(let name): "DROP TRIGGER \(name.quoted) ON polarity.log"
        case .unlogged: "ALTER TABLE polarity.log SET LOGGED"
        case .noIdentity:
            "ALTER TABLE polarity.log ALTER seq ADD GENERATED ALWAYS AS IDENTITY (START …), above every seq in the log "
                + "and in the other nodes' polarity.applied"
        }
    }
}
