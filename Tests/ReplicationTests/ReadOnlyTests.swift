import CustomDump
import Testing

@testable import Replication

private let builtin = Engine.builtin(cluster: "shop")

@Suite struct `a node that is read-only by default` {
    @Test(arguments: [builtin, .slony(cluster: "shopcl"), .bruce(cluster: "shop")])
    func `is in sync where nothing is to be changed`(engine: Engine) {
        var world = World(engine)
        let before = world.story
        for node in world.nodes.map(\.name) { world.node(node) { $0.identity.readOnly = true } }
        expectNoDifference(world.story, before)
        #expect(world.difference.isInSync)
    }

    @Test func `is named where a change of its sets waits for it, and for no other set`() {
        var world = World(
            builtin,
            sets: [
                World.set("default", origin: "berlin", subscribers: ["paris"], tables: ["public.orders"]),
                World.set("billing", origin: "berlin", subscribers: ["tokyo"], tables: ["public.invoices"]),
            ])
        world.node("tokyo") { $0.identity.readOnly = true }
        world.set(.log, .disabled, on: "berlin")
        #expect(!world.findings.contains("READ_ONLY"))
        expectNoDifference(world.plan.heldBack, [])
        world.set(.log, .disabled, of: "public.invoices", on: "berlin")
        #expect(world.findings.contains("error, blocking: READ_ONLY [tokyo] "))
        expectNoDifference(world.plan.heldBack.map { $0.table?.description }, ["public.invoices"])
    }
}
