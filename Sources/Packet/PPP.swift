/// RFC 1661, section 2, in the framing of RFC 1662, and RFC 2516 for PPPoE.
private enum PPP {
  static let allStations: UInt8 = 0xff
  static let unnumberedInformation: UInt8 = 0x03
  static let ipv4: UInt16 = 0x0021
  static let ipv6: UInt16 = 0x0057
  static let mpls: UInt16 = 0x0281
}

private enum PPPoE {
  static let code = 1
  static let length = 4
  static let headerLength = 6
}

/// Cisco HDLC: address, control, EtherType.
private enum CiscoHDLC {
  static let unicast: UInt8 = 0x0f
  static let broadcast: UInt8 = 0x8f
  static let type = 2
  static let headerLength = 4
}

/// RFC 2427: two to four bytes of Q.922 address, the last of which is marked, control, protocol identifier.
private enum FrameRelay {
  static let longestAddress = 4
  static let lastAddressByte: UInt8 = 0x01
  /// Control and identifier.
  static let controlLength = 2
  static let unnumberedInformation: UInt8 = 0x03
  static let ipv4: UInt8 = 0xcc
  static let ipv6: UInt8 = 0x8e
  static let snap: UInt8 = 0x80
}

extension PacketHeaders {
  /// A PPP frame, with or without address and control; some interfaces write Cisco HDLC under the same link type.
  mutating func readPPPFrame(_ bytes: RawSpan, _ step: LinkStep) -> LinkStep {
    guard bytes.holds(2, at: step.offset) else { return truncatedLink() }
    let first = bytes.byte(at: step.offset)
    if first == CiscoHDLC.unicast || first == CiscoHDLC.broadcast { return readCiscoHDLC(bytes, step) }
    let framed = first == PPP.allStations && bytes.byte(at: step.offset + 1) == PPP.unnumberedInformation
    return LinkStep(.ppp, at: step.offset + (framed ? 2 : 0), wireEnd: step.wireEnd)
  }

  /// The protocol field, in one byte where that was negotiated (RFC 1661, section 6.5), and what it announces.
  mutating func readPPP(_ bytes: RawSpan, _ step: LinkStep) -> LinkStep {
    guard bytes.holds(1, at: step.offset) else { return truncatedLink() }
    let first = bytes.byte(at: step.offset)
    let compressed = first & 1 == 1
    guard compressed || bytes.holds(2, at: step.offset) else { return truncatedLink() }
    let number = compressed ? UInt16(first) : bytes.big16(at: step.offset)
    let next = step.offset + (compressed ? 1 : 2)
    switch number {
    case PPP.ipv4: return LinkStep(.ipv4, at: next, wireEnd: step.wireEnd)
    case PPP.ipv6: return LinkStep(.ipv6, at: next, wireEnd: step.wireEnd)
    case PPP.mpls: return LinkStep(.mpls, at: next, wireEnd: step.wireEnd)
    default:
      outcome = .otherProtocol
      return .end
    }
  }

  mutating func readPPPoE(_ bytes: RawSpan, _ step: LinkStep) -> LinkStep {
    guard bytes.holds(PPPoE.headerLength, at: step.offset) else { return truncatedLink() }
    outcome = .otherProtocol
    // Codes other than 0 are discovery.
    guard bytes.byte(at: step.offset + PPPoE.code) == 0 else { return .end }
    let next = step.offset + PPPoE.headerLength
    let wireEnd = Swift.min(step.wireEnd, next + Int(bytes.big16(at: step.offset + PPPoE.length)))
    return LinkStep(.ppp, at: next, wireEnd: wireEnd)
  }

  mutating func readCiscoHDLC(_ bytes: RawSpan, _ step: LinkStep) -> LinkStep {
    guard bytes.holds(CiscoHDLC.headerLength, at: step.offset) else { return truncatedLink() }
    let type = bytes.big16(at: step.offset + CiscoHDLC.type)
    return typed(type, at: step.offset + CiscoHDLC.headerLength, wireEnd: step.wireEnd)
  }

  mutating func readFrameRelay(_ bytes: RawSpan, _ step: LinkStep) -> LinkStep {
    var control = step.offset
    repeat {
      guard control - step.offset < FrameRelay.longestAddress, bytes.holds(1, at: control) else {
        return truncatedLink()
      }
      control += 1
    } while bytes.byte(at: control - 1) & FrameRelay.lastAddressByte == 0
    guard bytes.holds(FrameRelay.controlLength, at: control) else { return truncatedLink() }
    let next = control + FrameRelay.controlLength
    guard bytes.byte(at: control) == FrameRelay.unnumberedInformation else {
      // Cisco's own encapsulation has an EtherType in place of control and identifier.
      return typed(bytes.big16(at: control), at: next, wireEnd: step.wireEnd)
    }
    switch bytes.byte(at: control + 1) {
    case FrameRelay.ipv4: return LinkStep(.ipv4, at: next, wireEnd: step.wireEnd)
    case FrameRelay.ipv6: return LinkStep(.ipv6, at: next, wireEnd: step.wireEnd)
    case FrameRelay.snap:
      guard bytes.holds(5, at: next) else { return truncatedLink() }
      return typed(bytes.big16(at: next + 3), at: next + 5, wireEnd: step.wireEnd)
    default:
      outcome = .otherProtocol
      return .end
    }
  }

  mutating func truncatedLink() -> LinkStep {
    outcome = .truncated
    return .end
  }

  /// A type field on a link that is not Ethernet, where a small value is no length.
  mutating func typed(_ type: UInt16, at offset: Int, wireEnd: Int) -> LinkStep {
    guard type >= EtherType.smallest else {
      outcome = .otherProtocol
      return .end
    }
    return LinkStep(.etherType(type), at: offset, wireEnd: wireEnd)
  }
}
