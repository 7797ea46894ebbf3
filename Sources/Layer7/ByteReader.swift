/// Reads a message from front to back; every read is checked against the end, and a failed one says how far the message
/// would have to reach.
///
/// Protocol messages arrive in pieces, so "not enough bytes" is an ordinary answer here, not an error.
struct ByteReader: ~Escapable {
  private let bytes: RawSpan
  /// Bytes read so far.
  private(set) var position = 0

  @_lifetime(copy bytes)
  init(_ bytes: RawSpan) {
    self.bytes = bytes
  }

  var remaining: Int { bytes.byteCount - position }

  /// The next byte, or nil at the end.
  mutating func byte() -> UInt8? {
    guard remaining >= 1 else { return nil }
    defer { position += 1 }
    return bytes.unsafeLoad(fromByteOffset: position, as: UInt8.self)
  }

  /// An unsigned number of `count` bytes (at most 8) in network order, or nil when the end comes first.
  mutating func number(bytes count: Int) -> UInt64? {
    guard count <= 8, remaining >= count else { return nil }
    var value: UInt64 = 0
    for index in position..<position + count {
      value = value << 8 | UInt64(bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self))
    }
    position += count
    return value
  }

  mutating func uint16() -> UInt16? {
    number(bytes: 2).map { UInt16(truncatingIfNeeded: $0) }
  }

  mutating func uint32() -> UInt32? {
    number(bytes: 4).map { UInt32(truncatingIfNeeded: $0) }
  }

  /// Where the next `count` bytes lie, passing over them, or nil when the end comes first.
  mutating func range(_ count: Int) -> Range<Int>? {
    guard skip(count) else { return nil }
    return position - count..<position
  }

  /// Passes over `count` bytes; false, and nothing passed, when the end comes first.
  mutating func skip(_ count: Int) -> Bool {
    guard count >= 0, count <= remaining else { return false }
    position += count
    return true
  }
}
