/// One throwaway PostgreSQL server with a system identifier of its own.
///
/// It listens on a unix socket alone, which only its user and root may reach, for it believes everyone (`trust`) and has
/// one superuser, `postgres`. Started by root it runs as the user `postgres`, or `nobody` where there is none.
public final class Server: Sendable {
    /// How to shut down; the words of pg_ctl.
    public enum ShutdownMode: String, Sendable { case smart, fast, immediate }

    /// What the server is called, in messages.
    public let name: String
    /// The number in the name of its socket, and its TCP port where the settings have it listen on an address.
    public let port: Int
    let home: Home
    private let lifeline: Lifeline?

    /// The data directory.
    public var dataDirectory: String { home.data }
    /// The directory of its unix socket, libpq's `host`; data and log are in it too, and it goes when they go.
    public var socketDirectory: String { home.directory }
    /// What the server logs.
    public var logFile: String { home.log }

    /// For what ends with the process.
    private static let fleeting = ["fsync": "off", "jit": "off"]

    private init(name: String, port: Int, home: Home, lifeline: Lifeline?) {
        self.name = name
        self.port = port
        self.home = home
        self.lifeline = lifeline
    }

    /// Makes a server and starts it; it ends and is deleted when the value or this process ends, even by kill -9.
    ///
    /// - Parameters:
    ///   - settings: Lines for postgresql.conf, over the defaults: no address to listen on, 300 connections, 5 prepared
    ///     transactions and neither fsync nor JIT, which compiles for longer than short queries take.
    ///   - onDisk: False keeps it in memory, where the machine has enough.
    ///   - binaries: Which PostgreSQL; nil takes what ``Binaries/find(major:)`` finds.
    public static func create(
        name: String, settings: [String: String] = [:], onDisk: Bool = false, binaries: Binaries? = nil
    ) async throws(SandboxError) -> Server {
        let home = try await Home(inMemory: !onDisk, binaries: binaries)
        return try await create(name: name, in: home, settings: settings, detached: false)
    }

    /// Fills a directory with a server and starts it; where that fails nothing is left of either.
    ///
    /// - Parameter detached: Whether it outlives this process, with fsync and JIT as PostgreSQL has them.
    fileprivate static func create(
        name: String, in home: Home, settings: [String: String], detached: Bool
    ) async throws(SandboxError) -> Server {
        do throws(SandboxError) {
            let lifeline = detached ? nil : try home.removedAtTheEnd()
            try await home.initialise()
            let port = try await home.startFirst(
                settings.merging(detached ? [:] : fleeting) { asked, _ in asked })
            return Server(name: name, port: port, home: home, lifeline: lifeline)
        } catch {
            try await home.remove()
            throw SandboxError(message: "\(name): \(error.message)")
        }
    }

    /// How libpq reaches a database of it, through the socket, as the superuser.
    public func connectionString(database: String = "postgres") -> String {
        let escaped = database.split(separator: "\\", omittingEmptySubsequences: false).joined(separator: "\\\\")
            .split(separator: "'", omittingEmptySubsequences: false).joined(separator: "\\'")
        return "host=\(socketDirectory) port=\(port) dbname='\(escaped)' user=postgres"
    }

    /// The process id of its postmaster; nil while it is stopped.
    public var processID: Int? { home.processID }

    /// Starts it again after ``stop(_:)``, and returns when it takes connections.
    public func start() async throws(SandboxError) {
        try await home.start()
    }

    /// Stops it; its data stays.
    public func stop(_ mode: ShutdownMode = .fast) async throws(SandboxError) {
        try await home.control(["-m", mode.rawValue, "-w", "stop"])
    }

    /// Stops and starts it.
    public func restart(_ mode: ShutdownMode = .fast) async throws(SandboxError) {
        try await stop(mode)
        try await start()
    }

    /// Makes a hot standby of it with pg_basebackup and starts that; it streams from here, replays as it comes, and ends
    /// with the value or this process.
    ///
    /// - Parameters:
    ///   - name: What the standby is called, in messages.
    ///   - settings: Lines for its postgresql.conf, as in ``create(name:settings:onDisk:binaries:)``.
    public func standby(name: String, settings: [String: String] = [:]) async throws(SandboxError) -> Server {
        let copy = try Home(inMemory: true, programs: home.programs)
        do throws(SandboxError) {
            let lifeline = try copy.removedAtTheEnd()
            try await copy.copy(home, port: port)
            let port = try await copy.startFirst(settings.merging(Self.fleeting) { asked, _ in asked })
            return Server(name: name, port: port, home: copy, lifeline: lifeline)
        } catch {
            try await copy.remove()
            throw SandboxError(message: "\(name): \(error.message)")
        }
    }

    /// Makes a standby a primary on a timeline of its own, and returns when it takes writes.
    public func promote() async throws(SandboxError) {
        try await home.control(["-w", "-t", "60", "promote"])
    }

    /// Stops it at once and deletes everything that is its own. What is gone already does no harm.
    public func remove() async throws(SandboxError) {
        try await home.remove()
    }
}

extension Server {
    /// Makes servers side by side that end with the values or this process; all of them or, after a failure, none.
    static func create(
        names: some Sequence<String>, settings: [String: String]
    ) async throws(SandboxError) -> [Server] {
        try await create(in: homes(named: names, inMemory: true), settings: settings, detached: false)
    }

    /// An empty directory for each of the servers, of several majors where `$POLARITY_PG_BIN` names several.
    static func homes(
        named names: some Sequence<String>, inMemory: Bool
    ) async throws(SandboxError) -> [String: Home] {
        let binaries = await Binaries.inTurn()
        var homes: [String: Home] = [:]
        for (index, name) in names.enumerated() {
            let own = binaries.isEmpty ? nil : binaries[index % binaries.count]
            do throws(SandboxError) {
                homes[name] = try await Home(inMemory: inMemory, binaries: own)
            } catch {
                for home in homes.values { try await home.remove() }
                throw error
            }
        }
        return homes
    }

    /// Makes servers side by side, each in its directory; all of them or, after a failure, none.
    static func create(
        in homes: [String: Home], settings: [String: String], detached: Bool
    ) async throws(SandboxError) -> [Server] {
        let attempts = await withTaskGroup { group in
            for (name, home) in homes {
                group.addTask {
                    await Result { () async throws(SandboxError) in
                        try await create(name: name, in: home, settings: settings, detached: detached)
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        do throws(SandboxError) {
            return try attempts.map { attempt throws(SandboxError) in try attempt.get() }.sorted { $0.name < $1.name }
        } catch {
            for case .success(let server) in attempts { try await server.remove() }
            throw error
        }
    }
}

extension Result where Success: Sendable {
    init(_ body: () async throws(Failure) -> Success) async {
        do throws(Failure) {
            self = .success(try await body())
        } catch {
            self = .failure(error)
        }
    }
}
