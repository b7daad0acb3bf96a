#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The directory of one server (data, socket, log) and the programs that make, start and remove it.
///
/// Everything runs as the servers' user, so root's own files are out of its reach.
struct Home: Hashable, Sendable {
    let directory: String
    let programs: String

    /// Where a server is already.
    init(directory: String, programs: String) {
        self.directory = directory
        self.programs = programs
    }

    /// A new directory, with nothing in it yet.
    init(inMemory: Bool, programs: String) throws(SandboxError) {
        self.init(directory: try makeDirectory(inMemory: inMemory), programs: programs)
    }

    /// A new directory, for the PostgreSQL that is asked for or found.
    init(inMemory: Bool, binaries: Binaries?) async throws(SandboxError) {
        var found = binaries
        if found == nil { found = await Binaries.find() }
        guard let found else { throw .noPrograms }
        try self.init(inMemory: inMemory, programs: found.directory)
    }

    var data: String { directory + "/data" }
    var log: String { directory + "/log" }

    /// The first line of the pid file.
    var processID: Int? {
        let lines = try? String(contentsOfFile: data + "/postmaster.pid", encoding: .utf8)
        return lines?.split(separator: "\n").first.flatMap { Int($0) }
    }

    func initialise() async throws(SandboxError) {
        try await command(
            "\(programs)/initdb",
            "-D \(data) -U postgres -A trust -N -E UTF8 --locale=C".split(separator: " ").map(
                String.init))
    }

    /// Copies a running server as its standby.
    func copy(_ primary: Home, port: Int) async throws(SandboxError) {
        try await command(
            "\(programs)/pg_basebackup",
            "-D \(data) -R -X stream -c fast -U postgres -h \(primary.directory) -p \(port)".split(separator: " ").map(
                String.init))
    }

    /// Starts on a free port; on another where someone took it meanwhile.
    func startFirst(_ settings: [String: String], tries: Int = 5) async throws(SandboxError) -> Int {
        let port = try freePort()
        let own = ["port": "\(port)", "unix_socket_directories": directory]
        let defaults = [
            "listen_addresses": "", "max_connections": "300", "max_prepared_transactions": "5", "lc_messages": "C",
        ]
        try configure(defaults.merging(settings) { $1 }.merging(own) { $1 })
        do throws(SandboxError) {
            try await start()
            return port
        } catch {
            guard tries > 1, error.message.contains("in use") else { throw error }
            return try await startFirst(settings, tries: tries - 1)
        }
    }

    private func configure(_ settings: [String: String]) throws(SandboxError) {
        let lines = settings.sorted { $0.key < $1.key }.map { key, value in
            "\(key) = '\(value.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''"))'\n"
        }
        do {
            // In place: a new file would belong to root.
            try lines.joined().write(toFile: "\(data)/postgresql.conf", atomically: false, encoding: .utf8)
        } catch {
            throw SandboxError(message: "could not write \(data)/postgresql.conf: \(error)")
        }
    }

    func start() async throws(SandboxError) {
        do throws(SandboxError) {
            try await control(["-l", log, "-w", "-t", "60", "start"])
        } catch {
            let logged = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
            let last = logged.split(separator: "\n").suffix(5).joined(separator: "\n")
            throw SandboxError(message: "\(error.message)\n\(last)")
        }
    }

    /// Runs pg_ctl on it.
    func control(_ arguments: [String]) async throws(SandboxError) {
        try await command("\(programs)/pg_ctl", ["-s", "-D", data] + arguments)
    }

    private func command(_ program: String, _ arguments: [String]) async throws(SandboxError) {
        let words = try asServerUser([program] + arguments)
        let result = try await run(words[0], Array(words.dropFirst()), workingDirectory: directory)
        guard result.status == 0 else {
            let said = (result.output + result.errorOutput).split(separator: "\n").joined(separator: "\n")
            throw SandboxError(message: "\(program) ended with status \(result.status): \(said)")
        }
    }

    // MARK: - Removing

    /// `$1` is pg_ctl, `$2` the directory. Without its pid file pg_ctl does not find a server, nor one that only starts,
    /// so whatever was given the directory is looked for, too. Whoever is still at work in it may need a second rm.
    private static let removal = """
        cd /
        pg_ctl=$1 home=$2
        at_work() {
            ps -A -ww -o pid= -o args= | while read -r process words; do
                case "$words" in *" -D $home/data"* | *" -D \\"$home/data\\""*) echo "$process" ;; esac
            done
        }
        [ ! -e "$home/data" ] || "$pg_ctl" -D "$home/data" -m immediate -s stop
        for _ in $(seq 50); do
            processes=$(at_work)
            [ -n "$processes" ] || break
            kill -QUIT $processes
            sleep 0.1
        done
        for _ in 1 2 3 4 5; do rm -rf "$home"; [ -e "$home" ] || break; sleep 0.2; done
        """

    /// Stops what runs there and deletes it; what is gone already does no harm.
    func remove() async throws(SandboxError) {
        let words = try asServerUser(shell(Self.removal))
        _ = try await run(words[0], Array(words.dropFirst()), workingDirectory: "/")
        guard !FileManager.default.fileExists(atPath: directory) else {
            throw SandboxError(message: "could not delete \(directory)")
        }
    }

    /// Leaves a process behind that removes all of it when the lifeline is cut. It reads from another descriptor than 0,
    /// for a shell gives what it runs in the background an empty standard input.
    func removedAtTheEnd() throws(SandboxError) -> Lifeline {
        let script = "exec 3<&0; (trap '' HUP INT TERM; read -r _ <&3; \(Self.removal)\n) &"
        return try Lifeline(asServerUser(shell(script)))
    }

    private func shell(_ script: String) -> [String] {
        ["sh", "-c", script, "sh", "\(programs)/pg_ctl", directory]
    }

    private func asServerUser(_ command: [String]) throws(SandboxError) -> [String] {
        guard let user = try unprivilegedUser() else { return command }
        return ["setpriv", "--reuid=\(user.id)", "--regid=\(user.group)", "--init-groups"] + command
    }
}
