import ArgumentParser
import Latency

/// Whether packets are timed, and how many of them.
struct LatencyOptions: ParsableArguments {
  @Flag(help: "Time the packets hop by hop; they are then judged one by one, which takes several times as long.")
  var latency = false

  @Option(
    help: ArgumentHelp("Time only one group of packets in so many (default with --latency: 1).", valueName: "number"))
  var latencySample: Int?

  func validate() throws {
    guard latencySample.map({ (1...1_000_000).contains($0) }) ?? true else {
      throw ValidationError("--latency-sample takes a number from 1 to 1000000")
    }
  }

  /// Nil when nothing is to be timed.
  var sampling: PacketTimer.Sampling? {
    guard latency || latencySample != nil else { return nil }
    return PacketTimer.Sampling(counter: CycleCounter(), interval: latencySample ?? 1)
  }
}
