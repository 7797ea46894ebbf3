import Capture

/// Exit codes of sysexits.h, as far as Weir uses them.
enum SystemExit {
  static let badData: Int32 = 65
  static let inputMissing: Int32 = 66
  static let unavailable: Int32 = 69
  static let inputOutput: Int32 = 74
  static let notPermitted: Int32 = 77
  static let usage: Int32 = 64
}

extension CaptureError {
  var exitCode: Int32 {
    switch reason {
    case .missing: SystemExit.inputMissing
    case .notPermitted: SystemExit.notPermitted
    case .badFilter: SystemExit.usage
    case .system: SystemExit.inputOutput
    case .isDirectory, .empty, .notACapture, .unsupportedCompression, .refused, .damaged: SystemExit.badData
    }
  }
}
