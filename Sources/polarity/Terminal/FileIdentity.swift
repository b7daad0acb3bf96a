import ArgumentParser
import Reports

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The file that a path leads to, under whatever name.
enum FileIdentity: Hashable {
    case file(device: UInt64, number: UInt64)
    /// Nothing is there yet.
    case vacant(String)

    /// Nil for a device, a pipe and a standard stream: they take what several write, one after the other.
    init?(_ path: String) {
        var found = stat()
        guard stat(path, &found) == 0 else {
            self = .vacant(Self.standardized(path))
            return
        }
        guard found.st_mode & S_IFMT == S_IFREG, Files.standardStream(found) == nil else { return nil }
        self = .file(device: UInt64(truncatingIfNeeded: found.st_dev), number: UInt64(found.st_ino))
    }

    /// The directory by its one name, where there is one.
    private static func standardized(_ path: String) -> String {
        let slash = path.lastIndex(of: "/")
        let name = slash.map { path[path.index(after: $0)...] } ?? path[...]
        let directory = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        guard let real = realpath(directory, nil) else { return path }
        defer { free(real) }
        return "\(String(cString: real))/\(name)"
    }
}

/// Refuses outputs of which one would replace another, or what is read.
func keepApart(_ outputs: [String], from input: String) throws {
    let read = FileIdentity(input == "-" ? "/dev/stdin" : input)
    var written: Set<FileIdentity> = []
    for output in outputs {
        guard let place = FileIdentity(output) else { continue }
        if place == read { throw ValidationError("\(visible(output)) is what is read: a result would replace it") }
        guard written.insert(place).inserted else {
            throw ValidationError("\(visible(output)) is named for two results, and only one would stay")
        }
    }
}
