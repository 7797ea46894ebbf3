internal import Rules
internal import Tables

/// Changes the maps of a `PolicyIndex` that was built with spare room.
struct PolicyIndexEditor: ~Copyable {
  /// Keys in each map, two maps per policy.
  private var counts: [UInt32]
  private var nextSlot: Int
  private var nextEntry: Int
  /// Entries that are free again. Only those that were spare: an entry is known by its distance from its policy's first
  /// one, which must not be negative.
  private var freeEntries: [UInt32] = []

  init(_ index: borrowing PolicyIndex, _ policies: [EndpointPolicy]) {
    counts = policies.flatMap { policy in
      Direction.allCases.map { direction in
        UInt32(clamping: policy.entries.count { $0.key.direction == direction })
      }
    }
    nextSlot = index.builtSlots
    nextEntry = index.builtEntries
  }

  /// Follows the change of one policy; false when there is no room left for it.
  mutating func apply(_ delta: PolicyDelta, to index: borrowing PolicyIndex) -> Bool {
    guard delta.policy >= 0, delta.policy < index.policyCount else { return false }
    for direction in Direction.allCases {
      let map = delta.policy * 2 + Int(direction.rawValue)
      index.maps.base[map].isEnforced = direction == .ingress ? delta.ingressEnforced : delta.egressEnforced
    }
    for operation in delta.operations {
      switch operation {
      case .set(let entry):
        guard set(entry, delta.policy * 2 + Int(entry.key.direction.rawValue), index) else { return false }
      case .remove(let key):
        remove(PolicyIndex.key(key), delta.policy * 2 + Int(key.direction.rawValue), index)
      }
    }
    return true
  }

  private mutating func set(_ entry: PolicyMapEntry, _ number: Int, _ index: borrowing PolicyIndex) -> Bool {
    let key = PolicyIndex.key(entry.key)
    let content = PolicyIndex.Entry(entry)
    if let slot = find(key, index.maps[number], index) {
      index.entries[Int(index.slots[slot].entry)] = content
      return true
    }
    guard hasRoom(number, index), let place = freeEntries.popLast() ?? newEntry(index) else { return false }
    index.entries[Int(place)] = content
    insert(PolicyIndex.Slot(key: key, entry: place), index.maps[number], index)
    counts[number] += 1
    let bit = UInt32(1) << UInt32(content.prefixLength)
    if entry.key.identity == 0 {
      index.maps.base[number].anyLengths |= bit
    } else {
      index.maps.base[number].peerLengths |= bit
    }
    return true
  }

  private mutating func newEntry(_ index: borrowing PolicyIndex) -> UInt32? {
    guard nextEntry < index.entries.count else { return nil }
    defer { nextEntry += 1 }
    return UInt32(nextEntry)
  }

  /// Makes sure that half of a map's slots stay empty with one more key, by moving it to spare slots if need be.
  private mutating func hasRoom(_ number: Int, _ index: borrowing PolicyIndex) -> Bool {
    let map = index.maps[number]
    let size = Int(map.mask) + 1
    if (Int(counts[number]) + 1) * 2 <= size { return true }
    guard nextSlot + size * 2 <= index.slots.count else { return false }
    var moved = map
    moved.base = UInt32(nextSlot)
    moved.mask = UInt32(size * 2 - 1)
    nextSlot += size * 2
    for offset in 0..<size {
      let slot = index.slots[Int(map.base) + offset]
      if slot.entry != PolicyIndex.none { insert(slot, moved, index) }
    }
    index.maps[number] = moved
    return true
  }

  private func insert(_ slot: PolicyIndex.Slot, _ map: PolicyIndex.Map, _ index: borrowing PolicyIndex) {
    var place = PolicyIndex.home(slot.key, map.mask)
    while index.slots[Int(map.base + place)].entry != PolicyIndex.none { place = (place + 1) & map.mask }
    index.slots[Int(map.base + place)] = slot
  }

  private func find(_ key: UInt64, _ map: PolicyIndex.Map, _ index: borrowing PolicyIndex) -> Int? {
    var place = PolicyIndex.home(key, map.mask)
    while true {  // ends: at most half of a map's slots are taken
      let slot = index.slots[Int(map.base + place)]
      if slot.entry == PolicyIndex.none { return nil }
      if slot.key == key { return Int(map.base + place) }
      place = (place + 1) & map.mask
    }
  }

  /// Takes a key out and moves those behind it up, so that none is cut off from its home.
  private mutating func remove(_ key: UInt64, _ number: Int, _ index: borrowing PolicyIndex) {
    let map = index.maps[number]
    guard let found = find(key, map, index) else { return }
    let entry = index.slots[found].entry
    if entry >= UInt32(index.builtEntries) { freeEntries.append(entry) }
    counts[number] -= 1
    var hole = UInt32(found) - map.base
    var place = hole
    while true {
      place = (place + 1) & map.mask
      let slot = index.slots[Int(map.base + place)]
      if slot.entry == PolicyIndex.none { break }
      let home = PolicyIndex.home(slot.key, map.mask)
      // The key may move to the hole unless its home lies behind that.
      if (place &- home) & map.mask >= (place &- hole) & map.mask {
        index.slots[Int(map.base + hole)] = slot
        hole = place
      }
    }
    index.slots[Int(map.base + hole)] = PolicyIndex.Slot()
  }
}
