internal import CPrefetch

/// Hashes → numbers of places in a dense array that its owner keeps: the index half of a hash table.
///
/// Eight bytes an entry, so that a probe past a few neighbours stays in one cache line, and growing never touches what
/// the numbers stand for. A number lies within `window` entries of its hash's home: captures whose tuples were chosen
/// to collide cost a bounded search, and then entries, but never a scan. Removed entries leave marks that later ones
/// reuse; `isWorn` says when too many have gathered.
struct HashIndex: ~Copyable {
  /// A walk over the numbers that a hash may stand for.
  struct Probe {
    fileprivate var position: Int
    fileprivate var remaining: Int
    fileprivate let tag: UInt64
  }

  static let window = 128

  /// Low 32 bits of the hash, then the number + 1; 0 empty, `removed` empty but passed by.
  private var entries: ReservedBuffer<UInt64>
  private var mask: Int
  /// Entries that are not empty, marks of removed ones included.
  private var used = 0

  private static let removed: UInt64 = 0xffff_ffff

  /// - Parameter capacity: numbers it will hold; it is twice as large.
  init(capacity: Int) {
    entries = ReservedBuffer(count: capacity * 2)
    mask = capacity * 2 - 1
  }

  @inline(__always)
  func probe(_ hash: UInt64) -> Probe {
    Probe(position: Int(truncatingIfNeeded: hash) & mask, remaining: Self.window, tag: hash &<< 32)
  }

  /// Asks for the line where a walk begins.
  @inline(__always)
  func prefetch(_ hash: UInt64) { weir_prefetch(entries.base + Int(truncatingIfNeeded: hash) & mask) }

  /// The first number whose hash agrees in 32 bits, or -1.
  @inline(__always)
  func first(_ hash: UInt64) -> Int {
    var probe = probe(hash)
    return next(&probe)
  }

  /// The next number whose hash agrees in 32 bits, or -1 at the end.
  @inline(__always)
  func next(_ probe: inout Probe) -> Int {
    while probe.remaining > 0 {
      let entry = entries.base[probe.position]  // masked to the size
      if entry == 0 { break }
      probe.position = (probe.position &+ 1) & mask
      probe.remaining &-= 1
      if entry & 0xffff_ffff_0000_0000 == probe.tag, entry & 0xffff_ffff != Self.removed {
        return Int(truncatingIfNeeded: entry & 0xffff_ffff) &- 1
      }
    }
    return -1
  }

  /// Adds a number that is not in it. Where the window is full, the entry at home gives way.
  ///
  /// - Returns: the number that gave way, or -1.
  mutating func insert(_ hash: UInt64, _ number: Int) -> Int {
    let home = Int(truncatingIfNeeded: hash) & mask
    let entry = hash &<< 32 | UInt64(number &+ 1)
    var position = home
    for _ in 0..<Self.window {
      let present = entries.base[position]
      if present == 0 || present & 0xffff_ffff == Self.removed {
        if present == 0 { used &+= 1 }
        entries.base[position] = entry
        return -1
      }
      position = (position &+ 1) & mask
    }
    let lost = Int(truncatingIfNeeded: entries.base[home] & 0xffff_ffff) &- 1
    entries.base[home] = entry
    return lost
  }

  mutating func remove(_ hash: UInt64, _ number: Int) {
    let entry = hash &<< 32 | UInt64(number &+ 1)
    var position = Int(truncatingIfNeeded: hash) & mask
    for _ in 0..<Self.window {
      if entries.base[position] == entry {
        entries.base[position] = Self.removed
        return
      }
      if entries.base[position] == 0 { return }
      position = (position &+ 1) & mask
    }
  }

  /// More than three quarters of it are in use: time to call `rebuild`.
  var isWorn: Bool { used &* 4 > (mask &+ 1) &* 3 }

  /// Moves all numbers to a fresh index for `capacity` of them.
  ///
  /// - Parameter lost: called with each number that found no place.
  mutating func rebuild(capacity: Int, lost: (Int) -> Void) {
    var fresh = HashIndex(capacity: capacity)
    for position in 0...mask {
      let entry = entries.base[position]
      guard entry != 0, entry & 0xffff_ffff != Self.removed else { continue }
      // The low half of the hash is all that positions are made of.
      let number = fresh.insert(entry &>> 32, Int(truncatingIfNeeded: entry & 0xffff_ffff) &- 1)
      if number >= 0 { lost(number) }
    }
    self = fresh
  }
}
