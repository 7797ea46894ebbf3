import Capture
import Dataplane
import Flow
import Names
import Packet
import Proxy
import Tables

/// One pass over the captures that prints events: dissect, judge, record.
struct Replay: ~Copyable {
  private var engine: Engine
  private(set) var names: NameStage
  private var recorder: FlowRecorder
  private var selector: FlowSelector
  private let selectsEverything: Bool
  /// nil: only totals are wanted.
  private let writer: FlowWriter?
  private let recordsEveryPacket: Bool
  private var timer: PacketTimer?
  private var proxies: ProxyStage?
  private var deniedPairs = DeniedPairs()

  /// How many packets are read and judged together.
  static let batch = 64

  init(
    names: consuming NameStage, selection: FlowSelection, writer: FlowWriter?, recordsEveryPacket: Bool,
    options: EngineOptions, proxies: ProxySettings, sampling: PacketTimer.Sampling?
  ) {
    self.writer = writer
    self.recordsEveryPacket = recordsEveryPacket
    engine = Engine(sharing: names.lookup, options: options)
    recorder = FlowRecorder(
      tables: names.tables, lookup: names.lookup, recordsEveryPacket: recordsEveryPacket)
    selector = FlowSelector(selection)
    selectsEverything = selection.isEverything
    self.proxies = ProxyStage(names.tables, proxies)
    self.names = names
    timer = nil
    if let sampling { timer = PacketTimer(sampling, capacity: Self.batch) }
  }

  /// Whoever read the events has gone away, and what followed was not written.
  var readerIsGone: Bool { writer?.readerIsGone ?? false }

  /// Reads the captures to their end, or, `onlyForReader`, until nobody reads the events any more.
  mutating func run(_ capture: inout MergedCapture, onlyForReader: Bool, progress: ProgressBar? = nil) throws {
    // Whoever reads the events may go away: the writer then says so instead of the process being ended.
    StandardOutput.ignoreBrokenPipes()
    let batch = names.changesTables ? 1 : Self.batch
    var packets = CapturedPackets(capacity: batch)
    var prepared = PreparedPackets(capacity: batch)
    var wanted: VerdictReports.Wanted = recordsEveryPacket ? .everything : [.drops, .openings]
    if writer == nil { wanted = .drops }
    if proxies != nil { wanted.formUnion(.redirected) }
    var reports = VerdictReports(wanted, capacity: batch)
    while true {
      capture.next(&packets)
      guard packets.count > 0 else { break }
      follow(names.advance(to: packets[0].timestamp, &engine, &proxies))
      if timer == nil {
        prepared.prepare(packets, names.lookup)
        engine.judge(packets, prepared, reports: &reports)
      } else {
        timer?.judge(packets, with: &engine, reports: &reports)
      }
      for position in 0..<reports.count {
        let report = reports[position]
        try record(packets[Int(report.index)], report.verdict)
        if onlyForReader, readerIsGone { return }
      }
      progress?.advance(packets)
    }
    while let waiting = proxies?.judgeWaiting(with: &engine) { try record(waiting) }
    try selector.finish { [writer] in try writer?.write($0) }
    try writer?.finish()
  }

  private mutating func record(_ packet: CapturedPacket, _ verdict: PacketVerdict) throws {
    let view = names.lookup.view(of: packet)
    var verdict = verdict
    let isReply =
      timer?.judge(view, &verdict, by: &proxies, with: &engine)
      ?? proxies?.judge(view, &verdict, with: &engine) ?? false
    recorder.names = (
      names.names(of: view.headers.source, knownTo: verdict.destinationEndpoint, at: packet.timestamp),
      names.names(of: view.headers.destination, knownTo: verdict.sourceEndpoint, at: packet.timestamp)
    )
    recorder.record(view.headers, verdict, tunnel: Flow.Tunnel(view), at: packet.timestamp)
    if let events = proxies?.events, !events.isEmpty {
      recorder.record(
        events, isReply: isReply, view.headers, verdict, tunnel: Flow.Tunnel(view), at: packet.timestamp)
    }
    try write(verdict)
    follow(names.learn(&engine, &proxies))
  }

  /// What proxies say at the captures' end about bytes that waited for lost ones.
  private mutating func record(_ waiting: Proxies.Waiting) throws {
    guard let events = proxies?.events, !events.isEmpty else { return }
    let (headers, time) = (waiting.packet.headers, waiting.packet.timestamp)
    recorder.names = (
      names.names(of: headers.source, knownTo: waiting.verdict.destinationEndpoint, at: time),
      names.names(of: headers.destination, knownTo: waiting.verdict.sourceEndpoint, at: time)
    )
    recorder.beginPacket()
    recorder.record(events, isReply: waiting.outcome.isReply, headers, waiting.verdict, tunnel: nil, at: time)
    try write(waiting.verdict)
  }

  /// Writes the events of the packet that was recorded last.
  private mutating func write(_ verdict: PacketVerdict) throws {
    // A flow is large: by its index it is used where it is.
    for index in recorder.flows.indices {
      // What only followed a refusal is no further attempt, and is the same pair turned round.
      if recorder.flows[index].eventType.type == Flow.EventType.Number.drop, !verdict.flags.contains(.followsRefusal) {
        deniedPairs.add(recorder.flows[index])
      }
      guard let writer else { continue }
      if selectsEverything {
        try writer.write(recorder.flows[index])
      } else {
        try selector.take(FlowEvent(recorder.flows[index])) { try writer.write($0) }
      }
    }
  }

  /// Events to come name what the tables have now.
  private mutating func follow(_ effects: [LearnedTables.Effect]) {
    for effect in effects { recorder.follow(effect, names.lookup) }
  }

  /// The totals so far; the time is the caller's to add.
  func statistics() -> ReplayStatistics {
    var statistics = ReplayStatistics(engine.counters)
    statistics.take(names.counters)
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
