/// IEEE 802.2 LLC, and SNAP behind it (RFC 1042).
private enum LLC {
  static let destination = 0
  static let source = 1
  static let control = 2
  static let headerLength = 3
  static let snap: UInt8 = 0xaa
  static let ip: UInt8 = 0x06
  static let unnumberedInformation: UInt8 = 0x03
}

private enum SNAP {
  static let organisation = 3
  static let type = 6
  static let headerLength = 8
  static let encapsulatedEthernet: UInt32 = 0x000000
  static let bridgeTunnel: UInt32 = 0x0000f8
  static let bridged: UInt32 = 0x0080c2
}

extension PacketHeaders {
  mutating func readLLC(_ bytes: RawSpan, _ step: LinkStep) -> LinkStep {
    outcome = .otherProtocol
    guard bytes.holds(LLC.headerLength, at: step.offset) else {
      outcome = .truncated
      return .end
    }
    guard bytes.byte(at: step.offset + LLC.control) == LLC.unnumberedInformation else { return .end }
    switch bytes.byte(at: step.offset + LLC.destination) {
    case LLC.ip: return LinkStep(.ipv4, at: step.offset + LLC.headerLength, wireEnd: step.wireEnd)
    case LLC.snap: return readSNAP(bytes, step)
    default: return .end
    }
  }

  private mutating func readSNAP(_ bytes: RawSpan, _ step: LinkStep) -> LinkStep {
    guard bytes.holds(SNAP.headerLength, at: step.offset) else {
      outcome = .truncated
      return .end
    }
    let type = bytes.big16(at: step.offset + SNAP.type)
    let next = step.offset + SNAP.headerLength
    switch bytes.big32(at: step.offset + SNAP.organisation) >> 8 {
    case SNAP.encapsulatedEthernet, SNAP.bridgeTunnel:
      guard type >= EtherType.smallest else { return .end }
      return LinkStep(.etherType(type), at: next, wireEnd: step.wireEnd)
    case SNAP.bridged where type == 1 || type == 7:
      // RFC 2684, section 5.2: two bytes of padding on ATM, then an Ethernet frame with or without checksum.
      return LinkStep(.ethernet, at: next + 2, wireEnd: step.wireEnd, foreign: .otherProtocol)
    default: return .end
    }
  }
}
