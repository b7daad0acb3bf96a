import Foundation

/// The built binary, started as users start it.
public enum Binary {
    /// The one that `POLARITY_TESTED` names, else the one beside the tests in the build directory.
    public static var path: String {
        get throws {
            if let path = ProcessInfo.processInfo.environment["POLARITY_TESTED"] { return path }
            let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
            return URL(filePath: tests).deletingLastPathComponent().appending(path: "polarity").path()
        }
    }

    /// This process's environment without what PostgreSQL's programs and polarity heed, and a home of its own.
    public static func environment(home: String, _ more: [String: String]) -> [String: String] {
        let inherited = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("PG") && $0.key != "NO_COLOR" }
        return inherited.merging(["HOME": home, "XDG_STATE_HOME": home + "/state"]) { $1 }.merging(more) { $1 }
    }
}
