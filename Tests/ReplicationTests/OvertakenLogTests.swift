import CustomDump
import Testing

@testable import Replication

@Suite struct `an origin whose log is not the one that was applied` {
    private let builtin = Engine.builtin(cluster: "shop")

    /// Applied up to 100 on both subscribers, and a log that has come to 10.
    private func world(origin: NodeName = "berlin", end: Int64? = 10) -> World {
        var world = World(builtin)
        world.declare(origin: origin)
        world.node("berlin") { node in
            node.builtin?.logged["default"] = 10
            node.builtin?.logEnd = end
        }
        for name in ["paris", "tokyo"] as [NodeName] { world.node(name) { $0.builtin?.applied["berlin"] = 100 } }
        return world
    }

    private func line(_ node: String) -> String {
        "critical, blocking: LOG_REPLACED [\(node)] '\(node)' has applied 100 from 'berlin', whose log has come to 10: "
            + "'berlin' was restored from an older copy, or its log was made anew"
    }

    @Test func `is told before anything moves`() {
        let world = world()
        expectNoDifference(world.findings, [line("paris"), line("tokyo")].joined(separator: "\n"))
        #expect(!world.difference.isInSync)
    }

    @Test func `moves nowhere`() {
        let world = world(origin: "paris")
        #expect(world.findings.contains(line("paris")) && world.findings.contains(line("tokyo")))
        expectNoDifference(world.plan.steps, [])
        #expect(!world.plan.heldBack.isEmpty)
    }

    @Test func `is still closed where it returns beside another one`() {
        var world = world(origin: "paris")
        var moved = World(builtin)
        moved.declare(origin: "paris")
        moved.lose("berlin")
        moved.failover = "berlin"
        moved.apply()
        for name in ["paris", "tokyo"] as [NodeName] {
            world.observed.nodes[name] = moved.observed.nodes[name]
            world.node(name) { $0.builtin?.applied["berlin"] = 100 }
        }
        #expect(world.findings.contains(line("paris")))
        #expect(world.plan.steps.contains { $0.node == "berlin" && $0.table != nil && $0.stage == .protect })
    }

    @Test func `is no matter where its log has come further, or nobody may ask how far`() {
        expectNoDifference(world(end: 100).findings, "")
        expectNoDifference(world(end: nil).findings, "")
    }

    @Test func `is no matter of a node that the file does not name`() {
        var world = world(end: 100)
        world.node("paris") { $0.builtin?.applied["madrid"] = 1000 }
        expectNoDifference(world.findings, "")
    }

    @Test func `is not told of a row that stands for another cluster's node`() {
        var world = world()
        for name in ["paris", "tokyo"] as [NodeName] {
            world.node(name) {
                $0.builtin?.otherMembers = [OtherMember(cluster: "other", node: "berlin", isHere: false)]
            }
        }
        #expect(world.difference.findings.map(\.code) == [.nodeNameShared, .nodeNameShared])
    }

    @Test func `is asked again, since its log may have gone on after it was read`() {
        var world = world()
        expectNoDifference(
            world.observed.overtakenLogs(among: ["berlin", "paris", "tokyo"]).map(\.source.text), ["berlin", "berlin"])
        world.observed.logEnds(["berlin": 101])
        expectNoDifference(world.findings, "")
    }

    @Test func `begins above what was applied where apply makes its log anew`() {
        var world = world(end: nil)
        world.node("berlin") { $0.rights.engineSchema = EngineSchemaRights(missing: ["log"]) }
        let statements = world.plan.steps.flatMap(\.statements)
        #expect(statements.contains { $0.contains("setval") && $0.contains("100") })
        var first = World(builtin)
        first.node("berlin") { $0.builtin = nil }
        #expect(!first.plan.steps.flatMap(\.statements).dropFirst().contains { $0.contains("setval") })
    }
}
