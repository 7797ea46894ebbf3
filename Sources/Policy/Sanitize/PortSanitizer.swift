import Cluster
import Rules

/// Checks of one `toPorts` element: V18 to V34, in Cilium's order.
struct PortSanitizer {
  var settings: Settings
  var compatibility: Compatibility

  func check(_ rule: PortRuleDocument, isIngress: Bool, isDeny: Bool) throws(Refusal) {
    let l7 = rule.rules.flatMap { $0.isEmpty ? nil : $0 }
    if let l7, !rule.serverNames.isEmpty, rule.terminatingTLS == nil {  // V31
      throw l7.field.refusal("ServerNames are not allowed with L7 rules without TLS termination")
    }
    for name in rule.serverNames where name.content.isEmpty {  // V32
      throw name.field.refusal("empty server name is not allowed")
    }
    guard rule.ports.count <= 40 else {  // V18
      throw (rule.field["ports"] ?? rule.field).refusal(
        "too many ports, the max is 40", hint: "split the list over several toPorts elements, or use endPort")
    }
    var hasPortZero = false
    for port in rule.ports {
      if try check(port, hasDNS: l7?.hasDNS == true) { hasPortZero = true }
      if let l7, !l7.hasDNS, port.protocol.uppercased() != "TCP" {  // V25
        let name = port.protocol.isEmpty ? "ANY" : port.protocol.uppercased()
        throw (port.field["protocol"] ?? port.field).refusal(
          "L7 rules can only apply to TCP (not \(name)) except for DNS rules", hint: "write `protocol: TCP`")
      }
    }
    if let listener = rule.listener {  // V33
      let field = rule.field["listener"] ?? rule.field
      guard !isIngress else { throw field.refusal("Listener is not allowed on ingress (\(listener.name))") }
      guard l7 == nil else { throw field.refusal("Listener is not allowed with L7 rules (\(listener.name))") }
    }
    guard let l7 else { return }
    guard !hasPortZero else { throw l7.field.refusal("L7 rules can not be used when a port is 0") }  // V26
    try L7Sanitizer(compatibility: compatibility).check(l7, hasPorts: !rule.ports.isEmpty)
  }

  /// Returns whether the port is 0.
  private func check(_ port: PortRuleDocument.Port, hasDNS: Bool) throws(Refusal) -> Bool {
    var isZero = false
    let field = port.field["port"] ?? port.field
    if port.port.isEmpty {
      guard settings.extendedIPProtocols else {  // V19
        throw field.refusal("port must be specified", hint: "`port: \"0\"` stands for every port")
      }
    } else if !ServiceName.isValid(port.port) {
      if port.port != "0", port.protocol == "VRRP" || port.protocol == "IGMP" {  // V22
        throw field.refusal("port must be empty or 0 for protocol \(port.protocol)")
      }
      switch PortNumber(parsing: port.port) {  // V20
      case .number(let number):
        isZero = number == 0
        if hasDNS, port.endPort > Int32(number) {  // V23
          throw (port.field["endPort"] ?? field).refusal("DNS rules do not support port ranges")
        }
      case .invalidSyntax:
        throw field.refusal(
          "unable to parse port: \"\(port.port)\": invalid syntax",
          hint: "a number, or a name of at most 15 letters, digits and single inner dashes")
      case .outOfRange:
        throw field.refusal("unable to parse port: \"\(port.port)\": value out of range (0 to 65535)")
      }
    }
    guard ProtocolName.parse(port.protocol) != nil else {  // V21
      throw (port.field["protocol"] ?? port.field).refusal(ProtocolName.fault(port.protocol))
    }
    return isZero
  }
}
