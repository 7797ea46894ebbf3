/// RFC 3032, section 2.1: label, class, bottom of stack, time to live.
private enum MPLS {
  static let entryLength = 4
  static let bottomOfStack: UInt32 = 0x100
  /// RFC 4448, section 4.6: the control word of an Ethernet pseudowire, whose first nibble is 0.
  static let controlWordLength = 4
}

extension PacketHeaders {
  /// Skips the label stack. What follows is told by its first nibble (RFC 4928, section 3).
  mutating func readMPLS(_ bytes: RawSpan, _ step: LinkStep) -> LinkStep {
    var offset = step.offset
    while true {
      guard bytes.holds(MPLS.entryLength, at: offset) else {
        outcome = .truncated
        return .end
      }
      let entry = bytes.big32(at: offset)
      offset += MPLS.entryLength
      if entry & MPLS.bottomOfStack != 0 { break }
    }
    outcome = .otherProtocol
    guard bytes.holds(1, at: offset) else { return .end }
    switch bytes.byte(at: offset) >> 4 {
    case 4: return LinkStep(.ipv4, at: offset, wireEnd: step.wireEnd, foreign: .otherProtocol)
    case 6: return LinkStep(.ipv6, at: offset, wireEnd: step.wireEnd, foreign: .otherProtocol)
    case 1: return .end
    case 0 where looksLikeEthernet(bytes, at: offset + MPLS.controlWordLength, wireEnd: step.wireEnd):
      return LinkStep(
        .ethernet, at: offset + MPLS.controlWordLength, wireEnd: step.wireEnd, foreign: .otherProtocol)
    default:
      guard looksLikeEthernet(bytes, at: offset, wireEnd: step.wireEnd) else { return .end }
      return LinkStep(.ethernet, at: offset, wireEnd: step.wireEnd, foreign: .otherProtocol)
    }
  }

  /// A pseudowire does not say what it carries; a plausible type or length is the best sign of Ethernet.
  private func looksLikeEthernet(_ bytes: RawSpan, at start: Int, wireEnd: Int) -> Bool {
    guard bytes.holds(Ethernet.headerLength, at: start) else { return false }
    let type = bytes.big16(at: start + Ethernet.type)
    return type >= EtherType.smallest
      || (type <= EtherType.largestLength && start + Ethernet.headerLength + Int(type) <= wireEnd)
  }
}
