import ArgumentParser

#if canImport(Glibc)
  import Glibc
#endif

/// How much is said, and in which colours.
struct ConsoleOptions: ParsableArguments {
  enum Color: String, ExpressibleByArgument, CaseIterable { case auto, always, never }

  @Flag(name: .shortAndLong, help: "Print errors only.")
  var quiet = false

  @Flag(name: .shortAndLong, help: "Print notes, skipped kinds and timings too.")
  var verbose = false

  @Option(help: ArgumentHelp("Colours: on a terminal, always or never.", valueName: "auto|always|never"))
  var color = Color.auto

  var console: Console {
    Console(
      verbosity: quiet ? .quiet : verbose ? .verbose : .normal,
      usesColor: usesColor(isTerminal: isatty(STDERR_FILENO) == 1))
  }

  /// Colours on standard output.
  var colorsOutput: Bool { usesColor(isTerminal: StandardOutput.isTerminal) }

  private func usesColor(isTerminal: Bool) -> Bool {
    switch color {
    case .always: true
    case .never: false
    case .auto: isTerminal && getenv("NO_COLOR") == nil
    }
  }
}
