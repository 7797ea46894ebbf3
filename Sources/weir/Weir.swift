import ArgumentParser

@main
struct Weir: ParsableCommand {
  static let version = "0.1.0"

  /// As Weir's own errors begin.
  static let _errorPrefix = "error: "

  static func main() {
    // Help into a closed pipe is no error either.
    StandardOutput.ignoreBrokenPipes()
    main(nil)
  }

  static let configuration = CommandConfiguration(
    commandName: "weir",
    abstract: "Which traffic would Cilium let through, and why?",
    version: version,
    subcommands: [
      ReplayCommand.self, TraceCommand.self, CompileCommand.self, BenchCommand.self, Dissect.self, AttachCommand.self,
      DetachCommand.self, StatusCommand.self,
    ])
}
