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
  mutating func readNull(_ bytes: RawSpan, _ step: LinkStep) -> LinkStep {
    guard bytes.holds(AddressFamily.length, at: step.offset) else { return truncatedLink() }
    let next = step.offset + AddressFamily.length
    let little = bytes.little32(at: step.offset)
    // PPP over this link type keeps its address and control bytes.
    if bytes.big16(at: step.offset) == 0xff03 { return readPPPFrame(bytes, step) }
    // No family has a number that needs the upper half, so that half tells the byte order.
    let family = little > 0xffff ? little.byteSwapped : little
    if family >= UInt32(EtherType.smallest), family <= 0xffff {
      return typed(UInt16(family), at: next, wireEnd: step.wireEnd)
    }
    return readFamily(family, at: next, wireEnd: step.wireEnd)
  }

  mutating func readLoop(_ bytes: RawSpan, _ step: LinkStep) -> LinkStep {
    guard bytes.holds(AddressFamily.length, at: step.offset) else { return truncatedLink() }
    let family = bytes.big32(at: step.offset)
    return readFamily(
      family > 0xffff ? family.byteSwapped : family, at: step.offset + AddressFamily.length, wireEnd: step.wireEnd)
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
