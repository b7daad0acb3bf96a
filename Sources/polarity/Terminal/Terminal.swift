#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The standard streams, as bytes: nothing is buffered, and a closed pipe is no crash.
enum Terminal {
    static var inputIsTerminal: Bool { isatty(STDIN_FILENO) == 1 }
    static var outputIsTerminal: Bool { isatty(STDOUT_FILENO) == 1 }
    static var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// Whether the terminal takes lines alone: no colour, and no line that moves.
    static var isDumb: Bool { environment["TERM"] == "dumb" }

    /// The terminal's width in columns; 100 where there is none.
    static var width: Int {
        var size = winsize()
        return ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 100
    }

    /// The user's home as the system knows it.
    static var home: String? { getpwuid(geteuid())?.pointee.pw_dir.map { String(cString: $0) } }

    /// Writes a result; a reader that went away has read enough, and where the stream was closed there is none: in its
    /// place stands a descriptor of the runtime's, which takes no text.
    static func out(_ text: String) throws(Files.Failure) {
        guard !writeAll(text, to: STDOUT_FILENO), ![EPIPE, EBADF, EINVAL].contains(errno) else { return }
        throw Files.failure("standard output")
    }

    static func err(_ text: String) { _ = writeAll(text, to: STDERR_FILENO) }

    /// The whole environment.
    static var environment: [String: String] {
        var result: [String: String] = [:]
        var next = environ
        while let entry = next.pointee {
            let parts = String(cString: entry).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { result[String(parts[0])] = String(parts[1]) }
            next += 1
        }
        return result
    }

    /// A pipe whose reader went away and a file that may not grow are errors to heed, not signals to die of. And where
    /// a standard stream is closed, no connection may come to stand in its place and be written to.
    static func prepare() {
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
        for stream in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(stream, F_GETFD) < 0 {
            _ = open("/dev/null", O_RDWR)
        }
    }
}

/// Writes all of a text; false where the descriptor takes no more.
func writeAll(_ text: String, to descriptor: Int32) -> Bool {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
        let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { return false }
        bytes = bytes.dropFirst(count)
    }
    return true
}

/// Reads to the end, or so many bytes; `nil` where reading fails.
func readAll(from descriptor: Int32, atMost limit: Int) -> [UInt8]? {
    var result: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
        if count < 0 && errno == EINTR { continue }
        guard count >= 0 else { return nil }
        result += buffer.prefix(min(count, limit - result.count))
        guard count > 0, result.count < limit else { return result }
    }
}
