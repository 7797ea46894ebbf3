import Packet

/// Finds packets that a capture has later than others that were captured after them: they are judged where they stand.
struct CaptureOrder {
  /// Several processors' packets are written in turns, which puts them out of order by less, in nanoseconds.
  private static let tolerance: Int64 = 1_000_000_000

  private var latest = Int64.min
  /// How many are more than the tolerance behind the latest one before them.
  private(set) var count: UInt64 = 0

  mutating func review(_ packets: borrowing CapturedPackets) {
    for index in 0..<packets.count {
      let time = packets[index].timestamp
      if time >= latest {
        latest = time
      } else if latest.subtractingReportingOverflow(time).partialValue > Self.tolerance {
        count += 1
      }
    }
  }
}
