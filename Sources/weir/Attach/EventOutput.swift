import Flow
import Glibc

/// Events on their way to standard output, which may stand still: a reader that stops must not stop the dataplane's
/// upkeep. What cannot be written yet waits, and while too much waits no more events are taken from the kernel, which
/// counts those that its buffer has no room for.
struct EventOutput: ~Copyable {
  private var printer: FlowPrinter
  private var buffer = OutputBuffer(capacity: 1 << 16)
  /// Bytes of the buffer that are written already.
  private var written = 0
  /// Nobody reads any more.
  private(set) var readerIsGone = false
  /// Why writing failed for good; an error number.
  private(set) var failure: Int32?

  private static let limit = 1 << 20
  /// A pipe that poll calls writable takes so much without blocking (PIPE_BUF).
  private static let step = 4096

  init(_ options: FlowPrintOptions) {
    printer = FlowPrinter(options)
  }

  /// Whether there is anything to write, now or once there is room.
  var isPending: Bool { written < buffer.count }
  var isFull: Bool { buffer.count - written >= Self.limit }

  mutating func print(_ event: FlowEvent) {
    guard !readerIsGone else { return }
    printer.print(event, to: &buffer)
  }

  /// Writes as much as can be written without waiting.
  mutating func write() {
    while isPending, !readerIsGone, failure == nil, isWritable(within: 0) { writeStep() }
    guard !isPending || readerIsGone else { return }
    buffer.removeAll()
    written = 0
  }

  /// Writes everything, held-back rows too, unless the reader takes nothing for so many milliseconds.
  mutating func finish(patience: Int32) {
    printer.finish(to: &buffer)
    while isPending, !readerIsGone, failure == nil, isWritable(within: patience) { writeStep() }
  }

  private mutating func writeStep() {
    let (start, count) = (written, min(buffer.count - written, Self.step))
    let result = buffer.withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress?.advanced(by: start), count) }
    if result >= 0 {
      written += result
    } else if errno == EPIPE {
      readerIsGone = true
    } else if errno != EINTR, errno != EAGAIN {
      failure = errno
    }
  }

  private func isWritable(within milliseconds: Int32) -> Bool {
    var request = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
    return poll(&request, 1, milliseconds) > 0
  }
}
