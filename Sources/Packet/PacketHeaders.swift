public import Addresses

/// What the dataplane knows of a packet: the headers from the link layer to the transport, decoded into one flat value.
///
/// Addresses, protocol and ports are those of the outermost IP header. Offsets count from the first captured byte. The
/// addresses were read if and only if `ipVersion` is not 0, whatever the outcome.
@frozen
public struct PacketHeaders: Sendable, Equatable {
  /// How far the headers could be read.
  @frozen
  public enum Outcome: UInt8, Sendable {
    /// An IP packet whose headers, as far as Weir looks into them, are there and consistent.
    case ip
    case arp
    /// An 802.3 frame with a length instead of a type (LLC, STP, …).
    case lengthField
    /// An EtherType (or link type) that carries neither IP nor ARP.
    case otherProtocol
    /// The link-layer or IP header is cut short by the snap length or the frame's end.
    case truncated
    /// The IP header contradicts itself or the frame's type (version, header length, a total length below it).
    case malformed
    /// More IPv6 extension headers than Cilium follows, or "no next header", which it refuses. The fields hold what lies
    /// beyond them all the same.
    case badExtensionHeader
  }

  @frozen
  public struct Flags: OptionSet, Sendable {
    public let rawValue: UInt16
    @inlinable
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// Part of a fragmented datagram.
    public static let fragment = Flags(rawValue: 1 << 0)
    /// A fragment other than the first: there is no transport header in it.
    public static let laterFragment = Flags(rawValue: 1 << 1)
    public static let moreFragments = Flags(rawValue: 1 << 2)
    /// `sourcePort` and `destinationPort` were read (TCP, UDP, SCTP).
    public static let hasPorts = Flags(rawValue: 1 << 3)
    /// The transport header is cut short; what could be read of it is set.
    public static let transportTruncated = Flags(rawValue: 1 << 4)
    /// The transport header contradicts itself, such as a TCP data offset below 5.
    public static let transportMalformed = Flags(rawValue: 1 << 5)
    /// The IPv4 header has options, or the IPv6 packet extension headers.
    public static let hasOptions = Flags(rawValue: 1 << 6)
    /// `sourceMAC` and `destinationMAC` were read.
    public static let hasEthernet = Flags(rawValue: 1 << 7)
    /// `icmpType` and `icmpCode` were read.
    public static let hasICMP = Flags(rawValue: 1 << 8)
    /// The IP header was found beneath something that Cilium does not look into (MPLS, PPPoE, SNAP, a backbone or fabric
    /// tag): `outcome` says what the frame is to a dataplane, the other fields what is inside.
    public static let encapsulated = Flags(rawValue: 1 << 9)
    /// The IP header claims more bytes than the frame had on the wire; the frame's end counts instead.
    public static let lengthExceedsFrame = Flags(rawValue: 1 << 10)
    /// The packet went on behind the captured bytes: what is missing was there on the wire.
    public static let cutByCapture = Flags(rawValue: 1 << 11)
  }

  public var outcome = Outcome.truncated
  public var flags: Flags = []
  /// 4, 6, or 0 when there is no IP header.
  public var ipVersion: UInt8 = 0
  /// The upper-layer protocol: for IPv6 the first that is not an extension header.
  public var protocolNumber: UInt8 = 0
  /// The EtherType after VLAN tags, in host order; 0 for link types and 802.3 frames without one.
  public var etherType: UInt16 = 0
  /// TCP flags, NS in bit 8.
  public var tcpFlags: UInt16 = 0
  public var sourcePort: UInt16 = 0
  public var destinationPort: UInt16 = 0
  public var icmpType: UInt8 = 0
  public var icmpCode: UInt8 = 0
  /// The echo identifier; 0 for other ICMP types.
  public var icmpIdentifier: UInt16 = 0
  public var source = IPAddress(ipv4: 0)
  public var destination = IPAddress(ipv4: 0)
  /// IPv4: 16 bits; IPv6: the fragment header's 32.
  public var fragmentIdentification: UInt32 = 0
  /// In units of 8 bytes.
  public var fragmentOffset: UInt16 = 0
  /// Outermost first; 0xffff beyond `vlanCount`. Deeper tags are counted, not kept.
  public var outerVLAN: UInt16 = 0xffff
  public var innerVLAN: UInt16 = 0xffff
  public var vlanCount: UInt8 = 0
  public var sourceMAC: UInt64 = 0
  public var destinationMAC: UInt64 = 0
  /// Where the outermost IP header begins.
  public var networkOffset: UInt32 = 0
  /// Where the transport header begins; 0 when there is none.
  public var transportOffset: UInt32 = 0
  /// Where the transport payload begins and ends (cut to the captured bytes and to the IP length).
  public var payloadOffset: UInt32 = 0
  public var payloadEnd: UInt32 = 0

  @inlinable
  public init() {}
}
