import CustomDump
import Testing

@testable import Replication

@Suite struct `a declared move of an origin` {
    private let at = Position(file: "shop.yaml", line: 1, column: 1)
    private let table = TableName("public", "orders")

    private func declared(origin: NodeName?) -> DeclaredCluster {
        let nodes: [NodeName] = ["berlin", "paris"]
        return DeclaredCluster(
            name: "shop", engine: .builtin(cluster: "shop"),
            nodes: nodes.map { DeclaredNode(name: $0, conninfo: "service=\($0)", because: at) },
            sets: [
                ReplicationSet(
                    name: "default", origin: origin, originPosition: at, subscribers: nodes.filter { $0 != origin },
                    tables: [DeclaredTable(name: table, because: at)], because: at)
            ],
            because: at)
    }

    /// Berlin is the origin, as an apply left it.
    private var world: ObservedState {
        let declared = declared(origin: "berlin")
        let empty = ObservedState(
            nodes: declared.nodes.reduce(into: [:]) { nodes, node in
                nodes[node.name] = .observed(
                    ObservedNode(
                        identity: NodeIdentity(systemIdentifier: node.name.text, database: "shop"),
                        tables: [table: ObservedTable(oid: 16384, name: table)]))
            })
        let plan = Plan(Difference(from: empty, to: DesiredState(declared, empty)))
        return plan.steps.reduce(into: empty) { $0.apply($1) }
    }

    @Test(arguments: [NodeName("paris"), nil])
    func `cries no alarm over what was asked for`(origin: NodeName?) {
        let difference = Difference(from: world, to: DesiredState(declared(origin: origin), world))
        expectNoDifference(difference.findings, [])
        #expect(Plan(difference).required == [.originChange])
    }

    @Test func `that broke off between closing and opening is reported: the set is written nowhere`() {
        let declared = declared(origin: "paris")
        let plan = Plan(Difference(from: world, to: DesiredState(declared, world)))
        let half = plan.stages[0].steps.reduce(into: world) { $0.apply($1) }
        let difference = Difference(from: half, to: DesiredState(declared, half))
        #expect(plan.stages[0].name == .protect)
        #expect(difference.findings.map(\.code) == [.originClosed])
    }

    @Test func `still reports a subscriber that is open besides`() throws {
        var world = world
        var paris = try #require(world.node("paris"))
        for index in paris.tables[table]?.triggers.indices ?? 0..<0 {
            paris.tables[table]?.triggers[index].mode = .disabled
        }
        world.nodes["paris"] = .observed(paris)
        let difference = Difference(from: world, to: DesiredState(declared(origin: nil), world))
        #expect(difference.findings.map(\.code) == [.splitBrain])
    }
}
