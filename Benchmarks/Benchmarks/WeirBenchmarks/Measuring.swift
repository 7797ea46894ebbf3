import Benchmark
import Rows

/// How much work one measurement was.
struct Amount {
  var items = 1
  var bytes = 0
  /// The time that counts, where it is not all that passed.
  var time: Duration?
}

/// Registers the benchmark of a row.
///
/// - Parameters:
///   - seconds: how long to go on measuring, after one measurement to warm up.
///   - setup: makes the input, which is released when the row is done.
///   - run: the work; what precedes a call of `startMeasurement()` in it is not measured.
func measure<Input>(
  _ row: Row, seconds: Double = 1, setup: @escaping () throws -> Input,
  run: @escaping (Benchmark, Input) throws -> Amount
) {
  let items = BenchmarkMetric.custom(Count.items, polarity: .prefersLarger, useScalingFactor: false)
  let bytes = BenchmarkMetric.custom(Count.bytes, polarity: .prefersLarger, useScalingFactor: false)
  let nanoseconds = BenchmarkMetric.custom(Count.nanoseconds, useScalingFactor: false)
  let configuration = Benchmark.Configuration(
    metrics: [.wallClock, items, bytes, nanoseconds], timeUnits: .nanoseconds,
    units: [items: .count, bytes: .count, nanoseconds: .count],
    warmupIterations: 1, maxDuration: .seconds(seconds), maxIterations: 100_000)
  let holder = Holder<Input>()
  Benchmark(row.name, configuration: configuration) { benchmark in
    guard let input = holder.input else { return benchmark.error("\(row.name) has no input") }
    do {
      benchmark.startMeasurement()
      let amount = try run(benchmark, input)
      benchmark.stopMeasurement()
      benchmark.measurement(items, amount.items)
      benchmark.measurement(bytes, amount.bytes)
      benchmark.measurement(nanoseconds, amount.nanoseconds)
    } catch {
      benchmark.error("\(row.name): \(error)")
    }
  } setup: {
    holder.input = try setup()
  } teardown: {
    holder.input = nil
  }
}

extension Amount {
  /// 0 where the time from start to end counts.
  fileprivate var nanoseconds: Int {
    guard let parts = time?.components else { return 0 }
    return Int(parts.seconds) * 1_000_000_000 + Int(parts.attoseconds / 1_000_000_000)
  }
}

/// Keeps a row's input alive while it is measured.
private final class Holder<Input> {
  var input: Input?
}

/// A benchmark's input is not what it should be.
struct InputError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
