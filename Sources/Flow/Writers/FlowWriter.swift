import Glibc

/// Writes events to a file descriptor through a buffer.
///
/// A reader that went away (a broken pipe) is no error: what follows is discarded and `readerIsGone` says so. The
/// process must ignore `SIGPIPE`, or the signal ends it first. The descriptor stays the caller's.
public struct FlowWriter: ~Copyable {
  /// A write to the descriptor failed.
  public struct Failure: Error, CustomStringConvertible {
    public let code: Int32

    public var description: String { "cannot write: \(String(cString: strerror(code)))" }
  }

  private let descriptor: Int32
  private let bufferSize: Int
  private var printer: FlowPrinter
  private var buffer: OutputBuffer

  /// Whether the reader closed its end. Nothing is written any more.
  public private(set) var readerIsGone = false
  /// Bytes handed to the descriptor.
  public private(set) var bytesWritten = 0

  public init(descriptor: Int32, options: FlowPrintOptions = FlowPrintOptions(), bufferSize: Int = 256 * 1024) {
    self.descriptor = descriptor
    self.bufferSize = bufferSize
    printer = FlowPrinter(options)
    buffer = OutputBuffer(capacity: bufferSize + 16 * 1024)
  }

  public mutating func write(_ flow: borrowing Flow) throws(Failure) {
    guard !readerIsGone else { return }
    printer.print(flow, to: &buffer)
    if buffer.count >= bufferSize { try flush() }
  }

  public mutating func write(_ event: FlowEvent) throws(Failure) {
    guard !readerIsGone else { return }
    printer.print(event, to: &buffer)
    if buffer.count >= bufferSize { try flush() }
  }

  /// Writes what is buffered. A table's rows stay back until `finish`.
  public mutating func flush() throws(Failure) {
    var start = 0
    while start < buffer.count, !readerIsGone {
      let written = buffer.withUnsafeBytes { bytes in
        Glibc.write(descriptor, bytes.baseAddress?.advanced(by: start), bytes.count - start)
      }
      if written >= 0 {
        start += written
        bytesWritten += written
        continue
      }
      switch errno {
      case EINTR: continue
      case EAGAIN: try waitUntilWritable()
      case EPIPE: readerIsGone = true
      default: throw Failure(code: errno)
      }
    }
    buffer.removeAll()
  }

  /// Writes everything that is still held back. To be called once, at the end.
  public mutating func finish() throws(Failure) {
    printer.finish(to: &buffer)
    try flush()
  }

  /// Standard output may be a non-blocking descriptor that another process shares.
  private func waitUntilWritable() throws(Failure) {
    var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    if poll(&request, 1, -1) < 0, errno != EINTR { throw Failure(code: errno) }
  }
}
