import Cluster
import Policy
import Rules
import Tables

extension PolicyCompiler {
  /// What a filter puts into the map; without blocks where its port's name means nothing.
  mutating func source(_ filter: FilterTable.Filter, of set: RuleSet) -> CompiledDirection.Source {
    let key = context.rules.keys[Int(filter.key)]
    let any = filter.peers.first { $0.selector == context.wildcard }.map { value(of: $0) }
    let hasPort = key.port != .number(0)
    var source = CompiledDirection.Source(
      protocolNumber: key.protocol.rawValue, blocks: blocks(of: key, set), peers: [])
    source.peers.reserveCapacity(filter.peers.count)
    for peer in filter.peers {
      let value = self.value(of: peer)
      var isImplied = false
      // What holds for any peer need not be said again of this one, but Cilium leaves it out only where there is a port.
      if hasPort, peer.selector != context.wildcard, let any { isImplied = any.decidesAlike(value) }
      source.peers.append(.init(selector: peer.selector, value: value, isImplied: isImplied))
    }
    return source
  }

  private func blocks(of key: FilterTable.Key, _ set: RuleSet) -> [PortBlocks.Block] {
    switch key.port {
    case .name(let name):
      guard let number = number(of: name, key, set) else { return [] }
      return PortBlocks.covering(number, through: key.endPort)
    case .number(let number):
      // ICMPv4 type 0 is taken for port 0, every type (bug B2).
      let isExactZero =
        number == 0 && (key.protocol == .icmp || key.protocol == .icmpv6) && !context.compatibility.reproducesBugs
      return isExactZero ? [.init(port: 0, prefixLength: 16)] : PortBlocks.covering(number, through: key.endPort)
    }
  }

  private func number(of name: String, _ key: FilterTable.Key, _ set: RuleSet) -> UInt16? {
    (key.direction == .ingress ? set.ports : context.clusterPorts).number(of: name, protocol: key.protocol)
  }

  private mutating func value(of peer: FilterTable.Peer) -> PolicyMapBuilder.Value {
    let demand = demands[peer.demand]
    var value = PolicyMapBuilder.Value()
    value.rules = peer.rules
    value.isDeny = demand.isDeny
    guard !demand.isDeny else { return value }
    if demand.isRedirect {
      value.redirect = redirectIndex(of: demand)
      value.proxyPriority = UInt8(clamping: 128 - demand.listenerPriority)
    }
    switch demand.authentication {
    case nil: break
    case .disabled: value.authentication = .none
    case .required: value.authentication = .spire
    case .testAlwaysFail: value.authentication = .testAlwaysFail
    }
    value.authenticationIsExplicit = demand.authentication != nil
    return value
  }

  private mutating func redirectIndex(of policy: SelectorPolicy) -> UInt16 {
    let redirect: Redirect =
      switch policy.parser {
      case .none, .http, .tls: .http
      case .dns: .dns
      case .kafka, .proxylib: .proxylib
      case .crd: .listener(policy.listener)
      }
    if let known = redirects.firstIndex(of: redirect) { return UInt16(clamping: known + 1) }
    redirects.append(redirect)
    return UInt16(clamping: redirects.count)
  }

  /// The filter for people, without the identities of its peers.
  func l4Filter(_ filter: FilterTable.Filter, of set: RuleSet) -> L4Filter {
    let key = context.rules.keys[Int(filter.key)]
    var port: UInt16 = 0
    var name = ""
    switch key.port {
    case .number(let number): port = number
    case .name(let text): name = text
    }
    let peers = filter.peers.map { peer in
      let demand = demands[peer.demand]
      var result = FilterPeer(
        selector: context.selections[Int(peer.selector)].text, isWildcard: peer.selector == context.wildcard)
      result.isDeny = demand.isDeny
      result.parser = demand.parser.name
      result.l7 = demand.l7
      result.serverNames = demand.serverNames
      result.listener = demand.listener
      result.listenerPriority = demand.listenerPriority
      result.authentication = demand.authentication
      result.terminatingTLS = demand.terminatingTLS
      result.originatingTLS = demand.originatingTLS
      result.rules = peer.rules
      return result
    }
    var result = L4Filter(
      direction: key.direction, protocol: key.protocol, port: port, endPort: UInt16(clamping: key.endPort),
      portName: name, peers: peers)
    if !name.isEmpty { result.firstPort = number(of: name, key, set) }
    return result
  }
}

extension CompiledDirection.Source {
  /// Inserts the entries of all peers.
  func insert(
    into builder: inout PolicyMapBuilder, _ selections: [Selection], _ wildcard: Int32, host: Int32
  ) {
    for peer in peers where !peer.isImplied {
      if peer.selector == wildcard {
        insert(0, peer.value, into: &builder)
      } else {
        if selections[Int(peer.selector)].hosts.contains(host) {
          insert(ReservedIdentity.host, peer.value, into: &builder)
        }
        for identity in selections[Int(peer.selector)].numbers { insert(identity, peer.value, into: &builder) }
      }
    }
  }

  @inline(__always)
  func insert(_ identity: UInt32, _ value: PolicyMapBuilder.Value, into builder: inout PolicyMapBuilder) {
    for block in blocks {
      builder.insert(
        value,
        at: .init(
          identity: identity, protocolNumber: protocolNumber, port: block.port, portPrefixLength: block.prefixLength))
    }
  }
}
