/// RFC 792 and RFC 4443, section 2.1: type, code, checksum; four bytes more whose meaning the type decides.
@usableFromInline
enum ICMP {
  @usableFromInline static let type = 0
  @usableFromInline static let code = 1
  @usableFromInline static let identifier = 4
  @usableFromInline static let identifierEnd = 6
  @usableFromInline static let headerLength = 8

  /// Echo request and reply, of ICMP and of ICMPv6.
  @inlinable
  static func isEcho(_ type: UInt8, protocolNumber: UInt8) -> Bool {
    protocolNumber == IPProtocol.icmp ? type == 8 || type == 0 : type == 128 || type == 129
  }
}

extension PacketHeaders {
  @inlinable
  mutating func readICMP(_ bytes: RawSpan, at start: Int, end: Int) {
    guard end - start >= 2 else { return markTransport(.transportTruncated) }
    icmpType = bytes.byte(at: start + ICMP.type)
    icmpCode = bytes.byte(at: start + ICMP.code)
    flags.insert(.hasICMP)
    // Datapaths read the identifier where it is there, even if the sequence number after it is not.
    if ICMP.isEcho(icmpType, protocolNumber: protocolNumber), end - start >= ICMP.identifierEnd {
      icmpIdentifier = bytes.big16(at: start + ICMP.identifier)
    }
    guard end - start >= ICMP.headerLength else { return markTransport(.transportTruncated) }
    payloadOffset = UInt32(truncatingIfNeeded: start + ICMP.headerLength)
  }
}
