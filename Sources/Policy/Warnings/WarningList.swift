import Manifest

/// Collects the warnings about one object.
struct WarningList {
  private let reporter: Reporter
  private(set) var diagnostics: [Diagnostic] = []

  init(reporter: Reporter) {
    self.reporter = reporter
  }

  mutating func add(_ identifier: WarningIdentifier, _ field: Field, _ message: String, hint: String? = nil) {
    diagnostics.append(reporter.warning(field.refusal(message, hint: hint), identifier))
  }
}
