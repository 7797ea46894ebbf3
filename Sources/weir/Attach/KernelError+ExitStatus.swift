import ArgumentParser
import Kernel
import Manifest

extension KernelError {
  var exitStatus: ExitCode {
    switch kind {
    case .notPermitted: ExitStatus.notPermitted
    case .unsupported, .busy, .tooLarge: ExitStatus.unavailable
    case .missing: ExitStatus.missingInput
    case .failed: ExitStatus.internalError
    }
  }
}

extension Console {
  /// What the kernel refused, with all that the verifier said.
  func report(_ error: KernelError) {
    report(Diagnostic(.error, at: nil, error.description, hint: error.hint.isEmpty ? nil : error.hint))
    if !error.log.isEmpty { reportError(error.log) }
  }
}
