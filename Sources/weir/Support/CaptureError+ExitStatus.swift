import ArgumentParser
import Capture

extension CaptureError {
  var exitStatus: ExitCode {
    switch reason {
    case .missing: ExitStatus.missingInput
    case .notPermitted: ExitStatus.notPermitted
    case .badFilter: ExitStatus.usage
    case .system: ExitStatus.inputOutput
    case .isDirectory, .empty, .notACapture, .unsupportedCompression, .refused, .damaged: ExitStatus.badData
    }
  }
}
