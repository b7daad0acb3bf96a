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

    /// `$1` is pg_ctl, `$2` the directory, `$3` the server's process where it is known: without its pid file pg_ctl does
    /// not find a server any more. Whoever is still at work in the directory may need a second rm.
    private static let removal = """
        cd /
        "$1" -D "$2/data" -m immediate -s stop
        case "$3 $(ps -o args= -p "${3:-0}")" in *"$2/data"*)
            kill -QUIT "$3"
            for _ in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$3" && sleep 0.1; done
        esac
        for _ in 1 2 3 4 5; do rm -rf "$2"; [ -e "$2" ] || break; sleep 0.2; done
        """

    /// Stops what runs there and deletes it; what is gone already does no harm.
    func remove(processID: Int? = nil) async throws(SandboxError) {
        let words = try asServerUser(shell(Self.removal, processID))
        _ = try await run(words[0], Array(words.dropFirst()), workingDirectory: "/")
        guard !FileManager.default.fileExists(atPath: directory) else {
            throw SandboxError(message: "could not delete \(directory)")
        }
    }

    /// Leaves a process behind that removes all of it when the lifeline is cut. It reads from another descriptor than 0,
    /// for a shell gives what it runs in the background an empty standard input.
    func removedAtTheEnd() throws(SandboxError) -> Lifeline {
        let script = "exec 3<&0; (trap '' HUP INT TERM; read -r _ <&3; \(Self.removal)\n) &"
        return try Lifeline(asServerUser(shell(script, nil)))
    }

    private func shell(_ script: String, _ processID: Int?) -> [String] {
        ["sh", "-c", script, "sh", "\(programs)/pg_ctl", directory, processID.map { "\($0)" } ?? ""]
    }

    private func asServerUser(_ command: [String]) throws(SandboxError) -> [String] {
        guard let user = try unprivilegedUser() else { return command }
        return ["setpriv", "--reuid=\(user.id)", "--regid=\(user.group)", "--init-groups"] + command
    }
}
