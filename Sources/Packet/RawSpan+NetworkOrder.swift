/// Big-endian reads, in host order.
///
/// Each read is bounds-checked: an offset that a parser failed to check stops the program instead of reading what is not
/// the packet's. Parsers check first, so no packet gets that far.
extension RawSpan {
  @inlinable @inline(__always)
  func byte(at offset: Int) -> UInt8 {
    // Any bit pattern is a UInt8; the same holds for the integers below.
    unsafeLoad(fromByteOffset: offset, as: UInt8.self)
  }

  @inlinable @inline(__always)
  func big16(at offset: Int) -> UInt16 {
    UInt16(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self))
  }

  @inlinable @inline(__always)
  func big32(at offset: Int) -> UInt32 {
    UInt32(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
  }

  @inlinable @inline(__always)
  func big64(at offset: Int) -> UInt64 {
    UInt64(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  /// Little-endian, as the headers are that some capture interfaces put before a frame.
  @inlinable @inline(__always)
  func little16(at offset: Int) -> UInt16 { big16(at: offset).byteSwapped }

  @inlinable @inline(__always)
  func little32(at offset: Int) -> UInt32 { big32(at: offset).byteSwapped }

  /// True when `count` bytes from `offset` on were captured. `offset` may lie beyond the end.
  @inlinable @inline(__always)
  func holds(_ count: Int, at offset: Int) -> Bool { byteCount - offset >= count }
}
