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
    func decision(_ policy: PolicyVerdict, isAudited: Bool = false) -> CachedDecision {
      CachedDecision(policy, isEnforced: isEnforced, isAudited: isAudited)
    }
    func refusal(_ reason: DropReason) -> CachedDecision {
      var policy = PolicyVerdict()
      policy.reason = reason
      return decision(policy)
    }

    if record.isHost, settings.hostFirewall, hop.slot.pointee.family == 6, hop.transport.traits.contains(.icmp),
      let answer = Self.hostICMPv6(type: hop.transport.icmpType)
    {
      return answer == .none ? decision(PolicyVerdict()) : refusal(answer)
    }
    if direction == 1, !record.isHost, settings.hasTunnelPort, hop.slot.pointee.protocolNumber == IPProtocol.udp,
      hop.transport.policyPort == settings.tunnelPort
    {
      return refusal(.encapsulationProhibited)
    }
    if hop.transport.traits.contains(.fragmentationNeeded), settings.allowICMPFragNeeded {
      return decision(PolicyVerdict())
    }

    var policy = tables.policies.lookup(
      policy: Int(record.policy), direction: direction, peer: peer, protocolNumber: hop.slot.pointee.protocolNumber,
      port: hop.transport.policyPort)
    if policy.reason == .policyDenied, hop.transport.traits.contains(.untrackedFragment) {
      policy.reason = .fragmentationNotSupported
    }
    if policy.authenticationNumber != 0, !options.assumeAuthenticated { policy.reason = .authenticationRequired }
    return decision(policy, isAudited: settings.auditMode && policy.reason != .none)
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
