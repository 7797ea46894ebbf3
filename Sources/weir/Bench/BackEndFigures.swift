import Dataplane
import Latency

/// What was measured of one back end. Several over the same packets and tables are printed side by side.
struct BackEndFigures {
  /// What `weir replay` would do: as many packets as possible.
  struct Throughput {
    /// One for each pass over the packets, in nanoseconds per packet; not empty.
    var passes: [Double]

    /// The median of the passes.
    var nanosecondsPerPacket: Double { passes.sorted()[passes.count / 2] }
    var best: Double { passes.min() ?? 0 }
    var packetsPerSecond: Double { 1e9 / nanosecondsPerPacket }
  }

  /// In JSON and tables.
  var name: String
  /// How the packets were judged for `throughput`, in a few words.
  var manner: String
  var throughput: Throughput
  /// Passes over the packets that `latency` is of.
  var latencyPasses: Int
  var latency: LatencySummary
  /// What the times were read from, and what one reading costs, in nanoseconds: subtracted from every figure.
  var timer: Timer
  /// Of one pass.
  var verdicts: EngineCounters.Verdicts
  var flows: UInt64
  /// How the figures were made, under a word each; nil: as those of the engine.
  var notes: [(title: String, text: String)]?

  struct Timer {
    var name: String
    var isSteady: Bool
    var ticksPerNanosecond: Double
    var cost: Double
    /// Of two readings with nothing between them: the least distance, and the median. A clock that advances in steps
    /// has these in whole ones.
    var leastCost: Double
    var medianCost: Double
  }
}

extension BackEndFigures.Timer {
  init(_ counter: CycleCounter) {
    self.init(
      name: CycleCounter.name, isSteady: CycleCounter.isSteady, ticksPerNanosecond: counter.ticksPerNanosecond,
      cost: counter.nanoseconds(counter.cost), leastCost: counter.nanoseconds(counter.leastCost),
      medianCost: counter.nanoseconds(counter.medianCost))
  }
}
