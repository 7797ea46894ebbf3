import Rules

extension WrittenPolicy {
  /// The object as a YAML document, everything below the head in flow style.
  var yaml: String {
    let (version, kindName) =
      switch kind {
      case .namespaced: ("cilium.io/v2", "CiliumNetworkPolicy")
      case .clusterwide: ("cilium.io/v2", "CiliumClusterwideNetworkPolicy")
      case .kubernetes: ("networking.k8s.io/v1", "NetworkPolicy")
      }
    let metadata = namespace.isEmpty ? "{name: \(name)}" : "{name: \(name), namespace: \(namespace)}"
    let body =
      kind == .kubernetes
      ? "spec: \(rules[0].networkPolicy)\n"
      : rules.count == 1
        ? "spec: \(rules[0].yaml)\n" : "specs:\n" + rules.map { "- \($0.yaml)\n" }.joined()
    return "apiVersion: \(version)\nkind: \(kindName)\nmetadata: \(metadata)\n\(body)"
  }
}

private func quoted(_ text: String) -> String { "\"\(text)\"" }
private func list(_ items: [String]) -> String { "[\(items.joined(separator: ", "))]" }
private func map(_ items: [String?]) -> String { "{\(items.compactMap(\.self).joined(separator: ", "))}" }

extension WrittenRule {
  fileprivate var yaml: String {
    var items: [String] = ["\(selectsNodes ? "nodeSelector" : "endpointSelector"): \(subject.yaml(withSources: true))"]
    for (name, direction, isDeny) in [
      ("ingress", Direction.ingress, false), ("ingressDeny", .ingress, true), ("egress", .egress, false),
      ("egressDeny", .egress, true),
    ] {
      let chosen = elements.filter { $0.direction == direction && $0.isDeny == isDeny }
      if !chosen.isEmpty { items.append("\(name): \(list(chosen.map(\.yaml)))") }
    }
    if !defaultDeny.isEmpty {
      let flags = Direction.allCases.map { direction in
        defaultDeny[direction].map { "\(direction == .ingress ? "ingress" : "egress"): \($0)" }
      }
      items.append("enableDefaultDeny: \(map(flags))")
    }
    return map(items)
  }

  fileprivate var networkPolicy: String {
    var items: [String] = ["podSelector: \(subject.yaml(withSources: false))"]
    for (name, direction) in [("ingress", Direction.ingress), ("egress", .egress)] {
      let chosen = elements.filter { $0.direction == direction }
      if !chosen.isEmpty { items.append("\(name): \(list(chosen.map(\.networkPolicy)))") }
    }
    if let types { items.append("policyTypes: \(list(types.map { $0 == .ingress ? "Ingress" : "Egress" }))") }
    return map(items)
  }
}

extension WrittenElement {
  private var side: String { direction == .ingress ? "from" : "to" }

  fileprivate var yaml: String {
    map([
      peers.yaml(side),
      ports.map { "toPorts: \(list($0.map(\.yaml)))" },
      icmps.map { elements in "icmps: \(list(elements.map { "{fields: \(list($0.map(\.yaml)))}" }))" },
      requires.isEmpty ? nil : "\(side)Requires: \(list(requires.map { $0.yaml(withSources: true) }))",
      authentication.map { "authentication: {mode: \($0.rawValue)}" },
    ])
  }

  fileprivate var networkPolicy: String {
    map([peers.yaml(side), ports.map { "ports: \(list($0.flatMap(\.ports).map(\.networkPolicy)))" }])
  }
}

extension WrittenPeers {
  fileprivate func yaml(_ side: String) -> String? {
    switch self {
    case .absent: nil
    case .endpoints(let selectors): "\(side)Endpoints: \(list(selectors.map { $0.yaml(withSources: true) }))"
    case .entities(let names): "\(side)Entities: \(list(names.map(quoted)))"
    case .cidrs(let prefixes): "\(side)CIDR: \(list(prefixes.map(quoted)))"
    case .cidrSets(let sets): "\(side)CIDRSet: \(list(sets.map(\.yaml)))"
    case .nodes(let selectors): "\(side)Nodes: \(list(selectors.map { $0.yaml(withSources: true) }))"
    case .services(let services): "toServices: \(list(services.map(\.yaml)))"
    case .names(let names):
      "toFQDNs: \(list(names.map { "{\($0.isPattern ? "matchPattern" : "matchName"): \(quoted($0.text))}" }))"
    case .kubernetes(let peers): "\(side): \(list(peers.map(\.yaml)))"
    }
  }
}

extension WrittenCIDRSet {
  fileprivate var yaml: String {
    let head =
      switch base {
      case .prefix(let prefix): "cidr: \(quoted(prefix))"
      case .group(let name): "cidrGroupRef: \(name)"
      case .groupSelector(let selector): "cidrGroupSelector: \(selector.yaml(withSources: true))"
      }
    return map([head, exceptions.isEmpty ? nil : "except: \(list(exceptions.map(quoted)))"])
  }
}

extension WrittenService {
  fileprivate var yaml: String {
    let place = namespace.map { "namespace: \($0)" }
    if let selector {
      return "{k8sServiceSelector: \(map(["selector: \(selector.yaml(withSources: true))", place]))}"
    }
    return "{k8sService: \(map([name.map { "serviceName: \($0)" }, place]))}"
  }
}

extension WrittenPeer {
  fileprivate var yaml: String {
    map([
      pods.map { "podSelector: \($0.yaml(withSources: false))" },
      namespaces.map { "namespaceSelector: \($0.yaml(withSources: false))" },
      block.map { "ipBlock: \($0.yaml)" },
    ])
  }
}

extension WrittenPorts {
  fileprivate var yaml: String {
    let isListed = "ports: \(list(ports.map(\.yaml)))"
    let demand: String? =
      switch proxy {
      case nil: nil
      case .http: "rules: {http: [{method: GET, path: /a}]}"
      case .emptyHTTP: "rules: {http: []}"
      case .kafka: "rules: {kafka: [{topic: t}]}"
      case .dns: "rules: {dns: [{matchPattern: \"*.example.org\"}]}"
      case .proxylib(let parser): "rules: {l7proto: \(parser), l7: [{a: b}]}"
      case .serverNames(let names): "serverNames: \(list(names.map(quoted)))"
      case .listener(let config, let name, let priority, let isClusterwide):
        "listener: "
          + map([
            "envoyConfig: {kind: \(isClusterwide ? "CiliumClusterwideEnvoyConfig" : "CiliumEnvoyConfig"), name: \(config)}",
            "name: \(name)", priority > 0 ? "priority: \(priority)" : nil,
          ])
      }
    return map([isListed, demand])
  }
}

extension WrittenPorts.Port {
  fileprivate var yaml: String {
    map([
      "port: \(quoted(port))", endPort.map { "endPort: \($0)" }, `protocol`.isEmpty ? nil : "protocol: \(`protocol`)",
    ])
  }

  /// In a NetworkPolicy numbers are numbers, and no port means every port.
  fileprivate var networkPolicy: String {
    map([
      port == "0" ? nil : "port: \(port)", endPort.map { "endPort: \($0)" },
      `protocol`.isEmpty ? nil : "protocol: \(`protocol`)",
    ])
  }
}

extension WrittenICMP {
  fileprivate var yaml: String { map([family.isEmpty ? nil : "family: \(family)", "type: \(type)"]) }
}

extension WrittenSelector {
  /// `withSources`: keys may name a source before a colon, as in Cilium's own policies.
  fileprivate func yaml(withSources: Bool) -> String {
    func key(_ term: Term) -> String {
      quoted(withSources && !term.source.isEmpty ? "\(term.source):\(term.key)" : term.key)
    }
    let labels = terms.filter { $0.operator == .equals }.map { "\(key($0)): \(quoted($0.values[0]))" }
    let expressions = terms.filter { $0.operator != .equals }.map { term in
      map([
        "key: \(key(term))", "operator: \(term.operator.rawValue)",
        term.values.isEmpty ? nil : "values: \(list(term.values.map(quoted)))",
      ])
    }
    return map([
      labels.isEmpty ? nil : "matchLabels: {\(labels.joined(separator: ", "))}",
      expressions.isEmpty ? nil : "matchExpressions: \(list(expressions))",
    ])
  }
}
