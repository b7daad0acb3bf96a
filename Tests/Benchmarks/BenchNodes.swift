import ClusterFile
import LiveNodes
import Postgres
import Replication
import Sandbox

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Throwaway nodes whose tables are in sync with cluster files, all of them by the builtin engine.
struct BenchNodes {
    /// berlin, paris and tokyo; berlin is the origin.
    let whole: BenchCluster
    /// berlin alone, in a database of its own.
    let single: BenchCluster
    /// berlin and paris with half as many tables.
    let half: BenchCluster
    /// Kept, for the servers end with it.
    private let servers: [Server]
    private let directory: ScratchDirectory

    static func made(_ sizes: Sizes) async throws -> BenchNodes {
        let directory = try ScratchDirectory()
        var servers: [Server] = []
        for name in ["berlin", "paris", "tokyo"] {
            servers.append(try await Server.create(name: name, settings: ["shared_buffers": "256MB"], onDisk: true))
        }
        func cluster(_ name: String, _ count: Int, on servers: [Server]) async throws -> BenchCluster {
            for server in servers {
                let bare = BareSession(server.connectionString())
                bare.run("CREATE DATABASE \(name)")
                BareSession(server.connectionString(database: name)).run(schema(count))
            }
            let cluster = BenchCluster(
                name: name, tables: count, servers: servers, origin: "berlin", directory: directory.path)
            try cluster.write()
            say("bringing the triggers of \(name) about")
            try await cluster.bringAbout()
            return cluster
        }
        let nodes = BenchNodes(
            whole: try await cluster("whole", sizes.tables, on: servers),
            single: try await cluster("single", sizes.tables, on: [servers[0]]),
            half: try await cluster("half", sizes.half, on: Array(servers.prefix(2))), servers: servers,
            directory: directory)
        // Tables come quickly without the disk; from here on commits are what they are.
        for server in servers {
            let bare = BareSession(server.connectionString())
            bare.run("ALTER SYSTEM SET fsync = on")
            bare.run("SELECT pg_reload_conf(); CHECKPOINT")
            for database in ["whole", "single", "half"] where database == "whole" || server.name != "tokyo" {
                guard database != "single" || server.name == "berlin" else { continue }
                BareSession(server.connectionString(database: database)).run("VACUUM (FREEZE, ANALYZE) pg_trigger")
            }
        }
        return nodes
    }

    /// Tables with a primary key, a thousand in each transaction.
    private static func schema(_ count: Int) -> String {
        """
        DO $$ BEGIN
          FOR i IN 1..\(count) LOOP
            EXECUTE format('CREATE TABLE public.%I (id bigint PRIMARY KEY, v text)', 'orders_' || i);
            IF i % 1000 = 0 THEN COMMIT; END IF;
          END LOOP;
        END $$
        """
    }
}

/// One cluster file, and the route it takes.
struct BenchCluster {
    let name: String
    let tables: Int
    let servers: [Server]
    let origin: NodeName
    let directory: String

    var file: String { "\(directory)/\(name)-\(origin).yaml" }
    func conninfo(_ index: Int) -> String { servers[index].connectionString(database: name) }

    /// Leaves no turn what the one before it left behind: dead rows in the catalog, and pages to be written.
    func tidy() {
        for index in servers.indices {
            let bare = BareSession(conninfo(index))
            for statement in ["VACUUM pg_catalog.pg_trigger", "CHECKPOINT"] { bare.run(statement) }
        }
    }

    /// The same cluster with another origin.
    func moved(to origin: NodeName) -> BenchCluster {
        BenchCluster(name: name, tables: tables, servers: servers, origin: origin, directory: directory)
    }

    private var text: String {
        let nodes = servers.indices.map { "  \(servers[$0].name): \"\(conninfo($0))\"\n" }.joined()
        return "version: 1\ncluster: \(name)\nengine: builtin\nnodes:\n\(nodes)origin: \(origin)\ntables:\n"
            + (1...tables).map { "  - public.orders_\($0)\n" }.joined()
    }

    func write() throws { try Data(text.utf8).write(to: URL(fileURLWithPath: file)) }

    func declared() throws -> DeclaredCluster { try readCluster(Array(text.utf8), file: file, environment: [:]) }

    /// declared → observed → desired → difference → plan, of all nodes.
    func look(at declared: DeclaredCluster) async -> (observed: ObservedState, difference: Difference, plan: Plan) {
        let answers = await observe(declared.nodes, reading: declared.scope, connectTimeout: .seconds(5))
        let observed = ObservedState(nodes: answers)
        let difference = Difference(from: observed, to: DesiredState(declared, observed))
        return (observed, difference, Plan(difference))
    }

    /// Looks under the run's locks, lets `body` look at the time while the plan is carried out, and gives them back.
    func bringAbout(_ body: (() async -> Outcomes) async -> Outcomes = { await $0() }) async throws {
        let declared = try declared()
        let locks = try await RunLocks.take(
            on: declared.nodes, required: Set(declared.nodes.map(\.name)), cluster: name, connectTimeout: .seconds(5))
        let (observed, _, plan) = await look(at: declared)
        precondition(!plan.isEmpty, "there is nothing to do for \(name)")
        let outcomes = await body {
            await execute(
                plan, on: declared.nodes, observed: observed, holding: locks,
                label: RunLabel(run: "bench", plan: "bench"), policy: declared.policy, allowed: Set(plan.required))
        }
        await locks.release()
        let ends = outcomes.steps.filter { if case .done = $0.outcome { false } else { true } }
        precondition(ends.isEmpty, "\(name): \(ends.prefix(3).map { "\($0.step.node): \($0.outcome)" })")
    }
}

/// A directory that goes when this value goes.
final class ScratchDirectory: Sendable {
    let path: String

    init() throws {
        path = "/tmp/polarity-bench-\(UInt32.random(in: .min ... .max))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
