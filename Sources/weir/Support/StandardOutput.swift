import ArgumentParser

#if canImport(Glibc)
  import Glibc
#endif

/// Data on standard output, written whole. A reader that went away ends the run silently and with success.
enum StandardOutput {
  static func write(_ bytes: [UInt8]) throws {
    var start = 0
    while start < bytes.count {
      let count = bytes[start...].withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
      if count < 0 {
        if errno == EINTR { continue }
        throw errno == EPIPE ? ExitCode.success : ExitStatus.inputOutput
      }
      start += count
    }
  }

  static func write(_ text: String) throws {
    try write(Array(text.utf8))
  }

  static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }
}
