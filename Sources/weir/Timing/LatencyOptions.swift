import ArgumentParser
import Latency

/// Whether packets are timed, and how many of them.
struct LatencyOptions: ParsableArguments {
  /// A prime, so that no pattern of packets meets it again and again. With it, reading the clock costs a few per cent.
  private static let usualInterval = 7

  @Flag(help: "Time the packets hop by hop; they are then judged one by one, which takes longer.")
  var latency = false

  @Option(help: ArgumentHelp("Time every so many-th packet (default with --latency: 7).", valueName: "number"))
  var latencySample: Int?

  func validate() throws {
    guard latencySample.map({ (1...1_000_000).contains($0) }) ?? true else {
      throw ValidationError("--latency-sample takes a number from 1 to 1000000")
    }
  }

  /// Nil when nothing is to be timed.
  var sampling: PacketTimer.Sampling? {
    guard latency || latencySample != nil else { return nil }
    return PacketTimer.Sampling(counter: CycleCounter(), interval: latencySample ?? Self.usualInterval)
  }
}
