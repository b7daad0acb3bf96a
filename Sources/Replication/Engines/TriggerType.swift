/// When a trigger fires relative to its event.
public enum TriggerTiming: String, Hashable, Sendable, CaseIterable {
    /// Before the change.
    case before
    /// After the change.
    case after
}

/// What a trigger fires for.
public enum TriggerLevel: String, Hashable, Sendable, CaseIterable {
    /// Each row.
    case row
    /// Each statement.
    case statement
}

/// The events that fire a trigger; the raw value is the event bits of `pg_trigger.tgtype`.
public struct TriggerEvents: OptionSet, Hashable, Sendable {
    /// Bits 2 to 5 of `tgtype`.
    public let rawValue: Int16

    /// Takes the bits as they are.
    public init(rawValue: Int16) { self.rawValue = rawValue }

    /// INSERT.
    public static let insert = TriggerEvents(rawValue: 4)
    /// DELETE.
    public static let delete = TriggerEvents(rawValue: 8)
    /// UPDATE.
    public static let update = TriggerEvents(rawValue: 16)
    /// TRUNCATE.
    public static let truncate = TriggerEvents(rawValue: 32)
    /// INSERT, UPDATE and DELETE.
    public static let changes: TriggerEvents = [.insert, .update, .delete]
}

extension Door {
    /// What goes through it.
    var events: TriggerEvents {
        switch self {
        case .rows: .changes
        case .truncate: .truncate
        }
    }
}

/// `pg_trigger.tgtype`, bit by bit (PostgreSQL source: `src/include/catalog/pg_trigger.h`).
public struct TriggerType: Hashable, Sendable {
    /// The number in the catalog.
    public let bits: Int16

    /// Reads the catalog's number.
    public init(bits: Int16) { self.bits = bits }

    /// Builds the number.
    public init(timing: TriggerTiming, level: TriggerLevel, events: TriggerEvents) {
        bits = (level == .row ? 1 : 0) | (timing == .before ? 2 : 0) | events.rawValue
    }

    /// Row or statement.
    public var level: TriggerLevel { bits & 1 != 0 ? .row : .statement }
    /// The events.
    public var events: TriggerEvents { TriggerEvents(rawValue: bits & 60) }
    /// Whether it is an INSTEAD OF trigger, which no engine here uses.
    public var isInsteadOf: Bool { bits & 64 != 0 }
    /// Before or after; meaningless for INSTEAD OF.
    public var timing: TriggerTiming { bits & 2 != 0 ? .before : .after }

    /// As SQL says it: `BEFORE INSERT OR UPDATE OR DELETE` and `FOR EACH ROW`.
    public var sql: (timingAndEvents: String, level: String) {
        let words: [(TriggerEvents, String)] = [
            (.insert, "INSERT"), (.update, "UPDATE"), (.delete, "DELETE"), (.truncate, "TRUNCATE"),
        ]
        let events = words.filter { self.events.contains($0.0) }.map(\.1).joined(separator: " OR ")
        let when = isInsteadOf ? "INSTEAD OF" : timing == .before ? "BEFORE" : "AFTER"
        return (when + " " + events, level == .row ? "FOR EACH ROW" : "FOR EACH STATEMENT")
    }
}
