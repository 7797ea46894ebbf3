/// Address pairs that have a connection, whose ICMP errors therefore pass as related.
///
/// Cilium writes such an entry beside each connection's own, with ICMP's lifetime; only the outer addresses of an error
/// are compared with it, never what the error quotes. Built like `ConnectionTable`, 56 bytes a pair.
struct RelatedTable: ~Copyable {
  struct Slot: BitwiseCopyable {
    var firstHigh: UInt64 = 0
    var firstLow: UInt64 = 0
    var secondHigh: UInt64 = 0
    var secondLow: UInt64 = 0
    /// The last second in which errors are related, by orientation and direction as in `ConnectionSlot`; 0: none.
    var expiries = InlineArray<4, UInt32>(repeating: 0)
    /// 4 or 6; 0: empty.
    var family: UInt8 = 0

    /// The last second in which any error is.
    var expiry: UInt32 { max(max(expiries[0], expiries[1]), max(expiries[2], expiries[3])) }
  }

  struct Place {
    var slot: UnsafeMutablePointer<Slot>
    var orientation: Int
  }

  private var slots: FixedBuffer<Slot>
  private var index: HashIndex
  /// The places from here on have never been taken.
  private var count = 0
  private var hand = 0
  private let maximum: Int
  private(set) var evicted: UInt64 = 0

  init(maximum: Int) {
    self.maximum = Hashing.tableSize(maximum, minimum: 16)
    let size = min(self.maximum, 1 << 10)
    slots = FixedBuffer(repeating: Slot(), count: size)
    index = HashIndex(capacity: size)
  }

  /// The pair's place if it is known.
  func find(_ key: ConnectionTable.Key) -> Place? {
    find(key, Self.hash(key))
  }

  /// The pair's place, taken for it if need be.
  mutating func place(_ key: ConnectionTable.Key, at now: UInt32) -> Place {
    let hash = Self.hash(key)
    if let place = find(key, hash) { return place }
    let number = room(at: now)
    var slot = Slot()
    (slot.firstHigh, slot.firstLow) = (key.sourceHigh, key.sourceLow)
    (slot.secondHigh, slot.secondLow, slot.family) = (key.destinationHigh, key.destinationLow, key.family)
    slots[number] = slot
    let lost = index.insert(hash, number)
    if lost >= 0 { forget(lost, at: now) }
    return Place(slot: slots.base + number, orientation: 0)
  }

  @inline(__always)
  static func isAlive(_ expiry: UInt32, at now: UInt32) -> Bool { expiry != 0 && expiry >= now }

  private func find(_ key: ConnectionTable.Key, _ hash: UInt64) -> Place? {
    var probe = index.probe(hash)
    while true {
      let number = index.next(&probe)
      if number < 0 { return nil }
      let slot = slots.base + number  // the index holds only numbers of slots
      if let orientation = Self.match(slot, key) { return Place(slot: slot, orientation: orientation) }
    }
  }

  @inline(__always)
  private static func hash(_ key: ConnectionTable.Key) -> UInt64 {
    hash(key.sourceHigh, key.sourceLow, key.destinationHigh, key.destinationLow)
  }

  private static func hash(
    _ sourceHigh: UInt64, _ sourceLow: UInt64, _ destinationHigh: UInt64, _ destinationLow: UInt64
  ) -> UInt64 {
    Hashing.connection(
      Hashing.end(high: sourceHigh, low: sourceLow, port: 0),
      Hashing.end(high: destinationHigh, low: destinationLow, port: 0), protocolNumber: 0)
  }

  @inline(__always)
  private static func match(_ slot: UnsafeMutablePointer<Slot>, _ key: ConnectionTable.Key) -> Int? {
    guard slot.pointee.family == key.family else { return nil }
    let (firstHigh, firstLow) = (slot.pointee.firstHigh, slot.pointee.firstLow)
    let (secondHigh, secondLow) = (slot.pointee.secondHigh, slot.pointee.secondLow)
    if firstLow == key.sourceLow, firstHigh == key.sourceHigh, secondLow == key.destinationLow,
      secondHigh == key.destinationHigh
    {
      return 0
    }
    if firstLow == key.destinationLow, firstHigh == key.destinationHigh, secondLow == key.sourceLow,
      secondHigh == key.sourceHigh
    {
      return 1
    }
    return nil
  }

  /// The number of a slot that is, or was made, free: at full size the pair whose time ends first among the next few.
  private mutating func room(at now: UInt32) -> Int {
    if count == slots.count, slots.count < maximum { grow() }
    if count < slots.count {
      count &+= 1
      return count &- 1
    }
    var chosen = hand
    for step in 0..<min(ConnectionTable.sweep, slots.count) {
      let number = (hand &+ step) & (slots.count &- 1)
      if slots.base[number].expiry < slots.base[chosen].expiry { chosen = number }
    }
    hand = (chosen &+ 1) & (slots.count &- 1)
    let slot = slots[chosen]
    if slot.family != 0 {
      index.remove(Self.hash(slot.firstHigh, slot.firstLow, slot.secondHigh, slot.secondLow), chosen)
      forget(chosen, at: now)
      if index.isWorn { rebuildIndex(at: now) }
    }
    return chosen
  }

  /// Empties a slot that the index no longer leads to.
  private mutating func forget(_ number: Int, at now: UInt32) {
    if Self.isAlive(slots.base[number].expiry, at: now) { evicted &+= 1 }
    slots[number] = Slot()
  }

  private mutating func rebuildIndex(at now: UInt32) {
    var lost: [Int] = []
    index.rebuild(capacity: slots.count) { lost.append($0) }
    for number in lost { forget(number, at: now) }
  }

  private mutating func grow() {
    let larger = FixedBuffer(repeating: Slot(), count: slots.count &* 2)
    larger.base.update(from: slots.base, count: slots.count)
    slots = larger
    rebuildIndex(at: 0)
  }
}
