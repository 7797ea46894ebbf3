internal import Addresses
internal import Tables

/// Addresses that services make one: a service's and those of its backends, and through shared ones those of other
/// services. A packet to a service may belong to a connection of any of them.
struct ServiceGroups: ~Copyable, Sendable {
  struct Address: BitwiseCopyable, Sendable, Hashable {
    var high: UInt64 = 0
    var low: UInt64 = 0
  }

  struct Slot: BitwiseCopyable, Sendable {
    var address = Address()
    var representative = Address()
    var isTaken = false
  }

  private let isEmpty: Bool
  private let slots: FixedBuffer<Slot>
  private let mask: Int

  init(services: [ServiceFrontend], backends: [ServiceBackend]) {
    var parents: [Address: Address] = [:]
    func root(_ address: Address) -> Address {
      var root = address
      while let parent = parents[root], parent != root { root = parent }
      parents[address] = root
      return root
    }
    for service in services {
      let own = Address(high: service.address.high, low: service.address.low)
      for index in service.backends.clamped(to: 0..<backends.count) {
        let backend = Address(high: backends[index].address.high, low: backends[index].address.low)
        let (one, other) = (root(own), root(backend))
        parents[other] = one
      }
    }
    isEmpty = parents.isEmpty
    let size = Hashing.tableSize(parents.count * 2, minimum: 2)
    mask = size - 1
    slots = FixedBuffer(repeating: Slot(), count: size)
    for address in Array(parents.keys) {
      var index = Int(truncatingIfNeeded: Hashing.address(high: address.high, low: address.low)) & mask
      while slots[index].isTaken { index = (index + 1) & mask }
      slots[index] = Slot(address: address, representative: root(address), isTaken: true)
    }
  }

  /// One address that stands for all of the group; the address itself where it is in none.
  @inline(__always)
  func representative(high: UInt64, low: UInt64) -> Address {
    isEmpty ? Address(high: high, low: low) : find(Address(high: high, low: low))
  }

  private func find(_ address: Address) -> Address {
    var index = Int(truncatingIfNeeded: Hashing.address(high: address.high, low: address.low)) & mask
    while slots[index].isTaken {  // ends: at most half of the slots are taken
      if slots[index].address == address { return slots[index].representative }
      index = (index &+ 1) & mask
    }
    return address
  }
}
