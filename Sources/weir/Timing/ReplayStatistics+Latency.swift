import Flow
import Latency

extension ReplayStatistics {
  mutating func take(_ recorder: LatencyRecorder) {
    let summary = recorder.summary()
    latency = (summary.hops + [summary.total]).filter { $0.count > 0 }.map { Latency($0) }
    latencyRun = LatencyRun(
      packets: summary.packets, timed: summary.total.count, timer: CycleCounter.name,
      timerNanoseconds: recorder.counter.nanoseconds(recorder.counter.leastCost), agreement: summary.agreement ?? 0)
  }
}

extension ReplayStatistics.Latency {
  init(_ distribution: LatencyDistribution) {
    func whole(_ nanoseconds: Double) -> UInt64 { UInt64(nanoseconds.rounded()) }
    self.init(
      hop: distribution.name, count: distribution.count, p50: whole(distribution.p50), p90: whole(distribution.p90),
      p99: whole(distribution.p99), p999: whole(distribution.p999), max: whole(distribution.max))
  }
}
