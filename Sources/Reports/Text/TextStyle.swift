/// How a text is written.
public struct TextStyle: Hashable, Sendable {
    /// How much is said.
    public enum Detail: Hashable, Sendable, CaseIterable {
        /// Findings that are critical or errors, one line each, and the closing lines.
        case quiet
        /// Everything, long lists summarised.
        case normal
        /// Everything, nothing summarised, each change with what asked for it.
        case verbose
    }

    /// What an apply was told to apply, and nothing else.
    public enum Reviewed: Hashable, Sendable {
        /// Whatever has this fingerprint.
        case fingerprint(String)
        /// The plan that was saved here.
        case savedPlan(path: String)
    }

    /// Whether ANSI colours may be used; they never carry what the words do not.
    public var isColoured: Bool
    /// The columns of the terminal.
    public var width: Int
    /// How much is said.
    public var detail: Detail
    /// The cluster file as the suggested command names it.
    public var file: String
    /// The other arguments that a suggested command has to repeat: `--node`, `--set`, `--table`, `--failover` and theirs.
    public var arguments: [String]
    /// The limits that a suggested command has to repeat: `--lock-timeout`, `--no-reopen` and theirs.
    public var limits: [String]
    /// What was reviewed, where that alone was to be applied.
    public var reviewed: Reviewed?

    /// Chooses how a text is written.
    public init(
        isColoured: Bool, width: Int = 100, detail: Detail = .normal, file: String, arguments: [String] = [],
        limits: [String] = [], reviewed: Reviewed? = nil
    ) {
        self.isColoured = isColoured
        self.width = width
        self.detail = detail
        self.file = file
        self.arguments = arguments
        self.limits = limits
        self.reviewed = reviewed
    }
}

extension TextStyle {
    /// `polarity apply -f FILE …` with its arguments quoted for a shell, on one line.
    func command(_ words: [String]) -> String {
        shellWords(["-f", file] + arguments + limits + words)
    }

    /// The same for what was to be applied as it was reviewed, and still is.
    func reviewedCommand(_ words: [String]) -> String {
        switch reviewed {
        case nil: command(words)
        case .fingerprint(let fingerprint): command(["--expect", fingerprint] + words)
        case .savedPlan(let path): shellWords([path] + limits + words)
        }
    }

    private func shellWords(_ words: [String]) -> String {
        (["polarity", "apply"] + words).map(shellQuoted).joined(separator: " ")
    }
}

/// A word as a POSIX shell reads it back; with control characters as bash, zsh and ksh do.
public func shellQuoted(_ word: String) -> String {
    let isPlain = word.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "-_./:=,@%+".utf8.contains(byte)
        }
    }
    if isPlain, !word.isEmpty { return word }
    guard word.unicodeScalars.contains(where: isHostile) else {
        return "'" + word.replacing(["'": "'\\''"]) + "'"
    }
    let bytes = word.utf8.map { byte in
        switch byte {
        case UInt8(ascii: "'"), UInt8(ascii: "\\"): "\\" + String(UnicodeScalar(byte))
        case 0x20..<0x7f: String(UnicodeScalar(byte))
        default: hexadecimal(byte)
        }
    }
    return "$'" + bytes.joined() + "'"
}
