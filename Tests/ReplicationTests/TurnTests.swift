import TestSupport
import Testing

@testable import Replication

/// A cluster whose file names the servers in its own way, and that has its tables on none of them yet.
private func newcomer(_ name: String, on servers: [Int], letters: [String]) -> World {
    let nodes = letters.map { NodeName("\(name)-\($0)") }
    var world = World(.builtin(cluster: "shop"), nodes: nodes, origin: nodes[0])
    for (node, server) in zip(nodes, servers) {
        world.node(node) {
            $0.identity.systemIdentifier = "\(server)"
            $0.builtin = nil
        }
        world.table(on: node) { $0.triggers = [] }
    }
    return world
}

/// A run of `protect` that shares its servers with another one.
private struct Racer {
    let name: String
    let steps: [Step]
    let servers: [NodeName: String]
    private var left: [[Int]]
    private(set) var hasLost = false

    init(_ name: String, _ world: World) {
        self.name = name
        steps = world.plan.steps
        servers = Dictionary(
            uniqueKeysWithValues: world.nodes.map { node in
                (node.name, world.observed.node(node.name)?.identity.systemIdentifier ?? "")
            })
        left = turns(of: steps, in: world.observed)
    }

    var isAtWork: Bool { !left.isEmpty }

    /// Takes one step of the turn it is at, any of its nodes' next ones; the turn is ended even where one of its steps fails.
    mutating func go(_ owners: inout [String: String], _ dice: inout Dice) {
        let ready = left[0].indices.filter { place in
            !left[0][..<place].contains { steps[$0].node == steps[left[0][place]].node }
        }
        guard let chosen = ready.randomElement(using: &dice) else { return }
        let step = steps[left[0].remove(at: chosen)]
        if step.table == nil, let server = servers[step.node] {
            let owner = owners[server] ?? name
            owners[server] = owner
            if owner != name { hasLost = true }
        }
        if left[0].isEmpty { left.removeFirst(hasLost ? left.count : 1) }
    }
}

@Suite struct `the turns of a stage` {
    @Test(arguments: 0..<500)
    func `let exactly one of two new clusters have the tables that both want, however they are interleaved`(seed: Int) {
        var dice = Dice(seed: seed)
        let mine = Array([1, 2, 3, 4, 5].shuffled(using: &dice).prefix(3))
        let theirs = Array([1, 2, 3, 4, 5].shuffled(using: &dice).prefix(3))
        var racers = [
            Racer("shop", newcomer("shop", on: mine, letters: ["a", "b", "c"])),
            Racer("stock", newcomer("stock", on: theirs, letters: ["c", "a", "b"])),
        ]
        var owners: [String: String] = [:]
        while let turn = racers.indices.filter({ racers[$0].isAtWork }).randomElement(using: &dice) {
            racers[turn].go(&owners, &dice)
        }
        // Five servers, three wanted by each: at least one is wanted by both.
        #expect(racers.count(where: \.hasLost) == 1)
        let winner = racers.first { !$0.hasLost }
        #expect(winner.map { winner in winner.servers.values.allSatisfy { owners[$0] == winner.name } } == true)
    }

    @Test func `are one where a cluster has its tables already`() {
        var world = World(.builtin(cluster: "shop"))
        world.declare(origin: "paris")
        for stage in world.plan.stages where !stage.steps.isEmpty {
            #expect(turns(of: stage.steps, in: world.observed) == [Array(stage.steps.indices)])
        }
    }

    @Test func `are none where there is nothing to do`() {
        #expect(turns(of: [], in: World(.builtin(cluster: "shop")).observed) == [])
    }

    @Test(arguments: 0..<500)
    func `hold every step once, and what installs before what needs it`(seed: Int) {
        let cluster = RandomCluster(seed: seed)
        var world = cluster.observed
        for stage in Plan(Difference(from: world, to: DesiredState(cluster.declared, world))).stages {
            let places = turns(of: stage.steps, in: world).flatMap { $0 }
            #expect(places.sorted() == Array(stage.steps.indices))
            for node in Set(stage.steps.map(\.node)) {
                let own = places.filter { stage.steps[$0].node == node }
                #expect(own == own.sorted(), "\(node) takes its steps in another order than the plan's")
            }
            for step in stage.steps { world.apply(step) }
        }
    }
}
