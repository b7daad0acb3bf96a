import ArgumentParser
import Postgres

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
    ///
    /// A command line that is wrong is quoted back without what looks like a password in it.
    static func main() async {
        guard !CommandLine.arguments.dropFirst().elementsEqual(["--version"]) else {
            return print(configuration.version)
        }
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
            let message = fullMessage(for: error).withoutPasswords
            if !message.isEmpty { Terminal.err(message + "\n") }
            exit(withError: exitCode(for: error))
        }
    }
}
