/// Address pairs that have a connection, whose ICMP errors therefore pass as related.
///
/// Cilium writes such an entry beside each connection's own, with ICMP's lifetime; only the outer addresses of an error
/// are compared with it, never what the error quotes. Same table discipline as `ConnectionTable`, 64 bytes a pair.
struct RelatedTable: ~Copyable {
  struct Slot: BitwiseCopyable {
    var firstHigh: UInt64 = 0
    var firstLow: UInt64 = 0
    var secondHigh: UInt64 = 0
    var secondLow: UInt64 = 0
    /// The last second in which errors are related, by orientation and direction as in `ConnectionSlot`; 0: none.
    var expiries = InlineArray<4, UInt32>(repeating: 0)
    var lastSeen: UInt32 = 0
    /// 4 or 6; 0: empty.
    var family: UInt8 = 0
    private var padding: (UInt8, UInt8, UInt8, UInt32, UInt32) = (0, 0, 0, 0, 0)
  }

  struct Place {
    var slot: UnsafeMutablePointer<Slot>
    var orientation: Int
  }

  static let window = 16

  private var slots: FixedBuffer<Slot>
  private var mask: Int
  private var taken = 0
  private let maximum: Int
  private(set) var evicted: UInt64 = 0

  init(maximum: Int) {
    self.maximum = Hashing.tableSize(maximum, minimum: Self.window)
    let size = min(self.maximum, 1 << 12)
    slots = FixedBuffer(repeating: Slot(), count: size)
    mask = size - 1
  }

  /// The pair's place if it is known.
  func find(_ key: ConnectionTable.Key) -> Place? {
    var index = Int(truncatingIfNeeded: Self.hash(key)) & mask
    for _ in 0..<Self.window {
      let slot = slots.base + index  // masked to the table's size
      if slot.pointee.family == 0 { return nil }
      if let orientation = Self.match(slot, key) { return Place(slot: slot, orientation: orientation) }
      index = (index &+ 1) & mask
    }
    return nil
  }

  /// The pair's place, taken for it if need be.
  mutating func place(_ key: ConnectionTable.Key, at now: UInt32) -> Place {
    if let place = find(key) {
      place.slot.pointee.lastSeen = now
      return place
    }
    if taken &* 2 >= mask &+ 1, mask &+ 1 < maximum { grow() }
    let slot = choose(Self.hash(key))
    if slot.pointee.family == 0 {
      taken &+= 1
    } else if Self.isAlive(slot.pointee, at: now) {
      evicted &+= 1
    }
    var fresh = Slot()
    (fresh.firstHigh, fresh.firstLow) = (key.sourceHigh, key.sourceLow)
    (fresh.secondHigh, fresh.secondLow) = (key.destinationHigh, key.destinationLow)
    fresh.family = key.family
    fresh.lastSeen = now
    slot.pointee = fresh
    return Place(slot: slot, orientation: 0)
  }

  @inline(__always)
  static func isAlive(_ expiry: UInt32, at now: UInt32) -> Bool { expiry != 0 && expiry >= now }

  private static func isAlive(_ slot: Slot, at now: UInt32) -> Bool {
    for index in 0..<4 where isAlive(slot.expiries[index], at: now) { return true }
    return false
  }

  @inline(__always)
  private static func hash(_ key: ConnectionTable.Key) -> UInt64 {
    Hashing.connection(
      Hashing.end(high: key.sourceHigh, low: key.sourceLow, port: 0),
      Hashing.end(high: key.destinationHigh, low: key.destinationLow, port: 0), protocolNumber: 0)
  }

  @inline(__always)
  private static func match(_ slot: UnsafeMutablePointer<Slot>, _ key: ConnectionTable.Key) -> Int? {
    let s = slot.pointee
    guard s.family == key.family else { return nil }
    if s.firstLow == key.sourceLow, s.firstHigh == key.sourceHigh, s.secondLow == key.destinationLow,
      s.secondHigh == key.destinationHigh
    {
      return 0
    }
    if s.firstLow == key.destinationLow, s.firstHigh == key.destinationHigh, s.secondLow == key.sourceLow,
      s.secondHigh == key.sourceHigh
    {
      return 1
    }
    return nil
  }

  /// An empty slot of the window, else its oldest: errors are rare, and a pair is written again with each connection.
  private func choose(_ hash: UInt64) -> UnsafeMutablePointer<Slot> {
    var index = Int(truncatingIfNeeded: hash) & mask
    var oldest = slots.base + index
    for _ in 0..<Self.window {
      let slot = slots.base + index
      if slot.pointee.family == 0 { return slot }
      if slot.pointee.lastSeen < oldest.pointee.lastSeen { oldest = slot }
      index = (index &+ 1) & mask
    }
    return oldest
  }

  private mutating func grow() {
    let old = slots.base
    let oldCount = slots.count
    let larger = FixedBuffer(repeating: Slot(), count: oldCount &* 2)
    let largerMask = oldCount &* 2 &- 1
    for position in 0..<oldCount where old[position].family != 0 {
      let slot = old[position]
      let key = ConnectionTable.Key(
        sourceHigh: slot.firstHigh, sourceLow: slot.firstLow, destinationHigh: slot.secondHigh,
        destinationLow: slot.secondLow, sourcePort: 0, destinationPort: 0, protocolNumber: 0, family: slot.family)
      var index = Int(truncatingIfNeeded: Self.hash(key)) & largerMask
      var steps = 0
      while larger.base[index].family != 0, steps < Self.window {
        index = (index &+ 1) & largerMask
        steps &+= 1
      }
      if steps < Self.window {
        larger.base[index] = slot
      } else {
        taken &-= 1
        evicted &+= 1
      }
    }
    slots = larger
    mask = largerMask
  }
}
