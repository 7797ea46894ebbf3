/// IEEE 802.11, clause 9.2: a data frame's header, whose length its control field decides.
private enum Dot11 {
  static let flags = 1
  static let sequence = 22
  static let headerLength = 24
  static let fourthAddressLength = 6
  static let qosLength = 2
  static let highThroughputLength = 4

  static let typeMask: UInt8 = 0x0c
  static let dataType: UInt8 = 0x08
  static let qosSubtype: UInt8 = 0x80
  static let noDataSubtype: UInt8 = 0x40

  static let toAndFromDistribution: UInt8 = 0x03
  static let moreFragments: UInt8 = 0x04
  static let protected: UInt8 = 0x40
  static let order: UInt8 = 0x80
  static let aggregated: UInt8 = 0x80
}

/// The radiotap header: version, length, then fields as a bitmap announces them.
private enum Radiotap {
  static let length = 2
  static let present = 4
  static let headerLength = 8
  static let hasTimer: UInt32 = 1 << 0
  static let hasFlags: UInt32 = 1 << 1
  static let moreBitmaps: UInt32 = 1 << 31
  static let checksumAtEnd: UInt8 = 0x10
  static let padded: UInt8 = 0x20
}

private enum Prism {
  static let messageLength = 4
  static let smallest = 8
  static let avsMagic: UInt32 = 0x8021_1000
}

/// Per-packet information: length and link type, little-endian.
private enum PPI {
  static let length = 2
  static let linkType = 4
  static let headerLength = 8
}

extension PacketHeaders {
  mutating func readIEEE80211(_ bytes: RawSpan, _ step: LinkStep) -> LinkStep {
    readIEEE80211(bytes, step, padded: false)
  }

  private mutating func readIEEE80211(_ bytes: RawSpan, _ step: LinkStep, padded: Bool) -> LinkStep {
    guard bytes.holds(2, at: step.offset) else { return truncatedLink() }
    outcome = .otherProtocol
    let control = bytes.byte(at: step.offset)
    let flags = bytes.byte(at: step.offset + Dot11.flags)
    guard control & Dot11.typeMask == Dot11.dataType, control & Dot11.noDataSubtype == 0 else { return .end }
    guard bytes.holds(Dot11.headerLength, at: step.offset) else { return truncatedLink() }
    let fragment = bytes.little16(at: step.offset + Dot11.sequence) & 0xf
    guard flags & (Dot11.protected | Dot11.moreFragments) == 0, fragment == 0 else { return .end }

    var length = Dot11.headerLength
    if flags & Dot11.toAndFromDistribution == Dot11.toAndFromDistribution { length += Dot11.fourthAddressLength }
    if control & Dot11.qosSubtype != 0 {
      guard bytes.holds(length + Dot11.qosLength, at: step.offset) else { return truncatedLink() }
      // Aggregates hold several packets in one frame: there is no one tuple.
      guard bytes.byte(at: step.offset + length) & Dot11.aggregated == 0 else { return .end }
      length += Dot11.qosLength
      if flags & Dot11.order != 0 { length += Dot11.highThroughputLength }
    }
    if padded { length = (length + 3) & ~3 }
    return LinkStep(.llc, at: step.offset + length, wireEnd: step.wireEnd)
  }

  mutating func readRadiotap(_ bytes: RawSpan, _ step: LinkStep) -> LinkStep {
    guard bytes.holds(Radiotap.headerLength, at: step.offset) else { return truncatedLink() }
    let length = Int(bytes.little16(at: step.offset + Radiotap.length))
    guard length >= Radiotap.headerLength, bytes.holds(length, at: step.offset) else { return truncatedLink() }
    let flags = radiotapFlags(bytes, at: step.offset, length: length)
    let wireEnd = step.wireEnd - (flags & Radiotap.checksumAtEnd != 0 ? 4 : 0)
    return readIEEE80211(
      bytes, LinkStep(.ieee80211, at: step.offset + length, wireEnd: wireEnd), padded: flags & Radiotap.padded != 0)
  }

  private func radiotapFlags(_ bytes: RawSpan, at start: Int, length: Int) -> UInt8 {
    let present = bytes.little32(at: start + Radiotap.present)
    guard present & Radiotap.hasFlags != 0 else { return 0 }
    var offset = Radiotap.present
    while bytes.little32(at: start + offset) & Radiotap.moreBitmaps != 0 {
      offset += 4
      guard offset + 4 <= length else { return 0 }
    }
    offset += 4
    // The timer is aligned to its own eight bytes, counted from the header's start.
    if present & Radiotap.hasTimer != 0 { offset = ((offset + 7) & ~7) + 8 }
    return offset < length ? bytes.byte(at: start + offset) : 0
  }

  /// Prism and AVS headers share a link type in old captures; both begin with a magic number and their length.
  mutating func readPrism(_ bytes: RawSpan, _ step: LinkStep) -> LinkStep {
    guard bytes.holds(Prism.smallest, at: step.offset) else { return truncatedLink() }
    let isAVS = bytes.big32(at: step.offset) & 0xffff_f000 == Prism.avsMagic & 0xffff_f000
    let offset = step.offset + Prism.messageLength
    let little = bytes.little32(at: offset)
    let length = isAVS ? bytes.big32(at: offset) : little > 0xffff ? little.byteSwapped : little
    guard length >= UInt32(Prism.smallest), bytes.holds(Int(length), at: step.offset) else { return truncatedLink() }
    return LinkStep(.ieee80211, at: step.offset + Int(length), wireEnd: step.wireEnd)
  }

  mutating func readPPI(_ bytes: RawSpan, _ step: LinkStep) -> LinkStep {
    guard bytes.holds(PPI.headerLength, at: step.offset) else { return truncatedLink() }
    let length = Int(bytes.little16(at: step.offset + PPI.length))
    guard length >= PPI.headerLength else { return truncatedLink() }
    let inner = LinkType(rawValue: bytes.little32(at: step.offset + PPI.linkType))
    func at(_ layer: LinkStep.Layer) -> LinkStep { LinkStep(layer, at: step.offset + length, wireEnd: step.wireEnd) }
    switch inner {
    case .ieee80211: return at(.ieee80211)
    case .ethernet: return at(.ethernet)
    case .rawIP, .rawIPBSD: return at(.ip)
    case .ppp: return readPPPFrame(bytes, at(.ppp))
    default:
      outcome = .otherProtocol
      return .end
    }
  }
}
