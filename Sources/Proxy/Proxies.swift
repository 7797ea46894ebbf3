internal import Addresses
public import Dataplane
internal import Layer7
public import Packet
internal import Rules
public import Tables

/// Plays Cilium's proxies (Envoy, the DNS proxy, the Kafka parser) on recorded bytes: judges what redirected connections
/// say.
///
/// One value belongs to one engine and sees the engine's packets in their order. Memory is bounded: `ProxySettings.limits`
/// for streams, 64 MiB for the texts of unanswered HTTP requests and the header compression of HTTP/2, 65,536 unanswered DNS queries, 65,536 QUIC connections
/// and 512 unfinished datagrams; `ProxyCounters.givenUp` counts what was forgotten.
///
/// A connection through two proxies is read once: what the client's proxy lets through, with the headers that it changes
/// (`headerMatches`), the server's judges.
public struct Proxies: ~Copyable {
  /// A packet that went through the engine.
  public struct Packet {
    public var headers: PacketHeaders
    public var bytes: UnsafeRawBufferPointer
    /// On the wire.
    public var originalLength: UInt32
    /// Capture time in nanoseconds.
    public var timestamp: Int64

    public init(
      headers: PacketHeaders, bytes: UnsafeRawBufferPointer, originalLength: UInt32, timestamp: Int64
    ) {
      self.headers = headers
      self.bytes = bytes
      self.originalLength = originalLength
      self.timestamp = timestamp
    }

    /// What may be kept when the next packet is read.
    fileprivate var withoutBytes: Packet {
      var packet = self
      packet.bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      return packet
    }
  }

  /// A connection's packet for which bytes before it are missing.
  public struct Waiting {
    /// Without its bytes.
    public var packet: Packet
    public var verdict: PacketVerdict
    /// The packet was refused when it came.
    public var isRefused: Bool
    /// What the proxies make of everything that waited.
    public fileprivate(set) var outcome = ProxyOutcome()
  }

  private var tables: Tables
  private var streams: ProxyStreams
  private var reassembler: StreamReassembler
  private var fragments = DatagramReassembler()
  private var frame = 0
  /// Connections in which segments wait for bytes before them.
  private var waiting: [Int: Waiting] = [:]
  /// Those that are still to be judged at the capture's end, the last first.
  private var waitingOrder: ArraySlice<Int>?

  public init(_ tables: Tables, settings: ProxySettings = ProxySettings()) {
    self.tables = tables
    streams = ProxyStreams(ProxyPolicies(tables, settings), settings)
    reassembler = StreamReassembler(limits: settings.limits)
  }

  /// Whether a packet with this verdict goes through a proxy.
  public static func concerns(_ verdict: PacketVerdict) -> Bool {
    verdict.egress.isProxied || verdict.ingress.isProxied
  }

  /// Of the packet judged last.
  public var events: [ProxyEvent] { streams.report.events }
  /// DNS answers that were let through with the packet judged last, if the settings ask for them.
  public var answers: [DNSAnswer] { streams.report.answers }

  /// Totals since the value was made.
  public var counters: ProxyCounters {
    var counters = streams.report.counters
    let met = reassembler.counters
    counters.givenUp =
      streams.report.counters.givenUp + UInt64(met.overflows + met.exhaustions + fragments.evictions)
      + streams.exchanges.forgotten + streams.quic.forgotten
    return counters
  }

  /// Forgets all packets so far, and keeps the rules that were compiled.
  public mutating func forgetPackets() {
    streams.forgetPackets()
    reassembler = StreamReassembler(limits: reassembler.limits)
    fragments = DatagramReassembler()
    frame = 0
    waiting = [:]
    waitingOrder = nil
  }

  /// Judges further connections by other tables, whose endpoints keep their numbers. Those that are known stay under the
  /// rules that they began with.
  public mutating func replaceTables(_ tables: Tables) {
    self.tables = tables
    streams.policies.replaceTables(tables)
  }

  /// Takes up an identity that came after the tables, and that these selectors (`FilterPeer.selector`) select.
  public mutating func insert(_ identity: UInt32, selectedBy selectors: Set<String>) {
    streams.policies.insert(identity, selectedBy: selectors)
  }

  /// Forgets an identity that was inserted.
  public mutating func remove(_ identity: UInt32) { streams.policies.remove(identity) }

  /// Judges a packet that the engine sent to a proxy.
  public mutating func judge(_ packet: Packet, _ verdict: PacketVerdict) -> ProxyOutcome {
    streams.report.beginPacket()
    frame += 1
    guard let route = ProxyRoute(packet.headers, verdict, tables) else { return ProxyOutcome() }
    streams.report.outcome.isReply = route.isReply
    streams.report.outcome.firstProxy = route.places.first?.direction
    switch packet.headers.protocolNumber {
    case 6: judgeSegment(packet, route, verdict)
    case 17 where packet.headers.flags.contains(.fragment): judgeFragment(packet, verdict)
    case 17: judgeDatagram(packet, route)
    default: break
    }
    return streams.report.outcome
  }

  private mutating func judgeSegment(_ packet: Packet, _ route: ProxyRoute, _ verdict: PacketVerdict) {
    let bytes = packet.bytes.bytes
    guard packet.headers.flags.isDisjoint(with: [.fragment, .laterFragment]),
      var segment = TCPSegment(
        packet.headers, bytes, originalLength: Int(packet.originalLength), frame: frame, timestamp: packet.timestamp)
    else { return }
    segment.source = route.isReply ? route.server : route.client
    segment.destination = route.isReply ? route.client : route.server
    streams.current = ProxyStreams.Current(
      route: route, opens: segment.flags.contains(.syn) && !route.isReply)
    let payload = bytes.extracting(Int(packet.headers.payloadOffset)..<Int(packet.headers.payloadEnd))
    let stream = reassembler.add(segment, payload, to: &streams)
    streams.follow(stream)
    guard reassembler.isWaiting(stream) else {
      if !waiting.isEmpty { waiting[stream] = nil }
      return
    }
    let isRefused = streams.report.outcome.refusedBy != nil
    // What the client says is judged.
    if waiting[stream] == nil || !route.isReply && !isRefused {
      waiting[stream] = Waiting(packet: packet.withoutBytes, verdict: verdict, isRefused: isRefused)
    }
  }

  /// Judges what waits in one more connection for bytes that the capture turns out to lack. To be called at its end, until
  /// there is none; `events` are then those of the connection.
  public mutating func judgeWaiting() -> Waiting? {
    let order = waitingOrder ?? waiting.keys.sorted(by: >)[...]
    waitingOrder = order.dropLast()
    guard let stream = order.last, var last = waiting.removeValue(forKey: stream) else {
      waitingOrder = nil
      return nil
    }
    streams.report.beginPacket()
    if let route = ProxyRoute(last.packet.headers, last.verdict, tables) {
      streams.report.outcome.isReply = route.isReply
      streams.current = ProxyStreams.Current(route: route, opens: false)
      reassembler.finish(stream, &streams)
    }
    last.outcome = streams.report.outcome
    return last
  }

  /// The packet that completes a datagram stands for all of it.
  private mutating func judgeFragment(_ packet: Packet, _ verdict: PacketVerdict) {
    let bytes = packet.bytes.bytes
    guard !DatagramReassembler.isCut(packet.headers, bytes),
      let whole = fragments.add(packet.headers, bytes, timestamp: packet.timestamp)
    else { return }
    whole.withUnsafeBytes { bytes in
      let length = UInt32(clamping: bytes.count)
      let headers = PacketHeaders(dissecting: bytes, linkType: .rawIP, originalLength: length)
      guard !headers.flags.contains(.fragment), let route = ProxyRoute(headers, verdict, tables) else { return }
      judgeDatagram(
        Packet(headers: headers, bytes: bytes, originalLength: length, timestamp: packet.timestamp), route)
    }
  }

  private mutating func judgeDatagram(_ packet: Packet, _ route: ProxyRoute) {
    guard packet.headers.flags.contains(.hasPorts),
      packet.headers.flags.isDisjoint(with: [.transportTruncated, .transportMalformed])
    else { return }
    guard !DatagramReassembler.isCut(packet.headers, packet.bytes.bytes) else {
      return streams.report.counters.unjudged[.incomplete, default: 0] += 1
    }
    let payload = packet.bytes.bytes.extracting(Int(packet.headers.payloadOffset)..<Int(packet.headers.payloadEnd))
    streams.readDatagram(payload, route, packet.timestamp)
  }
}
