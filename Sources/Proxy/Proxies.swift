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
  }

  private var tables: Tables
  private var streams: ProxyStreams
  private var reassembler: StreamReassembler
  private var fragments = DatagramReassembler()
  private var frame = 0

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
    case 6: judgeSegment(packet, route)
    case 17 where packet.headers.flags.contains(.fragment): judgeFragment(packet, verdict)
    case 17: judgeDatagram(packet, route)
    default: break
    }
    return streams.report.outcome
  }

  private mutating func judgeSegment(_ packet: Packet, _ route: ProxyRoute) {
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
