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

extension PolicyCompiler {
  /// Adds the filters of one rule (`cilium-policy.md` §1.7).
  mutating func add(
    _ rule: Int32, peers required: [Int32]??, in filterContext: FilterContext, to table: inout FilterTable
  ) throws(MergeConflict) {
    let template = context.rules[rule]
    var peers: [Int32]
    switch required {
    case .none:
      guard let own = template.peers else { return }
      peers = own
    case .some(let given):
      guard let given else { return }
      peers = given
    }
    let rules = lists.list([template.compiled.rule])
    if peers.isEmpty, template.namesPorts { peers = [context.wildcard] }
    for port in template.ports {
      let demand = try demand(of: port, template, in: filterContext)
      let index = table.index(of: port.key, whenAddedTo: peers)
      guard let index else { continue }
      try merge(demand, port.isRedirect, template.direction, for: peers, rules, in: filterContext, index, &table)
    }
  }

  private mutating func demand(
    of port: RuleTemplate.Port, _ template: RuleTemplate, in filterContext: FilterContext
  ) throws(MergeConflict) -> Int32 {
    guard template.needsNamespace, let index = port.portRule else {
      return filterContext.addsMatchAll ? port.demandMatchingAll : port.demand
    }
    let entry = template.entry
    var demand = SelectorPolicy(
      entry, entry.ports[index], context.rules.keys[Int(port.key)].protocol, addsMatchAll: filterContext.addsMatchAll)
    if !entry.isDeny, let listener = entry.ports[index].listener {
      demand.listener = try SelectorPolicy.name(of: listener, in: filterContext.namespace)
    }
    return demands.number(of: demand)
  }

  private mutating func merge(
    _ demand: Int32, _ isRedirect: Bool, _ direction: Direction, for peers: [Int32], _ rules: UInt32,
    in filterContext: FilterContext, _ index: Int, _ table: inout FilterTable
  ) throws(MergeConflict) {
    let host = context.host
    let liftsHost =
      filterContext.liftsL7ForHost && direction == .ingress && isRedirect
      && peers.contains { $0 != host && context.selections[Int($0)].selects(host: filterContext.host) }
    for peer in peers where !(liftsHost && peer == host) {
      try merge(.init(selector: peer, demand: demand, rules: rules), into: index, of: &table)
    }
    if liftsHost {
      try merge(.init(selector: host, demand: DemandTable.plainAllow, rules: 0), into: index, of: &table)
    }
  }

  mutating func merge(
    _ peer: FilterTable.Peer, into index: Int, of table: inout FilterTable
  ) throws(MergeConflict) {
    do {
      try table.merge(peer, into: index, &demands, &lists, neverMeets: context.nobody)
    } catch {
      let key = context.rules.keys[Int(table.filters[index].key)]
      throw MergeConflict(
        message: "\(key.text), peer \(context.selections[Int(peer.selector)].text): \(error.message)")
    }
  }
}

extension FilterTable {
  /// A filter that nobody is added to does not come into being.
  fileprivate mutating func index(of key: Int32, whenAddedTo peers: [Int32]) -> Int? {
    peers.isEmpty ? nil : index(of: key)
  }
}

extension SelectorPolicy {
  /// The demands of one element of `toPorts` (nil: all ports) on its peers; those of a namespaced listener lack its name.
  init(_ entry: PolicyEntry, _ portRule: PortRule?, _ protocol: L4Protocol, addsMatchAll: Bool) {
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
    if addsMatchAll { l7 = l7?.withMatchAll() }
    parser = Parser(portRule, `protocol`)
    listenerPriority = parser.listenerPriority
    if let target = portRule.listener {
      if Self.isClusterwide(target) { listener = "/\(target.configName)/\(target.name)" }
      if target.priority > 0 { listenerPriority = target.priority }
    }
  }

  static func name(of listener: Listener, in namespace: String) throws(MergeConflict) -> String {
    guard isClusterwide(listener) || !namespace.isEmpty else {
      throw MergeConflict(
        message: "listener \(listener.name): an endpoint without a namespace has no CiliumEnvoyConfig")
    }
    return "\(isClusterwide(listener) ? "" : namespace)/\(listener.configName)/\(listener.name)"
  }

  private static func isClusterwide(_ listener: Listener) -> Bool {
    listener.configKind == "CiliumClusterwideEnvoyConfig"
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
