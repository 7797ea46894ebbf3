/// LINKTYPE_IPNET of Solaris: version, address family, hook, length, interfaces, zones.
private enum IPNET {
  static let family = 1
  static let headerLength = 24
  static let ipv4: UInt8 = 2
  static let ipv6: UInt8 = 26
}

/// LINKTYPE_IPOIB: a global route header, then an EtherType and two reserved bytes (RFC 4391, section 6).
private enum IPoverInfiniBand {
  static let type = 40
  static let headerLength = 44
}

extension PacketHeaders {
  mutating func readIPNET(_ bytes: RawSpan, _ step: LinkStep) -> LinkStep {
    guard bytes.holds(IPNET.headerLength, at: step.offset) else { return truncatedLink() }
    let next = step.offset + IPNET.headerLength
    switch bytes.byte(at: step.offset + IPNET.family) {
    case IPNET.ipv4: return LinkStep(.ipv4, at: next, wireEnd: step.wireEnd)
    case IPNET.ipv6: return LinkStep(.ipv6, at: next, wireEnd: step.wireEnd)
    default:
      outcome = .otherProtocol
      return .end
    }
  }

  mutating func readIPoverInfiniBand(_ bytes: RawSpan, _ step: LinkStep) -> LinkStep {
    guard bytes.holds(IPoverInfiniBand.headerLength, at: step.offset) else { return truncatedLink() }
    let type = bytes.big16(at: step.offset + IPoverInfiniBand.type)
    return LinkStep(.etherType(type), at: step.offset + IPoverInfiniBand.headerLength, wireEnd: step.wireEnd)
  }
}
