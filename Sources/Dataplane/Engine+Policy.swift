internal import Tables

extension Engine {
  /// What the endpoint's policy says, from the slot where it was asked before.
  @inline(__always)
  mutating func decide(
    _ hop: Hop, _ position: Int, _ direction: Int, _ endpoint: Int32, _ peer: UInt32
  ) -> CachedDecision {
    let kept = hop.slot.decision(position).pointee
    if kept.isValid, !hop.transport.traits.contains(.untrackedFragment) { return kept }
    let decision = ask(hop, direction, endpoint, peer)
    // ICMP depends on the type, an untracked fragment is not like the rest of its connection.
    if hop.transport.traits.isDisjoint(with: [.icmp, .untrackedFragment]) {
      hop.slot.decision(position).pointee = decision
    }
    return decision
  }

  /// - Parameter endpoint: the index of an endpoint whose policy's index was checked when the tables were compiled.
  @inline(never)
  private mutating func ask(_ hop: Hop, _ direction: Int, _ endpoint: Int32, _ peer: UInt32) -> CachedDecision {
    let record = tables.endpoints[Int(endpoint)]
    let settings = tables.settings
    let isEnforced = tables.policies.isEnforced(policy: Int(record.policy), direction: direction)
    func answer(_ reason: DropReason) -> CachedDecision {
      var policy = PolicyVerdict()
      policy.reason = reason
      return CachedDecision(policy, isEnforced: isEnforced, isAudited: false)
    }

    if record.isHost, settings.hostFirewall, hop.slot.pointee.tuple.family == 6, hop.transport.traits.contains(.icmp),
      let reason = Self.hostICMPv6(type: hop.transport.icmpType)
    {
      return answer(reason)
    }
    if direction == 1,
      isForbiddenTunnel(hop.slot.pointee.tuple.protocolNumber, port: hop.transport.policyPort, from: record)
    {
      return answer(.encapsulationProhibited)
    }
    if hop.transport.traits.contains(.fragmentationNeeded), settings.allowICMPFragNeeded { return answer(.none) }

    var policy = tables.decide(
      policy: Int(record.policy), direction: direction, peer: peer,
      protocolNumber: hop.slot.pointee.tuple.protocolNumber, port: hop.transport.policyPort)
    if policy.reason == .policyDenied, hop.transport.traits.contains(.untrackedFragment) {
      policy.reason = .fragmentationNotSupported
    }
    return decision(policy, of: peer, isEnforced: isEnforced)
  }

  /// The same of a whole TCP or UDP packet.
  @inline(__always)
  mutating func ask(
    _ protocolNumber: UInt8, port: UInt16, direction: Int, endpoint: Int32, peer: UInt32
  ) -> CachedDecision {
    let record = tables.endpoints[Int(endpoint)]
    let isEnforced = tables.policies.isEnforced(policy: Int(record.policy), direction: direction)
    if direction == 1, isForbiddenTunnel(protocolNumber, port: port, from: record) {
      var policy = PolicyVerdict()
      policy.reason = .encapsulationProhibited
      return CachedDecision(policy, isEnforced: isEnforced, isAudited: false)
    }
    let policy = tables.decide(
      policy: Int(record.policy), direction: direction, peer: peer, protocolNumber: protocolNumber, port: port)
    return decision(policy, of: peer, isEnforced: isEnforced)
  }

  @inline(__always)
  private mutating func decision(_ policy: PolicyVerdict, of peer: UInt32, isEnforced: Bool) -> CachedDecision {
    var policy = policy
    if policy.authenticationNumber != 0, !options.assumeAuthenticated || !mayAuthenticate(peer, policy) {
      policy.reason = .authenticationRequired
    }
    return CachedDecision(
      policy, isEnforced: isEnforced, isAudited: tables.settings.auditMode && policy.reason != .none)
  }

  /// Whether the authentication demanded can succeed (`cilium-policy.md` §10): reserved identities and address blocks have
  /// no certificate, and one type is made to fail.
  private func mayAuthenticate(_ peer: UInt32, _ policy: PolicyVerdict) -> Bool {
    policy.authentication != .testAlwaysFail && peer > Self.lastReservedIdentity && peer < Self.firstScopedIdentity
  }

  private static var lastReservedIdentity: UInt32 { 10 }
  /// From here on identities mean something on one node only: address blocks, other nodes.
  private static var firstScopedIdentity: UInt32 { 1 << 24 }

  /// Pods may not send what looks like the network between nodes.
  @inline(__always)
  private mutating func isForbiddenTunnel(_ protocolNumber: UInt8, port: UInt16, from record: EndpointRecord) -> Bool {
    protocolNumber == IPProtocol.udp && tables.settings.hasTunnelPort && port == tables.settings.tunnelPort
      && !record.isHost
  }

  /// ICMPv6 at a host behind the host firewall (`cilium-policy.md` §13): nil when policy decides, `none` when the
  /// packet passes without it.
  private static func hostICMPv6(type: UInt8) -> DropReason? {
    switch type {
    case 128, 129: nil
    case 1...4, 130...134, 136, 141...143, 148, 149, 151...153: DropReason.none
    default: .forbiddenICMPv6
    }
  }
}
