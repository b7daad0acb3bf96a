import ClusterFile
import Postgres
import Replication
import Reports

/// A cluster file's bytes and the path they came from.
struct ClusterSource {
    let path: String
    let bytes: [UInt8]

    /// Reads the file; one that is not there is an invalid one.
    init(reading path: String) throws(Stop) {
        self.path = path
        do throws(Files.Failure) {
            bytes = try Files.read(path, atMost: Bounds.bytes + 1)
        } catch {
            throw Stop(.invalidFile, "\(visible(error.message))\nnote: name the cluster file with -f PATH")
        }
    }

    init(path: String, text: String) {
        self.path = path
        bytes = Array(text.utf8)
    }

    /// The text for a saved plan: without the passwords that someone left in comments, as long as it says the same.
    func textToKeep(_ environment: [String: String]) -> String {
        let text = String(decoding: bytes, as: UTF8.self)
        let kept = text.withoutPasswords
        guard kept != text, let before = try? declare(self, environment: environment),
            let after = try? declare(ClusterSource(path: path, text: kept), environment: environment)
        else { return text }
        return before == after ? kept : text
    }
}

/// What the operator chose on the command line, besides the file.
struct Choices: Sendable {
    var connectTimeout: Duration = .seconds(5)
    var selection = Selection()
    var failover: NodeName?
    var reopens = true
    /// The run to take back.
    var reverts: String?
    var journal: Journal

    /// The arguments that choose another plan, as they are written; they are part of what is reviewed.
    var arguments: [String] {
        selection.nodes.flatMap { ["--node", $0] } + selection.sets.flatMap { ["--set", $0] }
            + selection.tables.flatMap { ["--table", $0] } + (failover.map { ["--failover", $0.text] } ?? [])
            + (reverts.map { ["--revert", $0] } ?? [])
    }
}

extension DeclaredCluster {
    /// The same cluster under limits from the command line.
    func limited(lockTimeout: Duration?, retries: Int?, applyTimeout: Duration?) -> DeclaredCluster {
        var policy = policy
        policy.lockTimeout = lockTimeout ?? policy.lockTimeout
        policy.retries = retries ?? policy.retries
        policy.applyTimeout = applyTimeout ?? policy.applyTimeout
        return DeclaredCluster(name: name, engine: engine, nodes: nodes, sets: sets, policy: policy, because: because)
    }

    /// What Slony's own commands lock before they touch a table.
    var engineLock: QualifiedName? {
        switch engine.catalog {
        case .slony: scope.engineSchema.map { QualifiedName($0, "sl_config_lock") }
        case .none, .polarity: nil
        }
    }
}

extension Choices {
    init(_ node: NodeOptions, failover: String? = nil, reopens: Bool = true, reverts: String? = nil) {
        self.init(
            connectTimeout: node.connectTimeout?.duration ?? .seconds(5), selection: node.selection,
            failover: failover.map { NodeName($0) }, reopens: reopens, reverts: reverts,
            journal: Journal(environment: Terminal.environment))
    }

    /// Takes over what a saved plan was limited to.
    mutating func take(_ arguments: [String]) throws(Stop) {
        var (nodes, sets, tables): ([String], [String], [String]) = ([], [], [])
        var rest = arguments[...]
        while let name = rest.popFirst() {
            guard let value = rest.popFirst() else {
                throw Stop(.invalidFile, "the saved plan holds an argument without its value: \(visible(name))")
            }
            switch name {
            case "--node": nodes.append(value)
            case "--set": sets.append(value)
            case "--table": tables.append(value)
            case "--failover": failover = NodeName(value)
            case "--revert": reverts = value
            default: throw Stop(.invalidFile, "the saved plan holds an argument that is not known: \(visible(name))")
            }
        }
        selection = Selection(nodes: nodes, sets: sets, tables: tables)
    }
}
