import Foundation

/// How much of a fault test is done: all of it where `FAULTS=all` asks for it, as `make test-death` does.
public enum Faults {
    /// Whether all of it is done.
    public static let areAll = ProcessInfo.processInfo.environment["FAULTS"] == "all"

    /// Every so-manieth of them, unless all are asked for.
    public static func some<Fault>(of faults: [Fault], every stride: Int) -> [Fault] {
        areAll ? faults : faults.enumerated().filter { $0.offset % stride == 0 }.map(\.element)
    }

    /// One of them in turn for each place, so that many places show them all, unless all are asked for at each.
    public static func turn<Fault>(of faults: [Fault], at place: Int) -> [Fault] {
        areAll ? faults : [faults[place % faults.count]]
    }
}
