/// Aligned blocks of ports, as policy-map keys hold them (`cilium-policy.md` §5.3).
enum PortBlocks {
  struct Block: Equatable, Sendable {
    var port: UInt16
    var prefixLength: UInt8
  }

  /// The fewest aligned blocks that cover `first…last` exactly. Port 0 without a range means every port, and a range that
  /// ends at or below its start means the start alone.
  static func covering(_ first: UInt16, through last: Int32) -> [Block] {
    guard last > Int32(first) else { return [Block(port: first, prefixLength: first == 0 ? 0 : 16)] }
    var result: [Block] = []
    var start = UInt32(first)
    let end = UInt32(min(last, 65_535))
    while start <= end {
      var bits = min(16, start.trailingZeroBitCount)
      while start + (1 << UInt32(bits)) - 1 > end { bits -= 1 }
      result.append(Block(port: UInt16(start), prefixLength: UInt8(16 - bits)))
      start += 1 << UInt32(bits)
    }
    return result
  }
}
