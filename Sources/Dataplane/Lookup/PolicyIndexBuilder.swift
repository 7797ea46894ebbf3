import Rules
import Tables

/// Lays out the buffers of a `PolicyIndex`.
struct PolicyIndexBuilder {
  private(set) var slots: [PolicyIndex.Slot] = []
  private(set) var maps: [PolicyIndex.Map] = []
  private(set) var entries: [PolicyIndex.Entry] = []

  mutating func add(_ policy: EndpointPolicy) {
    let firstEntry = UInt32(entries.count)
    for entry in policy.entries { entries.append(.init(entry)) }
    for direction in [Direction.ingress, .egress] {
      var map = PolicyIndex.Map()
      map.firstEntry = firstEntry
      map.isEnforced = policy.isEnforced(direction)
      map.base = UInt32(slots.count)
      let positions = policy.entries.indices.filter { policy.entries[$0].key.direction == direction }
      let size = Hashing.tableSize(positions.count * 2, minimum: 2)
      map.mask = UInt32(size - 1)
      slots.append(contentsOf: repeatElement(PolicyIndex.Slot(), count: size))
      for position in positions {
        insert(policy.entries[position].key, entry: firstEntry + UInt32(position), into: &map)
      }
      maps.append(map)
    }
  }

  private mutating func insert(_ key: PolicyMapKey, entry: UInt32, into map: inout PolicyIndex.Map) {
    let length = entries[Int(entry)].prefixLength
    let packed = PolicyIndex.key(key)
    if key.identity == 0 { map.anyLengths |= 1 << length } else { map.peerLengths |= 1 << length }
    var index = PolicyIndex.home(packed, map.mask)
    while slots[Int(map.base + index)].entry != PolicyIndex.none {
      if slots[Int(map.base + index)].key == packed { return }  // a second entry of one key never answers
      index = (index + 1) & map.mask
    }
    slots[Int(map.base + index)] = PolicyIndex.Slot(key: packed, entry: entry)
  }
}

extension PolicyIndex {
  /// A protocol's prefix is at most 8 + 16 bits, whatever the tables say.
  static func prefixLength(of key: PolicyMapKey) -> UInt8 {
    key.protocolNumber == 0 ? 0 : 8 + min(key.portPrefixLength, 16)
  }

  static func key(_ key: PolicyMapKey) -> UInt64 {
    let length = prefixLength(of: key)
    let portBits = length > 8 ? length - 8 : 0
    return Self.key(
      identity: key.identity, protocolNumber: key.protocolNumber, port: key.port & ~(UInt16.max >> UInt16(portBits)),
      prefixLength: UInt32(length))
  }
}

extension PolicyIndex.Entry {
  init(_ entry: PolicyMapEntry) {
    prefixLength = PolicyIndex.prefixLength(of: entry.key)
    isDeny = entry.isDeny
    rules = entry.rules
    guard !entry.isDeny else { return }
    redirect = entry.redirect
    proxyPriority = entry.proxyPriority
    authentication = entry.authentication.rawValue
    authenticationIsExplicit = entry.authenticationIsExplicit
  }
}
