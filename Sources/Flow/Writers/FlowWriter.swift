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
  private let writesBehind: Bool
  /// Started when there is a first full buffer.
  private var thread: WriteThread?
  private var printer: FlowPrinter
  private var buffer: OutputBuffer

  /// Whether the reader closed its end. Nothing is written any more.
  public private(set) var readerIsGone = false
  /// Bytes handed to the descriptor.
  public private(set) var bytesWritten = 0

  /// - Parameter writesBehind: a thread of its own writes what is flushed; failures are then told of later, at the latest
  ///   by `finish`.
  public init(
    descriptor: Int32, options: FlowPrintOptions = FlowPrintOptions(), bufferSize: Int = 256 * 1024,
    writesBehind: Bool = false
  ) {
    self.descriptor = descriptor
    self.bufferSize = bufferSize
    self.writesBehind = writesBehind
    printer = FlowPrinter(options)
    buffer = OutputBuffer(capacity: Self.capacity(bufferSize))
  }

  deinit { thread?.abandon() }

  /// With room for the event that fills it.
  private static func capacity(_ bufferSize: Int) -> Int { bufferSize + 16 * 1024 }

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
    if writesBehind, thread == nil, buffer.count >= bufferSize {
      thread = WriteThread(descriptor: descriptor, capacity: Self.capacity(bufferSize))
    }
    guard buffer.count > 0, !readerIsGone else { return buffer.removeAll() }
    if let thread { return try take(thread.give(&buffer)) }
    let outcome = buffer.write(to: descriptor)
    buffer.removeAll()
    try take(outcome)
  }

  /// Writes everything that is still held back. To be called once, at the end.
  public mutating func finish() throws(Failure) {
    printer.finish(to: &buffer)
    try flush()
    if let thread { try take(thread.finish()) }
  }

  private mutating func take(_ outcome: WriteOutcome) throws(Failure) {
    bytesWritten += outcome.bytes
    if outcome.readerIsGone { readerIsGone = true }
    if let code = outcome.code { throw Failure(code: code) }
  }
}
