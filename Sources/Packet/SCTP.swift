/// RFC 9260, section 3.1: the common header before the chunks.
@usableFromInline
enum SCTP {
  @usableFromInline static let headerLength = 12
}

extension PacketHeaders {
  @inlinable
  mutating func readSCTP(_ bytes: RawSpan, at start: Int, end: Int) {
    guard readPorts(bytes, at: start, end: end) else { return }
    guard end - start >= SCTP.headerLength else { return markTransport(.transportTruncated) }
    payloadOffset = UInt32(truncatingIfNeeded: start + SCTP.headerLength)
  }
}
