import Addresses
import Dataplane
import Rules
import Tables
import Testing

@Suite struct AddressLookupTests {
  @Test("the longest prefix that holds an address names its identity, else world of the family")
  func nested() {
    var tables = Tables()
    for (text, identity) in [
      ("10.0.0.0/8", 1), ("10.96.0.0/12", 2), ("10.96.0.0/16", 3), ("10.96.0.1/32", 4), ("255.255.255.0/24", 5),
      ("fd00::/8", 11), ("fd00:1::/32", 12), ("fd00:1::7/128", 13), ("ffff:ffff::/32", 14), ("fd00:1::/127", 15),
    ] {
      if let prefix = IPPrefix(text) { tables.ipcache.append(IPCacheEntry(prefix: prefix, identity: UInt32(identity))) }
    }
    let lookup = LookupTables(tables)
    for (text, identity) in [
      ("9.255.255.255", 9), ("10.0.0.0", 1), ("10.95.255.255", 1), ("10.96.0.0", 3), ("10.96.0.1", 4),
      ("10.96.0.2", 3), ("10.97.0.0", 2), ("10.111.255.255", 2), ("10.112.0.0", 1), ("11.0.0.0", 9),
      ("255.255.254.255", 9), ("255.255.255.255", 5), ("0.0.0.0", 9),
      ("fcff::", 10), ("fd00::1", 11), ("fd00:1::", 15), ("fd00:1::1", 15), ("fd00:1::2", 12), ("fd00:1::7", 13),
      ("fd00:2::", 11), ("fe00::", 10), ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 14), ("::", 10),
    ] {
      #expect(lookup.resolve(address(text)).identity == UInt32(identity), "\(text)")
    }
  }

  @Test("with one family enabled, unclaimed addresses are world")
  func singleStack() {
    var tables = Tables()
    tables.settings.enableIPv6 = false
    #expect(LookupTables(tables).resolve(address("1.2.3.4")) == (nil, 2))
  }

  @Test("random prefixes agree with a scan", arguments: [UInt64](1...6))
  func differential(seed: UInt64) {
    var random = SplitMix(state: seed)
    var tables = Tables()
    var seen: Set<IPPrefix> = []
    for number in 0..<1500 {
      let prefix = randomPrefix(&random)
      guard seen.insert(prefix).inserted else { continue }
      tables.ipcache.append(IPCacheEntry(prefix: prefix, identity: UInt32(1000 + number % 97)))
    }
    let lookup = LookupTables(tables)
    for _ in 0..<1500 {
      let base = tables.ipcache.randomElement(using: &random)?.prefix ?? randomPrefix(&random)
      // Near the edges of blocks, where mistakes would show.
      let step = UInt64.random(in: 0...2, using: &random) &- 1
      let length = Int.random(in: 0...base.address.bitWidth, using: &random)
      var probe = randomPrefix(&random).address
      if Bool.random(using: &random) {
        probe = base.address
        if probe.isIPv6 {
          probe.low &+= step
          if length > 100 { probe.low |= 0xffff }
        } else {
          probe = IPAddress(ipv4: UInt32(truncatingIfNeeded: probe.low &+ step))
        }
      }
      let expected =
        tables.ipcache.filter { $0.prefix.contains(probe) }.max { $0.prefix.length < $1.prefix.length }?.identity
        ?? (probe.isIPv6 ? 10 : 9)
      #expect(lookup.resolve(probe).identity == expected, "\(probe)")
    }
  }

  private func randomPrefix(_ random: inout SplitMix) -> IPPrefix {
    if Bool.random(using: &random) {
      let address = IPAddress(ipv4: 0x0a00_0000 | UInt32.random(in: 0...0x3_ffff, using: &random) << 4)
      return IPPrefix(address, length: Int.random(in: 0...32, using: &random))
    }
    let address = IPAddress(
      ipv6High: 0xfd00_0000_0000_0000 | UInt64.random(in: 0...3, using: &random) << 62,
      low: UInt64.random(in: 0...0xfff, using: &random) << UInt64.random(in: 0...52, using: &random))
    return IPPrefix(address, length: Int.random(in: 0...128, using: &random))
  }

  @Test("addresses find their endpoint; the one that is judged wins a contested address")
  func endpoints() {
    var fixture = Fixture()
    fixture.addEndpoint("default/ghost", identity: 77, ["10.0.0.2", "10.0.0.9"], isLocal: false)
    fixture.setPolicy(1, [.allow(.ingress)])
    let lookup = LookupTables(fixture.tables)
    #expect(lookup.resolve(address("10.0.0.1")) == (0, Fixture.a))
    #expect(lookup.resolve(address("10.0.0.2")) == (1, Fixture.b))
    #expect(lookup.resolve(address("10.0.0.9")) == (2, 77))
    #expect(lookup.resolve(address("fd00::2")) == (1, Fixture.b))
    #expect(lookup.resolve(address("::10.0.0.1")).endpoint == nil)
  }
}
