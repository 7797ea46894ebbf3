/// LINKTYPE_LINUX_SLL: packet type, hardware type, address length, address, protocol.
private enum Cooked {
  static let hardwareType = 2
  static let type = 14
  static let headerLength = 16
}

/// LINKTYPE_LINUX_SLL2: the same with the protocol first and the interface's index.
private enum Cooked2 {
  static let type = 0
  static let hardwareType = 8
  static let headerLength = 20
}

/// Protocol numbers of Linux that are no EtherTypes (`linux/if_ether.h`).
private enum LinuxProtocol {
  static let llc: UInt16 = 0x0004
}

/// Hardware types for which the protocol field is something else (`linux/if_arp.h`).
private enum HardwareType {
  static let netlink: UInt16 = 824
  static let ieee80211: UInt16 = 801
  static let radiotap: UInt16 = 803
}

extension PacketHeaders {
  mutating func readLinuxCooked(_ bytes: RawSpan, _ step: LinkStep) -> LinkStep {
    guard bytes.holds(Cooked.headerLength, at: step.offset) else { return truncatedLink() }
    return readLinuxProtocol(
      bytes.big16(at: step.offset + Cooked.type), hardware: bytes.big16(at: step.offset + Cooked.hardwareType), bytes,
      LinkStep(.ethernet, at: step.offset + Cooked.headerLength, wireEnd: step.wireEnd))
  }

  mutating func readLinuxCooked2(_ bytes: RawSpan, _ step: LinkStep) -> LinkStep {
    guard bytes.holds(Cooked2.headerLength, at: step.offset) else { return truncatedLink() }
    return readLinuxProtocol(
      bytes.big16(at: step.offset + Cooked2.type), hardware: bytes.big16(at: step.offset + Cooked2.hardwareType), bytes,
      LinkStep(.ethernet, at: step.offset + Cooked2.headerLength, wireEnd: step.wireEnd))
  }

  private mutating func readLinuxProtocol(
    _ type: UInt16, hardware: UInt16, _ bytes: RawSpan, _ payload: LinkStep
  ) -> LinkStep {
    switch hardware {
    case HardwareType.netlink:
      outcome = .otherProtocol
      return .end
    case HardwareType.ieee80211: return LinkStep(.ieee80211, at: payload.offset, wireEnd: payload.wireEnd)
    case HardwareType.radiotap: return readRadiotap(bytes, payload)
    default: break
    }
    if type == LinuxProtocol.llc {
      return LinkStep(.llc, at: payload.offset, wireEnd: payload.wireEnd, foreign: .lengthField)
    }
    return typed(type, at: payload.offset, wireEnd: payload.wireEnd)
  }
}
