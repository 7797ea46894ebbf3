import Dataplane
import Latency
import Packet
import Proxy
import Tables

/// Measures the Swift engine over a load: in groups for the throughput, then one packet at a time for the latency.
///
/// Every pass begins without connections, in memory that the warm-up has taken.
struct EngineBench: ~Copyable {
  private let lookup: LookupTables
  private var engine: Engine
  private var packets = CapturedPackets(capacity: Replay.batch)
  private var prepared = PreparedPackets(capacity: Replay.batch)
  private var reports: VerdictReports
  private var noReports = VerdictReports([], capacity: Replay.batch)
  /// Only latencies are taken of proxies: the throughput is that of packet verdicts, as other back ends give them.
  private var proxies: ProxyStage?

  init(_ tables: Tables, _ options: EngineOptions, _ settings: ProxySettings) {
    lookup = LookupTables(tables)
    proxies = ProxyStage(tables, settings)
    reports = VerdictReports(proxies == nil ? [] : .redirected, capacity: Replay.batch)
    engine = Engine(sharing: lookup, options: options)
  }

  /// - Parameters:
  ///   - load: not empty.
  ///   - seconds: how long to go on with each of the two measurements; at least one pass is made.
  mutating func measure(
    _ load: borrowing PacketLoad, seconds: Double, sampling: PacketTimer.Sampling
  ) -> BackEndFigures {
    // Memory grows before anything is measured, and proxies have a say in the verdicts.
    var warmUp = PacketTimer(sampling, capacity: Replay.batch)
    timedPass(load, &warmUp)
    let counters = engine.counters
    _ = pass(load)
    let nanoseconds = UInt64(seconds * 1e9)
    var passes: [Double] = []
    var start = CycleCounter.nanoseconds()
    repeat {
      passes.append(Double(pass(load)) / Double(load.count))
    } while CycleCounter.nanoseconds() - start < nanoseconds

    var timer = PacketTimer(sampling, capacity: Replay.batch)
    var latencyPasses = 0
    start = CycleCounter.nanoseconds()
    repeat {
      timedPass(load, &timer)
      latencyPasses += 1
    } while CycleCounter.nanoseconds() - start < nanoseconds
    return BackEndFigures(
      name: "engine", manner: "in groups, as weir replay judges them", throughput: .init(passes: passes),
      latencyPasses: latencyPasses, latency: timer.recorder.summary(), timer: .init(sampling.counter),
      verdicts: counters.verdicts, flows: counters.flows)
  }

  /// - Returns: what judging took, in nanoseconds.
  private mutating func pass(_ load: borrowing PacketLoad) -> UInt64 {
    engine.forgetPackets()
    let start = CycleCounter.nanoseconds()
    var position = 0
    while position < load.count {
      load.fill(&packets, from: position)
      prepared.prepare(packets, lookup)
      engine.judge(packets, prepared, reports: &noReports)
      position += packets.count
    }
    return CycleCounter.nanoseconds() - start
  }

  private mutating func timedPass(_ load: borrowing PacketLoad, _ timer: inout PacketTimer) {
    engine.forgetPackets()
    proxies?.forgetPackets()
    var position = 0
    while position < load.count {
      load.fill(&packets, from: position)
      timer.judge(packets, with: &engine, reports: &reports)
      for index in 0..<reports.count {
        var verdict = reports[index].verdict
        _ = timer.judge(
          lookup.view(of: packets[Int(reports[index].index)]), &verdict, by: &proxies, with: &engine)
      }
      position += packets.count
    }
  }
}
