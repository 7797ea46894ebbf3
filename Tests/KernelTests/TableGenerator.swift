import Addresses
import Rules
import Tables

@testable import Scenarios

/// Table sets over few addresses, identities and ports, so that much of what they say overlaps and is met by packets.
struct TableGenerator {
  var random: SeededGenerator

  /// What the tables speak of, and packets are made of.
  struct World {
    var addresses: [IPAddress]
    var ports: [UInt16]
  }

  var world = World.small

  static let protocols: [UInt8] = [6, 6, 6, 17, 17, 132, 1, 58, 47, 112]

  private static let identities: [UInt32] = [1001, 1002, 1003, 0x0100_0001, 0x0100_0002, 2, 9, 10, 6, 4, 1]

  mutating func tables() -> Tables {
    var tables = Tables()
    tables.settings = settings()
    tables.redirects = [.http, .dns, .listener("a/b/c")]
    tables.policies = (0..<random.count(1...4)).map { _ in policy() }
    addEndpoints(&tables)
    addAddresses(&tables)
    if random.chance(50) { addServices(&tables) }
    return tables
  }

  private mutating func settings() -> DatapathSettings {
    var settings = DatapathSettings()
    settings.enableIPv4 = !random.chance(4)
    settings.enableIPv6 = !random.chance(8)
    settings.auditMode = random.chance(15)
    settings.sctp = random.chance(50)
    settings.icmpRules = !random.chance(20)
    settings.extendedIPProtocols = random.chance(40)
    settings.allowICMPFragNeeded = !random.chance(30)
    settings.fragmentTrackingIPv4 = !random.chance(25)
    settings.fragmentTrackingIPv6 = !random.chance(25)
    settings.hostFirewall = random.chance(40)
    settings.tunnelPort = random.chance(40) ? 8472 : nil
    if random.chance(30) {
      settings.timeoutTCP = UInt32(random.count(20...400))
      settings.timeoutTCPSyn = UInt32(random.count(5...60))
      settings.timeoutTCPFin = UInt32(random.count(1...20))
      settings.timeoutAny = UInt32(random.count(3...60))
    }
    return settings
  }

  /// Services at addresses and ports that packets have, some without backends, and some that claim another's.
  private mutating func addServices(_ tables: inout Tables) {
    for number in 0..<random.count(1...6) {
      let address = random.pick(world.addresses)
      let first = tables.backends.count
      for _ in 0..<random.count(0...4) {
        tables.backends.append(ServiceBackend(address: random.pick(world.addresses), port: random.pick(world.ports)))
      }
      tables.services.append(
        ServiceFrontend(
          address: address, port: random.pick(world.ports), protocolNumber: random.pick([6, 6, 17, 132]),
          namespace: "n", name: "s\(number)", backends: first..<tables.backends.count))
    }
  }

  private mutating func policy() -> EndpointPolicy {
    var policy = EndpointPolicy()
    policy.ingressEnforced = !random.chance(15)
    policy.egressEnforced = !random.chance(15)
    if random.chance(4) { policy.error = "two modes" }
    var keys: Set<PolicyMapKey> = []
    for direction in Direction.allCases {
      for _ in 0..<random.count(0...14) {
        let entry = entry(direction)
        if keys.insert(entry.key).inserted { policy.entries.append(entry) }
      }
      let all = PolicyMapKey(direction: direction, identity: 0, protocolNumber: 0, port: 0, portPrefixLength: 0)
      if !policy.isEnforced(direction), keys.insert(all).inserted { policy.entries.append(PolicyMapEntry(key: all)) }
    }
    policy.entries.sort { $0.key < $1.key }
    return policy
  }

  private mutating func entry(_ direction: Direction) -> PolicyMapEntry {
    let number = random.chance(25) ? 0 : random.pick(Self.protocols)
    var port: UInt16 = 0
    var bits: UInt8 = 0
    if number != 0, !random.chance(25) {
      port = number == 1 || number == 58 ? random.pick([0, 3, 8, 11, 128, 129, 1]) : random.pick(world.ports)
      bits = random.chance(70) ? 16 : UInt8(random.count(1...15))
      port &= ~(UInt16.max >> UInt16(bits))
    }
    var entry = PolicyMapEntry(
      key: PolicyMapKey(
        direction: direction, identity: random.chance(35) ? 0 : random.pick(Self.identities), protocolNumber: number,
        port: port, portPrefixLength: bits))
    entry.isDeny = random.chance(25)
    guard !entry.isDeny else { return entry }
    if random.chance(25), number != 0 {
      entry.redirect = UInt16(random.count(1...3))
      entry.proxyPriority = random.pick([1, 7, 27, 101])
    }
    if random.chance(20) {
      entry.authentication = random.pick([.none, .spire, .testAlwaysFail])
      entry.authenticationIsExplicit = random.chance(60)
    }
    return entry
  }

  private mutating func addEndpoints(_ tables: inout Tables) {
    for index in 0..<random.count(3...10) {
      let identity: UInt32 = random.chance(80) ? UInt32(random.count(1001...1003)) : random.pick([1, 8, 4, 0])
      var endpoint = Endpoint(name: "a/\(index)", identity: identity, isLocal: !random.chance(15))
      endpoint.nodeIndex = random.chance(20) ? -1 : Int32(random.count(0...1))
      endpoint.addresses = random.some(world.addresses, upTo: 4)
      endpoint.policy = random.chance(15) ? nil : random.count(0...(tables.policies.count - 1))
      tables.endpoints.append(endpoint)
    }
  }

  private mutating func addAddresses(_ tables: inout Tables) {
    var prefixes: Set<IPPrefix> = []
    for address in world.addresses where random.chance(60) {
      let prefix = IPPrefix(host: address)
      prefixes.insert(prefix)
      let node: Int32 = random.chance(20) ? Int32(random.count(0...1)) : -1
      tables.ipcache.append(
        IPCacheEntry(prefix: prefix, identity: node < 0 ? random.pick(Self.identities) : 6, nodeIndex: node))
    }
    for _ in 0..<random.count(0...8) {
      let address = random.pick(world.addresses)
      let prefix = IPPrefix(address, length: random.count(0...(address.bitWidth - 1)))
      if prefixes.insert(prefix).inserted {
        tables.ipcache.append(IPCacheEntry(prefix: prefix, identity: random.pick(Self.identities)))
      }
    }
    tables.ipcache.sort { $0.prefix < $1.prefix }
  }
}

extension TableGenerator.World {
  static let small = TableGenerator.World(
    addresses: (1...8).map { IPAddress(ipv4: 0x0a00_0000 + $0) }
      + [0xac10_0001, 0xac10_0101, 0xc0a8_0101, 0x0808_0808, 0xe000_0001].map { IPAddress(ipv4: $0) }
      + (1...6).map { IPAddress(ipv6High: 0xfd00 << 48, low: $0) }
      + [1, 2].map { IPAddress(ipv6High: 0x2001_0db8 << 32, low: $0) }
      + [IPAddress(ipv6High: 0xfd00_0001 << 32, low: 1), IPAddress(ipv6High: 0xfe80 << 48, low: 1)],
    ports: [0, 22, 53, 80, 81, 88, 95, 96, 443, 8080, 8472, 30000])
}
