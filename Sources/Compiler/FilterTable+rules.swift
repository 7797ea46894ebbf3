import Cluster
import Policy
import Rules
import Tables

/// What one endpoint's direction changes about the demands of its rules.
struct FilterContext {
  /// Its L7 rules get a rule that matches everything, as nothing in this direction asks for default deny
  /// (`cilium-policy.md` §4.2).
  var addsMatchAll: Bool
  /// The local host may always come in, so L7 rules that select it do not bind it (§4.3).
  var liftsL7ForHost: Bool
  /// The subject's namespace, for listeners of a namespaced kind; empty for special endpoints.
  var namespace: String
  /// The host identity that the subject knows.
  var host: Int32
}

extension EndpointCompiler {
  /// Adds the filters of one entry (`cilium-policy.md` §1.7).
  mutating func add(
    _ compiled: CompiledEntry, requiring requirements: [LabelSelector.Requirement], in context: FilterContext,
    to table: inout FilterTable
  ) throws(MergeConflict) {
    guard var peers = peerNumbers(of: compiled, requiring: requirements) else { return }
    let rules = provenance.list([compiled.rule])
    let entry = compiled.entry
    guard !entry.ports.isEmpty else {
      let demand = demands.number(of: try SelectorPolicy(entry, nil, .any, in: context))
      let key = FilterTable.Key(direction: entry.direction, port: .number(0), endPort: 0, protocol: .any)
      for peer in peers { try merge(.init(selector: peer, demand: demand, rules: rules), at: key, into: &table) }
      return
    }
    if peers.isEmpty { peers = [wildcard] }
    for portRule in entry.ports {
      for port in portRule.ports {
        for `protocol` in port.protocol == .any ? [.tcp, .udp, .sctp] : [port.protocol] {
          let demand = try SelectorPolicy(entry, portRule, `protocol`, in: context)
          let key = FilterTable.Key(
            direction: entry.direction, port: port.port, endPort: port.endPort, protocol: `protocol`)
          try merge(demand, for: peers, rules: rules, at: key, in: context, into: &table)
        }
      }
    }
  }

  /// Numbers of the entry's selectors; a selector without demands stands for all of them. nil: the entry selects nobody.
  private func peerNumbers(
    of compiled: CompiledEntry, requiring requirements: [LabelSelector.Requirement]
  ) -> [Int32]? {
    guard let peers = compiled.peers(requiring: requirements) else { return nil }
    return peers.contains(where: \.isWildcard) ? [wildcard] : peers.map(cache.number)
  }

  private mutating func merge(
    _ demand: SelectorPolicy, for peers: [Int32], rules: UInt32, at key: FilterTable.Key, in context: FilterContext,
    into table: inout FilterTable
  ) throws(MergeConflict) {
    let number = demands.number(of: demand)
    let liftsHost =
      context.liftsL7ForHost && key.direction == .ingress && demand.isRedirect
      && peers.contains { $0 != host && cache[$0].identities.contains(context.host) }
    for peer in peers where !(liftsHost && peer == host) {
      try merge(.init(selector: peer, demand: number, rules: rules), at: key, into: &table)
    }
    if liftsHost {
      try merge(.init(selector: host, demand: DemandTable.plainAllow, rules: 0), at: key, into: &table)
    }
  }

  mutating func merge(
    _ peer: FilterTable.Peer, at key: FilterTable.Key, into table: inout FilterTable
  ) throws(MergeConflict) {
    try table.merge(peer, at: key, cache, demands, &provenance, neverMeets: nobody)
  }
}

extension SelectorPolicy {
  /// The demands of one element of `toPorts` (nil: all ports) on its peers.
  init(
    _ entry: PolicyEntry, _ portRule: PortRule?, _ protocol: L4Protocol, in context: FilterContext
  ) throws(MergeConflict) {
    self.init()
    isDeny = entry.isDeny
    guard !isDeny else { return }
    authentication = entry.authentication
    guard let portRule else { return }
    serverNames = portRule.serverNames
    terminatingTLS = portRule.terminatingTLS
    originatingTLS = portRule.originatingTLS
    l7 = portRule.l7.flatMap { rules -> L7Rules? in
      if case .proxylib = rules { return rules }
      return rules.isEmpty ? nil : rules
    }
    if context.addsMatchAll { l7 = l7?.withMatchAll() }
    parser = Parser(portRule, `protocol`)
    listenerPriority = parser.listenerPriority
    if let target = portRule.listener {
      listener = try Self.name(of: target, in: context.namespace)
      if target.priority > 0 { listenerPriority = target.priority }
    }
  }

  private static func name(of listener: Listener, in namespace: String) throws(MergeConflict) -> String {
    let isClusterwide = listener.configKind == "CiliumClusterwideEnvoyConfig"
    guard isClusterwide || !namespace.isEmpty else {
      throw MergeConflict(
        message: "listener \(listener.name): an endpoint without a namespace has no CiliumEnvoyConfig")
    }
    return "\(isClusterwide ? "" : namespace)/\(listener.configName)/\(listener.name)"
  }
}

extension SelectorPolicy.Parser {
  init(_ portRule: PortRule, _ protocol: L4Protocol) {
    let hasTLS =
      portRule.terminatingTLS != nil || portRule.originatingTLS != nil || !portRule.serverNames.isEmpty
    self = hasTLS ? .tls : .none
    switch portRule.l7 {
    case .http(let rules) where !rules.isEmpty: self = .http
    case .kafka(let rules) where !rules.isEmpty: self = .kafka
    case .dns(let rules) where !rules.isEmpty: self = .dns
    case .proxylib(let parser, _) where `protocol` == .tcp: self = .proxylib(parser)
    default: break
    }
    if portRule.listener != nil { self = .crd }
  }
}
