internal import CCycleCounter
internal import Latency

/// Is told when a packet leaves a hop. The engine is specialised for each kind, so that `NoProbe` costs nothing.
protocol StageProbe {
  mutating func leave(_ hop: LatencyHop)
}

/// For packets that nobody times.
struct NoProbe: StageProbe {
  @inline(__always)
  mutating func leave(_ hop: LatencyHop) {}
}

/// Notes the time.
struct TimingProbe: StageProbe {
  private(set) var marks = PacketMarks()

  @inline(__always)
  init() { marks.begin = weir_cycles() }

  @inline(__always)
  mutating func leave(_ hop: LatencyHop) { marks.hops[hop.rawValue] = weir_cycles() }

  @inline(__always)
  mutating func end() { marks.end = weir_cycles() }
}
