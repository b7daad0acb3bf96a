import CustomDump
import Replication
import Testing

private let builtin = Engine.builtin(cluster: "shop")

@Suite struct `a right that is missing` {
    /// What a world says to run, less the words around it.
    private func grants(_ change: (inout World) -> Void) -> [String] {
        var world = World(builtin, nodes: ["berlin", "paris"])
        world.set(.deny, .disabled, on: "paris")
        change(&world)
        return world.difference.missingRights.map { String($0.next.split(separator: ": ", maxSplits: 1).last ?? "") }
    }

    @Test(arguments: [
        (150_000, true, true, #"GRANT "owner" TO "postgres""#),
        (150_000, false, true, #"ALTER ROLE "postgres" INHERIT"#),
        (150_000, false, false, #"GRANT "owner" TO "postgres"; ALTER ROLE "postgres" INHERIT"#),
        (160_000, true, true, #"GRANT "owner" TO "postgres" WITH INHERIT TRUE"#),
    ]) func `to a table is had through its owner`(version: Int, inherits: Bool, isMember: Bool, statement: String) {
        let found = grants { world in
            world.node("paris") {
                $0.identity.serverVersion = version
                $0.rights.inherits = inherits
            }
            world.table(on: "paris") {
                ($0.mayAlter, $0.owner, $0.ownerTie) = (false, "owner", OwnerTie(isMember: isMember))
            }
        }
        #expect(found.map { $0.hasSuffix(statement) } == [true], "\(found)")
    }

    @Test func `to a superuser's table is had with the table, and nobody becomes a superuser`() {
        let found = grants { world in
            world.table(on: "paris") { ($0.mayAlter, $0.ownerTie) = (false, OwnerTie(isSuperuser: true)) }
        }
        #expect(
            found.first?.hasSuffix(
                #"GRANT USAGE ON SCHEMA "public" TO "postgres"; ALTER TABLE "public"."orders" OWNER TO "postgres""#)
                == true)
    }

    @Test func `to another role says so, since 16 with SET`() {
        for (version, more) in [(150_000, ""), (160_000, " WITH SET TRUE")] {
            let found = grants { world in
                world.nodes[1] = DeclaredNode(
                    name: "paris", conninfo: "service=paris", role: "Owner", because: line(11))
                world.node("paris") {
                    ($0.identity.serverVersion, $0.rights.mayBecomeRole) = (version, false)
                }
            }
            #expect(found == [#"GRANT "Owner" TO "postgres""# + more])
        }
    }

    @Test func `keeps everything else unchanged, unless a selection leaves it out`() {
        var world = World(builtin, nodes: ["berlin", "paris"], tables: ["public.items", "public.orders"])
        world.set(.deny, .disabled, on: "paris")
        world.set(.log, .disabled, of: "public.items", on: "berlin")
        world.table(on: "paris") { $0.mayAlter = false }
        let difference = world.difference
        #expect(difference.missingRights.map(\.code) == [.notOwner])
        #expect(difference.limited(to: Selection(nodes: ["paris"])).missingRights.count == 1)
        #expect(difference.limited(to: Selection(tables: ["public.items"])).missingRights == [])
    }

    @Test func `to what a custom engine's evidence names is looked for under those names`() {
        let query = DrainQuery(
            sql: #"select p.seq >= $1 from "My Repl"."Pro""gress" AS p where note <> 'no.table'"#,
            originPosition: "SELECT max(seq) FROM Repl.Log", timeout: .seconds(1))
        let engine = Engine.custom([], drained: query)
        let declared = DeclaredCluster(name: "shop", engine: engine, nodes: [], sets: [], because: line(1))
        expectNoDifference(
            declared.scope.evidence.map(\.quoted),
            [#""My Repl"."Pro""gress""#, #""p"."seq""#, #""repl"."log""#])
    }
}
