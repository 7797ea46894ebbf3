import Dataplane
import Rules
import Tables
import Testing

/// The compiled lookup against a scan over all entries that restates `cilium-policy.md` §6.
@Suite struct PolicyLookupDifferentialTests {
  @Test("random maps, random packets", arguments: [UInt64](1...40))
  func agree(seed: UInt64) {
    var random = SplitMix(state: seed)
    var fixture = Fixture()
    let policies = (0..<4).map { _ in Self.randomPolicy(&random) }
    fixture.tables.policies = policies
    let tables = LookupTables(fixture.tables)
    for _ in 0..<4000 {
      let policy = Int.random(in: 0..<policies.count, using: &random)
      let direction = Bool.random(using: &random) ? Direction.ingress : .egress
      let peer = UInt32.random(in: 0...6, using: &random) * 100
      let protocolNumber = Self.protocols.randomElement(using: &random) ?? 6
      let port = Self.randomPort(&random)
      let fast = tables.lookup(
        policy: policy, direction: direction, peer: peer, protocolNumber: protocolNumber, port: port)
      let slow = naive(policies[policy], direction, peer, protocolNumber, port)
      #expect(fast == slow, "policy \(policy) \(direction) peer \(peer) \(protocolNumber)/\(port)")
      if fast != slow { return }
    }
  }

  static let protocols: [UInt8] = [1, 6, 17, 58, 132, 47]

  static func randomPort(_ random: inout SplitMix) -> UInt16 {
    Bool.random(using: &random)
      ? UInt16.random(in: 0...16, using: &random) << 4 | 5 : .random(in: 0...300, using: &random)
  }

  static func randomPolicy(_ random: inout SplitMix) -> EndpointPolicy {
    var policy = EndpointPolicy()
    policy.ingressEnforced = Int.random(in: 0..<8, using: &random) != 0
    policy.egressEnforced = Int.random(in: 0..<8, using: &random) != 0
    var seen: Set<PolicyMapKey> = []
    for _ in 0..<Int.random(in: 0..<200, using: &random) {
      let protocolNumber: UInt8 =
        Int.random(in: 0..<6, using: &random) == 0 ? 0 : protocols.randomElement(using: &random) ?? 6
      let bits =
        protocolNumber == 0
        ? 0 : [0, 16, 16, UInt8.random(in: 0...16, using: &random)].randomElement(using: &random) ?? 0
      let port = randomPort(&random) & ~(UInt16.max >> UInt16(bits))
      let key = PolicyMapKey(
        direction: Bool.random(using: &random) ? .ingress : .egress,
        identity: UInt32.random(in: 0...4, using: &random) * 100, protocolNumber: protocolNumber,
        port: bits == 0 ? 0 : port, portPrefixLength: bits)
      guard seen.insert(key).inserted else { continue }
      var entry = PolicyMapEntry(key: key)
      entry.isDeny = Int.random(in: 0..<5, using: &random) == 0
      if !entry.isDeny {
        if Int.random(in: 0..<3, using: &random) == 0 {
          entry.redirect = UInt16.random(in: 1...4, using: &random)
          entry.proxyPriority = [1, 7, 27].randomElement(using: &random) ?? 1
        }
        entry.authentication = [.none, .none, .spire, .testAlwaysFail].randomElement(using: &random) ?? .none
        entry.authenticationIsExplicit = Bool.random(using: &random)
      }
      policy.entries.append(entry)
    }
    return policy
  }

  func naive(
    _ policy: EndpointPolicy, _ direction: Direction, _ peer: UInt32, _ protocolNumber: UInt8, _ port: UInt16
  ) -> PolicyVerdict {
    func longest(_ identity: UInt32) -> Int? {
      policy.entries.indices.filter { index in
        let key = policy.entries[index].key
        guard key.direction == direction, key.identity == identity else { return false }
        guard key.protocolNumber != 0 else { return true }
        return key.protocolNumber == protocolNumber && key.port <= port && port <= key.lastPort
      }
      .max { policy.entries[$0].key.prefixLength < policy.entries[$1].key.prefixLength }
    }
    func result(_ winner: Int, _ other: Int?, anyPeer: Bool) -> PolicyVerdict {
      let entry = policy.entries[winner]
      var verdict = PolicyVerdict()
      verdict.entry = Int32(winner)
      verdict.matchType =
        switch (anyPeer, entry.key.prefixLength) {
        case (false, 0): .l3Only
        case (false, 8): .l3Protocol
        case (false, _): .l3L4
        case (true, 0): .all
        case (true, 8): .protocolOnly
        case (true, _): .l4Only
        }
      guard !entry.isDeny else {
        verdict.reason = .policyDeny
        return verdict
      }
      verdict.redirect = entry.redirect
      verdict.authenticationNumber = entry.authentication.rawValue
      if let other, !entry.authenticationIsExplicit, !policy.entries[other].isDeny {
        verdict.authenticationNumber = max(
          verdict.authenticationNumber, policy.entries[other].authentication.rawValue)
      }
      return verdict
    }
    let l3 = longest(peer)
    if let l3, policy.entries[l3].isDeny { return result(l3, nil, anyPeer: false) }
    let l4 = longest(0)
    if let l4 {
      let entry = policy.entries[l4]
      guard let l3 else { return result(l4, nil, anyPeer: true) }
      let own = policy.entries[l3]
      if entry.isDeny || entry.proxyPriority > own.proxyPriority
        || (entry.proxyPriority == own.proxyPriority && entry.key.prefixLength > own.key.prefixLength)
      {
        return result(l4, l3, anyPeer: true)
      }
    }
    if let l3 { return result(l3, l4, anyPeer: false) }
    var verdict = PolicyVerdict()
    if policy.isEnforced(direction) { verdict.reason = .policyDenied } else { verdict.matchType = .all }
    return verdict
  }
}

/// A small seeded generator, so that a failure can be run again.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }
}
