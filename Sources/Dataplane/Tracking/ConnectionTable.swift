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

    @inline(__always)
    var hash: UInt64 {
      Hashing.connection(
        Hashing.end(high: sourceHigh, low: sourceLow, port: sourcePort),
        Hashing.end(high: destinationHigh, low: destinationLow, port: destinationPort),
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

  private var slots: FixedBuffer<ConnectionSlot>
  private var index: HashIndex
  /// The places from here on have never been taken.
  private var count = 0
  private var hand = 0
  private let maximum: Int
  private(set) var evicted: UInt64 = 0

  /// - Parameter maximum: connections at full size, rounded up to a power of two.
  init(maximum: Int) {
    self.maximum = Hashing.tableSize(maximum, minimum: 16)
    let size = min(self.maximum, 1 << 10)
    slots = FixedBuffer(repeating: ConnectionSlot(), count: size)
    index = HashIndex(capacity: size)
  }

  @inline(__always)
  mutating func place(_ key: Key, at now: UInt32) -> Place {
    let hash = key.hash
    var probe = index.probe(hash)
    while true {
      let number = index.next(&probe)
      if number < 0 { return Place(slot: add(key, hash, now), orientation: 0, isNew: true) }
      let slot = slots.base + number  // the index holds only numbers of slots
      let orientation = Self.match(slot, key)
      if orientation >= 0 { return Place(slot: slot, orientation: orientation, isNew: false) }
    }
  }

  /// The packet's orientation, or -1. Both are compared without a branch between them: which way a packet goes is not
  /// predictable.
  @inline(__always)
  private static func match(_ slot: UnsafeMutablePointer<ConnectionSlot>, _ key: Key) -> Int {
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
    slots[number] = slot
    let lost = index.insert(hash, number)
    if lost >= 0 { forget(lost, at: now) }
    return slots.base + number
  }

  /// The number of a slot that is, or was made, free.
  private mutating func room(at now: UInt32) -> Int {
    if count == slots.count, slots.count < maximum { grow() }
    if count < slots.count {
      count &+= 1
      return count &- 1
    }
    var chosen = hand
    for step in 0..<min(Self.sweep, slots.count) {
      let number = (hand &+ step) & (slots.count &- 1)
      if !(slots.base + number).isAlive(at: now) {
        chosen = number
        break
      }
      if slots.base[number].lastSeen < slots.base[chosen].lastSeen { chosen = number }
    }
    hand = (chosen &+ 1) & (slots.count &- 1)
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

  private mutating func rebuildIndex(at now: UInt32) {
    var lost: [Int] = []
    index.rebuild(capacity: slots.count) { lost.append($0) }
    for number in lost { forget(number, at: now) }
  }

  /// Doubles the table: rare, at most log2(maximum / 1024) times in a run.
  private mutating func grow() {
    let larger = FixedBuffer(repeating: ConnectionSlot(), count: slots.count &* 2)
    larger.base.update(from: slots.base, count: slots.count)
    slots = larger
    // At second 0 every entry counts as alive: what is lost here (only crafted tuples are) was evicted.
    rebuildIndex(at: 0)
  }
}
