import Dataplane
import Latency
import Packet
import Rules

/// Has an engine judge packets one by one, and keeps their times.
struct PacketTimer: ~Copyable {
  /// What all threads of a run share.
  struct Sampling: Sendable {
    var counter: CycleCounter
    /// Of how many batches one is timed.
    var interval: Int
  }

  private var timings: PacketTimings
  private(set) var recorder: LatencyRecorder

  /// - Parameter capacity: that of the batches.
  init(_ sampling: Sampling, capacity: Int) {
    timings = PacketTimings(capacity: capacity, interval: sampling.interval)
    recorder = LatencyRecorder(sampling.counter)
  }

  mutating func judge(
    _ packets: borrowing CapturedPackets, with engine: inout Engine, reports: inout VerdictReports
  ) {
    engine.judge(packets, reports: &reports, timings: &timings)
    recorder.record(timings)
  }

  /// - Parameter number: the engine's among those that share the packets.
  mutating func judge(
    _ packets: borrowing CapturedPackets, _ prepared: borrowing PreparedPackets, engine number: Int,
    with engine: inout Engine, reports: inout VerdictReports
  ) {
    engine.judge(packets, prepared, engine: number, reports: &reports, timings: &timings)
    recorder.record(timings)
  }

  /// What the packet judged last with this place in its batch took at each hop; empty when it was not timed.
  func hops(of index: Int) -> [(name: String, nanoseconds: UInt64)] {
    index < timings.count ? recorder.hops(of: timings[index]) : []
  }

  /// Has proxies judge a packet, and keeps the time that they take.
  ///
  /// - Returns: whether the packet goes from a server to its client.
  mutating func judge(
    _ view: PacketView, _ verdict: inout PacketVerdict, by proxies: inout ProxyStage?, with engine: inout Engine
  ) -> Bool {
    let begin = CycleCounter.ticks()
    let isReply = proxies?.judge(view, &verdict, with: &engine) ?? false
    let end = CycleCounter.ticks()
    if let proxy = proxies?.firstProxy {
      recorder.record(proxy == .egress ? .egressProxy : .ingressProxy, from: begin, to: end)
    }
    return isReply
  }
}
