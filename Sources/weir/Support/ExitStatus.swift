import ArgumentParser

/// Exit codes, after sysexits.
enum ExitStatus {
  static let usage = ExitCode(64)
  static let badData = ExitCode(65)
  static let missingInput = ExitCode(66)
  /// The host lacks a capability, or something stands in the way.
  static let unavailable = ExitCode(69)
  static let internalError = ExitCode(70)
  static let inputOutput = ExitCode(74)
  static let notPermitted = ExitCode(77)
}
