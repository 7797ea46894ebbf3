/// Capture times as seconds, and between which times they lie.
struct CaptureClock: BitwiseCopyable {
  private static var nanosecondsPerSecond: UInt64 { 1_000_000_000 }

  /// When the second began that the latest time lies in.
  private var start = Int64.min
  private var second: UInt32 = 0
  /// The earliest and the latest time since `beginAnew`; meaningless before the first.
  private(set) var first = Int64.max
  private(set) var last = Int64.min

  mutating func beginAnew() { (first, last) = (.max, .min) }

  /// The second since the epoch; a division only where it is another than the last time.
  @inline(__always)
  mutating func read(_ nanoseconds: Int64) -> UInt32 {
    first = min(first, nanoseconds)
    last = max(last, nanoseconds)
    if UInt64(bitPattern: nanoseconds &- start) >= Self.nanosecondsPerSecond {
      (second, start) = Self.second(of: nanoseconds)
    }
    return second
  }

  @inline(never)
  private static func second(of nanoseconds: Int64) -> (second: UInt32, start: Int64) {
    let second = Engine.seconds(nanoseconds)
    return (second, nanoseconds < 0 ? .min : Int64(second) * Int64(nanosecondsPerSecond))
  }
}
