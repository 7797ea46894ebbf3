/// A packet within a packet.
public struct Tunnel: Sendable, Equatable {
  /// Where the inner packet begins and ends in the outer one's bytes.
  public var content: Range<Int>
  /// What its first byte belongs to.
  public var linkType: LinkType

  /// More tunnels within each other than any network has.
  public static let maximumDepth = 8

  /// The tunnel that the headers end in, if there is one: IP in IP (RFC 2003, RFC 4213), GRE (RFC 2784, RFC 2637) with
  /// ERSPAN, and on their UDP ports VXLAN (RFC 7348), GENEVE (RFC 8926), GTP-U (3GPP TS 29.281) and Teredo (RFC 4380).
  ///
  /// Cilium's datapath sees outer headers alone; so does `PacketHeaders`.
  public init?(_ headers: PacketHeaders, _ bytes: RawSpan) {
    let start = Int(headers.payloadOffset)
    let end = min(Int(headers.payloadEnd), bytes.byteCount)
    guard headers.ipVersion != 0, !headers.flags.contains(.laterFragment), start < end else { return nil }
    let body = bytes.extracting(start..<end)
    let inner: (offset: Int, linkType: LinkType)?
    switch headers.protocolNumber {
    case 4: inner = (0, .ipv4)
    case 41: inner = (0, .ipv6)
    case 47: inner = Self.generic(body)
    case IPProtocol.udp where headers.flags.contains(.hasPorts):
      inner = Self.datagram(headers.sourcePort, headers.destinationPort, body)
    default: inner = nil
    }
    guard let inner, inner.offset < body.byteCount else { return nil }
    content = start + inner.offset..<end
    linkType = inner.linkType
  }

  // MARK: - GRE

  private static func generic(_ body: RawSpan) -> (Int, LinkType)? {
    guard body.holds(4, at: 0) else { return nil }
    let flags = body.big16(at: 0)
    // With a source route (RFC 1701) the header's length is not known.
    guard flags & 0x4000 == 0 else { return nil }
    var length = 4
    // Checksum, key, sequence number; and an acknowledgment in version 1 (RFC 2637).
    for bit: UInt16 in [0x8000, 0x2000, 0x1000] where flags & bit != 0 { length += 4 }
    if flags & 7 == 1, flags & 0x0080 != 0 { length += 4 }
    switch body.big16(at: 2) {
    case EtherType.ipv4: return (length, .ipv4)
    case EtherType.ipv6: return (length, .ipv6)
    case 0x6558: return (length, .ethernet)
    case 0x8847: return (length, .mpls)
    case 0x880b: return (length, .ppp)
    // ERSPAN: type I has no header of its own, and no sequence number either.
    case 0x88be: return (flags & 0x1000 == 0 ? length : length + 8, .ethernet)
    case 0x22eb: return erspan3(body, length)
    default: return nil
    }
  }

  /// ERSPAN type III: 12 bytes, and 8 more when the last bit says so.
  private static func erspan3(_ body: RawSpan, _ start: Int) -> (Int, LinkType)? {
    guard body.holds(12, at: start) else { return nil }
    return (start + 12 + (body.byte(at: start + 11) & 1 == 0 ? 0 : 8), .ethernet)
  }

  // MARK: - UDP

  private static func datagram(_ source: UInt16, _ destination: UInt16, _ body: RawSpan) -> (Int, LinkType)? {
    datagram(destination, body) ?? datagram(source, body)
  }

  private static func datagram(_ port: UInt16, _ body: RawSpan) -> (Int, LinkType)? {
    switch port {
    case 4789: body.holds(8, at: 0) ? (8, .ethernet) : nil
    case 6081: geneve(body)
    case 2152: gtp(body)
    case 3544: teredo(body)
    default: nil
    }
  }

  private static func geneve(_ body: RawSpan) -> (Int, LinkType)? {
    guard body.holds(8, at: 0), body.byte(at: 0) >> 6 == 0 else { return nil }
    let length = 8 + Int(body.byte(at: 0) & 0x3f) * 4
    switch body.big16(at: 2) {
    case 0x6558: return (length, .ethernet)
    case EtherType.ipv4: return (length, .ipv4)
    case EtherType.ipv6: return (length, .ipv6)
    default: return nil
    }
  }

  /// Version 1, message type 255, which carries a user's packet.
  private static func gtp(_ body: RawSpan) -> (Int, LinkType)? {
    guard body.holds(8, at: 0), body.byte(at: 0) >> 4 == 3, body.byte(at: 1) == 0xff else { return nil }
    var offset = 8
    if body.byte(at: 0) & 7 != 0 {
      offset = 12
      guard body.holds(offset, at: 0) else { return nil }
      var next = body.byte(at: 0) & 4 == 0 ? 0 : body.byte(at: 11)
      while next != 0 {
        guard body.holds(1, at: offset), body.byte(at: offset) > 0 else { return nil }
        offset += Int(body.byte(at: offset)) * 4
        guard offset <= body.byteCount else { return nil }
        next = body.byte(at: offset - 1)
      }
    }
    return (offset, .rawIP)
  }

  /// Behind an authentication header (RFC 4380, section 5.1.1) and an origin indication there is IPv6.
  private static func teredo(_ body: RawSpan) -> (Int, LinkType)? {
    var offset = 0
    if body.holds(4, at: 0), body.big16(at: 0) == 1 {
      offset = 13 + Int(body.byte(at: 2)) + Int(body.byte(at: 3))
    }
    if body.holds(8, at: offset), body.big16(at: offset) == 0 { offset += 8 }
    guard body.holds(40, at: offset), body.byte(at: offset) >> 4 == 6 else { return nil }
    return (offset, .ipv6)
  }
}
