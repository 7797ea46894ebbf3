/// The connections seen, in an open-addressing table that grows with use up to a stated size.
///
/// A key lies within `window` slots of its home, so that crafted captures cost a bounded search, not a scan. Slots are
/// never emptied. While the table can still grow, nothing is forgotten; at full size the place of an expired
/// connection is reused, and where a window holds none, the connection that was silent longest makes room.
struct ConnectionTable: ~Copyable {
  /// Of one packet, with its own ends.
  struct Key: BitwiseCopyable {
    var sourceHigh: UInt64
    var sourceLow: UInt64
    var destinationHigh: UInt64
    var destinationLow: UInt64
    var sourcePort: UInt16
    var destinationPort: UInt16
    var protocolNumber: UInt8
    var family: UInt8

    @inline(__always)
    var hash: UInt64 {
      Hashing.connection(
        Hashing.end(high: sourceHigh, low: sourceLow, port: sourcePort),
        Hashing.end(high: destinationHigh, low: destinationLow, port: destinationPort),
        protocolNumber: protocolNumber)
    }
  }

  /// A slot, valid until the next call; and the packet's orientation in it.
  struct Place {
    var slot: UnsafeMutablePointer<ConnectionSlot>
    var orientation: Int
    /// Just taken for this key: everything but the tuple is as in an empty slot.
    var isNew: Bool
  }

  static let window = 16

  private var slots: FixedBuffer<ConnectionSlot>
  private var mask: Int
  private var taken = 0
  private let maximum: Int
  private(set) var evicted: UInt64 = 0

  /// - Parameter maximum: slots at full size; rounded up to a power of two, at least `window`.
  init(maximum: Int) {
    self.maximum = Hashing.tableSize(maximum, minimum: Self.window)
    let size = min(self.maximum, 1 << 12)
    slots = FixedBuffer(repeating: ConnectionSlot(), count: size)
    mask = size - 1
  }

  @inline(__always)
  mutating func place(_ key: Key, at now: UInt32) -> Place {
    let hash = key.hash
    var index = Int(truncatingIfNeeded: hash) & mask
    for _ in 0..<Self.window {
      // `index` is masked to the table's size.
      let slot = slots.base + index
      if slot.pointee.family == 0 { break }
      let match = Self.match(slot, key)
      if match >= 0 { return Place(slot: slot, orientation: match, isNew: false) }
      index = (index &+ 1) & mask
    }
    return Place(slot: add(key, hash, now), orientation: 0, isNew: true)
  }

  /// The packet's orientation, or -1. Both are compared without a branch between them: which way a packet goes is not
  /// predictable.
  @inline(__always)
  private static func match(_ slot: UnsafeMutablePointer<ConnectionSlot>, _ key: Key) -> Int {
    let s = slot.pointee
    let forward =
      (s.firstLow ^ key.sourceLow) | (s.firstHigh ^ key.sourceHigh) | (s.secondLow ^ key.destinationLow)
      | (s.secondHigh ^ key.destinationHigh) | UInt64(s.firstPort ^ key.sourcePort)
      | UInt64(s.secondPort ^ key.destinationPort)
    let backward =
      (s.firstLow ^ key.destinationLow) | (s.firstHigh ^ key.destinationHigh) | (s.secondLow ^ key.sourceLow)
      | (s.secondHigh ^ key.sourceHigh) | UInt64(s.firstPort ^ key.destinationPort)
      | UInt64(s.secondPort ^ key.sourcePort)
    guard s.protocolNumber == key.protocolNumber, s.family == key.family, forward == 0 || backward == 0 else {
      return -1
    }
    return forward == 0 ? 0 : 1
  }

  @inline(never)
  private mutating func add(_ key: Key, _ hash: UInt64, _ now: UInt32) -> UnsafeMutablePointer<ConnectionSlot> {
    // Half full: room for windows to stay short.
    if taken &* 2 >= mask &+ 1, mask &+ 1 < maximum { grow() }
    let slot = choose(hash, now)
    if slot.pointee.family == 0 {
      taken &+= 1
    } else if slot.pointee.isAlive(at: now) {
      evicted &+= 1
    }
    slot.pointee = ConnectionSlot()
    slot.pointee.firstHigh = key.sourceHigh
    slot.pointee.firstLow = key.sourceLow
    slot.pointee.secondHigh = key.destinationHigh
    slot.pointee.secondLow = key.destinationLow
    slot.pointee.firstPort = key.sourcePort
    slot.pointee.secondPort = key.destinationPort
    slot.pointee.protocolNumber = key.protocolNumber
    slot.pointee.family = key.family
    slot.pointee.lastSeen = now
    return slot
  }

  /// Where a key that is not in the table goes.
  private func choose(_ hash: UInt64, _ now: UInt32) -> UnsafeMutablePointer<ConnectionSlot> {
    let mayReuse = mask &+ 1 == maximum && taken &* 4 >= maximum &* 3
    var index = Int(truncatingIfNeeded: hash) & mask
    var expired: UnsafeMutablePointer<ConnectionSlot>?
    var oldest = slots.base + index
    for _ in 0..<Self.window {
      let slot = slots.base + index
      if slot.pointee.family == 0 { return mayReuse ? expired ?? slot : slot }
      if expired == nil, !slot.pointee.isAlive(at: now) { expired = slot }
      if slot.pointee.lastSeen < oldest.pointee.lastSeen { oldest = slot }
      index = (index &+ 1) & mask
    }
    return expired ?? oldest
  }

  /// Moves all connections to a table of twice the size. Rare: at most `log2(maximum / 4096)` times in a run.
  private mutating func grow() {
    let old = slots.base
    let oldCount = slots.count
    let larger = FixedBuffer(repeating: ConnectionSlot(), count: oldCount &* 2)
    let largerMask = oldCount &* 2 &- 1
    for position in 0..<oldCount where old[position].family != 0 {
      let slot = old[position]
      let key = Key(
        sourceHigh: slot.firstHigh, sourceLow: slot.firstLow, destinationHigh: slot.secondHigh,
        destinationLow: slot.secondLow, sourcePort: slot.firstPort, destinationPort: slot.secondPort,
        protocolNumber: slot.protocolNumber, family: slot.family)
      var index = Int(truncatingIfNeeded: key.hash) & largerMask
      var steps = 0
      while larger.base[index].family != 0, steps < Self.window {
        index = (index &+ 1) & largerMask
        steps &+= 1
      }
      if steps < Self.window {
        larger.base[index] = slot
      } else {
        // Only keys that were chosen to collide crowd a window of a quarter-full table.
        taken &-= 1
        evicted &+= 1
      }
    }
    slots = larger
    mask = largerMask
  }
}
