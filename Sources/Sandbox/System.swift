import Dispatch

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

/// What went wrong with a throwaway server or a command; the message is for people, lower case, without a full stop.
public struct SandboxError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was tried and what came of it, with the words of the program that refused.
    public let message: String

    /// An error with its whole message.
    public init(message: String) {
        self.message = message
    }

    /// The same as ``message``.
    public var description: String { message }
}

/// How a command ended.
public struct CommandResult: Hashable, Sendable {
    /// Its exit status; 128 and the signal's number when a signal ended it.
    public let status: Int32
    /// What it wrote to its standard output.
    public let output: String
    /// What it wrote to its standard error.
    public let errorOutput: String
}

/// Runs a command to its end, on a thread of its own.
///
/// - Parameters:
///   - command: A path, or a name that is looked up in `PATH`.
///   - environment: The whole environment of the command; nil passes on this process's.
///   - input: What it finds on its standard input.
/// - Throws: only when the command cannot be started; whatever its exit status, that is an answer. In a working
///   directory of its own a command that does not exist ends with status 127.
public func run(
    _ command: String, _ arguments: [String] = [], environment: [String: String]? = nil,
    workingDirectory: String? = nil, input: String = ""
) async throws(SandboxError) -> CommandResult {
    try await Child(
        command, arguments, environment: environment, workingDirectory: workingDirectory, input: input
    ).wait()
}

/// A command that is running. Whoever starts one waits for it, once: until then it stays behind as a zombie.
///
/// Input and output are files without a name, not pipes: nothing blocks when nobody reads, and a daemon that keeps them
/// open holds nobody up.
public struct Child: Sendable {
    /// The process id.
    public let processID: Int32
    private let outputFile: Int32
    private let errorFile: Int32

    /// Starts a command; the parameters are those of ``run(_:_:environment:workingDirectory:input:)``.
    public init(
        _ command: String, _ arguments: [String] = [], environment: [String: String]? = nil,
        workingDirectory: String? = nil, input: String = ""
    ) throws(SandboxError) {
        let inputFile = try namelessFile(holding: input)
        defer { close(inputFile) }
        outputFile = try namelessFile()
        errorFile = try namelessFile()
        processID = try spawn(
            [command] + arguments, environment: environment, workingDirectory: workingDirectory,
            files: [inputFile, outputFile, errorFile])
    }

    /// Sends it a signal.
    public func signal(_ number: Int32) {
        kill(processID, number)
    }

    /// What it has written to its standard output up to now.
    public var output: String { text(of: outputFile) }
    /// What it has written to its standard error up to now.
    public var errorOutput: String { text(of: errorFile) }

    /// Waits until it ends, on a thread of its own.
    public func wait() async -> CommandResult {
        await withCheckedContinuation { continuation in
            DispatchQueue(label: "polarity.child").async { continuation.resume(returning: end()) }
        }
    }

    private func end() -> CommandResult {
        let status = exitStatus(of: processID)
        defer {
            close(outputFile)
            close(errorFile)
        }
        return CommandResult(status: status, output: output, errorOutput: errorOutput)
    }
}

/// A thread of life between this process and a shell script: the script runs when this value or this process ends,
/// however it ends, for then the kernel closes the socket that the script waits on.
final class Lifeline: Sendable {
    private let end: Int32

    /// The script is no child of this process: nobody needs to wait for it, and no signal from the terminal reaches it.
    init(_ command: [String]) throws(SandboxError) {
        var ends: [Int32] = [-1, -1]
        // A pair of sockets, for a pipe cannot be made close-on-exec at once: another command would keep it open.
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw SandboxError(refused: "socketpair")
        }
        end = ends[1]
        defer { close(ends[0]) }
        let silence = try namelessFile()
        defer { close(silence) }
        let shell = try spawn(
            command, environment: nil, workingDirectory: "/", files: [ends[0], silence, silence],
            ownGroup: true)
        guard exitStatus(of: shell) == 0 else { throw SandboxError(message: "could not run \(command[0])") }
    }

    deinit { close(end) }
}

/// The user that servers run as: nil for this process's own, which will do unless it is root.
func unprivilegedUser() throws(SandboxError) -> (name: String, id: UInt32, group: UInt32)? {
    guard geteuid() == 0 else { return nil }
    for name in ["postgres", "nobody"] {
        if let entry = getpwnam(name) { return (name, entry.pointee.pw_uid, entry.pointee.pw_gid) }
    }
    throw SandboxError(message: "PostgreSQL refuses to run as root, and there is no user postgres or nobody")
}

/// A TCP port of the loopback interface that nobody listened on a moment ago.
func freePort() throws(SandboxError) -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { throw SandboxError(refused: "socket") }
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let answer = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            bind(descriptor, $0, size) == 0 ? getsockname(descriptor, $0, &size) : -1
        }
    }
    guard answer == 0 else { throw SandboxError(refused: "bind") }
    return Int(UInt16(bigEndian: address.sin_port))
}

extension SandboxError {
    static let noPrograms = SandboxError(
        message: "found no PostgreSQL programs; POLARITY_PG_BIN may say where they are")

    init(refused call: String) {
        self.init(message: "\(call): \(String(cString: strerror(errno)))")
    }
}

/// posix_spawn, with the given files as the child's standard input, output and error.
private func spawn(
    _ command: [String], environment: [String: String]?, workingDirectory: String?, files: [Int32],
    ownGroup: Bool = false
) throws(SandboxError) -> Int32 {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (number, file) in files.enumerated() { posix_spawn_file_actions_adddup2(&actions, file, Int32(number)) }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // The threads that commands are started from block signals, and a child inherits that: pgbench would never end.
    var noSignals = sigset_t()
    sigemptyset(&noSignals)
    posix_spawnattr_setsigmask(&attributes, &noSignals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | (ownGroup ? POSIX_SPAWN_SETPGROUP : 0)))
    let move = workingDirectory.map { ["sh", "-c", #"cd "$1" && shift && exec "$@""#, "sh", $0] } ?? []
    let arguments = (move + command).map { strdup($0) }
    let variables = (environment ?? ProcessInfo.processInfo.environment).map { strdup("\($0.key)=\($0.value)") }
    defer { (arguments + variables).forEach { free($0) } }
    var processID: pid_t = 0
    let failure = posix_spawnp(
        &processID, (move + command)[0], &actions, &attributes, arguments + [nil], variables + [nil])
    guard failure == 0 else {
        throw SandboxError(message: "could not run \(command[0]): \(String(cString: strerror(failure)))")
    }
    return processID
}

private func exitStatus(of processID: Int32) -> Int32 {
    var status: Int32 = 0
    while waitpid(processID, &status, 0) < 0 && errno == EINTR {}
    let signal = status & 0x7f
    return signal == 0 ? (status >> 8) & 0xff : 128 + signal
}

private func namelessFile(holding text: String = "") throws(SandboxError) -> Int32 {
    var path = Array("/tmp/polarity-XXXXXX".utf8CString)
    let file = mkstemp(&path)
    guard file >= 0 else { throw SandboxError(refused: "mkstemp") }
    _ = fcntl(file, F_SETFD, FD_CLOEXEC)
    unlink(path)
    guard writeAll(text, to: file) else { throw SandboxError(refused: "write") }
    lseek(file, 0, SEEK_SET)
    return file
}

/// Writes all of a text; false where the file takes no more.
func writeAll(_ text: String, to file: Int32) -> Bool {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
        let written = bytes.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
        guard written > 0 else { return false }
        bytes = bytes.dropFirst(written)
    }
    return true
}

private func text(of file: Int32) -> String {
    var all: [UInt8] = []
    var bytes: [UInt8] = Array(repeating: 0, count: 65536)
    while true {
        let count = pread(file, &bytes, bytes.count, off_t(all.count))
        guard count > 0 else { return String(decoding: all, as: UTF8.self) }
        all += bytes[..<count]
    }
}
