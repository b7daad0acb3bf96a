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

extension Polarity {
    /// Answers `--version` alone without the parser, which first looks at every command's options.
    static func main() async {
        guard CommandLine.arguments.dropFirst().elementsEqual(["--version"]) else { return await main(nil) }
        print(configuration.version)
    }
}
