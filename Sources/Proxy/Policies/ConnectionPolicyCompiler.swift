import Layer7
import Rules
import Tables

/// Finds out which rules a proxy applies to one peer at one port, as Envoy and the DNS proxy do (`cilium-policy.md` §7.1,
/// §7.5).
struct ConnectionPolicyCompiler {
  /// Of the direction.
  let filters: [L4Filter]
  let protocolNumber: UInt8
  let port: UInt16
  let remote: UInt32
  let settings: ProxySettings
  /// The number of a filter's port; nil when its name stands for none.
  let number: (L4Filter) -> UInt16?

  func policy(for redirect: Redirect) -> ConnectionPolicy {
    switch redirect {
    case .dns: dnsPolicy()
    case .http, .proxylib: proxyPolicy(redirect)
    case .listener: unmodelled(redirect.name)
    }
  }

  private func unmodelled(_ name: String) -> ConnectionPolicy {
    ConnectionPolicy(kind: .unmodelled(name), http: httpPolicy(of: [], allowsEverything: true))
  }

  // MARK: - DNS

  /// The one filter of exactly this port and protocol decides.
  private func dnsPolicy() -> ConnectionPolicy {
    var sets: [DNSRuleSet]? = []
    for filter in filters
    where filter.protocol.rawValue == protocolNumber && number(filter) == port && filter.endPort <= port {
      for peer in filter.peers where !peer.isDeny && selects(peer) {
        if case .dns(let rules) = peer.l7 {
          sets?.append(DNSRuleSet(rules, dialect: settings.dnsDialect))
        } else {
          sets = nil
        }
      }
    }
    return ConnectionPolicy(kind: .dns, http: httpPolicy(of: [], allowsEverything: true), dns: sets)
  }

  // MARK: - Envoy

  private func proxyPolicy(_ redirect: Redirect) -> ConnectionPolicy {
    let (peers, allowsAll) = applicablePeers()
    let matching = peers.filter { selects($0) && $0.listener.isEmpty }
    let allows = matching.filter { !$0.isDeny }
    let kind = kind(redirect)
    if case .unmodelled(let name) = kind { return unmodelled(name) }
    let isRefused = matching.contains(where: \.isDeny) || (allows.isEmpty && !allowsAll)
    let names: [ServerNameMatcher]? =
      allowsAll || allows.contains { $0.serverNames.isEmpty }
      ? nil : allows.flatMap(\.serverNames).map { ServerNameMatcher($0) }
    return ConnectionPolicy(
      kind: kind, isRefused: isRefused, serverNames: names,
      terminatesTLS: allows.contains { $0.terminatingTLS != nil },
      http: httpPolicy(of: allows, allowsEverything: allowsAll || !peers.contains { $0.l7?.isHTTP == true }),
      kafka: kafkaRules(allows, allowsAll: allowsAll))
  }

  /// The listener with the highest priority among those that rules for the peer ask for, as the datapath chooses.
  private func kind(_ redirect: Redirect) -> ProxyKind {
    let peers = filters.filter { isForEveryPort($0) || holdsPort($0) }.flatMap(\.peers)
    let parsers = Set(peers.filter { !$0.isDeny && selects($0) }.map(\.parser))
    if redirect == .http { return parsers.contains("http") ? .http : .serverName }
    if parsers.contains("kafka") { return .kafka }
    let others = parsers.subtracting(["", "http", "tls", "dns", "crd"]).sorted()
    return .unmodelled(others.first.map { "l7proto \($0)" } ?? redirect.name)
  }

  /// The peers of all filters that hold the port and of those for all ports; and whether what Cilium sends to Envoy is
  /// "allow all" instead.
  private func applicablePeers() -> (peers: [FilterPeer], allowsAll: Bool) {
    var everyPort: [FilterPeer] = []
    var allowsOnEveryPort = false
    for filter in filters where isForEveryPort(filter) {
      if filter.isUnrestricted { allowsOnEveryPort = true } else { everyPort += filter.peers }
    }
    var peers: [FilterPeer] = []
    var isReduced = false
    for filter in filters where !isForEveryPort(filter) && holdsPort(filter) {
      if filter.isUnrestricted {
        // Sent with an empty list, which adds nothing to those of other filters.
        isReduced = true
      } else if !allowsOnEveryPort || filter.mustStay {
        peers += filter.peers
      }
    }
    return (peers + everyPort, allowsOnEveryPort || (isReduced && peers.isEmpty))
  }

  private func isForEveryPort(_ filter: L4Filter) -> Bool {
    filter.port == 0 && filter.endPort == 0 && filter.portName.isEmpty
      && (filter.protocol == .any || filter.protocol.rawValue == protocolNumber)
  }

  private func holdsPort(_ filter: L4Filter) -> Bool {
    guard filter.protocol.rawValue == protocolNumber, let first = number(filter) else { return false }
    return (first...max(first, filter.endPort)).contains(port)
  }

  private func selects(_ peer: FilterPeer) -> Bool {
    if peer.isWildcard { return true }
    var (first, end) = (0, peer.identities.count)
    while first < end {
      let middle = (first + end) / 2
      if peer.identities[middle] < remote { first = middle + 1 } else { end = middle }
    }
    return first < peer.identities.count && peer.identities[first] == remote
  }

  private func httpPolicy(of allows: [FilterPeer], allowsEverything: Bool) -> HTTPPolicy {
    var rules: [HTTPRule] = []
    var hasPlainAllow = false
    for peer in allows {
      if case .http(let own) = peer.l7 { rules += own } else { hasPlainAllow = true }
    }
    return HTTPPolicy(
      try? HTTPRuleSet(rules, normalizesPath: settings.normalizesPath, secret: settings.secret),
      allowsEverything: allowsEverything || hasPlainAllow)
  }

  private func kafkaRules(_ allows: [FilterPeer], allowsAll: Bool) -> [KafkaRuleSet]? {
    guard !allowsAll else { return nil }
    var sets: [KafkaRuleSet] = []
    for peer in allows {
      guard case .kafka(let rules) = peer.l7 else { return nil }
      sets.append(KafkaRuleSet(rules))
    }
    return sets
  }
}

extension L7Rules {
  fileprivate var isHTTP: Bool {
    if case .http = self { true } else { false }
  }
}

extension L4Filter {
  /// A rule of the filter must reach Envoy whatever broader rules allow: it denies, or it changes requests.
  fileprivate var mustStay: Bool {
    peers.contains { peer in
      if peer.isDeny { return true }
      guard case .http(let rules) = peer.l7 else { return false }
      return rules.contains { $0.headerMatches.contains { $0.mismatch != nil } }
    }
  }

  /// Everybody may do everything here, and no rule has to stay.
  fileprivate var isUnrestricted: Bool {
    !mustStay
      && peers.contains {
        $0.isWildcard && !$0.isDeny && $0.l7 == nil && $0.parser.isEmpty && $0.serverNames.isEmpty
          && $0.listener.isEmpty && $0.terminatingTLS == nil && $0.originatingTLS == nil
      }
  }
}
