import Cluster
import Policy
import Rules
import Tables

/// Computes the policy of one endpoint after another; endpoints that cannot differ share one.
struct EndpointCompiler {
  /// Whose policy is asked, as far as it matters for the result.
  struct Subject: Hashable {
    var isHost: Bool
    /// Index into `IdentityMap.identities`.
    var identity: Int
    /// The subject's node, where it decides which host identity is seen or which host policies apply.
    var node: Int?
    /// For named ports on ingress.
    var ports: NamedPorts
    var namespace: String
  }

  let settings: Settings
  let compatibility: Compatibility
  let map: IdentityMap
  let cache: SelectorCache
  /// Ports of all pods, which port names on egress refer to.
  let clusterPorts: NamedPorts
  let demands = DemandTable()
  var provenance: ProvenanceBuilder
  /// Numbers of the selectors that mean something of their own.
  let wildcard: Int32
  let host: Int32
  let nobody: Int32
  private(set) var redirects: [Redirect] = []
  private var redirectIndices: [Redirect: UInt16] = [:]

  init(
    settings: Settings, compatibility: Compatibility, map: IdentityMap, cache: SelectorCache,
    clusterPorts: NamedPorts, provenance: ProvenanceBuilder
  ) {
    self.settings = settings
    self.compatibility = compatibility
    self.map = map
    self.cache = cache
    self.clusterPorts = clusterPorts
    self.provenance = provenance
    wildcard = cache.number(of: .wildcard)
    host = cache.number(of: .labels(.reserved("host")))
    nobody = cache.number(of: .labels(.reserved("none")))
  }

  /// - Parameter entries: those that select the subject, in a fixed order.
  mutating func compile(_ subject: Subject, entries: [CompiledEntry]) -> EndpointPolicy {
    var policy = EndpointPolicy()
    do {
      for direction in Direction.allCases {
        try compile(direction, of: subject, entries: entries.filter { $0.entry.direction == direction }, into: &policy)
      }
    } catch {
      policy = EndpointPolicy()
      policy.error = error.message
    }
    return policy
  }

  private mutating func compile(
    _ direction: Direction, of subject: Subject, entries: [CompiledEntry], into policy: inout EndpointPolicy
  ) throws(MergeConflict) {
    let enforcement = enforcement(of: subject, entries: entries)
    let rules = provenance.list(entries.map(\.rule))
    if direction == .ingress {
      policy.ingressEnforced = enforcement.isEnforced
      policy.ingressRules = rules
    } else {
      policy.egressEnforced = enforcement.isEnforced
      policy.egressRules = rules
    }
    var filters = FilterTable()
    if enforcement.isEnforced {
      filters = try self.filters(of: subject, entries: entries, hasDefaultDeny: enforcement.hasDefaultDeny)
      if !enforcement.hasDefaultDeny { try addAllowAll(direction, to: &filters) }
    }
    let usesAuthentication = entries.contains { $0.entry.authentication != nil && !$0.entry.isDeny }
    var builder = PolicyMapBuilder(usesAuthentication: usesAuthentication && enforcement.isEnforced)
    if !enforcement.isEnforced {
      let rule = direction == .ingress ? provenance.allowAnyIngress : provenance.allowAnyEgress
      builder.insert(
        .init(rules: rule), at: .init(identity: 0, protocolNumber: 0, port: 0, portPrefixLength: 0))
    }
    let hostIdentity = Int32(map.hostIdentity(of: subject.node))
    for filter in filters.filters {
      addEntries(of: filter, subject: subject, host: hostIdentity, to: &builder)
      policy.filters.append(l4Filter(filter, host: hostIdentity))
    }
    var entries = builder.finish { provenance.union($0, $1) }
    if direction == .ingress, settings.allowLocalhost, !subject.isHost { addLocalhost(to: &entries) }
    policy.entries.reserveCapacity(policy.entries.count + entries.count)
    for entry in entries { policy.entries.append(PolicyMapEntry(entry, direction)) }
  }

  /// `cilium-policy.md` §4.1.
  private func enforcement(
    of subject: Subject, entries: [CompiledEntry]
  ) -> (isEnforced: Bool, hasDefaultDeny: Bool) {
    if subject.isHost, !settings.hostFirewall { return (false, false) }
    switch settings.enforcement {
    case .never:
      return (false, false)
    case .always:
      return (true, true)
    case .default:
      if map.identities[subject.identity].labels.contains(.reserved("init")) { return (true, true) }
      return (!entries.isEmpty, entries.contains { $0.entry.defaultDeny })
    }
  }

  private mutating func filters(
    of subject: Subject, entries: [CompiledEntry], hasDefaultDeny: Bool
  ) throws(MergeConflict) -> FilterTable {
    let context = FilterContext(
      addsMatchAll: !hasDefaultDeny, liftsL7ForHost: settings.allowLocalhost, namespace: subject.namespace,
      host: Int32(map.hostIdentity(of: subject.node)))
    let allowRequirements = requirements(of: entries.filter { !$0.entry.isDeny })
    let denyRequirements = requirements(of: entries.filter { $0.entry.isDeny })
    var table = FilterTable()
    // Denies first: what they take a filter from cannot conflict there, whatever the policies are called.
    for entry in entries.filter(\.entry.isDeny) + entries.filter({ !$0.entry.isDeny }) {
      try add(
        entry, requiring: entry.entry.isDeny ? denyRequirements : allowRequirements, in: context, to: &table)
    }
    return table
  }

  /// All requirements of the direction as one conjunction (`cilium-policy.md` §1.8).
  private func requirements(of entries: [CompiledEntry]) -> [LabelSelector.Requirement] {
    entries.flatMap(\.entry.requires).flatMap(\.requirements).map {
      $0.operator == .equals ? .init(source: $0.source, key: $0.key, .in, $0.values) : $0
    }
  }

  private mutating func addAllowAll(
    _ direction: Direction, to filters: inout FilterTable
  ) throws(MergeConflict) {
    let rules = direction == .ingress ? provenance.allowAnyIngress : provenance.allowAnyEgress
    let key = FilterTable.Key(direction: direction, port: .number(0), endPort: 0, protocol: .any)
    try merge(.init(selector: wildcard, demand: DemandTable.plainAllow, rules: rules), at: key, into: &filters)
  }

  /// The local host's allowance comes last and gives way to a deny for it.
  private mutating func addLocalhost(to entries: inout [PolicyMapBuilder.Entry]) {
    let key = PolicyMapBuilder.Key(
      identity: ReservedIdentity.host, protocolNumber: 0, port: 0, portPrefixLength: 0)
    let position = entries.firstIndex { !($0.key < key) } ?? entries.count
    guard position < entries.count, entries[position].key == key else {
      entries.insert(.init(key: key, value: .init(rules: provenance.allowLocalhost)), at: position)
      return
    }
    guard !entries[position].value.isDeny else { return }
    entries[position].value.rules = provenance.union(entries[position].value.rules, provenance.allowLocalhost)
  }

  // MARK: Filters to entries

  private mutating func addEntries(
    of filter: FilterTable.Filter, subject: Subject, host: Int32, to builder: inout PolicyMapBuilder
  ) {
    let key = filter.key
    let blocks: [PortBlocks.Block]
    switch key.port {
    case .name(let name):
      let ports = key.direction == .ingress ? subject.ports : clusterPorts
      guard let number = ports.number(of: name, protocol: key.protocol) else { return }
      blocks = PortBlocks.covering(number, through: key.endPort)
    case .number(let number):
      // ICMPv4 type 0 is taken for port 0, every type (bug B2).
      let isExactZero =
        number == 0 && (key.protocol == .icmp || key.protocol == .icmpv6) && !compatibility.reproducesBugs
      blocks =
        isExactZero
        ? [.init(port: 0, prefixLength: 16)] : PortBlocks.covering(number, through: key.endPort)
    }
    let any = filter.peers.first { $0.selector == wildcard }.map { value(of: $0) }
    let hasPort = key.port != .number(0)
    for peer in filter.peers {
      let value = self.value(of: peer)
      let isWildcard = peer.selector == wildcard
      // What holds for any peer need not be said again of this one, but Cilium leaves it out only where there is a port.
      if !isWildcard, hasPort, let any, any.decidesAlike(value) { continue }
      for identity in isWildcard ? [0] : cache[peer.selector].numbers(host: host) {
        for block in blocks {
          builder.insert(
            value,
            at: .init(
              identity: identity, protocolNumber: key.protocol.rawValue, port: block.port,
              portPrefixLength: block.prefixLength))
        }
      }
    }
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
    if let known = redirectIndices[redirect] { return known }
    redirects.append(redirect)
    let index = UInt16(clamping: redirects.count)
    redirectIndices[redirect] = index
    return index
  }

  private func l4Filter(_ filter: FilterTable.Filter, host: Int32) -> L4Filter {
    var port: UInt16 = 0
    var name = ""
    switch filter.key.port {
    case .number(let number): port = number
    case .name(let text): name = text
    }
    let peers = filter.peers.map { peer in
      let selection = cache[peer.selector]
      let demand = demands[peer.demand]
      var result = FilterPeer(selector: selection.text, isWildcard: selection.isWildcard)
      result.identities = selection.numbers(host: host)
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
    return L4Filter(
      direction: filter.key.direction, protocol: filter.key.protocol, port: port,
      endPort: UInt16(clamping: filter.key.endPort), portName: name, peers: peers)
  }
}

extension PolicyMapEntry {
  fileprivate init(_ entry: PolicyMapBuilder.Entry, _ direction: Direction) {
    self.init(
      key: PolicyMapKey(
        direction: direction, identity: entry.key.identity, protocolNumber: entry.key.protocolNumber,
        port: entry.key.port, portPrefixLength: entry.key.portPrefixLength))
    isDeny = entry.value.isDeny
    redirect = entry.value.redirect
    proxyPriority = entry.value.proxyPriority
    authentication = entry.value.authentication
    authenticationIsExplicit = entry.value.authenticationIsExplicit
    rules = entry.value.rules
  }
}
