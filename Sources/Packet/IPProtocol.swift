/// Protocol numbers of the IANA registry that the parsers look into.
@usableFromInline
enum IPProtocol {
  @usableFromInline static let hopByHop: UInt8 = 0
  @usableFromInline static let icmp: UInt8 = 1
  @usableFromInline static let tcp: UInt8 = 6
  @usableFromInline static let udp: UInt8 = 17
  @usableFromInline static let routing: UInt8 = 43
  @usableFromInline static let fragment: UInt8 = 44
  @usableFromInline static let authentication: UInt8 = 51
  @usableFromInline static let icmpv6: UInt8 = 58
  @usableFromInline static let noNextHeader: UInt8 = 59
  @usableFromInline static let destinationOptions: UInt8 = 60
  @usableFromInline static let sctp: UInt8 = 132
}

extension PacketHeaders {
  /// Reads the transport header between `start` and `end`, which lies within the captured bytes.
  @inlinable
  mutating func readTransport(_ bytes: RawSpan, at start: Int, end: Int) {
    transportOffset = UInt32(truncatingIfNeeded: start)
    payloadOffset = transportOffset
    switch protocolNumber {
    case IPProtocol.tcp: readTCP(bytes, at: start, end: end)
    case IPProtocol.udp: readUDP(bytes, at: start, end: end)
    case IPProtocol.sctp: readSCTP(bytes, at: start, end: end)
    case IPProtocol.icmp, IPProtocol.icmpv6: readICMP(bytes, at: start, end: end)
    default: break
    }
  }

  /// Reads the two ports that TCP, UDP and SCTP begin with. False, with the flag set, when they are cut off.
  @inlinable @inline(__always)
  mutating func readPorts(_ bytes: RawSpan, at start: Int, end: Int) -> Bool {
    guard end - start >= 4 else {
      flags.insert(.transportTruncated)
      payloadOffset = payloadEnd
      return false
    }
    sourcePort = bytes.big16(at: start)
    destinationPort = bytes.big16(at: start + 2)
    flags.insert(.hasPorts)
    return true
  }

  /// Marks a transport header that ends before `payloadEnd` allows; there is no payload then.
  @inlinable @inline(__always)
  mutating func markTransport(_ flag: Flags) {
    flags.insert(flag)
    payloadOffset = payloadEnd
  }
}
