import ClusterFile
import LiveNodes
import Replication
import Reports

// The route, arrow by arrow; each command is a prefix of it.
//
//   bytes → declared            validate stops here
//   nodes → observed
//   both → desired → difference status stops here
//   difference → plan           apply --dry-run stops here
//   plan → outcomes → report    apply walks to the end
//
// Pure steps are initialisers, live steps are awaited verbs.

/// How far a command has come, and everything it found on the way.
struct Walk: Sendable {
    let declared: DeclaredCluster
    let observed: ObservedState
    let difference: Difference
    let plan: Plan
    let fingerprint: String
}

/// bytes → declared.
func declare(_ source: ClusterSource, environment: [String: String]) throws(Stop) -> DeclaredCluster {
    do throws(InvalidClusterFile) {
        return try readCluster(source.bytes, file: source.path, environment: environment)
    } catch {
        throw Stop(error)
    }
}

/// declared → observed → desired → difference → plan.
///
/// - Parameter locks: An apply's, before it acts: whoever is not locked is not read.
func look(at declared: DeclaredCluster, _ choices: Choices, holding locks: RunLocks? = nil) async -> Walk {
    let answers = await observe(
        declared.nodes, reading: declared.scope,
        connectTimeout: choices.connectTimeout,
        statementTimeout: min(.seconds(30), max(.seconds(2), declared.policy.applyTimeout)), holding: locks)
    let same = await sameDatabases(declared.nodes, among: answers, connectTimeout: choices.connectTimeout)
    var observed = ObservedState(nodes: answers, journal: choices.journal.recorded(for: declared), sameDatabase: same)
    observed.logEnds(
        await logEnds(
            declared.nodes,
            of: Set(observed.overtakenLogs(among: Set(declared.nodes.map(\.name))).map(\.source)),
            connectTimeout: choices.connectTimeout))
    observed.unapplied = await unapplied(
        declared.nodes, beyond: observed.unapplied(by: declared), connectTimeout: choices.connectTimeout)
    let seen = observed
    // Nothing that follows changes what was found, so its fingerprint is taken meanwhile.
    async let found = fingerprint(declared: declared, observed: seen, limits: choices.arguments)
    let desired = DesiredState(declared, seen)
    let difference = Difference(from: seen, to: desired, failover: choices.failover)
        .limited(to: choices.selection)
    return Walk(
        declared: declared, observed: seen, difference: difference, plan: Plan(difference),
        fingerprint: await found)
}

/// plan → outcomes.
func carryOut(
    _ walk: Walk, holding locks: RunLocks, _ choices: Choices, run: String, allowed: Set<Gate>, signals: Signals,
    telling listener: @Sendable @escaping (Event) async -> Void
) async -> Outcomes {
    await execute(
        walk.plan, on: walk.declared.nodes, observed: walk.observed, holding: locks,
        label: RunLabel(run: run, plan: String(walk.fingerprint.prefix(12))), policy: walk.declared.policy,
        allowed: allowed, engineLock: walk.declared.engineLock, connectTimeout: choices.connectTimeout,
        reopening: { choices.reopens ? walk.plan.reopening(after: $0, from: walk.observed) : [] },
        interruption: { signals.interruption }, events: listener)
}

extension Walk {
    /// Refuses a selection that selects nothing: a slip of the pen would pass for being in sync.
    func selected(by selection: Selection) throws(Stop) -> Walk {
        let slips = selection.unmatched(by: difference.desired).filter { $0.what != "table" || !hasUnreadNode }
        if let slip = slips.first {
            throw Stop(
                .usage,
                "--\(slip.what) '\(visible(slip.glob))' matches no \(slip.what) of cluster '\(visible(declared.name))'"
            )
        }
        if let lost = difference.failover, !difference.knows(lost) {
            throw Stop(
                .usage,
                "--failover '\(visible(lost.text))' is no node of cluster '\(visible(declared.name))', and no set has it "
                    + "on record as a member")
        }
        return self
    }
}

extension Walk {
    /// How many tables the file names of sets of which no node was read.
    fileprivate var tablesUnseen: Int {
        guard hasUnreadNode else { return 0 }
        let unseen = declared.sets.filter { set in !difference.desired.tables.contains { $0.set == set.name } }
        return unseen.reduce(0) { $0 + $1.tables.count }
    }
}

/// What was walked → report.
extension Report {
    init(_ kind: Kind, _ walk: Walk, result: Result, outcomes: Outcomes? = nil, error: Failure? = nil) {
        let desired = walk.difference.desired
        self.init(
            kind: kind, cluster: walk.declared, observed: walk.observed, roles: walk.difference.roles,
            changes: walk.difference.changes, findings: walk.difference.findings,
            plan: kind == .status ? nil : walk.plan,
            outcomes: outcomes, fingerprint: walk.fingerprint, result: result, error: error,
            counts: Counts(
                tables: desired.tableCount + walk.tablesUnseen,
                triggersRight: walk.difference.triggersRight,
                leftOut: walk.difference.leftOut.count))
    }
}
