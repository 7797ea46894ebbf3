/// The BSD loopback header: an address family of the system that captured, in its own byte order (`NULL`) or in network
/// order (`LOOP`).
private enum AddressFamily {
  static let length = 4
  static let inet: UInt32 = 2

  /// AF_INET6 of NetBSD and OpenBSD, FreeBSD, Darwin, Windows, Linux.
  static func isIPv6(_ family: UInt32) -> Bool {
    switch family {
    case 24, 28, 30, 23, 10: true
    default: false
    }
  }
}

/// OpenBSD's packet filter log: its own length, rounded up to four, comes first.
private enum PFLog {
  static let length = 0
  static let family = 1
  static let smallest = 4
}

extension PacketHeaders {
  /// No family needs more than one byte, so what is in the others tells the byte order, and the systems that wrote
  /// something else: a family of two bytes (IRIX), or two bytes of anything and an EtherType (old Linux, Cisco HDLC).
  mutating func readNull(_ bytes: RawSpan, _ step: LinkStep) -> LinkStep {
    guard bytes.holds(AddressFamily.length, at: step.offset) else { return truncatedLink() }
    // PPP over this link type keeps its address and control bytes.
    if bytes.big16(at: step.offset) == 0xff03 { return readPPPFrame(bytes, step) }
    let little = bytes.little32(at: step.offset)
    let value: UInt32
    switch little {
    case 0x1_0000..<0x6_0000: value = little >> 16
    case 0x1_0000...: value = little.byteSwapped
    case 0x100..<0x600 where little & 0xff == 0: value = little >> 8
    default: value = little
    }
    return readFamilyOrType(value, at: step.offset + AddressFamily.length, wireEnd: step.wireEnd)
  }

  mutating func readLoop(_ bytes: RawSpan, _ step: LinkStep) -> LinkStep {
    guard bytes.holds(AddressFamily.length, at: step.offset) else { return truncatedLink() }
    let big = bytes.big32(at: step.offset)
    // Some writers forget that this link type has network order.
    let value = big & 0xffff == 0 && big != 0 ? big.byteSwapped : big
    return readFamilyOrType(value, at: step.offset + AddressFamily.length, wireEnd: step.wireEnd)
  }

  private mutating func readFamilyOrType(_ value: UInt32, at offset: Int, wireEnd: Int) -> LinkStep {
    guard value <= UInt32(EtherType.largestLength) else {
      return typed(UInt16(truncatingIfNeeded: value), at: offset, wireEnd: wireEnd)
    }
    return readFamily(value, at: offset, wireEnd: wireEnd)
  }

  mutating func readPFLog(_ bytes: RawSpan, _ step: LinkStep) -> LinkStep {
    guard bytes.holds(PFLog.smallest, at: step.offset) else { return truncatedLink() }
    let length = (Int(bytes.byte(at: step.offset + PFLog.length)) + 3) & ~3
    let family = UInt32(bytes.byte(at: step.offset + PFLog.family))
    return readFamily(family, at: step.offset + Swift.max(length, PFLog.smallest), wireEnd: step.wireEnd)
  }

  mutating func readFamily(_ family: UInt32, at offset: Int, wireEnd: Int) -> LinkStep {
    if family == AddressFamily.inet { return LinkStep(.ipv4, at: offset, wireEnd: wireEnd) }
    if AddressFamily.isIPv6(family) { return LinkStep(.ipv6, at: offset, wireEnd: wireEnd) }
    outcome = .otherProtocol
    return .end
  }
}
