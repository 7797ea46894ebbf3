import Packet

/// Finds packets that a capture has later than others that were captured after them: they are judged where they stand.
struct CaptureOrder {
  /// Several processors' packets are written in turns, which puts them out of order by less, in nanoseconds.
  private static let tolerance: Int64 = 1_000_000_000

  private var latest = Int64.min
  /// How many are more than the tolerance behind the latest one before them.
  private(set) var count: UInt64 = 0

  /// - Parameter times: the earliest and the latest of the packets, where they are known: mostly they say enough.
  mutating func review(_ packets: borrowing CapturedPackets, times: (first: Int64, last: Int64)? = nil) {
    if let times, Self.isTolerable(times.last, after: times.first), Self.isTolerable(latest, after: times.first) {
      latest = max(latest, times.last)
      return
    }
    for index in 0..<packets.count {
      let time = packets[index].timestamp
      if time >= latest {
        latest = time
      } else if !Self.isTolerable(latest, after: time) {
        count += 1
      }
    }
  }

  /// Whether a time lies before another, or so shortly after it that the packet is not counted.
  private static func isTolerable(_ time: Int64, after earlier: Int64) -> Bool {
    if time <= earlier { return true }
    let (difference, overflow) = time.subtractingReportingOverflow(earlier)
    return !overflow && difference <= tolerance
  }
}
