/// Longest-prefix match over one address family: nested prefixes flattened into disjoint ranges.
///
/// A lookup is a binary search over range starts, narrowed first by the address's leading 16 bits. Memory is two
/// numbers per prefix edge and 256 KiB, however the prefixes are spread, where a multibit trie can need a page for
/// each; single addresses, the most frequent prefixes, never come here (`AddressTable`).
struct PrefixRanges<Address: FixedWidthInteger & UnsignedInteger & BitwiseCopyable & Sendable>: ~Copyable, Sendable {
  struct Prefix {
    var first: Address
    var length: Int
    var value: UInt32

    var last: Address {
      length == 0 ? .max : first | (length >= Address.bitWidth ? 0 : Address.max >> Address(length))
    }
  }

  /// Where each range begins; it ends before the next. The first begins at 0.
  private let starts: FixedBuffer<Address>
  private let values: FixedBuffer<UInt32>
  /// For each value of the leading 16 bits, the range in which its first address lies; one more at the end.
  private let index: FixedBuffer<UInt32>

  /// - Parameter fallback: the value of addresses that no prefix holds.
  init(_ prefixes: [Prefix], fallback: UInt32) {
    let ranges = Self.flatten(prefixes, fallback: fallback)
    starts = FixedBuffer(ranges.map(\.start), padding: 0)
    values = FixedBuffer(ranges.map(\.value), padding: 0)
    index = FixedBuffer(repeating: 0, count: 65537)
    var range = 0
    for block in 0..<65536 {
      let first = Address(block) << Address(Address.bitWidth - 16)
      while range + 1 < ranges.count, ranges[range + 1].start <= first { range += 1 }
      index[block] = UInt32(range)
    }
    index[65536] = UInt32(ranges.count - 1)
  }

  @inline(__always)
  func find(_ address: Address) -> UInt32 {
    // `block` has 16 bits and `index` 65,537 elements, all of them positions in `starts`.
    let block = Int(truncatingIfNeeded: address &>> Address(truncatingIfNeeded: Address.bitWidth - 16))
    var low = Int(index[block])
    var high = Int(index[block &+ 1])
    // starts[low] <= address, and the first range beyond `high` starts after the block.
    while low < high {
      let middle = (low &+ high &+ 1) &>> 1
      if starts[middle] <= address { low = middle } else { high = middle &- 1 }
    }
    return values[low]
  }

  /// A sweep over the sorted prefixes with the enclosing ones on a stack.
  private static func flatten(_ prefixes: [Prefix], fallback: UInt32) -> [(start: Address, value: UInt32)] {
    var ranges: [(start: Address, value: UInt32)] = []
    func begin(_ start: Address, _ value: UInt32) {
      if let last = ranges.last, last.start == start { ranges.removeLast() }
      if let last = ranges.last, last.value == value { return }
      ranges.append((start, value))
    }
    begin(0, fallback)
    var open: [Prefix] = []
    func close(before start: Address?) {
      while let top = open.last, start.map({ top.last < $0 }) ?? true {
        open.removeLast()
        if top.last < .max { begin(top.last + 1, open.last?.value ?? fallback) }
      }
    }
    for prefix in prefixes.sorted(by: { ($0.first, $0.length) < ($1.first, $1.length) }) {
      close(before: prefix.first)
      begin(prefix.first, prefix.value)
      open.append(prefix)
    }
    close(before: nil)
    return ranges
  }
}
