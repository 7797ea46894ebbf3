import Addresses

/// Exact addresses → what is known of each: its identity, the endpoint that has it.
///
/// Open addressing with linear probing at no more than half load; pods' addresses, the bulk of a cluster's ipcache,
/// are found with one cache line.
struct AddressTable: ~Copyable, Sendable {
  struct Slot: BitwiseCopyable, Sendable {
    var high: UInt64 = 0
    var low: UInt64 = 0
    /// 0: empty.
    var family: UInt8 = 0
    var hasIdentity = false
    var identity: UInt32 = 0
    /// Index into `Tables.endpoints`; -1 none.
    var endpoint: Int32 = -1
    /// The node whose own address it is (`IPCacheEntry.nodeIndex`); -1 none.
    var node: Int32 = -1
  }

  private let slots: FixedBuffer<Slot>
  private let mask: Int

  /// Addresses for which there is room, half of the slots.
  var capacity: Int { (mask + 1) / 2 }

  /// - Parameter count: how many addresses will be added at most.
  init(count: Int) {
    let size = Hashing.tableSize(count * 2, minimum: 16)
    slots = FixedBuffer(repeating: Slot(), count: size)
    mask = size - 1
  }

  /// What is known of `address`, with family 0 when that is nothing. In place: most of it is not read.
  @inline(__always)
  func find(high: UInt64, low: UInt64, family: UInt8) -> UnsafePointer<Slot> {
    var index = Int(truncatingIfNeeded: Hashing.address(high: high, low: low)) & mask
    while true {  // ends: at most half of the slots are taken
      let slot = UnsafePointer(slots.base + index)
      if slot.pointee.family == 0
        || (slot.pointee.low == low && slot.pointee.high == high && slot.pointee.family == family)
      {
        return slot
      }
      index = (index &+ 1) & mask
    }
  }

  /// Only while building or editing; a second identity for an address replaces the first.
  func setIdentity(_ identity: UInt32, node: Int32, of address: IPAddress) {
    let index = place(address)
    slots.base[index].identity = identity
    slots.base[index].node = node
    slots.base[index].hasIdentity = true
  }

  /// Only while editing: the address is what the block around it is. It keeps its slot.
  func removeIdentity(of address: IPAddress) {
    let index = place(address)
    slots.base[index].identity = 0
    slots.base[index].node = -1
    slots.base[index].hasIdentity = false
  }

  /// Whether an address has a slot.
  func holds(_ address: IPAddress) -> Bool {
    find(high: address.high, low: address.low, family: address.isIPv6 ? 6 : 4).pointee.family != 0
  }

  /// Only while building; the first endpoint that claims an address keeps it.
  func setEndpoint(_ endpoint: Int, of address: IPAddress) {
    let index = place(address)
    if slots.base[index].endpoint < 0 { slots.base[index].endpoint = Int32(clamping: endpoint) }
  }

  private func place(_ address: IPAddress) -> Int {
    let family: UInt8 = address.isIPv6 ? 6 : 4
    var index = Int(truncatingIfNeeded: Hashing.address(high: address.high, low: address.low)) & mask
    while slots[index].family != 0 {
      let slot = slots[index]
      if slot.low == address.low, slot.high == address.high, slot.family == family { return index }
      index = (index + 1) & mask
    }
    slots.base[index].high = address.high
    slots.base[index].low = address.low
    slots.base[index].family = family
    return index
  }
}
