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
  private static let ahead = 4
  /// Connections that there is an index for from the beginning: one of two megabytes, which may be a single page.
  private static let smallest = 1 << 17

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
    size = min(self.maximum, Self.smallest)
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

  @inline(__always)
  mutating func place(_ connection: OrientedTuple, at now: UInt32) -> Place {
    if let slot = find(connection) {
      return Place(slot: slot, orientation: connection.orientation ^ slot.pointee.order, isNew: false)
    }
    return Place(slot: add(connection, now), orientation: 0, isNew: true)
  }

  /// The slot of a connection that is known; nil for others.
  @inline(__always)
  func find(_ connection: OrientedTuple) -> UnsafeMutablePointer<ConnectionSlot>? {
    var probe = index.probe(connection.hash)
    while true {
      let number = index.next(&probe)
      if number < 0 { return nil }
      let slot = slots.base + number  // the index holds only numbers of slots
      if slot.pointee.tuple.isSame(as: connection.tuple) { return slot }
    }
  }

  @inline(never)
  private mutating func add(_ connection: OrientedTuple, _ now: UInt32) -> UnsafeMutablePointer<ConnectionSlot> {
    let number = room(at: now)
    let slot = slots.base + number
    slot.begin(connection, at: now)
    let lost = index.insert(connection.hash, number)
    if lost >= 0 { forget(lost, at: now) }
    return slot
  }

  /// The number of a slot that is, or was made, free.
  private mutating func room(at now: UInt32) -> Int {
    if count == size, size < maximum { grow() }
    if count < size {
      // Never written to until now: on its way, while others are taken.
      let later = UnsafeRawPointer(slots.base + min(count &+ Self.ahead, maximum &- 1))
      weir_prefetch_for_writing(later)
      weir_prefetch_for_writing(later + 64)
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
    if slots.base[chosen].tuple.family != 0 {
      index.remove(slots.base[chosen].tuple.hash, chosen)
      forget(chosen, at: now)
      if index.isWorn { rebuildIndex(at: now) }
    }
    return chosen
  }

  /// Empties a slot that the index no longer leads to.
  private mutating func forget(_ number: Int, at now: UInt32) {
    if (slots.base + number).isAlive(at: now) { evicted &+= 1 }
    slots.base[number].tuple.family = 0
    slots.base[number].entries = InlineArray(repeating: TrackedConnection())
  }

  func forEach(_ body: (UnsafeMutablePointer<ConnectionSlot>) -> Void) {
    for number in 0..<count where slots.base[number].tuple.family != 0 { body(slots.base + number) }
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

  /// Makes the table twice as large: rare, at most log2(maximum / smallest) times in a run.
  private mutating func grow() {
    size = min(size &* 2, maximum)
    // At second 0 every entry counts as alive: what is lost here (only crafted tuples are) was evicted.
    rebuildIndex(at: 0)
  }
}
