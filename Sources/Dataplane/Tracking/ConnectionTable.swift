internal import CPrefetch

/// The connections seen, in the order they came, with a hash index; grows with use up to a stated size.
///
/// While it can grow, nothing is forgotten. At full size a new connection takes the place of an expired one, or of the
/// one that was silent longest, among the next `sweep` places that a hand going round the table meets.
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

    /// The same for both directions.
    @inline(__always)
    var hash: UInt64 {
      Hashing.pair(
        Hashing.tupleEnd(high: sourceHigh, low: sourceLow, port: sourcePort),
        Hashing.tupleEnd(high: destinationHigh, low: destinationLow, port: destinationPort),
        protocolNumber: protocolNumber)
    }

    var reversed: Key {
      Key(
        sourceHigh: destinationHigh, sourceLow: destinationLow, destinationHigh: sourceHigh,
        destinationLow: sourceLow, sourcePort: destinationPort, destinationPort: sourcePort,
        protocolNumber: protocolNumber, family: family)
    }
  }

  /// A slot, valid until the next call; and the packet's orientation in it.
  struct Place {
    var slot: UnsafeMutablePointer<ConnectionSlot>
    var orientation: Int
    /// Just taken for this key: everything but the tuple is as in an empty slot.
    var isNew: Bool
  }

  static let sweep = 32

  /// As many as there may ever be; only those below `size` are in use.
  private let slots: ReservedBuffer<ConnectionSlot>
  private var size: Int
  private var index: HashIndex
  /// The places from here on have never been taken.
  private var count = 0
  private var hand = 0
  private let maximum: Int
  private(set) var evicted: UInt64 = 0

  /// - Parameter maximum: connections at full size, rounded up to a power of two.
  init(maximum: Int) {
    self.maximum = Hashing.tableSize(maximum, minimum: 16)
    size = min(self.maximum, 1 << 12)
    slots = ReservedBuffer(count: self.maximum)
    index = HashIndex(capacity: size)
  }

  /// Asks for what leads to a connection.
  @inline(__always)
  func prefetchIndex(_ hash: UInt64) { index.prefetch(hash) }

  /// Asks for the slot that a connection most likely has: its number, or -1.
  @inline(__always)
  func prefetchSlot(_ hash: UInt64) -> Int32 {
    let number = index.first(hash)
    if number >= 0 { weir_prefetch_for_writing(slots.base + number) }
    return Int32(truncatingIfNeeded: number)
  }

  /// Whether the next new connection takes the place of another.
  @inline(__always)
  var isFull: Bool { count == maximum }

  func number(of slot: UnsafeMutablePointer<ConnectionSlot>) -> Int { slot - slots.base }

  /// - Parameter number: one that `prefetchSlot` or `number` gave.
  @inline(__always)
  func slot(_ number: Int) -> UnsafeMutablePointer<ConnectionSlot> { slots.base + number }

  /// - Parameter hash: the key's.
  @inline(__always)
  mutating func place(_ key: Key, hash: UInt64, at now: UInt32) -> Place {
    var probe = index.probe(hash)
    while true {
      let number = index.next(&probe)
      if number < 0 { return Place(slot: add(key, hash, now), orientation: 0, isNew: true) }
      let slot = slots.base + number  // the index holds only numbers of slots
      let orientation = Self.match(slot, key)
      if orientation >= 0 { return Place(slot: slot, orientation: orientation, isNew: false) }
    }
  }

  /// The slot of a connection that is known; nil for others.
  mutating func find(_ key: Key) -> UnsafeMutablePointer<ConnectionSlot>? {
    var probe = index.probe(key.hash)
    while true {
      let number = index.next(&probe)
      if number < 0 { return nil }
      let slot = slots.base + number  // the index holds only numbers of slots
      if Self.match(slot, key) >= 0 { return slot }
    }
  }

  /// The packet's orientation, or -1. Both are compared without a branch between them: which way a packet goes is not
  /// predictable.
  @inline(__always)
  static func match(_ slot: UnsafeMutablePointer<ConnectionSlot>, _ key: Key) -> Int {
    let (firstHigh, firstLow) = (slot.pointee.firstHigh, slot.pointee.firstLow)
    let (secondHigh, secondLow) = (slot.pointee.secondHigh, slot.pointee.secondLow)
    let (firstPort, secondPort) = (slot.pointee.firstPort, slot.pointee.secondPort)
    let forward =
      (firstLow ^ key.sourceLow) | (firstHigh ^ key.sourceHigh) | (secondLow ^ key.destinationLow)
      | (secondHigh ^ key.destinationHigh) | UInt64(firstPort ^ key.sourcePort)
      | UInt64(secondPort ^ key.destinationPort)
    let backward =
      (firstLow ^ key.destinationLow) | (firstHigh ^ key.destinationHigh) | (secondLow ^ key.sourceLow)
      | (secondHigh ^ key.sourceHigh) | UInt64(firstPort ^ key.destinationPort)
      | UInt64(secondPort ^ key.sourcePort)
    let other =
      UInt64(slot.pointee.protocolNumber ^ key.protocolNumber) | UInt64(slot.pointee.family ^ key.family)
    guard min(forward, backward) | other == 0 else { return -1 }
    return forward == 0 ? 0 : 1
  }

  @inline(never)
  private mutating func add(_ key: Key, _ hash: UInt64, _ now: UInt32) -> UnsafeMutablePointer<ConnectionSlot> {
    let number = room(at: now)
    var slot = ConnectionSlot()
    (slot.firstHigh, slot.firstLow, slot.firstPort) = (key.sourceHigh, key.sourceLow, key.sourcePort)
    (slot.secondHigh, slot.secondLow) = (key.destinationHigh, key.destinationLow)
    (slot.secondPort, slot.protocolNumber, slot.family) = (key.destinationPort, key.protocolNumber, key.family)
    slot.lastSeen = now
    slots.base[number] = slot
    let lost = index.insert(hash, number)
    if lost >= 0 { forget(lost, at: now) }
    return slots.base + number
  }

  /// The number of a slot that is, or was made, free.
  private mutating func room(at now: UInt32) -> Int {
    if count == size, size < maximum { grow() }
    if count < size {
      count &+= 1
      return count &- 1
    }
    var chosen = hand
    for step in 0..<min(Self.sweep, size) {
      let number = (hand &+ step) & (size &- 1)
      if !(slots.base + number).isAlive(at: now) {
        chosen = number
        break
      }
      if slots.base[number].lastSeen < slots.base[chosen].lastSeen { chosen = number }
    }
    hand = (chosen &+ 1) & (size &- 1)
    if slots.base[chosen].family != 0 {
      index.remove((slots.base + chosen).key(orientation: 0).hash, chosen)
      forget(chosen, at: now)
      if index.isWorn { rebuildIndex(at: now) }
    }
    return chosen
  }

  /// Empties a slot that the index no longer leads to.
  private mutating func forget(_ number: Int, at now: UInt32) {
    if (slots.base + number).isAlive(at: now) { evicted &+= 1 }
    slots.base[number].family = 0
    slots.base[number].entries = InlineArray(repeating: TrackedConnection())
  }

  func forEach(_ body: (UnsafeMutablePointer<ConnectionSlot>) -> Void) {
    for number in 0..<count where slots.base[number].family != 0 { body(slots.base + number) }
  }

  /// Forgets all connections, and keeps the memory that they have taken.
  mutating func removeAll() {
    index = HashIndex(capacity: size)
    (count, hand, evicted) = (0, 0, 0)
  }

  private mutating func rebuildIndex(at now: UInt32) {
    var lost: [Int] = []
    index.rebuild(capacity: size) { lost.append($0) }
    for number in lost { forget(number, at: now) }
  }

  /// Makes the table four times as large: rare, at most log4(maximum / 4096) times in a run.
  private mutating func grow() {
    size = min(size &* 4, maximum)
    // At second 0 every entry counts as alive: what is lost here (only crafted tuples are) was evicted.
    rebuildIndex(at: 0)
  }
}
