#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Who may write to a file that later runs believe: its owner alone, and that is the user.
enum Ownership {
    static let remedy = "move it away, or set XDG_STATE_HOME to a directory of your own"

    static func check(_ found: stat, is kind: mode_t, _ path: String) throws(Files.Failure) {
        guard found.st_mode & S_IFMT == kind else {
            let name = kind == S_IFDIR ? "directory" : "regular file"
            throw Files.Failure(message: "\(path): is no \(name); \(remedy)")
        }
        try check(owner: found, path)
        guard found.st_mode & 0o022 == 0 else {
            throw Files.Failure(message: "\(path): others may write to it; chmod go-w it when you know what it holds")
        }
    }

    static func check(owner found: stat, _ path: String) throws(Files.Failure) {
        guard found.st_uid == geteuid() else {
            throw Files.Failure(
                message: "\(path): belongs to user \(found.st_uid), and this is user \(geteuid()); \(remedy)")
        }
    }
}
