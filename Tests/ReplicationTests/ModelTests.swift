import TestSupport
import Testing

@testable import Replication

/// The stage table of the model in Tests/Model, as the code itself stages a table's changes.
@Suite struct `the model of the protocol` {
    private let roles: [ObservedRole] = [.subscriber, .unlogged, .fenced, .origin]

    @Test func `stages every change as the code does`() throws {
        try expectGolden(rendered, at: packageFolder.appending(path: "Tests/Model/stages.pml"))
    }

    private var rendered: String {
        var rows: [String] = []
        for declared in [ObservedRole.subscriber, .origin] {
            for found in roles { rows += steps(from: found, declared: declared) }
        }
        let stages = StageName.allCases.enumerated().map { "#define \(macro($1.rawValue)) \($0)\n" }.joined()
        return """
            /* Rendered from the code by ReplicationTests (ModelTests.swift); RECORD=1 writes it anew. */

            /* What a table is on a member: bit 0, whether it accepts writes; bit 1, whether it logs them. */
            #define SUBSCRIBER 0
            #define UNLOGGED 1
            #define FENCED 2
            #define ORIGIN 3

            /* The stages in order. */
            \(stages)#define STAGES \(StageName.allCases.count)

            /* What one step makes of a table found so on a member that is declared so. */
            #define BECOMES(stage, found, declared) \\
            \(rows.joined())\t(found)\(String(repeating: ")", count: rows.count))

            """
    }

    /// The steps that make of a table found so what is declared, one line each.
    private func steps(from found: ObservedRole, declared: ObservedRole) -> [String] {
        var world = World(Engine.builtin(cluster: "shop"), nodes: ["berlin", "paris"])
        if declared == .origin { world.declare(origin: "paris") }
        let isOpen = found == .unlogged || found == .origin
        let isLogged = found == .fenced || found == .origin
        for purpose in [Purpose.deny, .truncateDeny] { world.set(purpose, isOpen ? .disabled : .enabled, on: "paris") }
        for purpose in [Purpose.log, .truncateLog] { world.set(purpose, isLogged ? .enabled : .disabled, on: "paris") }
        var lines: [String] = []
        var before = role(in: world)
        for step in world.plan.steps where step.node == "paris" && step.table != nil {
            world.observed.apply(step)
            let after = role(in: world)
            lines.append(
                "\t((stage == \(macro(step.stage.rawValue)) && found == \(macro(before.rawValue)) && "
                    + "declared == \(macro(declared.rawValue))) -> \(macro(after.rawValue)) : \\\n")
            before = after
        }
        #expect(before == declared)
        return lines
    }

    /// What the rows' and the truncate door are alike.
    private func role(in world: World) -> ObservedRole {
        let desired = DesiredState(world.declared, world.observed).tables.first { $0.node == "paris" }
        guard let desired, let table = world.observed.node("paris")?.tables[desired.name] else { return .missing }
        let doors = Doors(table.triggers, desired.triggers ?? [])
        #expect(doors.rows.isClosed == doors.truncate.isClosed && doors.rows.isLogged == doors.truncate.isLogged)
        return doors.role
    }

    private func macro(_ word: String) -> String { word.uppercased() }
}
