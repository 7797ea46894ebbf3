/// How long a hop took, in nanoseconds, over the packets that met it.
public struct LatencyDistribution: Sendable, Hashable {
  public var name: String
  /// Packets that were timed there.
  public var count: UInt64
  public var sum: Double
  public var p50: Double
  public var p90: Double
  public var p99: Double
  public var p999: Double
  public var max: Double
  /// False for what comes behind the packet loop: the proxies.
  public var isInTotal: Bool

  public init(
    name: String, count: UInt64, sum: Double, p50: Double, p90: Double, p99: Double, p999: Double, max: Double,
    isInTotal: Bool = true
  ) {
    self.name = name
    self.count = count
    self.sum = sum
    self.p50 = p50
    self.p90 = p90
    self.p99 = p99
    self.p999 = p999
    self.max = max
    self.isInTotal = isInTotal
  }

  public var mean: Double { count == 0 ? 0 : sum / Double(count) }
}

/// What was measured of a run's packets, in nanoseconds; the cost of reading the counter is taken off everywhere.
public struct LatencySummary: Sendable {
  public static let totalName = "total"

  /// So many packets took so long in total.
  public struct Column: Sendable, Hashable {
    public var nanoseconds: Double
    public var count: UInt64

    public init(nanoseconds: Double, count: UInt64) {
      self.nanoseconds = nanoseconds
      self.count = count
    }
  }

  /// In the order in which a packet meets them.
  public var hops: [LatencyDistribution]
  /// From the packet's bytes to the end of its accounting. What no hop has is bookkeeping: totals, and what the
  /// connection remembers.
  public var total: LatencyDistribution
  /// All packets, timed or not.
  public var packets: UInt64
  /// What all reads of the counter cost together.
  public var timerNanoseconds: Double
  /// What the packet loop took over the timed packets, by the system's monotonic clock. Threads add up.
  public var loopNanoseconds: Double
  /// The total's histogram.
  public var columns: [Column]

  public init(
    hops: [LatencyDistribution], total: LatencyDistribution, packets: UInt64, timerNanoseconds: Double,
    loopNanoseconds: Double, columns: [Column]
  ) {
    self.hops = hops
    self.total = total
    self.packets = packets
    self.timerNanoseconds = timerNanoseconds
    self.loopNanoseconds = loopNanoseconds
    self.columns = columns
  }

  /// What the loop should have taken over the timed packets going by them: their totals and the reads of the counter.
  public var accountedNanoseconds: Double { total.sum + timerNanoseconds }

  /// `accountedNanoseconds` as a part of what the loop did take. 1: they agree; nil without packets.
  public var agreement: Double? {
    loopNanoseconds > 0 && total.count > 0 ? accountedNanoseconds / loopNanoseconds : nil
  }

  /// Of so many packets one was timed.
  public var interval: Double { total.count == 0 ? 0 : Double(packets) / Double(total.count) }
}
