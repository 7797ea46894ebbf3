/// RFC 9293, section 3.1.
@usableFromInline
enum TCP {
  @usableFromInline static let offsetAndFlags = 12
  @usableFromInline static let flagsEnd = 14
  @usableFromInline static let headerLength = 20
  @usableFromInline static let flagsMask: UInt16 = 0x01ff
}

extension PacketHeaders {
  @inlinable
  mutating func readTCP(_ bytes: RawSpan, at start: Int, end: Int) {
    guard readPorts(bytes, at: start, end: end) else { return }
    guard end - start >= TCP.flagsEnd else { return markTransport(.transportTruncated) }
    let field = bytes.big16(at: start + TCP.offsetAndFlags)
    tcpFlags = field & TCP.flagsMask
    let headerLength = Int(field >> 12) * 4
    guard headerLength >= TCP.headerLength else { return markTransport(.transportMalformed) }
    guard end - start >= headerLength else { return markTransport(.transportTruncated) }
    payloadOffset = UInt32(truncatingIfNeeded: start + headerLength)
  }
}
