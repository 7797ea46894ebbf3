import Packet

enum Headers {
  private static let linkTypes: [UInt32] = [1, 0, 9, 12, 101, 105, 113, 127, 228, 229, 239, 276]

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
