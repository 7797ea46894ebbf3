import ArgumentParser

@main
struct Weir: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "weir",
    abstract: "Which traffic would Cilium let through, and why?",
    version: "0.1.0",
    subcommands: [TraceCommand.self, CompileCommand.self, Dissect.self])
}
