import Addresses

/// What Kubernetes' API server refuses in a NetworkPolicy beyond its types. Cilium, which trusts the API server, checks
/// next to nothing of it.
enum NetworkPolicyAdmission {
  static func faults(_ policy: NetworkPolicyDocument) -> [Refusal] {
    var faults = selector(policy.podSelector)
    let types = policy.policyTypes
    if types.count > 2, let third = types.dropFirst(2).first {
      faults.append(third.field.refusal("may not specify more than two policyTypes"))
    }
    for type in types where !["Ingress", "Egress"].contains(type.content) {
      faults.append(
        type.field.refusal("Unsupported value: \"\(type.content)\": supported values: \"Egress\", \"Ingress\""))
    }
    for rule in policy.ingress + policy.egress {
      for port in rule.ports { faults += self.port(port) }
      for peer in rule.peers { faults += self.peer(peer) }
    }
    return faults
  }

  private static func selector(_ selector: SelectorDocument) -> [Refusal] {
    var faults: [Refusal] = []
    let labels = selector.field["matchLabels"] ?? selector.field
    for (key, value) in selector.labels.sorted(by: { $0.key < $1.key }) {
      if let fault = LabelSyntax.fault(inKey: key) ?? LabelSyntax.fault(inValue: value) {
        faults.append(labels.refusal("Invalid value: \"\(key): \(value)\": \(fault)"))
      }
    }
    for expression in selector.expressions {
      let draft = SelectorDraft.Expression(
        key: expression.key, operator: expression.operator, values: expression.values)
      if let fault = SelectorSanitizer.fault(in: draft) { faults.append(expression.field.refusal(fault)) }
    }
    return faults
  }

  private static func peer(_ peer: NetworkPolicyDocument.Peer) -> [Refusal] {
    var faults = (peer.podSelector.map(selector) ?? []) + (peer.namespaceSelector.map(selector) ?? [])
    let hasSelector = peer.podSelector != nil || peer.namespaceSelector != nil
    if let block = peer.ipBlock {
      faults += self.block(block)
      if hasSelector { faults.append(block.field.refusal("may not specify both ipBlock and another peer")) }
    } else if !hasSelector {
      faults.append(peer.field.refusal("must specify a peer: podSelector, namespaceSelector or ipBlock"))
    }
    return faults
  }

  private static func block(_ block: NetworkPolicyDocument.IPBlock) -> [Refusal] {
    let field = block.field["cidr"] ?? block.field
    guard !block.cidr.isEmpty else { return [field.refusal("cidr: Required value")] }
    guard let prefix = IPPrefix(block.cidr) else { return [field.refusal("not a valid CIDR: \"\(block.cidr)\"")] }
    return block.exceptions.compactMap { exception in
      guard let inner = IPPrefix(exception.content) else {
        return exception.field.refusal("not a valid CIDR: \"\(exception.content)\"")
      }
      guard prefix.contains(inner), prefix != inner else {
        return exception.field.refusal("must be a strict subset of cidr \(block.cidr)")
      }
      return nil
    }
  }

  private static func port(_ port: NetworkPolicyDocument.Port) -> [Refusal] {
    var faults: [Refusal] = []
    if let name = port.protocol, !["TCP", "UDP", "SCTP"].contains(name) {
      faults.append(
        (port.field["protocol"] ?? port.field).refusal(
          "Unsupported value: \"\(name)\": supported values: \"SCTP\", \"TCP\", \"UDP\""))
    }
    let number = port.portIsNumber ? port.port.flatMap { Int32($0) } : nil
    if let number, !(1...65535).contains(number) {
      faults.append((port.field["port"] ?? port.field).refusal("must be between 1 and 65535, inclusive"))
    } else if let name = port.port, !port.portIsNumber, !ServiceName.isValid(name) || name != name.lowercased() {
      faults.append(
        (port.field["port"] ?? port.field).refusal(
          "\"\(name)\" is no port name: at most 15 lower-case letters, digits and single inner dashes, one letter at least",
          hint: Int(name) == nil ? nil : "write the number without quotes"))
    }
    guard let end = port.endPort, let endField = port.field["endPort"] else { return faults }
    if port.port == nil {
      faults.append(endField.refusal("may not be specified when `port` is not specified"))
    } else if let number {
      if end < number { faults.append(endField.refusal("must be greater than or equal to `port`")) }
    } else {
      faults.append(endField.refusal("may not be specified when `port` is non-numeric"))
    }
    if end > 65535 { faults.append(endField.refusal("must be between 1 and 65535, inclusive")) }
    return faults
  }
}
