public import Addresses

/// RFC 8200, section 3.
@usableFromInline
enum IPv6 {
  @usableFromInline static let version = 0
  @usableFromInline static let payloadLength = 4
  @usableFromInline static let nextHeader = 6
  @usableFromInline static let source = 8
  @usableFromInline static let destination = 24
  @usableFromInline static let headerLength = 40
}

extension PacketHeaders {
  /// Reads an IPv6 packet that begins at `start` and ends at `wireEnd` at the latest.
  @inlinable
  mutating func readIPv6(_ bytes: RawSpan, at start: Int, wireEnd: Int) {
    networkOffset = UInt32(truncatingIfNeeded: start)
    let present = Swift.min(wireEnd, bytes.byteCount) - start
    guard present >= 1 else { return outcome = .truncated }
    guard bytes.byte(at: start + IPv6.version) >> 4 == 6 else { return outcome = .malformed }
    guard present >= IPv6.headerLength else {
      if wireEnd > bytes.byteCount { flags.insert(.cutByCapture) }
      return outcome = .truncated
    }

    ipVersion = 6
    protocolNumber = bytes.byte(at: start + IPv6.nextHeader)
    source = IPAddress(ipv6High: bytes.big64(at: start + IPv6.source), low: bytes.big64(at: start + IPv6.source + 8))
    destination = IPAddress(
      ipv6High: bytes.big64(at: start + IPv6.destination), low: bytes.big64(at: start + IPv6.destination + 8))

    var length = Int(bytes.big16(at: start + IPv6.payloadLength))
    if length == 0 { length = unstatedPayloadLength(bytes, at: start, wireEnd: wireEnd) }
    let end = limit(IPv6.headerLength + length, from: start, wireEnd: wireEnd, captured: bytes.byteCount)
    payloadEnd = UInt32(truncatingIfNeeded: end)
    outcome = .ip
    let payload = start + IPv6.headerLength
    payloadOffset = UInt32(truncatingIfNeeded: Swift.min(payload, end))
    switch protocolNumber {
    case IPProtocol.tcp, IPProtocol.udp, IPProtocol.icmpv6: readTransport(bytes, at: payload, end: end)
    default: readExtensionHeaders(bytes, at: payload, end: end)
    }
  }

  /// A payload length of 0: a jumbogram (RFC 2675), nothing at all, or segmentation offload, when the frame's end counts.
  @usableFromInline
  func unstatedPayloadLength(_ bytes: RawSpan, at start: Int, wireEnd: Int) -> Int {
    switch protocolNumber {
    case IPProtocol.noNextHeader: 0
    case IPProtocol.hopByHop: jumboPayloadLength(bytes, at: start + IPv6.headerLength) ?? 0
    default: Swift.max(wireEnd - start - IPv6.headerLength, 0)
    }
  }
}
