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
  private var output: ReplayOutput
  private let recordsEveryPacket: Bool
  private var timer: PacketTimer?
  private var proxies: ProxyStage?
  private var drops = DropTally()
  /// How far the captures' packets are in order.
  private(set) var order = CaptureOrder()
  /// How many packets came before those that are being judged.
  private var packetCount = 0

  /// How many packets are read and judged together.
  static let batch = 64

  init(
    names: consuming NameStage, output: consuming ReplayOutput, recordsEveryPacket: Bool, options: EngineOptions,
    proxies: ProxySettings, sampling: PacketTimer.Sampling?
  ) {
    self.output = output
    self.recordsEveryPacket = recordsEveryPacket
    engine = Engine(sharing: names.lookup, options: options)
    recorder = FlowRecorder(
      tables: names.tables, lookup: names.lookup, recordsEveryPacket: recordsEveryPacket)
    self.proxies = ProxyStage(names.tables, proxies)
    self.names = names
    timer = nil
    if let sampling { timer = PacketTimer(sampling, capacity: Self.batch) }
  }

  /// Whoever read the events has gone away, and what followed was not written.
  var readerIsGone: Bool { output.readerIsGone }

  /// Reads the captures to their end, or, `onlyForReader`, until nobody reads the events any more.
  mutating func run(_ capture: inout MergedCapture, onlyForReader: Bool, progress: ProgressBar? = nil) throws {
    // Whoever reads the events may go away: the writer then says so instead of the process being ended.
    StandardOutput.ignoreBrokenPipes()
    let batch = names.changesTables ? 1 : Self.batch
    var packets = CapturedPackets(capacity: batch)
    var prepared = PreparedPackets(capacity: batch)
    var wanted: VerdictReports.Wanted = recordsEveryPacket ? .everything : [.drops, .openings]
    if !output.isWanted { wanted = .drops }
    if proxies != nil { wanted.formUnion(.redirected) }
    var reports = VerdictReports(wanted, capacity: batch)
    while true {
      // Whoever looks on sees what there is so far while a stream keeps everybody waiting.
      if !capture.isAtHand { try output.flush() }
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
        if timer != nil { recorder.latency = timer?.hops(of: Int(report.index)) ?? [] }
        try record(packets[Int(report.index)], report.verdict, number: packetCount + Int(report.index))
        if onlyForReader, readerIsGone { return }
      }
      packetCount += packets.count
      order.review(packets)
      progress?.advance(packets)
    }
    while let waiting = proxies?.judgeWaiting(with: &engine) { try record(waiting) }
    try output.finish()
  }

  private mutating func record(_ packet: CapturedPacket, _ judged: PacketVerdict, number: Int) throws {
    let view = names.lookup.view(of: packet)
    var verdict = judged
    let isReply =
      timer?.judge(view, &verdict, by: &proxies, with: &engine)
      ?? proxies?.judge(view, &verdict, with: &engine) ?? false
    let ends = DropTally.Names(
      source: names.names(of: view.headers.source, knownTo: verdict.destinationEndpoint, at: packet.timestamp),
      destination: names.names(of: view.headers.destination, knownTo: verdict.sourceEndpoint, at: packet.timestamp)
    )
    // What only followed a refusal is no further attempt, and is the same pair turned round.
    if judged.verdict == .dropped, !verdict.flags.contains(.followsRefusal) {
      drops.add(view.headers, verdict, names: ends, number: number)
    }
    if output.isWanted {
      let tunnel = Flow.Tunnel(view)
      recorder.names = (ends.source, ends.destination)
      try recorder.record(view.headers, verdict, tunnel: tunnel, at: packet.timestamp, to: &output)
      if let events = proxies?.events, !events.isEmpty {
        try recorder.record(
          events, isReply: isReply, view.headers, verdict, tunnel: tunnel, at: packet.timestamp, to: &output)
      }
    }
    follow(names.learn(&engine, &proxies))
  }

  /// What proxies say at the captures' end about bytes that waited for lost ones.
  private mutating func record(_ waiting: Proxies.Waiting) throws {
    guard output.isWanted, let events = proxies?.events, !events.isEmpty else { return }
    let (headers, time) = (waiting.packet.headers, waiting.packet.timestamp)
    recorder.names = (
      names.names(of: headers.source, knownTo: waiting.verdict.destinationEndpoint, at: time),
      names.names(of: headers.destination, knownTo: waiting.verdict.sourceEndpoint, at: time)
    )
    recorder.latency = []
    try recorder.record(
      events, isReply: waiting.outcome.isReply, headers, waiting.verdict, tunnel: nil, at: time, to: &output)
  }

  /// Events to come name what the tables have now.
  private mutating func follow(_ effects: [LearnedTables.Effect]) {
    for effect in effects { recorder.follow(effect, names.lookup) }
  }

  /// The totals so far; the time is the caller's to add.
  func statistics() -> ReplayStatistics {
    var statistics = ReplayStatistics(engine.counters)
    statistics.take(names.counters)
    statistics.deniedPairs = DropTally.pairs([drops], names.tables)
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
