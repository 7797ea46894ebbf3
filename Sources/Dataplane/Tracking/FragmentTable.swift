/// Ports of fragmented datagrams, learnt from their first fragments, for the later ones that carry none.
///
/// Sets of `ways` places; a full set forgets the datagram that was met longest ago, as Cilium's LRU map nearly does.
struct FragmentTable: ~Copyable {
  struct Key: BitwiseCopyable {
    var sourceHigh: UInt64
    var sourceLow: UInt64
    var destinationHigh: UInt64
    var destinationLow: UInt64
    var identification: UInt32
    var protocolNumber: UInt8
    /// 4 or 6.
    var family: UInt8
  }

  struct Ports: BitwiseCopyable {
    var source: UInt16 = 0
    var destination: UInt16 = 0
  }

  struct Slot: BitwiseCopyable {
    var key = Key(
      sourceHigh: 0, sourceLow: 0, destinationHigh: 0, destinationLow: 0, identification: 0, protocolNumber: 0,
      family: 0)
    var ports = Ports()
    /// The table's clock at the latest fragment; 0: empty.
    var lastUse: UInt64 = 0
  }

  static let ways = 8

  private let slots: FixedBuffer<Slot>
  private let mask: Int
  /// Counts uses.
  private var clock: UInt64 = 0
  private(set) var evicted: UInt64 = 0

  init(maximum: Int) {
    let size = Hashing.tableSize(maximum, minimum: Self.ways)
    slots = FixedBuffer(repeating: Slot(), count: size)
    mask = size / Self.ways - 1
  }

  mutating func remember(_ key: Key, ports: Ports) {
    let set = firstSlot(key)
    var victim = set
    clock &+= 1
    for way in 0..<Self.ways {
      let slot = set + way
      if slot.pointee.lastUse != 0, Self.equal(slot.pointee.key, key) {
        victim = slot
        break
      }
      if slot.pointee.lastUse < victim.pointee.lastUse { victim = slot }
    }
    if victim.pointee.lastUse != 0, !Self.equal(victim.pointee.key, key) { evicted &+= 1 }
    victim.pointee = Slot(key: key, ports: ports, lastUse: clock)
  }

  mutating func find(_ key: Key) -> Ports? {
    let set = firstSlot(key)
    for way in 0..<Self.ways {
      let slot = set + way
      if slot.pointee.lastUse != 0, Self.equal(slot.pointee.key, key) {
        clock &+= 1
        slot.pointee.lastUse = clock
        return slot.pointee.ports
      }
    }
    return nil
  }

  /// Of the key's set, which lies wholly within the table: the set's number is masked.
  private func firstSlot(_ key: Key) -> UnsafeMutablePointer<Slot> {
    let source = Hashing.end(high: key.sourceHigh, low: key.sourceLow, port: 0)
    let destination = Hashing.end(high: key.destinationHigh, low: key.destinationLow, port: 1)
    let hash = Hashing.word(
      source &+ destination ^ UInt64(key.identification) &<< 8 ^ UInt64(key.protocolNumber) &<< 48)
    return slots.base + (Int(truncatingIfNeeded: hash) & mask) * Self.ways
  }

  private static func equal(_ a: Key, _ b: Key) -> Bool {
    a.sourceLow == b.sourceLow && a.sourceHigh == b.sourceHigh && a.destinationLow == b.destinationLow
      && a.destinationHigh == b.destinationHigh && a.identification == b.identification
      && a.protocolNumber == b.protocolNumber && a.family == b.family
  }
}
