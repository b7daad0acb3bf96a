import Sandbox

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A program and its arguments; standard output goes nowhere, standard error is this process's.
struct Program {
    let words: [String]

    init(_ words: String...) { self.words = words }
    init(_ words: [String]) { self.words = words }

    /// Runs programs side by side until the last one ends.
    ///
    /// - Returns: Their exit statuses.
    @discardableResult
    static func finish(_ programs: [Program]) -> [Int32] {
        programs.map { $0.start() }.map { child in
            var status: Int32 = 0
            while waitpid(child, &status, 0) < 0 && errno == EINTR {}
            return (status >> 8) & 0xff
        }
    }

    fileprivate func start() -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        let arguments = words.map { strdup($0) }
        defer { arguments.forEach { free($0) } }
        var child: pid_t = 0
        let failure = posix_spawnp(&child, words[0], &actions, nil, arguments + [nil], environ)
        guard failure == 0 else { fatalError("could not run \(words[0]): \(String(cString: strerror(failure)))") }
        return child
    }

    /// The most memory it ever had, in megabytes.
    ///
    /// The kernel remembers the greater of what a process had before and after it became another program, so this big
    /// process must not start it: a small one of its own kind does.
    func peakMemory() async throws -> Double {
        let answer = try await run(CommandLine.arguments[0], ["--weigh"] + words)
        guard answer.status == 0, let bytes = Double(answer.output.filter { $0.isNumber }) else {
            fatalError("could not weigh \(words.joined(separator: " ")): \(answer.errorOutput)")
        }
        return bytes / 1_000_000
    }
}

/// Runs a program and prints the most memory it had, in bytes.
func weigh(_ words: [String]) {
    let child = Program(words).start()
    var usage = rusage()
    while wait4(child, nil, 0, &usage) < 0 && errno == EINTR {}
    print(usage.ru_maxrss * 1024)
}

/// How many processors there are.
let cores = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))

/// To standard error, for who waits.
func say(_ words: String) {
    let bytes = Array((words + "\n").utf8)
    _ = write(2, bytes, bytes.count)
}
