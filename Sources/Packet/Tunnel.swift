/// A packet within a packet.
public struct Tunnel: Sendable, Equatable {
  /// Where the inner packet begins and ends in the outer one's bytes.
  public var content: Range<Int>
  /// What its first byte belongs to.
  public var linkType: LinkType
  public var kind: Kind
  /// VXLAN's and GENEVE's virtual network identifier, which in Cilium's overlay is the source's security identity; 0 of
  /// other kinds.
  public var networkIdentifier: UInt32

  public enum Kind: Sendable, Equatable {
    case ipInIP
    case generic
    case vxlan
    case geneve
    case gtp
    case teredo
  }

  /// UDP ports of VXLAN and GENEVE. Linux, and so most overlays, had VXLAN's before IANA gave it one.
  @inlinable public static var vxlanPort: UInt16 { 4789 }
  @inlinable public static var linuxVXLANPort: UInt16 { 8472 }
  @inlinable public static var genevePort: UInt16 { 6081 }

  /// More tunnels within each other than any network has.
  public static let maximumDepth = 8

  /// The tunnel that the headers end in, if there is one: IP in IP (RFC 2003, RFC 4213), GRE (RFC 2784, RFC 2637) with
  /// ERSPAN, and on their UDP ports VXLAN (RFC 7348), GENEVE (RFC 8926), GTP-U (3GPP TS 29.281) and Teredo (RFC 4380).
  ///
  /// Cilium's datapath sees outer headers alone; so does `PacketHeaders`.
  ///
  /// - Parameter port: one more UDP port of VXLAN or GENEVE, which are told apart by their headers; 0: none.
  public init?(_ headers: PacketHeaders, _ bytes: RawSpan, port: UInt16 = 0) {
    let start = Int(headers.payloadOffset)
    let end = min(Int(headers.payloadEnd), bytes.byteCount)
    guard headers.ipVersion != 0, !headers.flags.contains(.laterFragment), start < end else { return nil }
    let body = bytes.extracting(start..<end)
    let inner: (offset: Int, linkType: LinkType)?
    var kind = Kind.ipInIP
    switch headers.protocolNumber {
    case 4: inner = (0, .ipv4)
    case 41: inner = (0, .ipv6)
    case 47:
      kind = .generic
      inner = Self.generic(body)
    case IPProtocol.udp where headers.flags.contains(.hasPorts):
      if port != 0, headers.destinationPort == port, !Self.isPort(port) {
        kind = Self.isPlainVXLAN(body) ? .vxlan : .geneve
        inner = kind == .vxlan ? (8, .ethernet) : Self.geneve(body)
      } else {
        inner = Self.datagram(headers.sourcePort, headers.destinationPort, body, &kind)
      }
    default: inner = nil
    }
    guard let inner, inner.offset < body.byteCount else { return nil }
    content = start + inner.offset..<end
    linkType = inner.linkType
    self.kind = kind
    // Eight bytes were there: both headers are as long, and have it at the same place.
    networkIdentifier = kind == .vxlan || kind == .geneve ? body.big32(at: 4) >> 8 : 0
  }

  /// Whether UDP to `port` is VXLAN or GENEVE.
  @inlinable @inline(__always)
  public static func isPort(_ port: UInt16) -> Bool {
    port == linuxVXLANPort || port == vxlanPort || port == genevePort
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

  private static func datagram(
    _ source: UInt16, _ destination: UInt16, _ body: RawSpan, _ kind: inout Kind
  ) -> (Int, LinkType)? {
    if let inner = datagram(destination, body, &kind) { return inner }
    return datagram(source, body, &kind)
  }

  private static func datagram(_ port: UInt16, _ body: RawSpan, _ kind: inout Kind) -> (Int, LinkType)? {
    switch port {
    case vxlanPort:
      kind = .vxlan
      return body.holds(8, at: 0) ? (8, .ethernet) : nil
    case linuxVXLANPort:
      kind = .vxlan
      return isPlainVXLAN(body) ? (8, .ethernet) : nil
    case genevePort:
      kind = .geneve
      return geneve(body)
    case 2152:
      kind = .gtp
      return gtp(body)
    case 3544:
      kind = .teredo
      return teredo(body)
    default: return nil
    }
  }

  /// A header without extensions, its reserved bits 0: where the port is registered for something else, no other is one.
  private static func isPlainVXLAN(_ body: RawSpan) -> Bool {
    body.holds(8, at: 0) && body.big32(at: 0) == 0x0800_0000 && body.byte(at: 7) == 0
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
