#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Whole files, with the system's own words where one cannot be had.
enum Files {
    struct Failure: Error {
        let message: String
    }

    /// Reads a file, or standard input for `-`, and no more of it than a limit: a device may have no end.
    static func read(_ path: String, atMost limit: Int) throws(Failure) -> [UInt8] {
        let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path) }
        defer { if path != "-" { close(descriptor) } }
        guard let bytes = readAll(from: descriptor, atMost: limit) else { throw failure(path) }
        return bytes
    }

    /// Writes a whole file, of which no reader sees half: it is moved into place, with the owner and the permissions of
    /// the one that was there. A link leads to the file that is meant; into a device or a pipe it is written.
    static func write(_ text: String, to path: String) throws(Failure) {
        var found = stat()
        let leadsSomewhere = stat(path, &found) == 0
        guard leadsSomewhere || lstat(path, &found) == 0 else { return try replace(path, with: text, like: nil, path) }
        if let stream = standardStream(found) { return try append(text, to: stream, path) }
        guard leadsSomewhere, found.st_mode & S_IFMT == S_IFREG else {
            return try put(text, into: path, leadsSomewhere ? 0 : O_CREAT, like: nil, path)
        }
        guard let place = realpath(path, nil) else { throw failure(path) }
        defer { free(place) }
        try replace(String(cString: place), with: text, like: found, path)
    }

    /// Standard output or standard error, where it is the very file that was found: as `/dev/stdout` is.
    static func standardStream(_ found: stat) -> Int32? {
        [STDOUT_FILENO, STDERR_FILENO].first { stream in
            var open = stat()
            return fstat(stream, &open) == 0 && open.st_dev == found.st_dev && open.st_ino == found.st_ino
        }
    }

    private static func replace(
        _ place: String, with text: String, like found: stat?, _ path: String
    ) throws(Failure) {
        // A name of this run's own: another may write the same report, and a file that is there may be somebody's.
        let draft = "\(place).\(String(UInt32.random(in: .min ... .max), radix: 36)).new"
        do throws(Failure) {
            try put(text, into: draft, O_CREAT | O_EXCL, like: found, path)
            guard rename(draft, place) == 0 else { throw failure(path) }
        } catch {
            unlink(draft)
            throw error
        }
    }

    private static func put(
        _ text: String, into place: String, _ flags: Int32, like found: stat?, _ path: String
    ) throws(Failure) {
        let descriptor = open(place, O_WRONLY | O_CLOEXEC | flags, 0o600)
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        if let found {
            // Only root gives files away; for anyone else the new one is his own.
            _ = fchown(descriptor, found.st_uid, found.st_gid)
            guard fchmod(descriptor, found.st_mode & 0o777) == 0 else { throw failure(path) }
        }
        try append(text, to: descriptor, path)
    }

    /// Opens a file of lines that only grows, of the user's own and readable by nobody else. A torn last line is ended.
    static func openLog(_ path: String) throws(Failure) -> Int32 {
        let descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw errno == ELOOP ? Failure(message: "\(path): is a link; \(Ownership.remedy)") : failure(path)
        }
        do throws(Failure) {
            var found = stat()
            guard fstat(descriptor, &found) == 0 else { throw failure(path) }
            try Ownership.check(found, is: S_IFREG, path)
            try endLine(of: descriptor, path)
            return descriptor
        } catch {
            close(descriptor)
            throw error
        }
    }

    private static func endLine(of descriptor: Int32, _ path: String) throws(Failure) {
        var last: UInt8 = 0
        let end = lseek(descriptor, 0, SEEK_END)
        if end > 0, pread(descriptor, &last, 1, end - 1) == 1, last != UInt8(ascii: "\n") {
            try append("\n", to: descriptor, path)
        }
    }

    /// Waits until the names in a directory are on disk.
    static func sync(_ directory: String) throws(Failure) {
        let descriptor = open(directory, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(directory) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw failure(directory) }
    }

    /// Appends and waits until it is on disk.
    static func append(_ text: String, to descriptor: Int32, _ path: String) throws(Failure) {
        guard writeAll(text, to: descriptor) else { throw failure(path) }
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw failure(path) }
    }

    /// Makes a directory and those above it, for its owner alone.
    static func makeDirectory(_ path: String) throws(Failure) {
        if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
            throw failure(path)
        }
        try makeDirectory(String(path[..<slash]))
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw failure(path) }
    }

    /// Makes a directory as ``makeDirectory(_:)`` does, and makes sure that it is the user's own, as is a link to it.
    static func makeOwnDirectory(_ path: String) throws(Failure) {
        try makeDirectory(path)
        var (link, found) = (stat(), stat())
        guard lstat(path, &link) == 0, stat(path, &found) == 0 else { throw failure(path) }
        if link.st_mode & S_IFMT == S_IFLNK { try Ownership.check(owner: link, path) }
        try Ownership.check(found, is: S_IFDIR, path)
    }

    /// What the system said last.
    static func failure(_ path: String) -> Failure {
        Failure(message: "\(path): \(String(cString: strerror(errno)))")
    }
}
