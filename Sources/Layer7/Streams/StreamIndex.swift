internal import CPrefetch

/// Hashes → numbers of connections. Open addressing with a bounded probe: captures whose tuples were chosen to collide
/// cost a bounded search and then connections, never a scan.
public struct StreamIndex: ~Copyable {
  @usableFromInline static let window = 256

  /// The hash's low 32 bits, then the number + 1; 0 is empty.
  @usableFromInline var entries: [UInt64]
  @usableFromInline var mask: Int
  private var used = 0

  public init() {
    let capacity = 1 << 10
    entries = [UInt64](repeating: 0, count: capacity)
    mask = capacity - 1
  }

  /// The number with this hash of which `matches` is true, or -1.
  @inlinable @inline(__always)
  public func find(_ hash: UInt64, _ matches: (Int) -> Bool) -> Int {
    var position = Int(truncatingIfNeeded: hash) & mask
    let tag = hash &<< 32
    for _ in 0..<Self.window {
      let entry = entries[position]
      if entry == 0 { return -1 }
      if entry & 0xffff_ffff_0000_0000 == tag {
        let number = Int(truncatingIfNeeded: entry & 0xffff_ffff) &- 1
        if matches(number) { return number }
      }
      position = (position &+ 1) & mask
    }
    return -1
  }

  /// Asks for the memory that `find` will look at.
  @inline(__always)
  public func prefetch(_ hash: UInt64) {
    entries.withUnsafeBufferPointer { entries in
      // The base of an array that is never empty.
      weir_prefetch(entries.baseAddress.unsafelyUnwrapped + Int(truncatingIfNeeded: hash) & mask)
    }
  }

  /// Adds a number that is not in it.
  ///
  /// - Returns: the number that gave way because too many hashes fall together, or -1.
  public mutating func insert(_ hash: UInt64, _ number: Int) -> Int {
    if used * 2 > mask { grow() }
    let entry = hash &<< 32 | UInt64(number + 1)
    var position = Int(truncatingIfNeeded: hash) & mask
    for _ in 0..<Self.window {
      if entries[position] == 0 {
        entries[position] = entry
        used += 1
        return -1
      }
      position = (position &+ 1) & mask
    }
    let home = Int(truncatingIfNeeded: hash) & mask
    let lost = Int(truncatingIfNeeded: entries[home] & 0xffff_ffff) - 1
    entries[home] = entry
    return lost
  }

  mutating func remove(_ hash: UInt64, _ number: Int) {
    let entry = hash &<< 32 | UInt64(number + 1)
    var position = Int(truncatingIfNeeded: hash) & mask
    for _ in 0..<Self.window {
      if entries[position] == 0 { return }
      if entries[position] == entry { return close(position) }
      position = (position &+ 1) & mask
    }
  }

  /// Empties a place and moves those behind it forward that would not be found across it.
  private mutating func close(_ position: Int) {
    var hole = position
    var next = (position &+ 1) & mask
    while entries[next] != 0 {
      let home = Int(truncatingIfNeeded: entries[next] &>> 32) & mask
      // May it move to the hole? Only if its home does not lie behind the hole.
      if (next &- home) & mask >= (next &- hole) & mask {
        entries[hole] = entries[next]
        hole = next
      }
      next = (next &+ 1) & mask
    }
    entries[hole] = 0
    used -= 1
  }

  private mutating func grow() {
    let old = entries
    entries = [UInt64](repeating: 0, count: old.count * 2)
    mask = entries.count - 1
    for entry in old where entry != 0 {
      var position = Int(truncatingIfNeeded: entry &>> 32) & mask
      while entries[position] != 0 { position = (position &+ 1) & mask }
      entries[position] = entry
    }
  }
}
