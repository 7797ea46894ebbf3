import Manifest

#if canImport(Glibc)
  import Glibc
#endif

/// Standard error, for everything that is not data: diagnostics, progress, summaries.
struct Console {
  enum Verbosity: Int, Comparable {
    case quiet, normal, verbose
    static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
  }

  var verbosity = Verbosity.normal
  /// Errors and warnings in colour.
  var usesColor = false

  func shows(_ severity: Diagnostic.Severity) -> Bool {
    switch severity {
    case .note: verbosity >= .verbose
    case .warning: verbosity >= .normal
    case .error: true
    }
  }

  func report(_ diagnostic: Diagnostic) {
    guard shows(diagnostic.severity) else { return }
    var text = diagnostic.description
    if usesColor {
      let code = diagnostic.severity == .error ? "31" : diagnostic.severity == .warning ? "33" : "36"
      let word = diagnostic.severity.rawValue
      text = "\u{1b}[\(code)m\(word)\u{1b}[0m" + text.dropFirst(word.count)
    }
    write(text)
  }

  /// A line for people, left out with `--quiet`.
  func say(_ text: String) {
    if verbosity >= .normal { write(text) }
  }

  private func write(_ text: String) {
    let bytes = Array((text + "\n").utf8)
    // Nothing can be done where standard error is closed.
    _ = bytes.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }
}
