/// IEEE 802.1AE, clause 9: the SecTAG of a frame that is protected, and perhaps encrypted.
private enum SecTAG {
  static let control = 0
  /// The type field behind it counts from the first byte of the tag.
  static let headerLength = 6
  static let channelLength = 8
  static let checkLength = 16
  static let versionBit: UInt8 = 0x80
  static let channelBit: UInt8 = 0x20
  /// Encrypted, or changed in another way.
  static let changedBits: UInt8 = 0x0c
}

extension PacketHeaders {
  /// A frame whose text is only signed goes on behind the tag and ends before the check value.
  mutating func readMACsec(_ bytes: RawSpan, _ step: LinkStep) -> LinkStep {
    guard bytes.holds(SecTAG.headerLength, at: step.offset) else { return truncatedLink() }
    outcome = .otherProtocol
    let control = bytes.byte(at: step.offset + SecTAG.control)
    guard control & (SecTAG.versionBit | SecTAG.changedBits) == 0 else { return .end }
    let hasChannel = control & SecTAG.channelBit != 0
    let next = step.offset + SecTAG.headerLength + (hasChannel ? SecTAG.channelLength : 0)
    guard bytes.holds(2, at: next) else { return truncatedLink() }
    return LinkStep(
      .etherType(bytes.big16(at: next)), at: next + 2,
      wireEnd: Swift.max(next + 2, step.wireEnd - SecTAG.checkLength), foreign: .otherProtocol)
  }
}
