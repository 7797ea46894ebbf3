import Packet

/// What an engine has seen so far: plain numbers, added up by whoever runs several engines.
public struct EngineCounters: Sendable, BitwiseCopyable {
  /// Packets by overall verdict.
  public struct Verdicts: Sendable, Equatable, BitwiseCopyable {
    public var forwarded: UInt64 = 0
    public var dropped: UInt64 = 0
    public var redirected: UInt64 = 0
    public var audit: UInt64 = 0
    public var unjudged: UInt64 = 0
  }

  /// Connections by the worst verdict of their packets so far: dropped, audit, forwarded (redirected included),
  /// unjudged. Their sum is `flows`.
  public struct FlowVerdicts: Sendable, Equatable, BitwiseCopyable {
    public var forwarded: UInt64 = 0
    public var dropped: UInt64 = 0
    public var audit: UInt64 = 0
    public var unjudged: UInt64 = 0
  }

  /// Packets by kind. `ipv4` + `ipv6` + `arp` + `other` = `packets`; a packet counts in as many of the rest as apply.
  public struct Kinds: Sendable, Equatable, BitwiseCopyable {
    public var ipv4: UInt64 = 0
    public var ipv6: UInt64 = 0
    public var arp: UInt64 = 0
    /// No IP header, none that could be read, or one inside a frame that is not opened (MPLS, PPPoE).
    public var other: UInt64 = 0
    public var tcp: UInt64 = 0
    public var udp: UInt64 = 0
    public var sctp: UInt64 = 0
    /// ICMP and ICMPv6.
    public var icmp: UInt64 = 0
    public var fragments: UInt64 = 0
    /// Link, IP or transport header cut short.
    public var truncated: UInt64 = 0
    /// Headers that contradict themselves, or IPv6 extension headers that cannot be followed.
    public var malformed: UInt64 = 0
  }

  public var packets: UInt64 = 0
  /// Sum of the lengths given, in bytes.
  public var bytes: UInt64 = 0
  /// Distinct connections: address pairs with protocol and ports, both directions together and after service
  /// translation. ICMP echo counts by identifier and direction of the request; other ICMP, and protocols without
  /// ports, by address pair. Packets without a readable tuple belong to none. A connection that was forgotten (evicted,
  /// or expired and its place reused once the table is full-grown) counts again when it returns.
  public var flows: UInt64 = 0
  public var verdicts = Verdicts()
  /// Records of packets that had been counted at another point of capture.
  public var sightings: UInt64 = 0
  public var flowVerdicts = FlowVerdicts()
  public var kinds = Kinds()
  /// Dropped packets by the number of their reason.
  public var dropReasons = InlineArray<256, UInt64>(repeating: 0)
  /// Connections forgotten before their time because their part of the table was full.
  public var connectionsEvicted: UInt64 = 0
  /// Address pairs whose ICMP errors will no longer pass as related, for the same cause.
  public var relatedEvicted: UInt64 = 0
  /// Fragmented datagrams forgotten, for the same cause; some of them may have been complete.
  public var fragmentsEvicted: UInt64 = 0
  /// The earliest and latest capture time in nanoseconds; meaningless while `packets` is 0.
  public var firstTimestamp = Int64.max
  public var lastTimestamp = Int64.min

  public init() {}

  @inline(__always)
  mutating func count(_ headers: borrowing PacketHeaders, at nanoseconds: Int64, length: UInt32) {
    packets &+= 1
    bytes &+= UInt64(length)
    firstTimestamp = min(firstTimestamp, nanoseconds)
    lastTimestamp = max(lastTimestamp, nanoseconds)
    switch (headers.outcome, headers.ipVersion) {
    case (.arp, _): kinds.arp &+= 1
    // A frame that no dataplane opens is judged as what it is, and not by the addresses inside.
    case (.otherProtocol, _), (.lengthField, _): kinds.other &+= 1
    case (_, 4): kinds.ipv4 &+= 1
    case (_, 6): kinds.ipv6 &+= 1
    default: kinds.other &+= 1
    }
    guard headers.outcome == .ip else {
      switch headers.outcome {
      case .truncated: kinds.truncated &+= 1
      case .malformed, .badExtensionHeader: kinds.malformed &+= 1
      default: break
      }
      return
    }
    switch headers.protocolNumber {
    case IPProtocol.tcp: kinds.tcp &+= 1
    case IPProtocol.udp: kinds.udp &+= 1
    case IPProtocol.sctp: kinds.sctp &+= 1
    case IPProtocol.icmp, IPProtocol.icmpv6: kinds.icmp &+= 1
    default: break
    }
    let flags = headers.flags
    if flags.contains(.fragment) { kinds.fragments &+= 1 }
    if flags.contains(.transportTruncated) { kinds.truncated &+= 1 }
    if flags.contains(.transportMalformed) { kinds.malformed &+= 1 }
  }

  @inline(__always)
  mutating func count(_ verdict: Verdict, _ reason: DropReason) {
    switch verdict {
    case .forwarded: verdicts.forwarded &+= 1
    case .dropped:
      verdicts.dropped &+= 1
      dropReasons[Int(reason.rawValue)] &+= 1
    case .redirected: verdicts.redirected &+= 1
    case .audit: verdicts.audit &+= 1
    case .unjudged: verdicts.unjudged &+= 1
    }
  }

  /// Moves a connection from the count of `old` (nil: it is new) to that of `new`.
  mutating func moveFlow(from old: FlowVerdict?, to new: FlowVerdict) {
    switch old {
    case .unjudged: flowVerdicts.unjudged &-= 1
    case .forwarded: flowVerdicts.forwarded &-= 1
    case .audit: flowVerdicts.audit &-= 1
    case .dropped: flowVerdicts.dropped &-= 1
    case nil: break
    }
    switch new {
    case .unjudged: flowVerdicts.unjudged &+= 1
    case .forwarded: flowVerdicts.forwarded &+= 1
    case .audit: flowVerdicts.audit &+= 1
    case .dropped: flowVerdicts.dropped &+= 1
    }
  }
}
