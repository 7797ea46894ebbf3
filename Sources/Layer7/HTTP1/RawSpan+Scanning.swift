/// Searches for the bytes that end the parts of a head, sixteen at a time.
extension RawSpan {
  /// The first offset from `start` on, below `end`, that holds `byte`; `end` when there is none.
  @inline(__always)
  func firstOffset(of byte: UInt8, from start: Int, to end: Int) -> Int {
    let wanted = SIMD16<UInt8>(repeating: byte)
    var offset = start
    while end - offset >= 16 {
      let found = unsafeLoadUnaligned(fromByteOffset: offset, as: SIMD16<UInt8>.self) .== wanted
      if let lane = Self.firstLane(found) { return offset + lane }
      offset += 16
    }
    while offset < end, self.byte(offset) != byte { offset += 1 }
    return offset
  }

  /// The first offset from `start` on, below `end`, that holds one of two bytes; `end` when there is none.
  @inline(__always)
  func firstOffset(of first: UInt8, or second: UInt8, from start: Int, to end: Int) -> Int {
    let wantedFirst = SIMD16<UInt8>(repeating: first)
    let wantedSecond = SIMD16<UInt8>(repeating: second)
    var offset = start
    while end - offset >= 16 {
      let block = unsafeLoadUnaligned(fromByteOffset: offset, as: SIMD16<UInt8>.self)
      let found = (block .== wantedFirst) .| (block .== wantedSecond)
      if let lane = Self.firstLane(found) { return offset + lane }
      offset += 16
    }
    while offset < end {
      let byte = self.byte(offset)
      if byte == first || byte == second { break }
      offset += 1
    }
    return offset
  }

  /// The number of the first set lane.
  @inline(__always)
  private static func firstLane(_ mask: SIMDMask<SIMD16<Int8>>) -> Int? {
    // A mask's lanes are all ones or all zeros and it has the size of its vector, so its bytes can be looked at as two
    // words; the first set byte of a little-endian word is its lowest.
    let words = unsafeBitCast(mask, to: SIMD2<UInt64>.self)
    if words[0] != 0 { return UInt64(littleEndian: words[0]).trailingZeroBitCount >> 3 }
    if words[1] != 0 { return 8 + UInt64(littleEndian: words[1]).trailingZeroBitCount >> 3 }
    return nil
  }
}
