internal import CCycleCounter

/// The processor's cycle counter: how fast it counts, and what reading it costs.
///
/// Compared with the system's monotonic clock once, when a value is made.
public struct CycleCounter: Sendable {
  /// The instruction behind it: `rdtsc`, `cntvct`, or `clock_gettime` where there is none.
  public static var name: String { WEIR_CYCLE_COUNTER }

  /// Whether it counts at one rate whatever the processor does. Otherwise its nanoseconds are approximate.
  public static var isSteady: Bool { weir_cycles_are_steady() != 0 }

  public let ticksPerNanosecond: Double
  /// What a read costs, in ticks: the mean of many in a row, since a counter may advance in steps longer than that.
  public let cost: UInt64
  /// The distance of two reads with nothing between them, in ticks: the least, and the median.
  public let leastCost: UInt64
  public let medianCost: UInt64

  /// Calibrates the counter, which takes so many milliseconds of work.
  public init(calibratingFor milliseconds: UInt64 = 20) {
    let costs = Self.costs()
    cost = Self.cost()
    leastCost = costs[0]
    medianCost = costs[costs.count / 2]
    let start = Self.instant()
    var end = start
    while end.nanoseconds &- start.nanoseconds < milliseconds &* 1_000_000 { end = Self.instant() }
    ticksPerNanosecond = Double(end.ticks &- start.ticks) / Double(end.nanoseconds &- start.nanoseconds)
  }

  public static func ticks() -> UInt64 { weir_cycles() }

  /// The system's monotonic clock.
  public static func nanoseconds() -> UInt64 { weir_monotonic_nanoseconds() }

  public func nanoseconds(_ ticks: UInt64) -> Double { Double(ticks) / ticksPerNanosecond }

  /// The mean of a row of reads: that of the row which was interrupted least.
  private static func cost() -> UInt64 {
    let reads: UInt32 = 256
    var least = UInt64.max
    for _ in 0..<64 { least = min(least, weir_cycles_of_reads(reads)) }
    return (least &+ UInt64(reads) / 2) / UInt64(reads)
  }

  private static func costs() -> [UInt64] {
    var costs = [UInt64](repeating: 0, count: 4096)
    for index in costs.indices {
      let first = weir_cycles()
      let second = weir_cycles()
      costs[index] = second &- first
    }
    return costs.sorted()
  }

  /// Both clocks at once: of several attempts the one that was interrupted least.
  private static func instant() -> (ticks: UInt64, nanoseconds: UInt64) {
    var best: (ticks: UInt64, nanoseconds: UInt64) = (0, 0)
    var narrowest = UInt64.max
    for _ in 0..<16 {
      let before = weir_cycles()
      let nanoseconds = weir_monotonic_nanoseconds()
      let after = weir_cycles()
      guard after &- before < narrowest else { continue }
      narrowest = after &- before
      best = (before &+ narrowest / 2, nanoseconds)
    }
    return best
  }
}
