import Capture
import Dataplane
import Flow
import Packet
import Proxy
import Tables

/// One pass over the captures that prints events: dissect, judge, record.
struct Replay: ~Copyable {
  private var engine: Engine
  private let lookup: LookupTables
  private var recorder: FlowRecorder
  private var selector: FlowSelector
  private let selectsEverything: Bool
  private let writer: FlowWriter
  private let recordsEveryPacket: Bool
  private var timer: PacketTimer?
  private var proxies: ProxyStage?
  private var deniedPairs = DeniedPairs()

  /// How many packets are read and judged together.
  static let batch = 64

  init(
    tables: Tables, selection: FlowSelection, writer: FlowWriter, recordsEveryPacket: Bool, options: EngineOptions,
    vantage: Vantage, proxies: ProxySettings, sampling: PacketTimer.Sampling?
  ) {
    self.writer = writer
    self.recordsEveryPacket = recordsEveryPacket
    lookup = LookupTables(tables, vantage: vantage)
    engine = Engine(sharing: lookup, options: options)
    recorder = FlowRecorder(tables: tables, recordsEveryPacket: recordsEveryPacket)
    selector = FlowSelector(selection)
    selectsEverything = selection.isEverything
    self.proxies = ProxyStage(tables, proxies)
    timer = nil
    if let sampling { timer = PacketTimer(sampling, capacity: Self.batch) }
  }

  /// Whoever read the events has gone away, and what followed was not written.
  var readerIsGone: Bool { writer.readerIsGone }

  /// Reads the captures to their end, or, `onlyForReader`, until nobody reads the events any more.
  mutating func run(_ capture: inout MergedCapture, onlyForReader: Bool) throws {
    // Whoever reads the events may go away: the writer then says so instead of the process being ended.
    StandardOutput.ignoreBrokenPipes()
    var packets = CapturedPackets(capacity: Self.batch)
    var prepared = PreparedPackets(capacity: Self.batch)
    var wanted: VerdictReports.Wanted = recordsEveryPacket ? .everything : [.drops, .openings]
    if proxies != nil { wanted.formUnion(.redirected) }
    var reports = VerdictReports(wanted, capacity: Self.batch)
    while true {
      capture.next(&packets)
      guard packets.count > 0 else { break }
      if timer == nil {
        prepared.prepare(packets, lookup)
        engine.judge(packets, prepared, reports: &reports)
      } else {
        timer?.judge(packets, with: &engine, reports: &reports)
      }
      for position in 0..<reports.count {
        let report = reports[position]
        try record(packets[Int(report.index)], report.verdict)
        if onlyForReader, readerIsGone { return }
      }
    }
    try selector.finish { try writer.write($0) }
    try writer.finish()
  }

  private mutating func record(_ packet: CapturedPacket, _ verdict: PacketVerdict) throws {
    let view = lookup.view(of: packet)
    var verdict = verdict
    let isReply =
      timer?.judge(view, &verdict, by: &proxies, with: &engine)
      ?? proxies?.judge(view, &verdict, with: &engine) ?? false
    recorder.record(view.headers, verdict, tunnel: Flow.Tunnel(view), at: packet.timestamp)
    if let events = proxies?.events, !events.isEmpty {
      recorder.record(
        events, isReply: isReply, view.headers, verdict, tunnel: Flow.Tunnel(view), at: packet.timestamp)
    }
    // A flow is large: by its index it is used where it is.
    for index in recorder.flows.indices {
      // What only followed a refusal is no further attempt, and is the same pair turned round.
      if recorder.flows[index].eventType.type == Flow.EventType.Number.drop, !verdict.flags.contains(.followsRefusal) {
        deniedPairs.add(recorder.flows[index])
      }
      if selectsEverything {
        try writer.write(recorder.flows[index])
      } else {
        try selector.take(FlowEvent(recorder.flows[index])) { try writer.write($0) }
      }
    }
  }

  /// The totals so far; the time is the caller's to add.
  func statistics() -> ReplayStatistics {
    var statistics = ReplayStatistics(engine.counters)
    statistics.deniedPairs = deniedPairs
    switch proxies {
    case .some(let proxies): statistics.take(proxies.counters)
    case nil: break
    }
    switch timer {
    case .some(let timer): statistics.take(timer.recorder)
    case nil: break
    }
    return statistics
  }
}
