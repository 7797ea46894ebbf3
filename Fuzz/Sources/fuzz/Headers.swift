import Packet

enum Headers {
  static let linkTypes: [UInt32] = [
    1, 0, 6, 9, 10, 12, 50, 51, 100, 101, 104, 105, 107, 108, 113, 117, 119, 127, 192, 204, 219, 226, 228, 229, 239,
    242,
    276,
  ]

  static func packet(_ bytes: RawSpan) {
    guard bytes.byteCount > 0 else { return }
    let linkType = LinkType(rawValue: linkTypes[Int(bytes.unsafeLoad(as: UInt8.self)) % linkTypes.count])
    let frame = bytes.extracting(1..<bytes.byteCount)
    let headers = PacketHeaders(
      dissecting: frame, linkType: linkType, originalLength: UInt32(clamping: frame.byteCount))
    precondition(headers.ipVersion == 0 || headers.ipVersion == 4 || headers.ipVersion == 6)
    precondition(Int(headers.payloadOffset) <= frame.byteCount && Int(headers.payloadEnd) <= frame.byteCount)
  }
}
