import Packet
import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// How far the reading of captures has come, on a terminal, for what lasts over a second.
///
/// Used by the thread that reads, or by one of several.
final class ProgressBar: Sendable {
  private static let delay = 1_000_000_000
  private static let interval = 200_000_000
  private static let width = 30

  private let isShown: Bool
  /// The capture's size in bytes; 0 when that is not known.
  private let total: Int
  private let start = ProgressBar.now
  private let next: Atomic<Int>
  private let packets = Atomic<Int>(0)
  private let bytes = Atomic<Int>(0)
  private let wasDrawn = Atomic<Bool>(false)

  /// - Parameters:
  ///   - paths: the captures.
  ///   - writesEvents: to standard output, which then must not be the same terminal.
  init(_ paths: [String], console: Console, writesEvents: Bool) {
    let isTerminal = isatty(STDERR_FILENO) == 1 && !(writesEvents && StandardOutput.isTerminal)
    isShown = isTerminal && console.verbosity >= .normal
    next = Atomic(start + Self.delay)
    // Records of several captures do not lie one after the other.
    total = isShown && paths.count == 1 ? Self.size(paths[0]) : 0
  }

  /// Counts packets, and where there is one capture, how far they reach into it.
  func advance(_ captured: borrowing CapturedPackets) {
    guard isShown, captured.count > 0 else { return }
    let (first, last) = (captured[0].bytes, captured[captured.count - 1].bytes)
    if let begin = first.baseAddress, let end = last.baseAddress, end >= begin {
      // Each record has a header of 16 bytes or a little more.
      bytes.wrappingAdd(end - begin + last.count + 16, ordering: .relaxed)
    }
    packets.wrappingAdd(captured.count, ordering: .relaxed)
    let now = Self.now
    guard now >= next.load(ordering: .relaxed) else { return }
    next.store(now + Self.interval, ordering: .relaxed)
    draw()
  }

  /// Takes the bar away.
  func finish() {
    if wasDrawn.load(ordering: .relaxed) { write("\r\u{1b}[K") }
  }

  private func draw() {
    wasDrawn.store(true, ordering: .relaxed)
    let count = "\(BenchText.grouped(UInt64(packets.load(ordering: .relaxed)))) packets"
    guard total > 0 else { return write("\r\u{1b}[K\(count)") }
    let share = min(1, Double(bytes.load(ordering: .relaxed)) / Double(total))
    let filled = Int(share * Double(Self.width))
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: Self.width - filled)
    write("\r\u{1b}[K\(bar) \(Int(share * 100))%  \(count)")
  }

  private func write(_ text: String) {
    let bytes = Array(text.utf8)
    // Nothing can be done where standard error is closed.
    _ = bytes.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }

  /// 0 for what is no plain file.
  private static func size(_ path: String) -> Int {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, !path.hasSuffix(".gz") else { return 0 }
    return Int(status.st_size)
  }

  /// Nanoseconds of a clock that only goes forward.
  private static var now: Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }
}
