import ArgumentParser
import ClusterFile
import Postgres
import Replication
import Reports
import Sandbox

/// `polarity sandbox`.
struct SandboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sandbox", abstract: "Throwaway local PostgreSQL nodes to try all of this on.",
        subcommands: [Up.self, Down.self])

    /// `polarity sandbox up`.
    struct Up: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Start three nodes with an example schema, and write a cluster file for them.")

        @Option(help: "Where its files are kept.")
        var directory = "polarity-sandbox"

        func run() async throws {
            try await conclude { () async throws(Stop) in
                do {
                    try await fill(Sandbox.up(in: directory))
                } catch {
                    throw Stop(.unexpected, visible("\(error)"))
                }
                let file = directory + "/polarity.yaml"
                return Reports.ExitCode.done.saying(
                    "three nodes are up, cluster file \(file)\n  polarity apply -f \(shellQuoted(file)) --dry-run\n")
            }
        }

        /// Gives the nodes their databases and the directory its cluster file; where that fails they go again.
        private func fill(_ sandbox: Sandbox) async throws {
            do {
                let nodes = try await sandbox.servers.mapped { try await node(for: $0) }
                try sandbox.writeClusterFile(clusterFile(nodes))
            } catch {
                try await Sandbox.down(in: directory)
                throw error
            }
        }

        /// The node's database `shop` with the example schema.
        private func node(for server: Server) async throws -> DeclaredNode {
            let maintenance = try await Session.connect(
                to: ConnectionString(server.connectionString()), timeout: .seconds(10))
            _ = try await maintenance.run("CREATE DATABASE shop")
            await maintenance.close()
            let address = server.connectionString(database: "shop")
            let session = try await Session.connect(to: ConnectionString(address), timeout: .seconds(10))
            _ = try await session.run(Sandbox.exampleSchema)
            await session.close()
            return DeclaredNode(name: NodeName(server.name), conninfo: address, because: here)
        }

        private func clusterFile(_ nodes: [DeclaredNode]) -> String {
            let tables = [
                TableName("public", "orders"), TableName("public", "order_items"), TableName("sales", "Order Line"),
            ]
            return yaml(
                DeclaredCluster(
                    name: "shop", engine: .builtin(cluster: "shop"), nodes: nodes,
                    sets: [
                        ReplicationSet(
                            name: "default", origin: nodes.first?.name, originPosition: here,
                            subscribers: nodes.dropFirst().map(\.name),
                            tables: tables.map { DeclaredTable(name: $0, because: here) }, because: here)
                    ],
                    policy: Policy(sequences: .advance), because: here))
        }

        private var here: Position { Position(file: "polarity.yaml", line: 1, column: 1) }
    }

    /// `polarity sandbox down`.
    struct Down: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Stop the nodes and delete everything of theirs.")

        @Option(help: "Where its files are kept.")
        var directory = "polarity-sandbox"

        func run() async throws {
            try await conclude { () async throws(Stop) in
                let names: [String]
                do {
                    names = try await Sandbox.down(in: directory)
                } catch {
                    throw Stop(.unexpected, visible("\(error)"))
                }
                guard !names.isEmpty else {
                    return Reports.ExitCode.done.saying("there is no sandbox in \(directory.withoutPasswords)\n")
                }
                let kept = Sandbox.clusterFile(in: directory).map {
                    "\(visible($0)) does not name them all any more and stays\n"
                }
                return Reports.ExitCode.done.saying(
                    "\(visible(names.joined(separator: ", "))) are gone\n" + (kept ?? ""))
            }
        }
    }
}

extension Array {
    /// `map` for a body that waits, one element after the other.
    fileprivate func mapped<Answer>(_ body: (Element) async throws -> Answer) async rethrows -> [Answer] {
        var answers: [Answer] = []
        for element in self { answers.append(try await body(element)) }
        return answers
    }
}
