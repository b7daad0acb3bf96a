import LiveNodes
import Replication

/// observe + desired + difference + plan in this process, of one node and of three.
func measureObserving(_ nodes: BenchNodes, _ sizes: Sizes) async throws -> [Measurement] {
    let (single, whole) = (try nodes.single.declared(), try nodes.whole.declared())
    let moved = try nodes.whole.moved(to: "paris").declared()
    let bare = BareSession(nodes.single.conninfo(0))
    let observed = await nodes.whole.look(at: whole).observed
    let turns = try await Turns(
        sizes.rounds,
        [
            { bare.run(RawCopy.catalog) },
            { BareSession(nodes.single.conninfo(0)).run(RawCopy.catalog) },
            {
                let (_, difference, plan) = await nodes.single.look(at: single)
                precondition(difference.isInSync && plan.isEmpty)
            },
            { bare.run(RawCopy.triggers) },
            {
                let (_, difference, plan) = await nodes.whole.look(at: whole)
                precondition(difference.isInSync && plan.isEmpty)
            },
            { _ = await observe(single.nodes, reading: single.scope, connectTimeout: .seconds(5)) },
            {
                let difference = Difference(from: observed, to: DesiredState(whole, observed))
                precondition(Plan(difference).isEmpty)
            },
            {
                let difference = Difference(from: observed, to: DesiredState(moved, observed))
                precondition(Plan(difference).steps.count >= 2 * sizes.tables)
            },
        ])
    let what = "observe, difference, plan: 1 node, \(sizes.tables) tables"
    let spread = max(1, 3 / Double(cores))
    func informs(_ what: String, _ index: Int) -> Measurement {
        Measurement(
            what: "  " + what, floor: "the raw COPYs of namespaces, relations, triggers by libpq", target: nil,
            reached: turns[index], floorValue: turns[0], unit: .milliseconds)
    }
    return [
        Measurement(
            what: what, floor: "the raw COPYs of namespaces, relations, triggers by libpq, connected already",
            target: 2, reached: turns[2], floorValue: turns[0], unit: .milliseconds),
        Measurement(
            what: "  the same", floor: "the same COPYs through a session of their own, as Polarity's", target: nil,
            reached: turns[2], floorValue: turns[1], unit: .milliseconds),
        Measurement(
            what: "  the same", floor: "the raw COPY of triggers alone", target: nil, reached: turns[2],
            floorValue: turns[3], unit: .milliseconds),
        informs("of which observe", 5),
        Measurement(
            what: "three nodes at once", floor: "one node, × nodes for each core (\(cores) here)", target: 1.3,
            reached: turns[4], floorValue: turns[2], unit: .milliseconds, allowance: spread),
        informs("difference and plan of three nodes, in sync", 6),
        informs("difference and plan of three nodes, origin moved", 7),
    ]
}
