import ArgumentParser
import Glibc

/// Buffered standard output.
///
/// A reader that goes away (`weir … | head`) is not an error: what is written after that is dropped, and `isClosed` tells
/// the writer that it may stop.
struct StandardOutput: ~Copyable {
  private var buffer: [UInt8] = []
  /// Nobody reads any more.
  private(set) var isClosed = false
  /// The error number of a write that failed for another reason.
  private(set) var failure: Int32?

  private static let capacity = 1 << 16

  init() {
    Self.ignoreBrokenPipes()
    buffer.reserveCapacity(Self.capacity + 4096)
  }

  mutating func write(_ bytes: [UInt8]) {
    buffer.append(contentsOf: bytes)
    flushIfFull()
  }

  mutating func write(_ text: String) {
    buffer.append(contentsOf: text.utf8)
    flushIfFull()
  }

  /// Appends in place what `body` writes.
  mutating func write(_ body: (inout [UInt8]) -> Void) {
    body(&buffer)
    flushIfFull()
  }

  private mutating func flushIfFull() {
    if buffer.count >= Self.capacity { flush() }
  }

  mutating func flush() {
    var written = 0
    while written < buffer.count, !isClosed, failure == nil {
      let count = buffer[written...].withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
      if count >= 0 {
        written += count
      } else if errno == EPIPE {
        isClosed = true
      } else if errno != EINTR {
        failure = errno
      }
    }
    buffer.removeAll(keepingCapacity: true)
  }
}

/// Writes a line to standard error.
func reportError(_ line: String) {
  let bytes = Array("\(line)\n".utf8)
  _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
}

extension StandardOutput {
  /// Writes everything at once, for commands whose output is one document.
  static func print(_ bytes: [UInt8]) throws {
    var output = StandardOutput()
    output.write(bytes)
    try output.finish()
  }

  static func print(_ text: String) throws {
    try print(Array(text.utf8))
  }

  /// Writes what is left and says whether all went well; a reader that went away is no error.
  mutating func finish() throws {
    flush()
    if let failure {
      reportError("error: standard output: cannot be written (error \(failure))")
      throw ExitStatus.inputOutput
    }
  }

  /// Writing to a closed pipe then fails with EPIPE instead of ending the process.
  static func ignoreBrokenPipes() { signal(SIGPIPE, SIG_IGN) }

  static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

  /// Columns for prose: the terminal's, within reason.
  static var width: Int {
    var size = winsize()
    guard isTerminal, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 100 }
    return min(max(Int(size.ws_col), 60), 120)
  }
}
