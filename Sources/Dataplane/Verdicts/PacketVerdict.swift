/// Everything the engine decided about one packet. With `Tables` and the packet's headers it holds what a flow record
/// needs.
@frozen
public struct PacketVerdict: Sendable, Equatable, BitwiseCopyable {
  @frozen
  public struct Flags: OptionSet, Sendable, BitwiseCopyable {
    public let rawValue: UInt8
    @inlinable @inline(__always)
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The first packet of its connection, whatever its verdict (counted in `EngineCounters.flows`).
    @inlinable public static var newFlow: Flags { Flags(rawValue: 1 << 0) }
    /// The packet's source is the service, its destination the service's client.
    @inlinable public static var fromService: Flags { Flags(rawValue: 1 << 1) }
    /// Source and destination are the same endpoint: delivered inside it, never judged.
    @inlinable public static var withinEndpoint: Flags { Flags(rawValue: 1 << 2) }
    /// IPv6 neighbour solicitation or advertisement: answered before any policy.
    @inlinable public static var neighbourDiscovery: Flags { Flags(rawValue: 1 << 3) }
    /// Dropped without being judged: the connection's opening was dropped, so this packet would never have been sent
    /// (`EngineOptions.followsRefusals`).
    @inlinable public static var followsRefusal: Flags { Flags(rawValue: 1 << 4) }
  }

  public var egress = HopVerdict()
  public var ingress = HopVerdict()
  /// As the other end sees it; 0 without an IP header.
  public var sourceIdentity: UInt32 = 0
  public var destinationIdentity: UInt32 = 0
  /// Index into `Tables.endpoints`; -1 when the address belongs to none.
  public var sourceEndpoint: Int32 = -1
  public var destinationEndpoint: Int32 = -1
  /// Index into `Tables.services` when the destination (or with `fromService`, the source) is a service's address.
  public var service: Int32 = -1
  /// Index into `Tables.backends`: what the service's address stands for; policy saw this address and port.
  public var backend: Int32 = -1
  /// The first drop, else redirected if a hop redirects, else audit, else forwarded; unjudged without any hop.
  public var verdict = Verdict.unjudged
  /// The reason of the hop that dropped.
  public var reason = DropReason.none
  public var flags: Flags = []

  @inlinable @inline(__always)
  public init() {}

  /// Sets `verdict` and `reason` from the hops.
  @inline(__always)
  mutating func conclude() {
    if egress.verdict == .dropped {
      (verdict, reason) = (.dropped, egress.reason)
    } else if ingress.verdict == .dropped {
      (verdict, reason) = (.dropped, ingress.reason)
    } else {
      // The numbers rank as the rule does: unjudged 0 < forwarded 1 < audit 4 < redirected 5.
      verdict = egress.verdict.rawValue > ingress.verdict.rawValue ? egress.verdict : ingress.verdict
    }
  }
}
