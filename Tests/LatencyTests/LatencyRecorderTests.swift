import Latency
import Testing

/// Times that were made up, so that what comes out is known.
@Suite struct LatencyRecorderTests {
  private let counter = CycleCounter(calibratingFor: 1)

  /// A packet whose hops take so many ticks each, besides the readings; nil: it did not meet the hop.
  private func marks(_ hops: [UInt64?], rest: UInt64 = 0, from begin: UInt64 = 1000) -> PacketMarks {
    var marks = PacketMarks()
    marks.begin = begin
    var now = begin
    for (index, hop) in hops.enumerated() {
      guard let hop else { continue }
      now += hop + counter.cost
      marks.hops[index] = now
    }
    marks.end = now + rest + counter.cost
    return marks
  }

  /// - Parameter interval: of so many batches of these packets one is timed.
  private func record(_ packets: [PacketMarks], interval: Int = 1, into recorder: inout LatencyRecorder) {
    var timings = PacketTimings(capacity: packets.count, interval: interval)
    for batch in 0..<interval {
      let isTimed = timings.begin()
      #expect(isTimed == (batch == 0))
      if isTimed { for packet in packets { timings.append(packet) } }
      timings.end(packets: packets.count)
      #expect((timings.nanoseconds > 0) == isTimed)
      recorder.record(timings)
    }
  }

  private func nanoseconds(_ ticks: UInt64) -> Double { counter.nanoseconds(ticks) }

  @Test("the readings' cost is taken off each hop and the total")
  func cost() {
    var recorder = LatencyRecorder(counter)
    record([marks([100, 200, nil, 300, nil], rest: 50)], into: &recorder)
    recorder.record(.ingressProxy, from: 1000, to: 1400 + counter.cost)
    let summary = recorder.summary()
    #expect(
      summary.hops.map(\.name) == [
        "parse", "conntrack", "identity", "egress", "egress-proxy", "ingress", "ingress-proxy",
      ])
    #expect(summary.hops.map(\.count) == [1, 1, 0, 1, 0, 0, 1])
    #expect(summary.hops.map(\.sum) == [100, 200, 0, 300, 0, 0, 400].map(nanoseconds))
    #expect(summary.total.sum == nanoseconds(650))
    #expect(summary.timerNanoseconds == nanoseconds(5 * counter.cost))
  }

  @Test("what is shorter than a reading is 0, also where clocks of two processors differ")
  func backwards() {
    var recorder = LatencyRecorder(counter)
    var packet = PacketMarks()
    (packet.begin, packet.end) = (1000, 990)
    packet.hops[0] = 995
    record([packet], into: &recorder)
    #expect(recorder.summary().total.max == 0)
    #expect(recorder.summary().hops[0].max == 0)
  }

  @Test("percentiles are those of the values, to one part in a thousand")
  func percentiles() {
    var recorder = LatencyRecorder(counter)
    record((1...1000).map { marks([UInt64($0) * 10, nil, nil, nil, nil]) }, into: &recorder)
    let hop = recorder.summary().hops[0]
    for (found, expected) in [(hop.p50, 5000), (hop.p90, 9000), (hop.p99, 9900), (hop.p999, 9990), (hop.max, 10_000)] {
      #expect(abs(found / nanoseconds(UInt64(expected)) - 1) < 0.002)
    }
    #expect(abs(hop.mean / nanoseconds(5005) - 1) < 1e-9)
  }

  @Test("recorders of several threads add up to one")
  func adding() {
    let packets = (1...200).map { (number: UInt64) -> PacketMarks in
      let identity: UInt64? = number % 3 == 0 ? 7 : nil
      return marks([number, number * number, identity, nil, 40])
    }
    var (whole, first, second) = (LatencyRecorder(counter), LatencyRecorder(counter), LatencyRecorder(counter))
    record(packets, into: &whole)
    record(Array(packets.prefix(50)), into: &first)
    record(Array(packets.dropFirst(50)), into: &second)
    first.add(second)
    let (sum, expected) = (first.summary(), whole.summary())
    #expect(sum.hops == expected.hops)
    #expect(sum.total == expected.total)
    #expect(sum.columns == expected.columns)
    #expect(sum.packets == expected.packets)
    #expect(sum.timerNanoseconds == expected.timerNanoseconds)
  }

  @Test("of the batches that are not timed only the packets count")
  func sampling() {
    var recorder = LatencyRecorder(counter)
    record([UInt64](repeating: 100, count: 10).map { marks([$0, nil, nil, nil, nil]) }, interval: 7, into: &recorder)
    let summary = recorder.summary()
    #expect(summary.packets == 70)
    #expect(summary.total.count == 10)
    #expect(summary.interval == 7)
    #expect(abs(summary.accountedNanoseconds / (nanoseconds(1000) + summary.timerNanoseconds) - 1) < 1e-9)
  }

  @Test("the histogram has every packet once")
  func columns() {
    var recorder = LatencyRecorder(counter)
    record((0..<500).map { marks([UInt64($0 % 37) * 11, nil, nil, nil, nil]) }, into: &recorder)
    let columns = recorder.summary().columns
    #expect(columns.reduce(0) { $0 + $1.count } == 500)
    #expect(columns.map(\.nanoseconds) == columns.map(\.nanoseconds).sorted())
  }
}
