import Cluster
import Policy
import Rules
import Tables

/// What the merging of one endpoint's rules needs to know beside the rules themselves.
struct FilterContext {
  /// Its L7 rules get a rule that matches everything, as nothing in this direction asks for default deny
  /// (`cilium-policy.md` §4.2).
  var addsMatchAll: Bool
  /// The local host may always come in, so L7 rules that select it do not bind it (§4.3).
  var liftsL7ForHost: Bool
  /// The subject's namespace, for listeners of a namespaced kind; empty for special endpoints.
  var namespace: String
  /// Whether a selector selects the host of the subject's node.
  var selectsHost: (PeerSelector) -> Bool
}

extension FilterTable {
  /// Adds the filters of one entry (`cilium-policy.md` §1.7).
  mutating func add(
    _ compiled: CompiledEntry, requiring requirements: [LabelSelector.Requirement], in context: FilterContext
  ) throws(MergeConflict) {
    guard var peers = compiled.peers(requiring: requirements) else { return }
    let entry = compiled.entry
    if peers.contains(where: \.isWildcard) { peers = [.wildcard] }
    guard !entry.ports.isEmpty else {
      let policy = try SelectorPolicy(entry, nil, .any, rule: compiled.rule, in: context)
      let key = Key(direction: entry.direction, port: .number(0), endPort: 0, protocol: .any)
      for peer in peers { try merge(policy, for: peer, at: key) }
      return
    }
    if peers.isEmpty { peers = [.wildcard] }
    for portRule in entry.ports {
      for port in portRule.ports {
        for `protocol` in port.protocol == .any ? [.tcp, .udp, .sctp] : [port.protocol] {
          let policy = try SelectorPolicy(entry, portRule, `protocol`, rule: compiled.rule, in: context)
          let key = Key(
            direction: entry.direction, port: port.port, endPort: port.endPort, protocol: `protocol`)
          try merge(policy, for: peers, at: key, in: context)
        }
      }
    }
  }

  private mutating func merge(
    _ policy: SelectorPolicy, for peers: [PeerSelector], at key: Key, in context: FilterContext
  ) throws(MergeConflict) {
    let host = PeerSelector.labels(.reserved("host"))
    let liftsHost =
      context.liftsL7ForHost && key.direction == .ingress && policy.isRedirect
      && peers.contains { $0 != host && context.selectsHost($0) }
    for peer in peers where !(liftsHost && peer == host) { try merge(policy, for: peer, at: key) }
    if liftsHost { try merge(SelectorPolicy(), for: host, at: key) }
  }
}

extension SelectorPolicy {
  /// The demands of one element of `toPorts` (nil: all ports) on its peers.
  init(
    _ entry: PolicyEntry, _ portRule: PortRule?, _ protocol: L4Protocol, rule: UInt32, in context: FilterContext
  ) throws(MergeConflict) {
    self.init()
    rules = [rule]
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
