import Addresses
import Benchmark
import Dataplane
import Rows
import Rules
import Tables

/// How many lookups one measurement makes.
private let lookupCount = 1 << 16

/// Single lookups through the public interface, all of them hits, in random order.
func registerLookupBenchmarks() {
  for lookup in Row.addressLookups {
    measure(lookup.row, seconds: 0.5) {
      AddressInput(prefixes: (0..<lookup.entries).map { IPPrefix(host: scattered($0)) })
    } run: { _, input in
      try input.resolveAll()
    }
  }
  for lookup in Row.prefixLookups {
    measure(lookup.row, seconds: 0.5) {
      AddressInput(
        prefixes: (0..<lookup.entries).map { IPPrefix(IPAddress(ipv4: 0x0a00_0000 + UInt32($0) << 8), length: 24) })
    } run: { _, input in
      try input.resolveAll()
    }
  }
  for lookup in Row.policyLookups {
    measure(lookup.row, seconds: 0.5) {
      PolicyInput(entries: lookup.entries)
    } run: { _, input in
      try input.lookUpAll()
    }
  }
}

/// Distinct addresses that are not neighbours.
private func scattered(_ number: Int) -> IPAddress {
  IPAddress(ipv4: 0x0a00_0000 | UInt32(truncatingIfNeeded: number &* 0x9e37) & 0xff_ffff)
}

private struct AddressInput {
  let tables: LookupTables
  let addresses: [IPAddress]

  /// Looks for an address of each prefix.
  init(prefixes: [IPPrefix]) {
    var random = RandomNumbers(seed: 5)
    var tables = Tables()
    tables.ipcache = prefixes.enumerated().map { IPCacheEntry(prefix: $1, identity: UInt32(1000 + $0)) }
    self.tables = LookupTables(tables)
    addresses = (0..<lookupCount).map { _ in
      let prefix = random.pick(prefixes)
      return prefix.isHost ? prefix.address : IPAddress(ipv4: UInt32(prefix.address.low) + UInt32(random.below(256)))
    }
  }

  func resolveAll() throws -> Amount {
    var found = 0
    for address in addresses where tables.resolve(address).identity >= 1000 { found += 1 }
    guard found == addresses.count else { throw InputError("found \(found) of \(addresses.count) addresses") }
    return Amount(items: found)
  }
}

/// One policy map: four ports for each peer, and a range that is denied to all.
private struct PolicyInput {
  let tables: LookupTables
  let queries: [(peer: UInt32, port: UInt16)]

  init(entries: Int) {
    var random = RandomNumbers(seed: 6)
    var policy = EndpointPolicy()
    policy.ingressEnforced = true
    for number in 0..<(entries - 1) {
      policy.entries.append(
        PolicyMapEntry(
          key: PolicyMapKey(
            direction: .ingress, identity: UInt32(1000 + number / 4), protocolNumber: 6,
            port: UInt16(8080 + number % 4), portPrefixLength: 16)))
    }
    queries = (0..<lookupCount).map { _ in
      let key = random.pick(policy.entries).key
      return (key.identity, key.port)
    }
    var range = PolicyMapEntry(
      key: PolicyMapKey(direction: .ingress, identity: 0, protocolNumber: 6, port: 0x4000, portPrefixLength: 4))
    range.isDeny = true
    policy.entries.append(range)
    policy.entries.sort { $0.key < $1.key }
    var tables = Tables()
    tables.policies = [policy]
    self.tables = LookupTables(tables)
  }

  func lookUpAll() throws -> Amount {
    var allowed = 0
    for query in queries {
      let verdict = tables.lookup(
        policy: 0, direction: .ingress, peer: query.peer, protocolNumber: 6, port: query.port)
      if verdict.reason == .none { allowed += 1 }
    }
    guard allowed == queries.count else { throw InputError("\(allowed) of \(queries.count) allowed") }
    return Amount(items: allowed)
  }
}
