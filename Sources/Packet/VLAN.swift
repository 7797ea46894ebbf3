/// IEEE 802.1Q, clause 9: two bytes of tag control, then the type of what follows.
private enum VLAN {
  static let control = 0
  static let type = 2
  static let headerLength = 4
  static let identifierMask: UInt16 = 0x0fff
}

/// Tags of fixed size before another type field.
enum Tag {
  /// 802.1ah I-TAG: flags and a 24-bit service identifier; a whole Ethernet frame follows.
  static let backboneServiceLength = 4
  /// Cisco's FabricPath: forwarding tag and hop limit; a whole Ethernet frame follows.
  static let fabricPathLength = 2
  /// Cisco's VNTag (802.1Qbh).
  static let vnTagLength = 4
  /// IEC 62439-3: path and size, sequence number.
  static let hsrLength = 4
  /// 802.1CB R-TAG: reserved, sequence number.
  static let redundancyLength = 4
  /// 802.1BR E-TAG.
  static let bridgePortLength = 6
  /// Arista's timestamps: subtype and version, then seconds in 32 bits or 16, and nanoseconds.
  static let aristaTimestamp: UInt16 = 1
  static let aristaLength = 12
  static let aristaShortLength = 10
}

extension PacketHeaders {
  mutating func readVLAN(_ bytes: RawSpan, _ step: LinkStep) -> LinkStep {
    guard bytes.holds(VLAN.headerLength, at: step.offset) else {
      outcome = .truncated
      return .end
    }
    let identifier = bytes.big16(at: step.offset + VLAN.control) & VLAN.identifierMask
    if vlanCount == 0 { outerVLAN = identifier }
    if vlanCount == 1 { innerVLAN = identifier }
    if vlanCount < .max { vlanCount += 1 }
    let type = bytes.big16(at: step.offset + VLAN.type)
    return LinkStep(.etherType(type), at: step.offset + VLAN.headerLength, wireEnd: step.wireEnd)
  }

  /// Skips a tag of `length` bytes, after which comes a type field.
  mutating func readTag(_ bytes: RawSpan, _ step: LinkStep, length: Int) -> LinkStep {
    guard bytes.holds(length + 2, at: step.offset) else {
      outcome = .truncated
      return .end
    }
    let type = bytes.big16(at: step.offset + length)
    return LinkStep(
      .etherType(type), at: step.offset + length + 2, wireEnd: step.wireEnd, foreign: .otherProtocol)
  }

  /// A timestamp that an Arista switch has put in front of the type. Others of its protocols are not read.
  mutating func readAristaTag(_ bytes: RawSpan, _ step: LinkStep) -> LinkStep {
    guard bytes.holds(4, at: step.offset) else { return truncatedLink() }
    // The version's high byte tells the time scale, the low one the length.
    let version = bytes.big16(at: step.offset + 2) & 0xff
    guard bytes.big16(at: step.offset) == Tag.aristaTimestamp, version == 0x10 || version == 0x20 else {
      outcome = .otherProtocol
      return .end
    }
    return readTag(bytes, step, length: version == 0x10 ? Tag.aristaLength : Tag.aristaShortLength)
  }
}
