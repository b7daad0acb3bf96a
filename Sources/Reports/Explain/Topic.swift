import Replication

/// What `polarity explain` knows without a cluster file.
public enum Topic: Hashable, Sendable {
    /// A finding's code.
    case finding(FindingCode)
    /// A word for `--allow`.
    case gate(Gate)
    /// The code of a report's error.
    case error(ErrorCode)
    /// An exit status.
    case exitCode(ExitCode)
    /// All exit statuses.
    case exitCodes
    /// An engine as a table of triggers.
    case engine(Engine)
    /// What a custom engine is made of.
    case customEngine
    /// Firing modes and session roles.
    case modes

    /// Reads a topic as it is given on the command line, in any case; `nil` where it is none.
    public init?(_ word: String) {
        let upper = word.uppercased().replacing("-", with: "_")
        if let code = FindingCode(rawValue: upper) {
            self = .finding(code)
        } else if let gate = Gate(rawValue: upper) {
            self = .gate(gate)
        } else if let code = ErrorCode(rawValue: upper) {
            self = .error(code)
        } else if let code = Int32(word).flatMap(ExitCode.init) {
            self = .exitCode(code)
        } else if let engine = Topic.engines.first(where: { $0.name == word.lowercased() }) {
            self = .engine(engine)
        } else {
            switch upper {
            case "EXIT", "EXIT_CODES": self = .exitCodes
            case "CUSTOM": self = .customEngine
            case "MODES", "FIRING_MODES": self = .modes
            default: return nil
            }
        }
    }

    /// Every word that is a topic, sorted within its sort, for completion and suggestions.
    public static var words: [String] { groups.flatMap(\.words) }

    /// Every word that is a topic, in lines of its sort.
    public static var list: [String] {
        groups.flatMap { name, words in
            wrapped(words.joined(separator: ", "), width: 84).enumerated().map { index, line in
                "  " + (index == 0 ? name : "").padded(to: 12) + line
            }
        }
    }

    private static var groups: [(name: String, words: [String])] {
        [
            ("findings", FindingCode.allCases.map(\.rawValue).sorted()),
            ("--allow", Gate.allCases.map(\.rawValue).sorted()),
            ("errors", ErrorCode.allCases.map(\.rawValue).sorted()),
            ("exit codes", ExitCode.allCases.map { String($0.rawValue) } + ["exit-codes"]),
            ("engines", (engines.map(\.name) + ["custom"]).sorted()), ("triggers", ["modes"]),
        ]
    }

    private static var engines: [Engine] {
        [.bruce(cluster: "{cluster}"), .builtin(cluster: "{cluster}"), .slony(cluster: "{cluster}")]
    }
}

/// What there is to say of a topic, as text that ends with a newline.
public func explanation(of topic: Topic) -> String {
    let lines =
        switch topic {
        case .finding(let code): lines(code)
        case .gate(let gate): ["--allow \(gate.rawValue)"] + paragraph(gate.meaning)
        case .error(let code): lines(code)
        case .exitCode(let code):
            ["exit status \(code.rawValue)"] + paragraph(code.meaning) + ["  changed: \(code.changed)"]
        case .exitCodes: exitCodeLines
        case .engine(let engine): lines(engine)
        case .customEngine: customLines
        case .modes: modeLines
        }
    return lines.joined(separator: "\n") + "\n"
}

extension String {
    fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}

private func paragraph(_ text: String) -> [String] { wrapped(text, width: 96).map { "  " + $0 } }

private func lines(_ code: FindingCode) -> [String] {
    let effect =
        code.blocks
        ? "blocking, unless a report says otherwise: holds its set back" : "advisory: holds nothing back by itself"
    return ["\(code.rawValue): \(code.severity.rawValue), \(effect)"] + paragraph(code.why)
        + paragraph("→ " + code.next)
        + (ErrorCode(rawValue: code.rawValue).map { [""] + lines($0) } ?? [])
}

private func lines(_ code: ErrorCode) -> [String] {
    ["error \(code.rawValue)"] + paragraph(code.meaning) + paragraph("→ " + code.next)
}

private var exitCodeLines: [String] {
    let rows = ExitCode.allCases.map { [Cell(String($0.rawValue)), Cell($0.changed), Cell($0.meaning)] }
    return columns([[Cell("code"), Cell("changed"), Cell("meaning")]] + rows, isColoured: false)
}

private var customLines: [String] {
    ["engine custom: the file lists the triggers of one table, which is what the other engines are made of, too"]
        + paragraph(
            "engine: {type: custom, triggers: […]} gives each trigger a purpose (log, deny, truncate_log, truncate_deny), "
                + "name, function, timing, level, events, args, and a mode for origin, subscriber and bystander: "
                + "disabled, enabled, replica, always, or absent where none is given.")
        + paragraph(
            "drained: {sql, origin_position, timeout} proves before a move that every subscriber has everything; without it "
                + "a move needs --allow UNPROVEN_HANDOVER. catalog: none, slony or polarity says who else records sets."
        )
        + ["", "  " + "Every key: polarity schema. The built-in ones: polarity explain builtin, slony, bruce"]
}

private func lines(_ engine: Engine) -> [String] {
    let head = ["purpose", "trigger", "calls", "fires", "origin", "subscriber", "bystander"].map { Cell($0) }
    let rows = engine.templates.map { template -> [Cell] in
        let arguments = template.arguments.map { visible($0.text) }.joined(separator: ", ")
        let function = visible(template.functionSchema.text) + "." + visible(template.functionName.text)
        let (events, level) = TriggerType(bits: template.type).sql
        let modes = Role.allCases.map { Cell(template.mode(for: $0)?.rawValue ?? "absent") }
        return [
            Cell(template.purpose.words), Cell(visible(template.name.text)), Cell(function + "(" + arguments + ")"),
            Cell((events + " " + level).lowercased()),
        ] + modes
    }
    return ["engine \(visible(engine.name)): \(engine.catalog.words)"] + columns([head] + rows, isColoured: false)
        + ["", "  " + "Firing modes and session roles: polarity explain modes"]
}

extension EngineCatalog {
    /// Who registers tables, in words.
    fileprivate var words: String {
        switch self {
        case .none: "the file is the authority, the triggers themselves are the record"
        case .slony: "Slony's own catalog lists the tables and says where each set has its origin"
        case .polarity:
            "the file is the authority; apply installs the schema polarity, which records members and origins"
        }
    }
}

/// The table of the Slony manual: which firing mode fires in which session role.
private var modeLines: [String] {
    let head = [Cell("ALTER TABLE …"), Cell("tgenabled")] + SessionRole.allCases.map { Cell($0.rawValue) }
    let rows = ["TRIGGER", "RULE"].flatMap { object in
        FiringMode.allCases.map { mode in
            [Cell(mode.clause + " " + object), Cell(String(mode.letter))]
                + SessionRole.allCases.map { Cell(mode.fires(in: $0) ? "fires" : "–") }
        }
    }
    return ["Which triggers and rules fire, by session_replication_role"] + columns([head] + rows, isColoured: false)
        + [
            "",
            "  Applications are in role origin, replication daemons in replica; local is for an engine's own tools.",
            "  Slony's functions, but for that of LOCK SET, and the builtin ones do nothing in local; Slony's row functions nothing in",
            "  replica either.",
        ]
}

extension FiringMode {
    /// As ALTER TABLE says it.
    fileprivate var clause: String {
        switch self {
        case .disabled: "DISABLE"
        case .enabled: "ENABLE"
        case .replica: "ENABLE REPLICA"
        case .always: "ENABLE ALWAYS"
        }
    }
}
