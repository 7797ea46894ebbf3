/// An input cut into pieces, each behind its length in two bytes.
struct Pieces {
  private(set) var ranges: [Range<Int>] = []

  init(_ bytes: RawSpan) {
    var position = 0
    while bytes.byteCount - position >= 2 {
      let high = bytes.unsafeLoad(fromByteOffset: position, as: UInt8.self)
      let low = bytes.unsafeLoad(fromByteOffset: position + 1, as: UInt8.self)
      let start = position + 2
      let end = min(start + Int(high) << 8 + Int(low), bytes.byteCount)
      ranges.append(start..<end)
      position = end
    }
  }
}
