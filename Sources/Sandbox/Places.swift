#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A new directory that only the servers' user may enter; short, for the path of a socket has 107 bytes at most.
///
/// - Parameter inMemory: Under `/dev/shm`, where that has 8 GiB to spare: there a database is made in a sixth of the time.
///   Else under `/tmp`.
func makeDirectory(inMemory: Bool) throws(SandboxError) -> String {
    var memory = statvfs()
    // The two have types of their own on each system.
    let hasRoom =
        inMemory && statvfs("/dev/shm", &memory) == 0
        && UInt64(memory.f_bavail) * UInt64(memory.f_frsize) >= 8 << 30
    var path = Array("\(hasRoom ? "/dev/shm" : "/tmp")/polarity-XXXXXX".utf8CString)
    guard mkdtemp(&path) != nil else { throw SandboxError(refused: "mkdtemp") }
    let directory = String(decoding: path.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    if let user = try unprivilegedUser(), chown(directory, user.id, user.group) != 0 {
        throw SandboxError(refused: "chown")
    }
    return directory
}

/// Whether there is anything of that name, a link to nowhere too.
func isThere(_ path: String) -> Bool {
    var found = stat()
    return lstat(path, &found) == 0
}

/// Writes a file that is not there yet, for its owner alone; where it cannot be written whole, none of it stays.
func writeNew(_ text: String, to path: String) throws(SandboxError) {
    let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw SandboxError(refused: path) }
    defer { close(file) }
    guard writeAll(text, to: file) else {
        defer { unlink(path) }
        throw SandboxError(refused: path)
    }
}

/// Whether a directory is one that ``makeDirectory(inMemory:)`` made for the servers' user; one that is gone may have
/// been. A link is none, whatever it leads to.
func isServersDirectory(_ path: String) throws(SandboxError) -> Bool {
    let places = ["/tmp/polarity-", "/dev/shm/polarity-"].filter(path.hasPrefix)
    guard let name = places.first.map({ path.dropFirst($0.count) }), name.utf8.count == 6,
        name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) })
    else { return false }
    var found = stat()
    guard lstat(path, &found) == 0 else { return errno == ENOENT }
    let user = try unprivilegedUser()?.id ?? geteuid()
    return found.st_mode & S_IFMT == S_IFDIR && found.st_uid == user
}
