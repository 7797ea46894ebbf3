/// Finds DNS messages in one direction of a TCP connection, where each has its length before it (RFC 1035 §4.2.2).
public struct DNSStreamParser: Sendable {
  public enum Event: Sendable, Hashable {
    /// The unconsumed bytes must be passed again with more.
    case needsBytes
    /// The range of a whole message in the bytes passed, without its length.
    case message(Range<Int>)
  }

  public init() {}

  /// Reads on until a message is complete; returns how many bytes are done with.
  public mutating func consume(_ bytes: RawSpan) -> (consumed: Int, event: Event) {
    var reader = ByteReader(bytes)
    guard let length = reader.uint16(), let range = reader.range(Int(length)) else { return (0, .needsBytes) }
    return (range.upperBound, .message(range))
  }
}
