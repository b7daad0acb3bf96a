/// One trigger as the declaration implies it, every name filled in.
public struct DesiredTrigger: Hashable, Sendable {
    /// What it is for.
    public let purpose: Purpose
    /// Its name, cut at 63 bytes as the server does.
    public let name: TriggerName
    /// The function it calls.
    public let function: FunctionName
    /// `tgtype`.
    public let type: Int16
    /// `tgargs`; as far as they are known.
    public let arguments: TriggerArguments
    /// Whether all are known; where they are not, what stands there is not made, nor changed but for its mode, and does
    /// what its function does.
    public let hasKnownArguments: Bool
    /// The firing mode; `nil` where the trigger must not exist.
    public let mode: FiringMode?
    /// How it is recognised.
    public let match: TriggerMatch
    /// Whether its door is judged by it: ``TriggerTemplate/isDecisive``.
    public let isDecisive: Bool

    /// Describes a trigger.
    public init(
        purpose: Purpose, name: TriggerName, function: FunctionName, type: Int16, arguments: TriggerArguments,
        mode: FiringMode?, match: TriggerMatch, isDecisive: Bool = true, hasKnownArguments: Bool = true
    ) {
        self.purpose = purpose
        self.name = name
        self.function = function
        self.type = type
        self.arguments = arguments
        self.hasKnownArguments = hasKnownArguments
        self.mode = mode
        self.match = match
        self.isDecisive = isDecisive
    }

    /// Whether an observed trigger does the same, whatever its name and mode.
    public func isSameDefinition(as observed: ObservedTrigger) -> Bool {
        observed.type == type && observed.function == function
            && (observed.arguments == arguments || !hasKnownArguments)
            && observed.columns.isEmpty && !observed.hasCondition && !observed.isConstraint
    }
}
