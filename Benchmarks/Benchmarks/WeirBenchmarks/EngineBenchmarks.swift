import Benchmark
import Dataplane
import Packet
import Rows

/// The whole engine: a frame's bytes to its verdict at both hops, with connection tracking.
func registerEngineBenchmarks() {
  registerEstablished()
  registerNew()
  registerEvicting()
  registerDenied()
  registerMixed()
}

private func registerEstablished() {
  measure(.engineEstablished) {
    var traffic = EngineTraffic()
    let connections = traffic.connections(16_384)
    let run = EngineRun(LookupTables(EngineWorld.tables()), traffic.segments(1 << 16, of: connections))
    run.judge(EngineTraffic.openings(connections))
    return run
  } run: { _, run in
    let counters = run.judgeAll()
    guard counters.verdicts.forwarded == counters.packets else { throw InputError("a packet was not forwarded") }
    return Amount(items: run.batch.count)
  }
}

/// Every measurement has an engine of its own, so its table of connections grows on the way.
private func registerNew() {
  measure(.engineNew, seconds: 2) {
    var traffic = EngineTraffic()
    let openings = EngineTraffic.openings(traffic.connections(1 << 17))
    return EngineRun(LookupTables(EngineWorld.tables()), openings)
  } run: { benchmark, run in
    run.reset()
    benchmark.startMeasurement()
    let counters = run.judgeAll()
    guard counters.flows > 120_000, counters.verdicts.forwarded == counters.packets else {
      throw InputError("\(counters.flows) connections")
    }
    return Amount(items: run.batch.count)
  }
}

/// Every connection takes the place of another that is still alive.
private func registerEvicting() {
  measure(.engineEvicting) {
    var traffic = EngineTraffic()
    var options = EngineOptions()
    options.maximumConnections = 1 << 14
    let connections = traffic.connections(1 << 16)
    return EngineRun(LookupTables(EngineWorld.tables()), EngineTraffic.openings(connections), options)
  } run: { _, run in
    let evicted = run.counters.connectionsEvicted
    let counters = run.judgeAll()
    guard counters.connectionsEvicted - evicted > 40_000 else {
      throw InputError("\(counters.connectionsEvicted - evicted) connections lost their places")
    }
    return Amount(items: run.batch.count)
  }
}

private func registerDenied() {
  measure(.engineDenied) {
    var traffic = EngineTraffic()
    return EngineRun(LookupTables(EngineWorld.tables()), traffic.attempts(1 << 16))
  } run: { _, run in
    let counters = run.judgeAll()
    guard counters.verdicts.dropped == counters.packets else { throw InputError("a packet was not dropped") }
    return Amount(items: run.batch.count)
  }
}

private func registerMixed() {
  measure(.engineMixed, seconds: 2) {
    var traffic = EngineTraffic()
    let open = traffic.connections(15_000) + traffic.connections(1500, isIPv6: true)
    let mixture = traffic.mixture(1 << 17, open: open)
    return MixedRun(
      run: EngineRun(LookupTables(EngineWorld.tables()), mixture), openings: EngineTraffic.openings(open))
  } run: { benchmark, mixed in
    mixed.run.reset()
    mixed.run.judge(mixed.openings)
    benchmark.startMeasurement()
    let counters = mixed.run.judgeAll()
    guard counters.verdicts.unjudged == 0 else { throw InputError("a packet was not judged") }
    return Amount(items: mixed.run.batch.count)
  }
}

private struct MixedRun {
  let run: EngineRun
  let openings: FrameBatch
}

/// An engine and the frames that it judges.
private final class EngineRun {
  let batch: FrameBatch
  private let tables: LookupTables
  private var engine: Engine
  /// One microsecond from packet to packet.
  private var clock: Int64 = 1_760_000_000_000_000_000

  private let options: EngineOptions

  init(_ tables: LookupTables, _ batch: FrameBatch, _ options: EngineOptions = EngineOptions()) {
    self.tables = tables
    self.batch = batch
    self.options = options
    engine = Engine(sharing: tables, options: options)
  }

  var counters: EngineCounters { engine.counters }

  /// Forgets all connections.
  func reset() { engine = Engine(sharing: tables, options: options) }

  func judgeAll() -> EngineCounters { judge(batch) }

  @discardableResult
  func judge(_ batch: FrameBatch) -> EngineCounters {
    Self.judge(batch, tables, with: &engine, from: clock)
    clock += Int64(batch.count) * 1000
    return engine.counters
  }

  private static func judge(
    _ batch: FrameBatch, _ tables: LookupTables, with engine: inout Engine, from clock: Int64
  ) {
    var packets = CapturedPackets(capacity: 64)
    var prepared = PreparedPackets(capacity: 64)
    var reports = VerdictReports([], capacity: 64)
    batch.forEach { index, bytes in
      packets.append(
        CapturedPacket(
          timestamp: clock &+ Int64(index) &* 1000, originalLength: UInt32(truncatingIfNeeded: bytes.count),
          linkType: LinkType.ethernet.rawValue, bytes: bytes))
      guard packets.count == packets.capacity || index == batch.count - 1 else { return }
      packets.upcoming = UnsafeRawPointer(bytes.baseAddress)
      prepared.prepare(packets, tables)
      engine.judge(packets, prepared, reports: &reports)
      packets.removeAll()
    }
  }
}
