import Foundation
import Synchronization

/// How much of a fault test is done: all of it where `FAULTS=all` asks for it, as `make test-death` does.
enum Faults {
    static let areAll = ProcessInfo.processInfo.environment["FAULTS"] == "all"

    /// Every so-manieth of them, unless all are asked for.
    static func some<Fault>(of faults: [Fault], every stride: Int) -> [Fault] {
        areAll ? faults : faults.enumerated().filter { $0.offset % stride == 0 }.map(\.element)
    }

    /// One of them in turn for each place, so that many places show them all, unless all are asked for at each.
    static func turn<Fault>(of faults: [Fault], at place: Int) -> [Fault] {
        areAll ? faults : [faults[place % faults.count]]
    }
}

/// Something that is set once, for all tasks of a test.
final class Flag: Sendable {
    private let value = Atomic(false)
    var isSet: Bool { value.load(ordering: .relaxed) }
    func set() { value.store(true, ordering: .relaxed) }
}
