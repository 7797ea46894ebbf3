import Capture
import Dataplane
import Flow
import Packet
import Tables

/// One pass over the captures: dissect, judge, record.
struct Replay: ~Copyable {
  private let tables: Tables
  private var engine: Engine
  private var recorder: FlowRecorder
  private var selector: FlowSelector
  private let selectsEverything: Bool
  /// nil when only totals are wanted.
  private let writer: FlowWriter?
  private var deniedPairs = DeniedPairs()

  init(
    tables: Tables, selection: FlowSelection, writer: FlowWriter?, recordsEveryPacket: Bool,
    midstream: EngineOptions.Midstream
  ) {
    self.tables = tables
    self.writer = writer
    var options = EngineOptions()
    options.midstream = midstream
    engine = Engine(tables: tables, options: options)
    recorder = FlowRecorder(tables: tables, recordsEveryPacket: recordsEveryPacket && writer != nil)
    selector = FlowSelector(selection)
    selectsEverything = selection.isEverything
  }

  /// Whoever read the events has gone away, and what followed was not written.
  var readerIsGone: Bool { writer?.readerIsGone ?? false }

  /// Reads the captures to their end, or, `onlyForReader`, until nobody reads the events any more.
  mutating func run(_ capture: inout MergedCapture, onlyForReader: Bool) throws {
    // Whoever reads the events may go away: the writer then says so instead of the process being ended.
    StandardOutput.ignoreBrokenPipes()
    while let packet = capture.next() {
      let headers = PacketHeaders(
        dissecting: packet.bytes, linkType: LinkType(rawValue: packet.linkType), originalLength: packet.originalLength)
      let verdict = engine.judge(headers, at: packet.timestamp, length: packet.originalLength)
      guard recorder.isWorthRecording(verdict) else { continue }
      try record(headers, verdict, at: packet.timestamp)
      if onlyForReader, readerIsGone { return }
    }
    guard let writer else { return }
    try selector.finish { try writer.write($0) }
    try writer.finish()
  }

  private mutating func record(_ headers: PacketHeaders, _ verdict: PacketVerdict, at time: Int64) throws {
    let isDropped = verdict.verdict == .dropped
    // Without events only drops matter, for the table of denied pairs.
    guard writer != nil || isDropped else { return }
    recorder.record(headers, verdict, at: time)
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

  /// The totals so far; the time is the caller's to add.
  func statistics() -> ReplayStatistics {
    let counters = engine.counters
    var result = ReplayStatistics()
    result.packets = counters.packets
    result.bytes = counters.bytes
    result.flows = counters.flows
    result.verdicts.forwarded = counters.verdicts.forwarded
    result.verdicts.dropped = counters.verdicts.dropped
    result.verdicts.redirected = counters.verdicts.redirected
    result.verdicts.audit = counters.verdicts.audit
    result.verdicts.unjudged = counters.verdicts.unjudged
    result.flowVerdicts.forwarded = counters.flowVerdicts.forwarded
    result.flowVerdicts.dropped = counters.flowVerdicts.dropped
    result.flowVerdicts.audit = counters.flowVerdicts.audit
    result.flowVerdicts.unjudged = counters.flowVerdicts.unjudged
    for number in 0..<256 where counters.dropReasons[number] > 0 {
      result.dropReasons[Flow.DropReason(rawValue: UInt32(number))] = counters.dropReasons[number]
    }
    let kinds = counters.kinds
    result.packetsBy.ipv4 = kinds.ipv4
    result.packetsBy.ipv6 = kinds.ipv6
    result.packetsBy.arp = kinds.arp
    result.packetsBy.other = kinds.other
    result.packetsBy.tcp = kinds.tcp
    result.packetsBy.udp = kinds.udp
    result.packetsBy.sctp = kinds.sctp
    result.packetsBy.icmp = kinds.icmp
    result.packetsBy.fragments = kinds.fragments
    result.packetsBy.truncated = kinds.truncated
    result.packetsBy.malformed = kinds.malformed
    result.limits.connectionsEvicted = counters.connectionsEvicted
    result.deniedPairs = deniedPairs
    return result
  }
}
