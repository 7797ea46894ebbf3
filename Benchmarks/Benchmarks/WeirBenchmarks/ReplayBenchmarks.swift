import Benchmark
import Capture
import Dataplane
import Packet
import Rows

/// A capture read from the page cache and judged, beside the floor on the same capture.
func registerReplayBenchmarks() {
  let packets = 1 << 19
  for (row, prefetches) in [(Row.floor, true), (Row.floorPlain, false)] {
    measure(row, seconds: 2) {
      Floor(capture: CaptureFile.pcap(packets: packets), prefetches: prefetches)
    } run: { _, floor in
      guard floor.pass() == packets else { throw InputError("the floor lost packets") }
      return Amount(items: packets)
    }
  }
  for (row, isKnown) in [(Row.replayFirst, false), (Row.replayAgain, true)] {
    measure(row, seconds: 2) {
      ReplayRun(try ScratchFile("replay.pcap", CaptureFile.pcap(packets: packets)))
    } run: { benchmark, run in
      if !isKnown { run.reset() }
      benchmark.startMeasurement()
      try run.replay()
      guard run.counters.packets % UInt64(packets) == 0, run.counters.verdicts.unjudged == 0 else {
        throw InputError("\(run.counters.packets) packets")
      }
      return Amount(items: packets)
    }
  }
}

/// An engine and a capture.
private final class ReplayRun {
  private let file: ScratchFile
  private let tables = LookupTables(EngineWorld.tables())
  private var engine: Engine

  init(_ file: ScratchFile) {
    self.file = file
    engine = Engine(sharing: tables)
  }

  var counters: EngineCounters { engine.counters }

  /// Forgets all connections.
  func reset() { engine = Engine(sharing: tables) }

  func replay() throws { try Self.replay(file.path, tables, &engine) }

  private static func replay(_ path: String, _ tables: LookupTables, _ engine: inout Engine) throws {
    var reader = try CaptureReader(path: path)
    var packets = CapturedPackets(capacity: 64)
    var prepared = PreparedPackets(capacity: 64)
    var reports = VerdictReports([], capacity: 64)
    while true {
      reader.next(&packets)
      guard packets.count > 0 else { return }
      prepared.prepare(packets, tables)
      engine.judge(packets, prepared, reports: &reports)
    }
  }
}
