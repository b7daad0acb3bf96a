import Replication

// The goldens of a scenario: small, sorted, without anything that differs from run to run (database names, OIDs, ports).

extension Difference {
    /// Roles and findings, one a line.
    var golden: String {
        let roles = roles.map { role in
            let counts = role.tables.map { "\($0.value) \($0.key.rawValue)" }.sorted()
            let mixed = role.observed == .mixed ? " (\(counts.joined(separator: ", ")))" : ""
            return "  \(role.set) \(role.node): declared \(role.declared.rawValue), "
                + "observed \(role.observed.rawValue)\(mixed)"
        }
        let findings = findings.map { finding in
            let place = [finding.set?.text, finding.node?.text, finding.table?.description, finding.trigger?.shown]
            return "  \(finding.severity.rawValue) \(finding.code.rawValue)\(finding.blocking ? "" : " (advisory)"): "
                + place.compactMap { $0 }.joined(separator: " ")
        }
        return section("roles", roles) + section("findings", findings)
    }
}

extension Plan {
    /// Stages, drains and what is held back, one change a line.
    var golden: String {
        let lines = steps.flatMap { step in
            let lock = step.lock == .none ? "" : ", \(step.lock.rawValue)"
            return ["  \(step.stage.rawValue) \(step.node) \(step.table?.description ?? "schema")\(lock)"]
                + step.changes.map { "    \($0.golden)" } + (step.changes.isEmpty ? ["    sequence"] : [])
        }
        let drains = drains.map { drain in
            "  \(drain.set) to \(drain.newOrigin) from \(drain.sources.map(\.text).joined(separator: ", ")): "
                + drain.evidence.golden
        }
        let held = heldBack.map { "  \($0.node) \($0.table?.description ?? "schema"): \($0.golden)" }
        return section("plan", lines) + section("drains", drains) + section("held back", held.sorted())
            + section("needs", required.isEmpty ? [] : ["  --allow " + required.map(\.rawValue).joined(separator: ",")])
    }
}

extension DrainEvidence {
    fileprivate var golden: String {
        switch self {
        case .polarityApplied: "polarity.applied"
        case .query: "the engine's query"
        case .nothing: "nothing can prove it"
        }
    }
}

extension Change {
    fileprivate var golden: String {
        switch action {
        case .install(let installation):
            "\(installation.preparation) \(installation.from.map { "\($0)" } ?? "none") → \(installation.to), set \(set): "
                + "origin \(installation.record.recorded.origin?.text ?? "none"), members "
                + installation.record.recorded.members.sorted().map(\.text).joined(separator: " ")
        case .create(let trigger):
            "+ \(trigger.name.shown)(\(trigger.arguments.texts.joined(separator: ", "))) "
                + (trigger.mode?.rawValue ?? "absent")
        case .setMode(let name, let from, let to): "~ \(name.shown) \(from.rawValue) → \(to.rawValue)"
        case .setRuleMode(let name, let from, let to): "~ rule \(name.shown) \(from.rawValue) → \(to.rawValue)"
        case .replace(let observed, let trigger):
            "! \(observed.name.shown) \(observed.definition) → \(trigger.definition), "
                + (trigger.mode?.rawValue ?? "absent")
        case .rename(let name, let new): "> \(name.shown) → \(new.shown)"
        case .drop(let observed): "- \(observed.name.shown) \(observed.definition)"
        }
    }
}

extension Outcomes {
    /// What came of it; steps that are done are left out.
    var golden: String {
        let ends = (steps + reopened).compactMap { end in
            end.outcome.golden.map {
                "  \(end.step.stage.rawValue) \(end.step.node) \(end.step.table?.description ?? "schema"): \($0)"
            }
        }
        let drains = drains.map { drain in
            switch drain.verdict {
            case .proven: "  drain \(drain.drain.set): proven"
            case .pending(let why): "  drain \(drain.drain.set): pending, \(why)"
            case .unknowable(let why): "  drain \(drain.drain.set): unknowable, \(why)"
            case .forbidden(let why): "  drain \(drain.drain.set): forbidden, \(why)"
            case .allowedUnproven: "  drain \(drain.drain.set): allowed unproven"
            }
        }
        let back = reopened.map { "  reopened \($0.step.node) \($0.step.table?.description ?? "schema")" }
        let reason = stopped.map { ["  stopped: \($0)"] } ?? []
        let all = drains + ends + back + reason
        return section("outcome", all.isEmpty ? ["  done"] : all)
    }
}

extension Outcome {
    /// Nil for what is done.
    fileprivate var golden: String? {
        switch self {
        case .done: nil
        case .busy: "busy"
        case .stale: "stale"
        case .failed(let state, let message): "\(message) (\(state))"
        case .notBegun: "not begun"
        case .unknown: "unknown"
        case .unverified(let message): "unverified: \(message)"
        }
    }
}

private func section(_ title: String, _ lines: [String]) -> String {
    lines.isEmpty ? "" : "\(title)\n\(lines.joined(separator: "\n"))\n"
}
