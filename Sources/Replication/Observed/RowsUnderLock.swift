/// The rows that a step's transaction compares with the plan, under its lock.
///
/// One line a trigger or rule, triggers first, each group sorted by the bytes of its lines (`COLLATE "C"`). Names, functions and arguments are in
/// hexadecimal, so that no name can forge a line. The same text is built on the server by `rows_under_lock.sql`.
extension ObservedTable {
    /// All triggers and rules as one text.
    public var rowsUnderLock: String {
        (triggers.map(\.rowUnderLock).sorted() + rules.map(\.rowUnderLock).sorted()).joined(separator: "\n")
    }
}

extension ObservedTrigger {
    /// `t:name:mode:type:schema.function:arguments:columns:condition:constraint:clone`.
    fileprivate var rowUnderLock: String {
        var row = "t:" + hex(name.text.utf8) + ":" + String(mode.letter) + ":" + String(type)
        row += ":" + hex(function.schema.text.utf8) + "." + hex(function.name.text.utf8)
        row += ":" + hex(arguments.bytes) + ":" + columns.map { String($0) }.joined(separator: " ")
        for flag in [hasCondition, isConstraint, isClone] { row += flag ? ":1" : ":0" }
        return row
    }
}

extension ObservedRule {
    /// `r:name:mode`.
    fileprivate var rowUnderLock: String { "r:" + hex(name.text.utf8) + ":" + String(mode.letter) }
}

/// Lower-case hexadecimal, as `encode(…, 'hex')` writes it.
private func hex(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var result: [UInt8] = []
    for byte in bytes {
        result.append(digits[Int(byte >> 4)])
        result.append(digits[Int(byte & 15)])
    }
    return String(decoding: result, as: UTF8.self)
}
