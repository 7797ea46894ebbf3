import ArgumentParser

/// Exit codes, after sysexits.
enum ExitStatus {
  /// The check that was asked for failed.
  static let checkFailed = ExitCode(1)
  static let usage = ExitCode(64)
  static let badData = ExitCode(65)
  static let missingInput = ExitCode(66)
  static let unavailable = ExitCode(69)
  static let internalError = ExitCode(70)
  static let inputOutput = ExitCode(74)
  static let notPermitted = ExitCode(77)
}
