import Dataplane
import Kernel
import Latency
import Packet
import Tables

/// Measures the kernel's program over a load, through `BPF_PROG_TEST_RUN`: the kernel's own clock, nothing sent anywhere.
///
/// What running an empty program costs in the same way is measured along with it and taken off: the clock and the loop.
struct KernelBench: ~Copyable {
  private var datapath: Datapath
  private let layout: DatapathOptions.Layout
  private var packets = CapturedPackets(capacity: Replay.batch)

  /// A run is timed as a whole, by a clock that takes longer to read than many a packet: so for the throughput each packet
  /// is run many times in a row.
  private static let repetitions = 200

  init(_ tables: Tables, _ layout: DatapathOptions.Layout) throws(KernelError) {
    var options = DatapathOptions()
    options.layout = layout
    options.keepsVerdict = true
    datapath = try Datapath(tables: tables, options: options)
    self.layout = layout
  }

  /// - Parameter seconds: how long to go on measuring the throughput; at least one pass is made.
  /// - Returns: nil when none of the packets can be run.
  mutating func measure(_ load: borrowing PacketLoad, seconds: Double) throws(KernelError) -> BackEndFigures? {
    var verdicts = EngineCounters().verdicts
    var flows: UInt64 = 0
    var times: [UInt32] = []
    var empty: [UInt32] = []
    // The first pass meets no connections: it is the one to tell what single packets take.
    try forEach(load) { (datapath, frame) throws(KernelError) in
      times.append(try datapath.testRun(frame).nanoseconds)
      let verdict = datapath.lastVerdict
      Self.count(verdict, &verdicts, &flows)
      empty.append(try datapath.testRun(frame, program: .null).nanoseconds)
    }
    guard !times.isEmpty else { return nil }
    empty.sort()
    let cost = Double(empty[empty.count / 2])

    var passes: [Double] = []
    var emptyPasses: [Double] = []
    let start = CycleCounter.nanoseconds()
    repeat {
      var (sum, emptySum) = (0.0, 0.0)
      var count = 0.0
      // A part of the packets, evenly spread, is as good as all of them.
      let step = max(1, times.count / 1000)
      var number = 0
      try forEach(load) { (datapath, frame) throws(KernelError) in
        number += 1
        guard number % step == 0 else { return }
        sum += Double(try datapath.testRun(frame, repetitions: Self.repetitions).nanoseconds)
        emptySum += Double(try datapath.testRun(frame, program: .null, repetitions: Self.repetitions).nanoseconds)
        count += 1
      }
      passes.append(max(sum - emptySum, 0) / max(count, 1))
      emptyPasses.append(emptySum / max(count, 1))
    } while CycleCounter.nanoseconds() - start < UInt64(seconds * 1e9)
    let hotCost = emptyPasses.sorted()[emptyPasses.count / 2]

    var figures = BackEndFigures(
      name: layout == .own ? "kernel" : "kernel-cilium",
      manner: "each packet \(Self.repetitions) times in a row", throughput: .init(passes: passes), latencyPasses: 1,
      latency: Self.summary(times.map { max(0, Double($0) - cost) }),
      timer: .init(
        name: "BPF_PROG_TEST_RUN", isSteady: true, ticksPerNanosecond: 1, cost: cost, leastCost: Double(empty[0]),
        medianCost: cost),
      verdicts: verdicts, flows: flows)
    let maps = layout == .own ? "Weir's own layout of the maps" : "Cilium's layout of the maps"
    figures.notes = [
      (
        "how",
        "the BPF program with \(maps), run by BPF_PROG_TEST_RUN: for the latency each packet once, in order and without "
          + "connections at the beginning, a system call apart from the next; for the throughput many times in a row, "
          + "with all connections known."
      ),
      (
        "timer",
        "the kernel's clock, in whole nanoseconds. An empty program took \(BenchText.decimal(cost)) ns when run once and "
          + "\(BenchText.decimal(hotCost)) ns of many times in a row, which is taken off the figures above."
      ),
    ]
    return figures
  }

  /// Runs over the packets that the kernel takes: Ethernet frames with room for the IP header that their type promises.
  private mutating func forEach(
    _ load: borrowing PacketLoad,
    _ body: (inout Datapath, UnsafeRawBufferPointer) throws(KernelError) -> Void
  ) throws(KernelError) {
    var position = 0
    while position < load.count {
      load.fill(&packets, from: position)
      for index in 0..<packets.count {
        let packet = packets[index]
        if packet.linkType == LinkType.ethernet.rawValue, Self.isRunnable(packet.bytes) {
          try body(&datapath, packet.bytes)
        }
      }
      position += packets.count
    }
  }

  private static func isRunnable(_ frame: UnsafeRawBufferPointer) -> Bool {
    guard (15...3500).contains(frame.count) else { return false }
    switch UInt16(frame[12]) << 8 | UInt16(frame[13]) {
    case 0x0800: return frame.count >= 34
    case 0x86dd: return frame.count >= 54
    default: return true
    }
  }

  private static func count(
    _ verdict: PacketVerdict, _ verdicts: inout EngineCounters.Verdicts, _ flows: inout UInt64
  ) {
    switch verdict.verdict {
    case .forwarded: verdicts.forwarded += 1
    case .dropped: verdicts.dropped += 1
    case .redirected: verdicts.redirected += 1
    case .audit: verdicts.audit += 1
    case .unjudged: verdicts.unjudged += 1
    }
    if verdict.egress.flags.contains(.opensConnection) || verdict.ingress.flags.contains(.opensConnection) {
      flows += 1
    }
  }

  private static func summary(_ times: [Double]) -> LatencySummary {
    let sorted = times.sorted()
    func percentile(_ part: Double) -> Double { sorted[min(sorted.count - 1, Int(Double(sorted.count) * part))] }
    let total = LatencyDistribution(
      name: LatencySummary.totalName, count: UInt64(sorted.count), sum: sorted.reduce(0, +), p50: percentile(0.5),
      p90: percentile(0.9), p99: percentile(0.99), p999: percentile(0.999), max: sorted[sorted.count - 1])
    let columns = Dictionary(grouping: sorted, by: { $0 }).sorted { $0.key < $1.key }
      .map { LatencySummary.Column(nanoseconds: $0.key, count: UInt64($0.value.count)) }
    return LatencySummary(
      hops: [], total: total, packets: UInt64(sorted.count), timerNanoseconds: 0, loopNanoseconds: 0, columns: columns)
  }
}
