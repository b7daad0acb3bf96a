@testable import Replication

// Home-grown engines, of a log and a deny for each row unless a test says otherwise.

/// What is said of every engine without truncate triggers.
let unguarded = "warning: TRUNCATE_UNGUARDED [] engine custom has no truncate triggers: TRUNCATE passes everywhere"

extension Engine {
    /// One without a catalog of its own.
    static func custom(_ templates: [TriggerTemplate], drained: DrainQuery? = nil) -> Engine {
        Engine(name: "custom", cluster: "shop", catalog: .none, templates: templates, drained: drained)
    }

    /// One with the triggers of builtin, and without its records.
    static let plain = custom(Engine.builtin(cluster: "shop").templates)
}

extension TriggerTemplate {
    static func log(
        _ name: Pattern = "{table}_log", arguments: [Pattern] = [], origin: FiringMode? = .enabled,
        subscriber: FiringMode? = .disabled
    ) -> TriggerTemplate {
        TriggerTemplate(
            .log, name, function: ("repl", "capture"), .after, .row, .changes, arguments: arguments, origin: origin,
            subscriber: subscriber)
    }

    static func deny(
        _ name: Pattern = "{table}_deny", level: TriggerLevel = .row, arguments: [Pattern] = [],
        origin: FiringMode? = .disabled, subscriber: FiringMode? = .enabled, bystander: FiringMode? = nil
    ) -> TriggerTemplate {
        TriggerTemplate(
            .deny, name, function: ("repl", "deny"), .before, level, .changes, arguments: arguments, origin: origin,
            subscriber: subscriber, bystander: bystander)
    }
}
