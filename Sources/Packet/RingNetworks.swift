/// FDDI (ISO 9314-2): frame control and two addresses before LLC.
private enum FDDI {
  static let frameControl = 0
  static let headerLength = 13
  /// Frame control of frames with LLC behind it: 0b01xx_xxxx without the class bit.
  static let kindMask: UInt8 = 0x70
  static let llc: UInt8 = 0x50
}

/// Token Ring (IEEE 802.5): access and frame control, two addresses, and a source route where the source says so.
private enum TokenRing {
  static let frameControl = 1
  static let source = 8
  static let headerLength = 14
  static let kindMask: UInt8 = 0xc0
  static let llc: UInt8 = 0x40
  static let routed: UInt8 = 0x80
  static let routeLengthMask: UInt8 = 0x1f
}

extension PacketHeaders {
  mutating func readFDDI(_ bytes: RawSpan, _ step: LinkStep) -> LinkStep {
    guard bytes.holds(FDDI.headerLength, at: step.offset) else { return truncatedLink() }
    outcome = .otherProtocol
    guard bytes.byte(at: step.offset + FDDI.frameControl) & FDDI.kindMask == FDDI.llc else { return .end }
    return LinkStep(.llc, at: step.offset + FDDI.headerLength, wireEnd: step.wireEnd)
  }

  mutating func readTokenRing(_ bytes: RawSpan, _ step: LinkStep) -> LinkStep {
    guard bytes.holds(TokenRing.headerLength, at: step.offset) else { return truncatedLink() }
    outcome = .otherProtocol
    guard bytes.byte(at: step.offset + TokenRing.frameControl) & TokenRing.kindMask == TokenRing.llc else {
      return .end
    }
    var next = step.offset + TokenRing.headerLength
    if bytes.byte(at: step.offset + TokenRing.source) & TokenRing.routed != 0 {
      guard bytes.holds(1, at: next) else { return truncatedLink() }
      next += Int(bytes.byte(at: next) & TokenRing.routeLengthMask)
    }
    return LinkStep(.llc, at: next, wireEnd: step.wireEnd)
  }
}
