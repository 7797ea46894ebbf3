/// LINKTYPE_NFLOG: address family, version, resource; then attributes, one of which is the packet.
private enum NFLOG {
  static let family = 0
  static let headerLength = 4
  static let attributeHeaderLength = 4
  static let attributeType = 2
  static let payload: UInt16 = 9
}

extension PacketHeaders {
  mutating func readNFLOG(_ bytes: RawSpan, _ step: LinkStep) -> LinkStep {
    guard bytes.holds(NFLOG.headerLength, at: step.offset) else { return truncatedLink() }
    let family = UInt32(bytes.byte(at: step.offset + NFLOG.family))
    var offset = step.offset + NFLOG.headerLength
    while bytes.holds(NFLOG.attributeHeaderLength, at: offset) {
      // In the byte order of the host that captured; all that netfilter runs on today are little-endian.
      let length = Int(bytes.little16(at: offset))
      let type = bytes.little16(at: offset + NFLOG.attributeType)
      guard length >= NFLOG.attributeHeaderLength else {
        outcome = .malformed
        return .end
      }
      if type == NFLOG.payload {
        return readFamily(
          family, at: offset + NFLOG.attributeHeaderLength, wireEnd: Swift.min(step.wireEnd, offset + length))
      }
      offset += (length + 3) & ~3
    }
    return truncatedLink()
  }
}
