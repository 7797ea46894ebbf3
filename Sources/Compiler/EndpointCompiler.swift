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
  var provenance: ProvenanceBuilder
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
    let rules = provenance.list(Set(entries.map(\.rule)))
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
      let key = PolicyMapKey(
        direction: direction, identity: 0, protocolNumber: 0, port: 0, portPrefixLength: 0)
      let rule = direction == .ingress ? provenance.allowAnyIngress : provenance.allowAnyEgress
      builder.insert(.init(rules: [rule]), at: key)
    }
    for filter in filters.filters {
      addEntries(of: filter, subject: subject, to: &builder)
      policy.filters.append(l4Filter(filter, subject: subject))
    }
    var entries = builder.finish()
    if direction == .ingress, settings.allowLocalhost, !subject.isHost { addLocalhost(to: &entries) }
    policy.entries += entries.map { key, value in
      var entry = PolicyMapEntry(key: key)
      entry.isDeny = value.isDeny
      entry.redirect = value.redirect
      entry.proxyPriority = value.proxyPriority
      entry.authentication = value.authentication
      entry.authenticationIsExplicit = value.authenticationIsExplicit
      entry.rules = provenance.list(value.rules)
      return entry
    }
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

  private func filters(
    of subject: Subject, entries: [CompiledEntry], hasDefaultDeny: Bool
  ) throws(MergeConflict) -> FilterTable {
    let context = FilterContext(
      addsMatchAll: !hasDefaultDeny, liftsL7ForHost: settings.allowLocalhost, namespace: subject.namespace,
      selectsHost: { [cache, host = Int32(map.hostIdentity(of: subject.node))] in
        cache.selection(of: $0).contains(host)
      })
    let allowRequirements = requirements(of: entries.filter { !$0.entry.isDeny })
    let denyRequirements = requirements(of: entries.filter { $0.entry.isDeny })
    var table = FilterTable()
    // Denies first: what they take a filter from cannot conflict there, whatever the policies are called.
    for entry in entries.filter(\.entry.isDeny) + entries.filter({ !$0.entry.isDeny }) {
      try table.add(entry, requiring: entry.entry.isDeny ? denyRequirements : allowRequirements, in: context)
    }
    return table
  }

  /// All requirements of the direction as one conjunction (`cilium-policy.md` §1.8).
  private func requirements(of entries: [CompiledEntry]) -> [LabelSelector.Requirement] {
    entries.flatMap(\.entry.requires).flatMap(\.requirements).map {
      $0.operator == .equals ? .init(source: $0.source, key: $0.key, .in, $0.values) : $0
    }
  }

  private func addAllowAll(_ direction: Direction, to filters: inout FilterTable) throws(MergeConflict) {
    var policy = SelectorPolicy()
    policy.rules = [direction == .ingress ? provenance.allowAnyIngress : provenance.allowAnyEgress]
    let key = FilterTable.Key(direction: direction, port: .number(0), endPort: 0, protocol: .any)
    try filters.merge(policy, for: .wildcard, at: key)
  }

  /// The local host's allowance comes last and gives way to a deny for it.
  private func addLocalhost(to entries: inout [(key: PolicyMapKey, value: PolicyMapBuilder.Value)]) {
    let key = PolicyMapKey(
      direction: .ingress, identity: ReservedIdentity.host, protocolNumber: 0, port: 0, portPrefixLength: 0)
    if let known = entries.firstIndex(where: { $0.key == key }) {
      if !entries[known].value.isDeny { entries[known].value.rules.insert(provenance.allowLocalhost) }
      return
    }
    let position = entries.firstIndex { key < $0.key } ?? entries.count
    entries.insert((key, .init(rules: [provenance.allowLocalhost])), at: position)
  }

  // MARK: Filters to entries

  private mutating func addEntries(
    of filter: FilterTable.Filter, subject: Subject, to builder: inout PolicyMapBuilder
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
    let wildcard = filter.policies[.wildcard].map { value(of: $0) }
    let hasPort = key.port != .number(0)
    for selector in filter.selectors {
      guard let policy = filter.policies[selector] else { continue }
      let value = self.value(of: policy)
      // What holds for any peer need not be said again of this one, but Cilium leaves it out only where there is a port.
      if !selector.isWildcard, hasPort, let wildcard, wildcard.decidesAlike(value) { continue }
      for identity in identities(of: selector, seenBy: subject) {
        for block in blocks {
          builder.insert(
            value,
            at: PolicyMapKey(
              direction: key.direction, identity: identity, protocolNumber: key.protocol.rawValue, port: block.port,
              portPrefixLength: block.prefixLength))
        }
      }
    }
  }

  /// Numbers of the selected identities; 0 for the wildcard.
  private func identities(of selector: PeerSelector, seenBy subject: Subject) -> [UInt32] {
    guard !selector.isWildcard else { return [0] }
    return cache.selection(of: selector).filter { map.isVisible(Int($0), from: subject.node) }.map {
      map.identities[Int($0)].id
    }
  }

  private mutating func value(of policy: SelectorPolicy) -> PolicyMapBuilder.Value {
    var value = PolicyMapBuilder.Value()
    value.rules = policy.rules
    value.isDeny = policy.isDeny
    guard !policy.isDeny else { return value }
    if policy.isRedirect {
      value.redirect = redirectIndex(of: policy)
      value.proxyPriority = UInt8(clamping: 128 - policy.listenerPriority)
    }
    switch policy.authentication {
    case nil: break
    case .disabled: value.authentication = .none
    case .required: value.authentication = .spire
    case .testAlwaysFail: value.authentication = .testAlwaysFail
    }
    value.authenticationIsExplicit = policy.authentication != nil
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

  private mutating func l4Filter(_ filter: FilterTable.Filter, subject: Subject) -> L4Filter {
    var port: UInt16 = 0
    var name = ""
    switch filter.key.port {
    case .number(let number): port = number
    case .name(let text): name = text
    }
    let peers = filter.selectors.compactMap { selector -> FilterPeer? in
      guard let policy = filter.policies[selector] else { return nil }
      var peer = FilterPeer(selector: selector.text, isWildcard: selector.isWildcard)
      if !selector.isWildcard { peer.identities = identities(of: selector, seenBy: subject).sorted() }
      peer.isDeny = policy.isDeny
      peer.parser = policy.parser.name
      peer.l7 = policy.l7
      peer.serverNames = policy.serverNames
      peer.listener = policy.listener
      peer.listenerPriority = policy.listenerPriority
      peer.authentication = policy.authentication
      peer.terminatingTLS = policy.terminatingTLS
      peer.originatingTLS = policy.originatingTLS
      peer.rules = provenance.list(policy.rules)
      return peer
    }
    return L4Filter(
      direction: filter.key.direction, protocol: filter.key.protocol, port: port,
      endPort: UInt16(clamping: filter.key.endPort), portName: name, peers: peers)
  }
}
