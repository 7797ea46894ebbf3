import Dataplane
import Latency

/// What `weir bench -o json` writes. Times are in nanoseconds.
struct BenchJSON {
  let input: BenchInput
  let packets: Int
  let bytes: Int
  let figures: [BackEndFigures]

  func write(to json: inout JSONWriter) {
    json.object { json in
      json.field("cluster", input.cluster)
      json.field("traffic", input.traffic)
      if let seed = input.seed { json.field("seed", seed) }
      json.field("packets", packets)
      json.field("bytes", bytes)
      json.key("back_ends")
      json.array(figures) { write($1, to: &$0) }
    }
    json.line()
  }

  private func write(_ figures: BackEndFigures, to json: inout JSONWriter) {
    json.object { json in
      json.field("name", figures.name)
      json.field("flows", figures.flows)
      json.key("verdicts")
      json.object {
        $0.field("FORWARDED", figures.verdicts.forwarded)
        $0.field("DROPPED", figures.verdicts.dropped)
        $0.field("REDIRECTED", figures.verdicts.redirected)
        $0.field("AUDIT", figures.verdicts.audit)
        $0.field("UNJUDGED", figures.verdicts.unjudged)
      }
      json.key("throughput")
      json.object {
        $0.field("passes", figures.throughput.passes.count)
        $0.field("packets_per_second", UInt64(figures.throughput.packetsPerSecond))
        $0.field("ns_per_packet", figures.throughput.nanosecondsPerPacket)
        $0.field("best_ns_per_packet", figures.throughput.best)
      }
      if let first = self.figures.first, first.name != figures.name {
        json.field(
          "throughput_ratio", first.throughput.nanosecondsPerPacket / figures.throughput.nanosecondsPerPacket)
      }
      json.key("timer")
      json.object {
        $0.field("name", figures.timer.name)
        $0.field("steady", figures.timer.isSteady)
        $0.field("ticks_per_ns", figures.timer.ticksPerNanosecond)
        $0.field("cost_ns", figures.timer.cost)
        $0.field("least_cost_ns", figures.timer.leastCost)
        $0.field("median_cost_ns", figures.timer.medianCost)
        $0.field("subtracted", true)
      }
      write(figures.latency, passes: figures.latencyPasses, to: &json)
    }
  }

  private func write(_ summary: LatencySummary, passes: Int, to json: inout JSONWriter) {
    json.key("latency")
    json.object {
      $0.field("passes", passes)
      $0.field("packets", summary.packets)
      $0.field("timed", summary.total.count)
      $0.field("loop_ns", summary.loopNanoseconds)
      $0.field("timer_ns", summary.timerNanoseconds)
      $0.field("agreement", summary.agreement ?? 0)
    }
    json.key("latency_ns")
    json.object { json in
      for hop in summary.hops + [summary.total] where hop.count > 0 {
        json.key(hop.name)
        json.object {
          $0.field("count", hop.count)
          $0.field("mean", hop.mean)
          $0.field("p50", hop.p50)
          $0.field("p90", hop.p90)
          $0.field("p99", hop.p99)
          $0.field("p999", hop.p999)
          $0.field("max", hop.max)
        }
      }
    }
  }
}

extension JSONWriter {
  /// With six digits after the point, like seconds.
  mutating func field(_ name: String, _ number: Double) {
    key(name)
    value(seconds: number)
  }
}
