/// RFC 768.
@usableFromInline
enum UDP {
  @usableFromInline static let length = 4
  @usableFromInline static let headerLength = 8
}

extension PacketHeaders {
  @inlinable
  mutating func readUDP(_ bytes: RawSpan, at start: Int, end: Int) {
    guard readPorts(bytes, at: start, end: end) else { return }
    guard end - start >= UDP.headerLength else { return markTransport(.transportTruncated) }
    let length = Int(bytes.big16(at: start + UDP.length))
    // RFC 2675, section 4: 0 in a datagram too long for the field.
    guard length == 0 || length >= UDP.headerLength else { return markTransport(.transportMalformed) }
    payloadOffset = UInt32(truncatingIfNeeded: start + UDP.headerLength)
    if length != 0, start + length < end { payloadEnd = UInt32(truncatingIfNeeded: start + length) }
  }
}
