/// RFC 8200, section 4.2: type, length, data; padding of one byte has a type alone.
private enum IPv6Option {
  static let padding: UInt8 = 0
  static let data = 2

  /// The size of an option that has one size only, whatever its length says; 0 for all others.
  static func fixedSize(_ type: UInt8) -> Int {
    switch type {
    case 0x04: 1  // Tunnel encapsulation limit, RFC 2473.
    case 0x05: 2  // Router alert, RFC 2711.
    case 0xc2: 4  // Jumbo payload, RFC 2675.
    case 0xc9: 16  // Home address, RFC 6275.
    default: 0
    }
  }
}

extension PacketHeaders {
  /// True when all options of the header at `start` lie before the packet's end, though maybe not before `headerEnd`,
  /// which the caller has checked.
  func optionsFit(_ bytes: RawSpan, at start: Int, headerEnd: Int, end: Int) -> Bool {
    // Next header and length come first.
    var offset = start + 2
    while offset < headerEnd {
      let type = bytes.byte(at: offset)
      if type == IPv6Option.padding {
        offset += 1
        continue
      }
      guard offset + IPv6Option.data <= end else { return false }
      let length = Int(bytes.byte(at: offset + 1))
      offset += IPv6Option.data + Swift.max(length, IPv6Option.fixedSize(type))
      guard offset <= end else { return false }
    }
    return true
  }
}
