#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Throwaway servers that outlive the process that made them: what `polarity sandbox up` leaves and `down` takes away.
///
/// The servers themselves live in short directories under `/tmp`; the directory of the sandbox holds `sandbox.json`, that
/// says where, and a cluster file.
public struct Sandbox: Sendable {
    /// The servers, in the order of their names: berlin, paris, tokyo and on.
    public let servers: [Server]
    private let directory: String

    /// Makes and starts servers side by side, each with a system identifier of its own.
    ///
    /// What ``down(in:)`` needs to know is on disk before anything runs, so that it removes what an `up` leaves that is
    /// ended while it starts.
    ///
    /// - Parameters:
    ///   - directory: Where `sandbox.json` goes; made if need be.
    ///   - nodes: How many, 1 to 9.
    ///   - settings: Lines for every server's postgresql.conf.
    /// - Throws: when there is a sandbox or a cluster file in the directory already, or one of the servers does not start;
    ///   none is left then.
    public static func up(
        in directory: String, nodes: Int = 3, settings: [String: String] = [:]
    ) async throws(SandboxError) -> Sandbox {
        guard !isThere(stateFile(in: directory)) else {
            throw SandboxError(message: "there is a sandbox in \(directory) already")
        }
        guard clusterFile(in: directory) == nil else {
            throw SandboxError(
                message: "there is a polarity.yaml in \(directory) already, and no sandbox takes its place")
        }
        let homes = try await Server.homes(named: names.prefix(nodes), inMemory: false)
        do throws(SandboxError) {
            try write(homes, in: directory)
        } catch {
            for home in homes.values { try await home.remove() }
            throw error
        }
        do throws(SandboxError) {
            let servers = try await Server.create(in: homes, settings: settings, detached: true)
            return Sandbox(servers: servers, directory: directory)
        } catch {
            try await down(in: directory)
            throw error
        }
    }

    /// Writes the sandbox's `polarity.yaml`, where there is none yet.
    public func writeClusterFile(_ text: String) throws(SandboxError) {
        try writeNew(text, to: Self.pathOfClusterFile(in: directory))
    }

    /// The path of the directory's `polarity.yaml`, whosever it is; nil where there is none.
    public static func clusterFile(in directory: String) -> String? {
        let path = pathOfClusterFile(in: directory)
        return isThere(path) ? path : nil
    }

    private static func write(_ homes: [String: Home], in directory: String) throws(SandboxError) {
        let remains = homes.sorted { $0.key < $1.key }.map { Remains(name: $0.key, directory: $0.value.directory) }
        let state: Data
        do {
            state = try JSONEncoder().encode(remains)
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw SandboxError(message: "could not write \(stateFile(in: directory)): \(error)")
        }
        try writeNew(String(decoding: state, as: UTF8.self), to: stateFile(in: directory))
    }

    /// Stops and deletes the sandbox that `up` left in the directory, whatever is still there of it.
    ///
    /// Its cluster file goes as well, unless it no longer names every one of the servers, and the directory where nothing
    /// else is in it.
    ///
    /// - Returns: The names of the servers it consisted of; none when there is no sandbox in the directory.
    /// - Throws: when `sandbox.json` names what no `up` of this user makes; nothing is touched then.
    @discardableResult
    public static func down(in directory: String) async throws(SandboxError) -> [String] {
        guard isThere(stateFile(in: directory)) else { return [] }
        let remains: [Remains]
        do {
            let state = try Data(contentsOf: URL(fileURLWithPath: stateFile(in: directory)))
            remains = try JSONDecoder().decode([Remains].self, from: state)
        } catch {
            throw SandboxError(message: "could not read \(stateFile(in: directory)): \(error)")
        }
        let homes = try await homes(remains, in: directory)
        for home in homes { try await home.remove() }
        if let path = clusterFile(in: directory), isClusterFile(path, of: homes) { try delete(path) }
        try delete(stateFile(in: directory))
        rmdir(directory)
        return remains.map(\.name)
    }

    /// Whether a file names all of them; one that someone put in its place does not.
    private static func isClusterFile(_ path: String, of homes: [Home]) -> Bool {
        guard !homes.isEmpty, let text = try? String(contentsOfFile: path, encoding: .utf8) else { return false }
        return homes.allSatisfy { text.contains($0.directory) }
    }

    private static func delete(_ path: String) throws(SandboxError) {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            throw SandboxError(message: "could not delete \(path): \(error)")
        }
    }

    /// Where the servers live, with programs of this machine's choice. The file is taken for no more than a list of
    /// directories: it may be anyone's.
    private static func homes(_ remains: [Remains], in directory: String) async throws(SandboxError) -> [Home] {
        for remain in remains {
            guard try isServersDirectory(remain.directory) else {
                throw SandboxError(
                    message: "\(stateFile(in: directory)) names \(remain.directory), which is no directory that a "
                        + "sandbox of yours made; nothing was removed")
            }
        }
        guard let binaries = await Binaries.find() else { throw .noPrograms }
        return remains.map { Home(directory: $0.directory, programs: binaries.directory) }
    }

    /// The tables to try things on, as one text of SQL for an empty database: `public.orders`, `public.order_items` (a
    /// composite key, a foreign key) and `sales."Order Line"` (quoted names, a sequence of its own).
    public static let exampleSchema = String(decoding: PackageResources.example_sql, as: UTF8.self)

    private static let names = ["berlin", "paris", "tokyo", "turin", "ulm", "vienna", "warsaw", "york", "zagreb"]

    private static func stateFile(in directory: String) -> String { directory + "/sandbox.json" }

    private static func pathOfClusterFile(in directory: String) -> String { directory + "/polarity.yaml" }
}

/// What must be known of a server to take it away.
private struct Remains: Codable {
    let name: String
    let directory: String
}
