/// LINKTYPE_JUNIPER_ETHER: a magic number, flags, and extensions of a given length if a flag says so.
private enum Juniper {
  static let magic: UInt32 = 0x4d_4743
  static let flags = 3
  static let headerLength = 4
  /// The link header was left away: another four bytes say which protocol follows, which is not read.
  static let noLinkHeader: UInt8 = 0x02
  static let hasExtensions: UInt8 = 0x80
  static let extensionsLength = 2
}

extension PacketHeaders {
  mutating func readJuniperEthernet(_ bytes: RawSpan, _ step: LinkStep) -> LinkStep {
    guard bytes.holds(Juniper.headerLength, at: step.offset) else { return truncatedLink() }
    let flags = bytes.byte(at: step.offset + Juniper.flags)
    guard bytes.big32(at: step.offset) >> 8 == Juniper.magic, flags & Juniper.noLinkHeader == 0 else {
      outcome = .otherProtocol
      return .end
    }
    var offset = step.offset + Juniper.headerLength
    if flags & Juniper.hasExtensions != 0 {
      guard bytes.holds(Juniper.extensionsLength, at: offset) else { return truncatedLink() }
      offset += Juniper.extensionsLength + Int(bytes.big16(at: offset))
    }
    return LinkStep(.ethernet, at: offset, wireEnd: step.wireEnd)
  }
}
