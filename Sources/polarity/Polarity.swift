import ArgumentParser

/// The command line.
@main
struct Polarity: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "polarity",
        abstract: "Declare who may write; make the triggers of every node say the same, and prove it.",
        version: "0.1.0",
        subcommands: [
            Validate.self, Status.self, Apply.self, Explain.self, Schema.self, SandboxCommand.self,
        ])
}
