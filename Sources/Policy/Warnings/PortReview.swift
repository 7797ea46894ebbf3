import Manifest
import Rules

/// Ports and L7 rules that match something else than they seem to.
struct PortReview {
  var compatibility: Compatibility

  func review(_ rule: PortRuleDocument, _ element: RuleElement, _ list: inout WarningList) {
    if rule.ports.isEmpty {
      list.add(.noPorts, rule.field, "without ports this matches no port at all")
    }
    for port in rule.ports { review(port, &list) }
    for name in rule.serverNames where name.content.hasSuffix(".") {
      list.add(.serverNameNeverMatches, name.field, "server names have no trailing dot: this never matches")
    }
    if let name = rule.serverNames.first {
      for port in rule.ports where !["TCP", "ANY", ""].contains(port.protocol.uppercased()) {
        list.add(.serverNamesNotTCP, name.field, "server names work on TCP only, not on \(port.protocol)")
        break
      }
    }
    if element.isDeny { reviewDeny(rule, &list) }
    reviewTLS(rule, &list)
    guard let rules = rule.rules else { return }
    if rules.isEmpty, rules.parser.isEmpty {
      list.add(
        .emptyL7Rules, rules.field, "empty rules are no restriction: every request passes",
        hint: "to refuse everything leave the port out")
    }
    for http in rules.http ?? [] { HTTPReview().review(http, &list) }
    for name in rules.dns ?? [] { NameReview(compatibility: compatibility).review(name, &list) }
  }

  private func reviewDeny(_ rule: PortRuleDocument, _ list: inout WarningList) {
    for (key, field) in rule.field.members
    where ["rules", "serverNames", "listener", "terminatingTLS", "originatingTLS"].contains(key) && !field.value.isNull
    {
      list.add(
        .denyWithL7, field, "a deny rule looks at ports only: the whole port is denied, whatever is asked for",
        hint: "allow what is wanted with layer 7 rules; the rest is then refused")
      return
    }
  }

  private static let ports = (
    tls: [443, 6443, 8443, 9443, 853, 993, 995, 465, 636] as Set<UInt16>,
    // Protocols in which the server speaks first, or TLS only comes after a request for it.
    plaintext: [21, 22, 23, 25, 53, 80, 110, 143, 389, 587, 3306, 5432, 6379, 8080, 9092, 11211] as Set<UInt16>
  )

  private func reviewTLS(_ rule: PortRuleDocument, _ list: inout WarningList) {
    for port in rule.ports where !ServiceName.isValid(port.port) {
      guard case .number(let number) = PortNumber(parsing: port.port), port.endPort <= Int32(number) else { continue }
      if let http = rule.rules?.field["http"], !(rule.rules?.http ?? []).isEmpty, rule.terminatingTLS == nil,
        Self.ports.tls.contains(number)
      {
        list.add(
          .httpOnTLSPort, http, "port \(number) usually carries TLS, in which no HTTP can be read: requests fail",
          hint: "terminate it with terminatingTLS and originatingTLS, or check serverNames")
      }
      if let name = rule.serverNames.first, Self.ports.plaintext.contains(number) {
        list.add(
          .serverNamesPlaintextPort, name.field,
          "connections to port \(number) do not begin with a TLS handshake: without a server name they are reset")
      }
    }
  }

  private func review(_ port: PortRuleDocument.Port, _ list: inout WarningList) {
    let field = port.field["port"] ?? port.field
    if ServiceName.isValid(port.port) {
      let text = port.port.lowercased()
      if let first = text.utf8.first, first.isDigit, ["x", "b", "o"].contains(text.dropFirst().prefix(1)) {
        list.add(.portNameLooksNumeric, field, "\"\(port.port)\" has a letter in it and is therefore a port name")
      }
      return
    }
    guard case .number(let number) = PortNumber(parsing: port.port) else { return }
    if port.port.utf8.count > 1, port.port.hasPrefix("0"), port.port.utf8.allSatisfy({ $0.isDigit || $0 == 0x5f }) {
      list.add(.octalPort, field, "a leading zero makes it octal: this is port \(number)")
    }
    let isWide = port.endPort > Int32(number)
    if number == 0, !isWide, ["", "ANY"].contains(port.protocol.uppercased()) {
      list.add(
        .portZero, field, "port 0 means every TCP, UDP and SCTP port, but neither ICMP nor other protocols",
        hint: "leave toPorts out to mean everything")
    }
    if port.endPort != 0, port.endPort < Int32(number) {
      list.add(
        .endPortIgnored, port.field["endPort"] ?? port.field,
        "endPort \(port.endPort) is below port \(number): only port \(number) is meant")
    }
  }
}
