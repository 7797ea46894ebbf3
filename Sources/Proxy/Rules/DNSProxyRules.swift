internal import Layer7
public import Rules
public import Tables

/// What Cilium's DNS proxy applies of an endpoint's policy to the queries to one port (`cilium-policy.md` §7.5): the
/// filter of exactly this port and protocol. Broader rules do not lift its restrictions.
public struct DNSProxyRules: Sendable {
  public enum Decision: Sendable, Hashable {
    case allowed(RulePlace)
    /// Answered with REFUSED, or as `tofqdns-dns-reject-response-code` says.
    case refused
  }

  private struct Rule: Sendable {
    let place: RulePlace
    var remotes: RemotePeers
    /// nil: every name.
    let names: DNSRuleSet?
  }

  private var rules: [Rule] = []

  public init(
    _ policy: EndpointPolicy, _ direction: Direction, _ protocol: L4Protocol, port: UInt16,
    dialect: DNSPattern.Dialect
  ) {
    for (index, filter) in policy.filters.enumerated()
    where filter.direction == direction && filter.protocol == `protocol` && filter.isExactly(port) {
      for (number, peer) in filter.peers.enumerated() where !peer.isDeny {
        var names: DNSRuleSet?
        if case .dns(let rules) = peer.l7 { names = DNSRuleSet(rules, dialect: dialect) }
        rules.append(
          Rule(place: RulePlace(filter: index, peer: number), remotes: RemotePeers(peer), names: names))
      }
    }
  }

  /// - Parameters:
  ///   - name: as `DNSMessage.policyName` gives it; nil, a message that the proxy cannot read, is refused.
  ///   - remote: the identity of the server that is asked.
  public func decide(_ name: String?, to remote: UInt32) -> Decision {
    for rule in rules where rule.remotes.contains(remote) {
      guard let names = rule.names else { return .allowed(rule.place) }
      guard case .allowed(let number) = names.decide(name) else { continue }
      var place = rule.place
      place.rule = number
      return .allowed(place)
    }
    return .refused
  }

  // MARK: Identities that come and go

  /// Takes up an identity that these selectors (`FilterPeer.selector`) select.
  public mutating func insert(_ identity: UInt32, selectedBy selectors: Set<String>) {
    for index in rules.indices where selectors.contains(rules[index].remotes.selector) {
      rules[index].remotes.insert(identity)
    }
  }

  public mutating func remove(_ identity: UInt32) {
    for index in rules.indices { rules[index].remotes.remove(identity) }
  }
}

extension L4Filter {
  /// Whether a filter is for this port and no other.
  fileprivate func isExactly(_ number: UInt16) -> Bool {
    !isEveryPort && firstPort == number && endPort <= number
  }
}
