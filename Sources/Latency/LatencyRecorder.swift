internal import Histogram

/// Histograms of the time that packets took, hop by hop and in total, in ticks of the cycle counter.
///
/// Every interval between two reads of the counter holds the cost of one read, which is taken off before recording.
public struct LatencyRecorder: Sendable {
  public let counter: CycleCounter
  private var hops: [Series]
  private var total = Series()
  private var packets: UInt64 = 0
  private var reads: UInt64 = 0
  private var loopNanoseconds: UInt64 = 0

  public init(_ counter: CycleCounter) {
    self.counter = counter
    hops = LatencyHop.allCases.map { _ in Series() }
  }

  /// Adds a batch.
  public mutating func record(_ timings: borrowing PacketTimings) {
    for position in 0..<timings.count { record(timings[position]) }
    packets += UInt64(timings.packets)
    loopNanoseconds += timings.nanoseconds
  }

  /// Adds what one packet took at a hop behind the packet loop, which neither the totals nor the loop's time hold.
  public mutating func record(_ hop: LatencyHop, from begin: UInt64, to end: UInt64) {
    hops[hop.rawValue].record(net(end, since: begin, intervals: 1))
  }

  private mutating func record(_ marks: PacketMarks) {
    var last = marks.begin
    var intervals: UInt64 = 1
    for hop in hops.indices where marks.hops[hop] != 0 {
      hops[hop].record(net(marks.hops[hop], since: last, intervals: 1))
      last = marks.hops[hop]
      intervals += 1
    }
    total.record(net(marks.end, since: marks.begin, intervals: intervals))
    reads += intervals + 1
  }

  /// What one packet took at each hop that it met, in nanoseconds.
  public func hops(of marks: PacketMarks) -> [(name: String, nanoseconds: UInt64)] {
    var last = marks.begin
    var result: [(name: String, nanoseconds: UInt64)] = []
    for hop in LatencyHop.allCases where marks.hops[hop.rawValue] != 0 {
      let ticks = net(marks.hops[hop.rawValue], since: last, intervals: 1)
      result.append((hop.name, UInt64(counter.nanoseconds(ticks).rounded())))
      last = marks.hops[hop.rawValue]
    }
    return result
  }

  /// Threads move between processors whose counters may differ by a little, so an interval is not always positive.
  private func net(_ end: UInt64, since start: UInt64, intervals: UInt64) -> UInt64 {
    let cost = counter.cost &* intervals
    return end > start &+ cost ? end &- start &- cost : 0
  }

  /// Adds what another thread recorded with the same counter.
  public mutating func add(_ other: LatencyRecorder) {
    for hop in hops.indices { hops[hop].add(other.hops[hop]) }
    total.add(other.total)
    packets += other.packets
    reads += other.reads
    loopNanoseconds += other.loopNanoseconds
  }

  public func summary() -> LatencySummary {
    LatencySummary(
      hops: zip(LatencyHop.allCases, hops).map { hop, series in
        var distribution = series.distribution(hop.name, counter)
        distribution.isInTotal = hop.isInTotal
        return distribution
      },
      total: total.distribution(LatencySummary.totalName, counter), packets: packets,
      timerNanoseconds: counter.nanoseconds(reads &* counter.cost), loopNanoseconds: Double(loopNanoseconds),
      columns: total.columns(counter))
  }
}

extension LatencyRecorder {
  /// One histogram. It grows when a value needs it, and so only between batches; 0.1 % is as fine as it gets.
  private struct Series: Sendable {
    var histogram = Histogram<UInt64>(numberOfSignificantValueDigits: .three)
    var sum: UInt64 = 0

    mutating func record(_ ticks: UInt64) {
      histogram.record(ticks)
      sum &+= ticks
    }

    mutating func add(_ other: Series) {
      histogram.add(other.histogram)
      sum &+= other.sum
    }

    func distribution(_ name: String, _ counter: CycleCounter) -> LatencyDistribution {
      func percentile(_ percent: Double) -> Double { counter.nanoseconds(histogram.valueAtPercentile(percent)) }
      return LatencyDistribution(
        name: name, count: histogram.totalCount, sum: counter.nanoseconds(sum), p50: percentile(50),
        p90: percentile(90), p99: percentile(99), p999: percentile(99.9), max: counter.nanoseconds(histogram.max))
    }

    func columns(_ counter: CycleCounter) -> [LatencySummary.Column] {
      var columns: [LatencySummary.Column] = []
      for value in histogram.recordedValues() {
        columns.append(.init(nanoseconds: counter.nanoseconds(value.value), count: value.count))
      }
      return columns
    }
  }
}
